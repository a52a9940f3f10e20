"""Every endpoint with a token or a client asks who sent the request (4.22, 4.24, 6.05)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from specs.oauth import create_code_challenge
from tests.issuer.web.answers import refusal
from tests.issuer.web.proving import WALLET, ProvingWallet, attesters_file
from tests.issuer.web.running_issuer import ISSUER, RunningIssuer, running_issuer
from tests.issuer.web.test_client_attestation import ATTESTATION, MOMENT

LOGIN = "https://login.example"
PROTECTED = ["/credential", "/deferred-credential", "/notification"]
PUSHED = {
    "response_type": "code",
    "client_id": WALLET,
    "redirect_uri": "com.example.wallet:/cb",
    "scope": "photo-card",
    "code_challenge": create_code_challenge("v" * 43),
    "code_challenge_method": "S256",
}


@pytest.fixture
def wallet(issuer: RunningIssuer) -> ProvingWallet:
    return ProvingWallet(issuer)


@pytest.mark.parametrize("path", PROTECTED)
class TestProtectedEndpoints:
    @staticmethod
    async def post(wallet: ProvingWallet, path: str, headers: Any, **request: Any) -> Any:
        return await wallet.issuer.client.post(f"{ISSUER}{path}", json={}, headers=headers, **request)

    async def test_4_22_a_bound_token_as_bearer_is_refused(self, wallet: ProvingWallet, path: str) -> None:
        token = await wallet.bound_token()
        answer = await self.post(wallet, path, {"Authorization": f"Bearer {token}"})
        assert refusal(answer) == (401, "invalid_token")

    async def test_4_22_a_bearer_token_as_bound_is_refused(self, wallet: ProvingWallet, path: str) -> None:
        token = await wallet.issuer.access_token()
        proof = wallet.proof(path, token=token)
        answer = await self.post(wallet, path, {"Authorization": f"DPoP {token}", "DPoP": proof})
        assert refusal(answer) == (401, "invalid_token")

    async def test_4_22_the_key_of_another_is_refused(self, wallet: ProvingWallet, path: str) -> None:
        token = await wallet.bound_token()
        proof = ProvingWallet(wallet.issuer, number=1).proof(path, token=token)
        answer = await self.post(wallet, path, {"Authorization": f"DPoP {token}", "DPoP": proof})
        assert refusal(answer) == (401, "invalid_dpop_proof")

    async def test_4_22_the_proof_for_another_endpoint_is_refused(
        self, wallet: ProvingWallet, path: str
    ) -> None:
        token = await wallet.bound_token()
        proof = wallet.proof("/token", token=token)
        answer = await self.post(wallet, path, {"Authorization": f"DPoP {token}", "DPoP": proof})
        assert refusal(answer) == (401, "invalid_dpop_proof")

    async def test_4_22_with_a_good_proof_the_request_is_read(self, wallet: ProvingWallet, path: str) -> None:
        token = await wallet.bound_token()
        proof = wallet.proof(path, token=token)
        answer = await self.post(wallet, path, {"Authorization": f"DPoP {token}", "DPoP": proof})
        assert refusal(answer)[0] == 400  # an empty request
        assert "dpop" not in answer.json()["error"]

    async def test_4_38_a_token_in_the_query_is_refused(self, wallet: ProvingWallet, path: str) -> None:
        token = await wallet.bound_token()
        answer = await self.post(wallet, path, {}, params={"access_token": token})
        assert refusal(answer) == (400, "invalid_request")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def attesting_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningIssuer]:
    folder = tmp_path_factory.mktemp("attesting")
    async with running_issuer(
        folder,
        wallet_attesters_file=attesters_file(folder),
        client_attestation="required",
        login_issuer=LOGIN,
    ) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def open_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningIssuer]:
    async with running_issuer(tmp_path_factory.mktemp("open"), login_issuer=LOGIN) as running:
        yield running


class TestPushedRequests:
    @pytest.fixture
    def attested(self, attesting_server: RunningIssuer) -> ProvingWallet:
        attesting_server.clock.moment = MOMENT
        return ProvingWallet(attesting_server)

    @staticmethod
    async def push(wallet: ProvingWallet, headers: dict[str, str], **changes: str) -> Any:
        return await wallet.issuer.client.post(f"{ISSUER}/par", data=PUSHED | changes, headers=headers)

    async def test_6_05_an_attested_wallet_pushes(self, attested: ProvingWallet) -> None:
        answer = await self.push(attested, attested.attested())
        assert answer.status_code == 201, answer.text
        assert answer.headers["oauth-client-attestation-challenge"]
        combined = {ATTESTATION: attested.attestation(), "DPoP": attested.proof("/par")}
        assert (await self.push(attested, combined)).status_code == 201

    async def test_6_05_without_attestation_nothing_is_kept(self, attested: ProvingWallet) -> None:
        before = attested.issuer.rows()
        assert refusal(await self.push(attested, {})) == (401, "invalid_client")
        assert attested.issuer.rows() == before

    async def test_4_24_nobody_pushes_for_another_client(self, attested: ProvingWallet) -> None:
        answer = await self.push(attested, attested.attested(), client_id="https://another.example")
        assert refusal(answer) == (400, "invalid_client_attestation")

    async def test_4_24_a_proof_for_this_endpoint_and_no_other(self, attested: ProvingWallet) -> None:
        headers = {ATTESTATION: attested.attestation(), "DPoP": attested.proof("/token")}
        assert refusal(await self.push(attested, headers)) == (400, "invalid_dpop_proof")

    async def test_4_22_what_is_bound_to_one_key_is_not_pushed_with_another(
        self, open_server: RunningIssuer
    ) -> None:
        """RFC 9449 section 10.1: `dpop_jkt` and the proof must name the same key."""
        wallet = ProvingWallet(open_server)
        good = await self.push(wallet, {"DPoP": wallet.proof("/par")}, dpop_jkt=wallet.key.thumbprint)
        assert good.status_code == 201, good.text
        other = ProvingWallet(wallet.issuer, number=1).key.thumbprint
        answer = await self.push(wallet, {"DPoP": wallet.proof("/par")}, dpop_jkt=other)
        assert refusal(answer)[0] == 400
