"""DPoP over HTTP: acceptance list 2.1, items 12 and 16 (4.20, 4.22, 4.23, 4.38, 6.01; RFC 9449)."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from specs.encoding import parse_json_object
from specs.jose import Algorithm, parse_jws
from tests.issuer.surroundings import NOW
from tests.issuer.web.answers import refusal
from tests.issuer.web.proving import ProvingWallet
from tests.issuer.web.running_issuer import ISSUER, RunningIssuer, running_issuer
from tests.specs.jose.material import public_key

BAD_PROOF = (400, "invalid_dpop_proof")
BAD_PROOF_AT_RESOURCE = (401, "invalid_dpop_proof")


@pytest.fixture
def wallet(issuer: RunningIssuer) -> ProvingWallet:
    return ProvingWallet(issuer)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def strict_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningIssuer]:
    folder = tmp_path_factory.mktemp("strict")
    async with running_issuer(folder, dpop="required", sender_nonces="required") as running:
        yield running


@pytest.fixture
def strict(strict_server: RunningIssuer) -> ProvingWallet:
    strict_server.clock.moment = NOW
    return ProvingWallet(strict_server)


def claims_of(token: str) -> dict[str, Any]:
    return parse_json_object(parse_jws(token, max_bytes=9999).payload, max_bytes=9999)


class TestTokenEndpoint:
    async def test_4_22_a_proof_binds_the_token_to_its_key(self, wallet: ProvingWallet) -> None:
        answer = await wallet.redeem({"DPoP": wallet.proof()})
        assert answer.status_code == 200
        body = answer.json()
        assert body["token_type"] == "DPoP"
        claims = claims_of(body["access_token"])
        assert claims["cnf"] == {"jkt": wallet.key.thumbprint}
        assert 300 < body["expires_in"] <= 3600
        assert answer.headers["dpop-nonce"]

    async def test_4_20_without_a_proof_the_token_is_a_short_bearer_token(
        self, wallet: ProvingWallet
    ) -> None:
        answer = await wallet.redeem({})
        assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 300)
        assert "cnf" not in claims_of(answer.json()["access_token"])
        assert "dpop-nonce" not in answer.headers

    BAD: dict[str, Callable[[ProvingWallet], str]] = {  # noqa: RUF012  # a table of cases
        "no-jwt": lambda _wallet: "abc",
        "for-another-address": lambda wallet: wallet.proof("/credential"),
        "for-the-address-of-another-server": lambda wallet: wallet.proof(htu="https://other.example/token"),
        "for-another-method": lambda wallet: wallet.proof(htm="GET"),
        "of-another-type": lambda wallet: wallet.proof(header={"typ": "JWT"}),
        "too-old": lambda wallet: wallet.proof(iat=wallet.seconds - 361),
        "too-far-ahead": lambda wallet: wallet.proof(iat=wallet.seconds + 61),
        "without-id": lambda wallet: wallet.proof(jti=None),
        "signature-of-another-key": lambda wallet: wallet.proof(
            header={"jwk": dict(public_key(Algorithm.ES256, 1).members)}
        ),
        "with-the-private-key": lambda wallet: wallet.proof(
            header={"jwk": {**wallet.key.members, "d": "AA"}}
        ),
    }

    @pytest.mark.parametrize("proof", BAD.values(), ids=BAD)
    async def test_4_22_a_bad_proof_is_refused_and_spends_nothing(
        self, wallet: ProvingWallet, proof: Callable[[ProvingWallet], str]
    ) -> None:
        offer = await wallet.issuer.offer()
        before = wallet.issuer.rows()
        assert refusal(await wallet.redeem({"DPoP": proof(wallet)}, offer=offer)) == BAD_PROOF
        assert wallet.issuer.rows() == before
        assert (await wallet.redeem({"DPoP": wallet.proof()}, offer=offer)).status_code == 200

    async def test_4_22_two_proofs_are_refused(self, wallet: ProvingWallet) -> None:
        twice = [("DPoP", wallet.proof()), ("DPoP", wallet.proof())]
        assert refusal(await wallet.redeem(twice)) == BAD_PROOF

    async def test_4_22_a_proof_is_good_once(self, wallet: ProvingWallet) -> None:
        proof = wallet.proof()
        assert (await wallet.redeem({"DPoP": proof})).status_code == 200
        assert refusal(await wallet.redeem({"DPoP": proof})) == BAD_PROOF

    async def test_4_22_another_spelling_of_the_address(self, wallet: ProvingWallet) -> None:
        proof = wallet.proof(htu="HTTPS://Issuer.Example:443/tenant/./token?x=1")
        assert (await wallet.redeem({"DPoP": proof})).status_code == 200


class TestResource:
    @pytest.mark.parametrize("scheme", ["DPoP", "dpop", "DPOP"])
    async def test_4_22_token_and_proof_together(self, wallet: ProvingWallet, scheme: str) -> None:
        token = await wallet.bound_token()
        answer = await wallet.ask(wallet.showing(token, scheme=scheme))
        assert answer.status_code == 200, answer.text
        assert answer.headers["dpop-nonce"]

    async def test_4_20_a_bound_token_is_good_for_longer(self, wallet: ProvingWallet) -> None:
        token = await wallet.bound_token()
        wallet.issuer.clock.advance(minutes=59)
        assert (await wallet.ask(wallet.showing(token))).status_code == 200
        wallet.issuer.clock.advance(minutes=1)
        answer = await wallet.ask(wallet.showing(token))
        assert refusal(answer) == (401, "invalid_token")
        assert answer.headers["www-authenticate"].startswith('DPoP error="invalid_token"')

    async def test_4_22_a_bound_token_as_bearer_is_refused(self, wallet: ProvingWallet) -> None:
        token = await wallet.bound_token()
        for headers in ({"Authorization": f"Bearer {token}"}, wallet.showing(token, scheme="Bearer")):
            answer = await wallet.ask(headers)
            assert refusal(answer) == (401, "invalid_token")
            assert answer.headers["www-authenticate"].startswith("DPoP ")

    async def test_4_22_a_bearer_token_with_a_proof_is_refused(self, wallet: ProvingWallet) -> None:
        token = await wallet.issuer.access_token()
        assert refusal(await wallet.ask(wallet.showing(token))) == (401, "invalid_token")
        assert (await wallet.ask({"Authorization": f"Bearer {token}"})).status_code == 200

    async def test_2_1_16_the_token_of_one_wallet_with_the_key_of_another(
        self, wallet: ProvingWallet
    ) -> None:
        token = await wallet.bound_token()
        thief = ProvingWallet(wallet.issuer, number=1)
        answer = await wallet.ask(thief.showing(token))
        assert refusal(answer) == BAD_PROOF_AT_RESOURCE
        assert answer.headers["www-authenticate"].startswith('DPoP error="invalid_dpop_proof"')
        assert 'algs="ES256' in answer.headers["www-authenticate"]

    async def test_2_1_16_a_token_in_the_address_is_refused(self, wallet: ProvingWallet) -> None:
        token = await wallet.bound_token()
        for headers in ({}, wallet.showing(token)):
            answer = await wallet.ask(headers, params={"access_token": token})
            assert refusal(answer) == (400, "invalid_request")

    async def test_4_22_without_a_proof(self, wallet: ProvingWallet) -> None:
        token = await wallet.bound_token()
        assert refusal(await wallet.ask({"Authorization": f"DPoP {token}"})) == BAD_PROOF_AT_RESOURCE

    async def test_4_22_two_proofs_are_refused(self, wallet: ProvingWallet) -> None:
        token = await wallet.bound_token()
        once, again = wallet.showing(token), wallet.showing(token)
        headers = [*once.items(), ("DPoP", again["DPoP"])]
        assert refusal(await wallet.ask(headers)) == BAD_PROOF_AT_RESOURCE

    @pytest.mark.parametrize(
        "claims",
        [{"ath": None}, {"ath": "A" * 43}, {"htu": f"{ISSUER}/token"}, {"htm": "GET"}, {"iat": 1}],
        ids=["no-hash", "hash-of-another-token", "another-address", "another-method", "old"],
    )
    async def test_4_22_a_bad_proof_is_refused_and_spends_nothing(
        self, wallet: ProvingWallet, claims: dict[str, Any]
    ) -> None:
        token = await wallet.bound_token()
        before = wallet.issuer.rows()
        assert refusal(await wallet.ask(wallet.showing(token, **claims))) == BAD_PROOF_AT_RESOURCE
        assert wallet.issuer.rows() == before

    async def test_4_22_a_proof_is_good_once_and_not_for_two_tokens(self, wallet: ProvingWallet) -> None:
        token, other = await wallet.bound_token(), await wallet.bound_token()
        headers = wallet.showing(token)
        assert (await wallet.ask(headers)).status_code == 200
        assert refusal(await wallet.ask(headers)) == BAD_PROOF_AT_RESOURCE
        swapped = {**wallet.showing(token), "Authorization": f"DPoP {other}"}
        assert refusal(await wallet.ask(swapped)) == BAD_PROOF_AT_RESOURCE

    async def test_4_22_a_proof_may_be_forgotten_only_when_it_is_too_old(self, wallet: ProvingWallet) -> None:
        token = await wallet.bound_token()
        headers = wallet.showing(token)
        assert (await wallet.ask(headers)).status_code == 200
        wallet.issuer.clock.advance(minutes=6, milliseconds=1)
        assert refusal(await wallet.ask(headers)) == BAD_PROOF_AT_RESOURCE


class TestNonces:
    """Item 12: with and without a nonce of the server."""

    async def test_4_23_the_token_endpoint_asks_for_one_with_status_400(self, strict: ProvingWallet) -> None:
        offer = await strict.issuer.offer()
        answer = await strict.redeem({"DPoP": strict.proof()}, offer=offer)
        assert refusal(answer) == (400, "use_dpop_nonce")
        fresh = strict.proof(nonce=answer.headers["dpop-nonce"])
        answer = await strict.redeem({"DPoP": fresh}, offer=offer)
        assert answer.status_code == 200
        assert answer.headers["dpop-nonce"]

    async def test_4_23_a_resource_asks_for_one_with_status_401(self, strict: ProvingWallet) -> None:
        nonce = await self._nonce(strict)
        answer = await strict.redeem({"DPoP": strict.proof(nonce=nonce)})
        token = answer.json()["access_token"]
        asked = await strict.ask(strict.showing(token))
        assert refusal(asked) == (401, "use_dpop_nonce")
        assert asked.headers["www-authenticate"].startswith('DPoP error="use_dpop_nonce"')
        again = await strict.ask(strict.showing(token, nonce=asked.headers["dpop-nonce"]))
        assert again.status_code == 200, again.text

    async def test_4_23_the_nonce_endpoint_gives_one_to_everybody(self, strict: ProvingWallet) -> None:
        nonce = await self._nonce(strict)
        assert (await strict.redeem({"DPoP": strict.proof(nonce=nonce)})).status_code == 200

    @pytest.mark.parametrize("which", ["old", "invented", "c_nonce", "empty"])
    async def test_4_23_one_that_is_not_ours_or_too_old(self, strict: ProvingWallet, which: str) -> None:
        nonce = {
            "old": await self._nonce(strict),
            "invented": "A" * 48,
            "c_nonce": await strict.issuer.nonce(),
            "empty": "",
        }[which]
        if which == "old":
            strict.issuer.clock.advance(minutes=5)
        answer = await strict.redeem({"DPoP": strict.proof(nonce=nonce)})
        assert refusal(answer) == (400, "use_dpop_nonce")
        assert answer.headers["dpop-nonce"] != nonce

    async def test_4_20_where_keys_are_required_there_is_no_bearer_token(self, strict: ProvingWallet) -> None:
        offer = await strict.issuer.offer()
        before = strict.issuer.rows()
        assert refusal(await strict.redeem({}, offer=offer)) == BAD_PROOF
        assert strict.issuer.rows() == before

    async def test_4_23_a_nonce_that_nobody_asked_for_is_checked_too(self, wallet: ProvingWallet) -> None:
        good = await self._nonce(wallet)
        assert (await wallet.redeem({"DPoP": wallet.proof(nonce=good)})).status_code == 200
        answer = await wallet.redeem({"DPoP": wallet.proof(nonce="B" * 48)})
        assert refusal(answer) == (400, "use_dpop_nonce")

    @staticmethod
    async def _nonce(wallet: ProvingWallet) -> str:
        answer = await wallet.issuer.client.post(f"{ISSUER}/nonce")
        return str(answer.headers["dpop-nonce"])


async def test_4_07_the_metadata_names_the_algorithms(issuer: RunningIssuer) -> None:
    url = "https://issuer.example/.well-known/oauth-authorization-server/tenant"
    document = (await issuer.client.get(url)).json()
    assert document["dpop_signing_alg_values_supported"] == ["ES256", "ES384", "ES512", "EdDSA"]
    assert "challenge_endpoint" not in document


async def test_the_clock_of_a_wallet_may_be_ten_seconds_ahead(wallet: ProvingWallet) -> None:
    ahead = wallet.seconds + int(timedelta(seconds=10).total_seconds())
    assert (await wallet.redeem({"DPoP": wallet.proof(iat=ahead)})).status_code == 200
