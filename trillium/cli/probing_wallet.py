"""A wallet for looking at what an issuer gives out: it receives, and keeps neither keys nor credentials."""

from datetime import datetime
from importlib import resources
from typing import Any, Final

import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from specs.jose import Algorithm, public_jwk_of, sign_with
from specs.openid4vci import prepare_key_proof
from trillium.cli.demo.server import DemoServer
from trillium.runtime.clock import SystemClock

GRANT: Final = "urn:ietf:params:oauth:grant-type:pre-authorized_code"


class IssuerRefused(Exception):
    """The issuer answered something else than was hoped for; the text says what, without values."""


class ProbingWallet:
    """Speaks to one issuer, as an anonymous wallet with a pre-authorized code and as its operator."""

    def __init__(self, issuer_url: str, server: DemoServer) -> None:
        self.issuer_url = issuer_url.rstrip("/")
        self._http = httpx.Client(timeout=60.0, trust_env=False)
        self._management = {"Authorization": f"Bearer {server.management_token}"}
        self._metadata: dict[str, Any] | None = None

    def close(self) -> None:
        self._http.close()

    def import_residents(self) -> None:
        """Fills an issuer of our own with the residents that are shipped."""
        text = (resources.files("issuer") / "sample_data" / "residents.csv").read_bytes()
        headers = {**self._management, "Content-Type": "text/csv"}
        self._send("POST", "/management/residents/import", content=text, headers=headers)

    def batch_sizes(self) -> dict[str, int]:
        """How many copies of each type may be asked for at once."""
        metadata = self._issuer_metadata()
        most = int(metadata.get("batch_credential_issuance", {}).get("batch_size", 1))
        return dict.fromkeys(metadata["credential_configurations_supported"], most)

    def receive(self, register_number: str, type_name: str, copies: int) -> list[str]:
        """A batch for somebody, in compact form, in the order in which it came."""
        offer = self._offer(self._subject_ref(register_number), type_name)
        token = self._redeem(offer)
        body = self._request(type_name, copies)
        headers = {"Authorization": f"Bearer {token}"}
        answer = self._post(self._issuer_metadata()["credential_endpoint"], json=body, headers=headers)
        if "credentials" not in answer:
            raise IssuerRefused("the credential is made later, by somebody's decision")
        return [str(entry["credential"]) for entry in answer["credentials"]]

    def _issuer_metadata(self) -> dict[str, Any]:
        if self._metadata is None:
            self._metadata = self._send("GET", "/.well-known/openid-credential-issuer")
        return self._metadata

    def _subject_ref(self, register_number: str) -> str:
        body = {"text": register_number}
        found = self._send("POST", "/management/residents/search", json=body, headers=self._management)
        if not found.get("residents"):
            raise IssuerRefused("the register has no such number")
        return str(found["residents"][0]["subject_ref"])

    def _offer(self, subject_ref: str, type_name: str) -> dict[str, Any]:
        body = {
            "subject_ref": subject_ref,
            "credential_configuration_ids": [type_name],
            "tx_code": True,
        }
        return self._send("POST", "/management/offers", json=body, headers=self._management)

    def _redeem(self, offer: dict[str, Any]) -> str:
        code = offer["credential_offer"]["grants"][GRANT]["pre-authorized_code"]
        form = {"grant_type": GRANT, "pre-authorized_code": code, "tx_code": offer["tx_code"]}
        return str(self._send("POST", "/token", data=form)["access_token"])

    def _request(self, type_name: str, copies: int) -> dict[str, Any]:
        """With keys that are forgotten when the request is made."""
        metadata = self._issuer_metadata()
        nonce = str(self._post(metadata["nonce_endpoint"])["c_nonce"])
        now = SystemClock().now()
        proofs = [_proof(metadata["credential_issuer"], nonce, now) for _ in range(copies)]
        return {"credential_configuration_id": type_name, "proofs": {"jwt": proofs}}

    def _post(self, address: str, **options: Any) -> dict[str, Any]:
        """An endpoint of the metadata, reached the way that we were told the issuer is reached."""
        own = str(self._issuer_metadata()["credential_issuer"])
        return self._send("POST", address.removeprefix(own), **options)

    def _send(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        try:
            response = self._http.request(method, f"{self.issuer_url}{path}", **options)
        except httpx.TransportError as error:
            raise IssuerRefused(f"nobody answers at {self.issuer_url} ({type(error).__name__})") from error
        if not response.is_success:
            raise IssuerRefused(f"{method} {path}: {response.status_code} {_code_of(response)}")
        answer: dict[str, Any] = response.json()
        return answer


def _code_of(response: httpx.Response) -> str:
    """The stable code of an error in either of its forms."""
    try:
        body = response.json()
    except ValueError:
        return ""
    return str(body.get("error") or body.get("code") or "") if isinstance(body, dict) else ""


def _proof(credential_issuer: str, nonce: str, now: datetime) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    public = public_jwk_of(key.public_key())
    prepared = prepare_key_proof(public, credential_issuer=credential_issuer, nonce=nonce, issued_at=now)
    return prepared.attach(sign_with(key, Algorithm.ES256, prepared.data))
