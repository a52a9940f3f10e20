"""A wallet with a DPoP key that uses the authorization code flow over HTTP."""

from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx

from specs.jose import Algorithm, sign_with
from specs.oauth import DpopRequest, create_code_challenge, prepare_dpop_proof
from tests.issuer.wallet import _private_key, holder_key, request_body
from tests.issuer.web.running_issuer import ISSUER
from tests.issuer.web.sign_in_visit import VERIFIER, WALLET, Visit, hidden, told

DPOP_KEY, OTHER_DPOP_KEY = 90, 91
_NUMBERS = count()


def proof(visit: Visit, path: str, *, token: str | None = None, key: int = DPOP_KEY) -> dict[str, str]:
    """The ``DPoP`` header of a POST, and the token when there is one."""
    request = DpopRequest("POST", f"{ISSUER}{path}", token)
    prepared = prepare_dpop_proof(
        holder_key(key), request, jti=f"proof-{next(_NUMBERS)}", issued_at=visit.issuer.clock.now()
    )
    header = {"DPoP": prepared.attach(sign_with(_private_key(key), Algorithm.ES256, prepared.data))}
    return header if token is None else {**header, "Authorization": f"DPoP {token}"}


def request(**changes: Any) -> dict[str, Any]:
    """The form of a pushed request; a parameter that is None is left out."""
    members = {
        "response_type": "code",
        "client_id": "wallet",
        "redirect_uri": WALLET,
        "scope": "photo-card",
        "state": "of-the-wallet",
        "code_challenge": create_code_challenge(VERIFIER),
        "code_challenge_method": "S256",
        **changes,
    }
    return {name: value for name, value in members.items() if value is not None}


@dataclass
class CodeWallet:
    """``key``: number of the DPoP key; ``None``: bearer tokens."""

    visit: Visit
    key: int | None = DPOP_KEY

    def headers(self, path: str) -> dict[str, str]:
        return {} if self.key is None else proof(self.visit, path, key=self.key)

    async def push(self, **changes: Any) -> httpx.Response:
        return await self.visit.post("/par", request(**changes), headers=self.headers("/par"))

    async def code(self, agree: tuple[str, ...] = ("photo-card",), **changes: Any) -> str:
        """Pushed, signed in and agreed to; the code from the redirect."""
        pushed = await self.push(**changes)
        assert pushed.status_code == 201, pushed.text
        reference = {"client_id": "wallet", "request_uri": pushed.json()["request_uri"]}
        arrived = await self.visit.browser.get(f"{ISSUER}/authorize", params=reference)
        assert arrived.headers["location"].endswith("/sign-in"), arrived.text
        asked = await self.visit.start()
        await self.visit.come_back(code="one", state=asked["state"])
        page = await self.visit.get("/consent")
        form = {"form_token": hidden(page, "form_token"), "credential": list(agree), "answer": "agree"}
        return told(await self.visit.post("/consent", form))["code"]

    async def token(self, code: str, **changes: Any) -> httpx.Response:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": "wallet",
            "redirect_uri": WALLET,
            "code_verifier": VERIFIER,
            **changes,
        }
        form = {name: value for name, value in form.items() if value is not None}
        return await self.visit.post("/token", form, headers=self.headers("/token"))

    async def refresh(self, refresh_token: str, **changes: Any) -> httpx.Response:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": "wallet",
            **changes,
        }
        return await self.visit.post("/token", form, headers=self.headers("/token"))

    async def credential(self, access_token: str, number: int = 0, **body: Any) -> httpx.Response:
        """One credential for a fresh key; the proof names the client (4.31)."""
        nonce = await self.visit.issuer.nonce()
        proofs = [self.visit.issuer.prover().proof(nonce, number, claims={"iss": "wallet"})]
        asked = request_body(proofs, "photo-card")
        if body:
            asked = {"proofs": asked["proofs"], **body}
        sent = (
            {"Authorization": f"Bearer {access_token}"}
            if self.key is None
            else proof(self.visit, "/credential", token=access_token, key=self.key)
        )
        return await self.visit.browser.post(f"{ISSUER}/credential", json=asked, headers=sent)
