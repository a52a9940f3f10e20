"""A registered wallet that authenticates itself by attestation, from PAR to renewal (6.05, 4.27)."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from specs.well_known import inserted
from tests.issuer.surroundings import NOW
from tests.issuer.web.answers import refusal
from tests.issuer.web.code_wallet import request
from tests.issuer.web.running_issuer import GRANT_TYPE, ISSUER
from tests.issuer.web.sign_in_visit import VERIFIER, WALLET, Visit, hidden, told, visiting
from tests.specs.jose.certificates import CA, LEAF, self_signed
from tests.specs.oauth.senders import CLIENT, attestation, attestation_pop

_NUMBERS = count()
_TIMES = {"not_before": NOW - timedelta(days=1), "not_after": NOW + timedelta(days=1)}
ROOT = self_signed(CA.but(**_TIMES))
PROVIDER = ROOT.issue(LEAF.but(**_TIMES))


@dataclass
class AttestedWallet:
    """``instance``: number of the key of this installation; ``None``: it shows no attestation."""

    visit: Visit
    instance: int | None = 0
    form: dict[str, Any] = field(default_factory=lambda: {"client_id": CLIENT})

    def headers(self) -> dict[str, str]:
        if self.instance is None:
            return {}
        now = int(self.visit.issuer.clock.now().timestamp())
        pop = attestation_pop(number=self.instance, aud=ISSUER, iat=now, jti=f"pop-{next(_NUMBERS)}")
        shown = attestation(number=self.instance, signer=PROVIDER, iat=now - 60, exp=now + 3600)
        return {"OAuth-Client-Attestation": shown, "OAuth-Client-Attestation-PoP": pop}

    async def post(self, path: str, form: dict[str, Any]) -> httpx.Response:
        return await self.visit.post(path, {**form, **self.form}, headers=self.headers())

    async def push(self) -> httpx.Response:
        return await self.post("/par", request())

    async def code(self) -> str:
        pushed = await self.push()
        assert pushed.status_code == 201, pushed.text
        reference = {**self.form, "request_uri": pushed.json()["request_uri"]}
        await self.visit.browser.get(f"{ISSUER}/authorize", params=reference)
        asked = await self.visit.start()
        await self.visit.come_back(code="one", state=asked["state"])
        page = await self.visit.get("/consent")
        assert "Ontario Wallet" in page.text
        form = {"form_token": hidden(page, "form_token"), "credential": "photo-card", "answer": "agree"}
        return told(await self.visit.post("/consent", form))["code"]

    async def token(self, code: str) -> httpx.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": WALLET}
        return await self.post("/token", {**form, "code_verifier": VERIFIER})

    async def refresh(self, refresh_token: str) -> httpx.Response:
        return await self.post("/token", {"grant_type": "refresh_token", "refresh_token": refresh_token})


@pytest.fixture
async def visit(tmp_path: Path) -> AsyncIterator[Visit]:
    attesters, wallets = tmp_path / "attesters.pem", tmp_path / "wallets.json"
    attesters.write_bytes(ROOT.certificate.public_bytes(Encoding.PEM))
    names = {"en": "Ontario Wallet", "fr": "Portefeuille de l'Ontario"}
    entry = {"client_id": CLIENT, "name": names, "redirect_uris": [WALLET]}
    wallets.write_text(json.dumps({"wallets": [entry]}))
    async with visiting(tmp_path, wallets_file=wallets, wallet_attesters_file=attesters) as opened:
        yield opened


async def test_6_05_an_attested_wallet_gets_a_token_and_renews_it_with_its_own_key(visit: Visit) -> None:
    wallet = AttestedWallet(visit)
    answer = await wallet.token(await wallet.code())
    assert answer.status_code == 200, answer.text
    refresh_token = answer.json()["refresh_token"]
    assert (await wallet.refresh(refresh_token)).status_code == 200
    another = AttestedWallet(visit, instance=1)
    assert refusal(await another.refresh(refresh_token)) == (400, "invalid_grant")
    nobody = AttestedWallet(visit, instance=None)
    assert refusal(await nobody.refresh(refresh_token)) == (401, "invalid_client")


async def test_another_installation_cannot_use_the_code(visit: Visit) -> None:
    wallet = AttestedWallet(visit)
    code = await wallet.code()
    assert refusal(await AttestedWallet(visit, instance=1).token(code)) == (400, "invalid_grant")
    assert refusal(await AttestedWallet(visit, instance=None).token(code)) == (401, "invalid_client")
    assert (await wallet.token(code)).status_code == 200


async def test_6_05_nobody_poses_as_an_attested_wallet(visit: Visit) -> None:
    """Where attestations are merely supported, a client that is registered with one still has to show it."""
    impostor = AttestedWallet(visit, instance=None)
    assert refusal(await impostor.push()) == (401, "invalid_client")
    through_the_browser = told(await visit.authorize(client_id=CLIENT))
    assert through_the_browser["error"] == "invalid_request"
    offer = await visit.issuer.offer()
    code = offer["credential_offer"]["grants"][GRANT_TYPE]["pre-authorized_code"]
    form = {"grant_type": GRANT_TYPE, "pre-authorized_code": code}
    assert refusal(await impostor.post("/token", form)) == (401, "invalid_client")
    assert (await AttestedWallet(visit).post("/token", form)).status_code == 200


async def test_an_attestation_of_one_wallet_speaks_for_no_other(visit: Visit) -> None:
    posing = AttestedWallet(visit, form={"client_id": "https://another.example"})
    assert refusal(await posing.push()) == (400, "invalid_client_attestation")


async def test_4_25_the_metadata_says_so(visit: Visit) -> None:
    server = (await visit.browser.get(inserted(ISSUER, "oauth-authorization-server"))).json()
    assert "attest_jwt_client_auth" in server["token_endpoint_auth_methods_supported"]
    assert "ES256" in server["client_attestation_signing_alg_values_supported"]
    challenge = await visit.browser.post(server["challenge_endpoint"])
    assert challenge.json()["attestation_challenge"]
