"""A clerk who makes offers on the server under test, and wallets that use them."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.interop.server_process import TIMEOUT_S, ServerProcess

HEADER = (
    "register_number,family_name,given_name,birthdate,sex,street_address,locality,region,postal_code,country,"
    "language,guardian_register_number"
)
LONG = "Wawanolett-Featherstonehaugh"
PERSON = f"ON-1000099,{LONG},Marie-Antoinette,1994-06-14,F,118 Spadina Ave,Toronto,ON,M5V 2K9,CA,fr,"
"""A long name: it has to fit a small phone."""
GRANT = "urn:ietf:params:oauth:grant-type:pre-authorized_code"


@dataclass(frozen=True)
class Clerk:
    """``http``: a client with the management token."""

    http: httpx.Client
    issuer: str
    subject_ref: str

    def offer(self, **members: Any) -> dict[str, Any]:
        """A new offer of two credentials, as the management API answers."""
        request = {
            "subject_ref": self.subject_ref,
            "credential_configuration_ids": ["photo-card", "proof-of-age"],
            **members,
        }
        answer = self.http.post(f"{self.issuer}/management/offers", json=request)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def withdraw(self, made: dict[str, Any]) -> None:
        self.http.delete(f"{self.issuer}/management/offers/{made['offer_id']}").raise_for_status()

    def fetch(self, made: dict[str, Any]) -> None:
        """What a wallet does first."""
        self.http.get(made["credential_offer_uri"]).raise_for_status()

    def redeem(self, made: dict[str, Any], tx_code: str | None = None) -> int:
        """What a wallet does next; the status."""
        form = {
            "grant_type": GRANT,
            "pre-authorized_code": made["credential_offer"]["grants"][GRANT]["pre-authorized_code"],
        }
        if tx_code or made["tx_code"]:
            form["tx_code"] = tx_code or made["tx_code"]
        return self.http.post(f"{self.issuer}/token", data=form).status_code


def open_clerk(server: ServerProcess) -> Clerk:
    """Puts the person into the register and finds them there."""
    http = httpx.Client(headers=server.management_headers(), timeout=TIMEOUT_S, trust_env=False)
    register = f"{server.issuer}/management/residents"
    csv = {"Content-Type": "text/csv"}
    http.post(f"{register}/import", content=f"{HEADER}\n{PERSON}\n", headers=csv).raise_for_status()
    found = http.post(f"{register}/search", json={"text": "ON-1000099"}).raise_for_status().json()
    return Clerk(http, server.issuer, found["residents"][0]["subject_ref"])
