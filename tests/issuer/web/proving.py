"""A wallet that proves its keys: DPoP proofs and attestations, to a running issuer."""

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.serialization import Encoding

from specs.jose import Algorithm, PublicJwk
from specs.oauth import create_access_token_hash
from tests.issuer.wallet import request_body
from tests.issuer.web.running_issuer import GRANT_TYPE, ISSUER, RunningIssuer
from tests.specs.jose.material import public_key
from tests.specs.oauth.senders import ROOT, attestation, attestation_pop, dpop_proof

WALLET = "https://wallet.example"
_NUMBERS = itertools.count()


def attesters_file(folder: Path) -> Path:
    """The authority of the attester in `senders`, as an operator gives it to the issuer."""
    file = folder / "attesters.pem"
    file.write_bytes(ROOT.certificate.public_bytes(Encoding.PEM))
    return file


@dataclass
class ProvingWallet:
    """One installation. ``number``: of its DPoP key, and of its attested one."""

    issuer: RunningIssuer
    number: int = 0
    sent: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> PublicJwk:
        return public_key(Algorithm.ES256, self.number)

    @property
    def seconds(self) -> int:
        return int(self.issuer.clock.now().timestamp())

    def proof(self, path: str = "/token", *, token: str | None = None, **claims: Any) -> str:
        """A fresh DPoP proof for a POST to a path below the issuer."""
        body: dict[str, Any] = {"htu": ISSUER + path, "iat": self.seconds, "jti": f"proof-{next(_NUMBERS)}"}
        if token is not None:
            body["ath"] = create_access_token_hash(token)
        header = claims.pop("header", None)
        return dpop_proof(number=self.number, header=header, **(body | claims))

    def attestation(self, **changes: Any) -> str:
        """What the attester says of this installation's key."""
        times = {"iat": self.seconds - 60, "exp": self.seconds + 3600}
        return attestation(number=self.number, **(times | changes))

    def pop(self, **changes: Any) -> str:
        """A fresh proof of possession of the attested key."""
        times = {"iat": self.seconds, "jti": f"pop-{next(_NUMBERS)}"}
        return attestation_pop(number=self.number, **(times | changes))

    def attested(self, **pop: Any) -> dict[str, str]:
        """Both headers, good unless changed."""
        return {
            "OAuth-Client-Attestation": self.attestation(),
            "OAuth-Client-Attestation-PoP": self.pop(**pop),
        }

    async def redeem(
        self,
        headers: dict[str, str] | list[tuple[str, str]],
        *,
        offer: dict[str, Any] | None = None,
        **fields: str,
    ) -> httpx.Response:
        """A token request for a new offer."""
        offer = offer or await self.issuer.offer()
        grant = offer["credential_offer"]["grants"][GRANT_TYPE]
        form = {"grant_type": GRANT_TYPE, "pre-authorized_code": grant["pre-authorized_code"]} | fields
        return await self.issuer.client.post(f"{ISSUER}/token", data=form, headers=headers)

    async def bound_token(self) -> str:
        """A token that is bound to the wallet's key."""
        answer = await self.redeem({"DPoP": self.proof()})
        assert answer.status_code == 200, answer.text
        assert answer.json()["token_type"] == "DPoP"
        return str(answer.json()["access_token"])

    async def ask(self, headers: dict[str, str] | list[tuple[str, str]], **request: Any) -> httpx.Response:
        """A good credential request but for its headers."""
        proofs = self.issuer.prover().proofs(await self.issuer.nonce(), 1)
        return await self.issuer.client.post(
            f"{ISSUER}/credential", json=request_body(proofs), headers=headers, **request
        )

    def showing(self, token: str, *, scheme: str = "DPoP", **claims: Any) -> dict[str, str]:
        """The headers of a credential request with a bound token."""
        return {
            "Authorization": f"{scheme} {token}",
            "DPoP": self.proof("/credential", token=token, **claims),
        }
