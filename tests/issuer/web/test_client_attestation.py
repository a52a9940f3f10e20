"""Wallet attestations over HTTP: acceptance list 2.1, item 12 (4.24 to 4.27, 6.05)."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import ValidationError

from issuer.settings import Settings
from tests.issuer.surroundings import NOW
from tests.issuer.web.answers import refusal
from tests.issuer.web.proving import WALLET, ProvingWallet, attesters_file
from tests.issuer.web.running_issuer import ISSUER, RunningIssuer, running_issuer
from tests.specs.jose.certificates import CA, LEAF, self_signed
from tests.specs.oauth.senders import ATTESTER, ROOT

BAD = (400, "invalid_client_attestation")
ATTESTATION, POP = "OAuth-Client-Attestation", "OAuth-Client-Attestation-PoP"
# The certificates of `senders` are valid for a day around their own noon.
MOMENT = NOW - timedelta(days=1)
assert ATTESTER.certificate.not_valid_after_utc > MOMENT


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def attesting_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningIssuer]:
    folder = tmp_path_factory.mktemp("attesting")
    async with running_issuer(
        folder,
        wallet_attesters_file=attesters_file(folder),
        client_attestation="required",
        attestation_max_hours=24,
    ) as running:
        yield running


@pytest.fixture
def wallet(attesting_server: RunningIssuer) -> ProvingWallet:
    attesting_server.clock.moment = MOMENT
    return ProvingWallet(attesting_server)


async def test_4_24_an_attested_wallet_gets_its_token(wallet: ProvingWallet) -> None:
    answer = await wallet.redeem(wallet.attested(), client_id=WALLET)
    assert answer.status_code == 200, answer.text
    assert answer.headers["oauth-client-attestation-challenge"]


async def test_4_24_the_client_is_known_without_naming_itself(wallet: ProvingWallet) -> None:
    assert (await wallet.redeem(wallet.attested())).status_code == 200


async def test_4_24_the_older_generation_is_read_too(wallet: ProvingWallet) -> None:
    headers = {
        ATTESTATION: wallet.attestation(iss="https://attester.example", iat=None),
        POP: wallet.pop(iss=WALLET, exp=wallet.seconds + 60),
    }
    assert (await wallet.redeem(headers, client_id=WALLET)).status_code == 200


async def test_6_05_without_an_attestation_there_is_no_token(wallet: ProvingWallet) -> None:
    offer = await wallet.issuer.offer()
    before = wallet.issuer.rows()
    for headers in ({}, {"DPoP": wallet.proof()}):
        assert refusal(await wallet.redeem(headers, offer=offer)) == (401, "invalid_client")
    assert wallet.issuer.rows() == before


REFUSED: dict[str, Callable[[ProvingWallet], dict[str, str]]] = {
    "bad-signature": lambda w: w.attested() | {ATTESTATION: w.attestation()[:-8] + "AAAAAAAA"},
    "bad-proof-signature": lambda w: w.attested() | {POP: w.pop()[:-8] + "AAAAAAAA"},
    "expired": lambda w: w.attested() | {ATTESTATION: w.attestation(exp=w.seconds - 61)},
    "no-subject": lambda w: w.attested() | {ATTESTATION: w.attestation(sub=None)},
    "proof-for-another-audience": lambda w: w.attested(aud="https://another.example"),
    "proof-for-the-endpoint": lambda w: w.attested(aud=f"{ISSUER}/token"),
    "proof-with-another-key": lambda w: w.attested() | {POP: ProvingWallet(w.issuer, 1).pop()},
    "proof-missing": lambda w: {ATTESTATION: w.attestation()},
    "attestation-missing": lambda w: {POP: w.pop()},
    "attester-unknown": lambda w: (
        w.attested() | {ATTESTATION: w.attestation(signer=self_signed(CA).issue(LEAF))}
    ),
    "attester-self-signed": lambda w: w.attested() | {ATTESTATION: w.attestation(signer=self_signed(LEAF))},
    "anchor-in-the-chain": lambda w: w.attested() | {ATTESTATION: w.attestation(chain=[ATTESTER, ROOT])},
    "proof-too-old": lambda w: w.attested(iat=w.seconds - 361),
    "no-jwt": lambda w: w.attested() | {ATTESTATION: "abc"},
}


@pytest.mark.parametrize("headers", REFUSED.values(), ids=REFUSED)
async def test_2_1_12_refused_and_nothing_spent(
    wallet: ProvingWallet, headers: Callable[[ProvingWallet], dict[str, str]]
) -> None:
    offer = await wallet.issuer.offer()
    before = wallet.issuer.rows()
    assert refusal(await wallet.redeem(headers(wallet), offer=offer)) == BAD
    assert wallet.issuer.rows() == before
    assert (await wallet.redeem(wallet.attested(), offer=offer)).status_code == 200


@pytest.mark.parametrize("name", [ATTESTATION, POP])
async def test_4_24_exactly_one_of_each_header(wallet: ProvingWallet, name: str) -> None:
    headers = wallet.attested()
    assert refusal(await wallet.redeem([*headers.items(), (name, headers[name])])) == BAD


async def test_4_24_the_name_in_the_form_is_that_of_the_attestation(wallet: ProvingWallet) -> None:
    assert refusal(await wallet.redeem(wallet.attested(), client_id="https://another.example")) == BAD


async def test_4_24_a_proof_of_possession_is_good_once(wallet: ProvingWallet) -> None:
    headers = wallet.attested()
    assert (await wallet.redeem(headers)).status_code == 200
    assert refusal(await wallet.redeem(headers)) == BAD


async def test_4_26_an_old_attestation_is_to_be_renewed(wallet: ProvingWallet) -> None:
    headers = wallet.attested() | {ATTESTATION: wallet.attestation(iat=wallet.seconds - 25 * 3600)}
    assert refusal(await wallet.redeem(headers)) == (400, "use_fresh_attestation")


class TestCombinedMode:
    async def test_4_25_a_dpop_proof_by_the_attested_key_is_enough(self, wallet: ProvingWallet) -> None:
        headers = {ATTESTATION: wallet.attestation(), "DPoP": wallet.proof()}
        answer = await wallet.redeem(headers, client_id=WALLET)
        assert answer.status_code == 200, answer.text
        assert answer.json()["token_type"] == "DPoP"

    async def test_4_25_an_attestation_for_a_different_key_is_refused(self, wallet: ProvingWallet) -> None:
        """Lessons: swiyu-issuer #979."""
        other = ProvingWallet(wallet.issuer, number=1)
        headers = {ATTESTATION: wallet.attestation(), "DPoP": other.proof()}
        assert refusal(await wallet.redeem(headers, client_id=WALLET)) == BAD

    async def test_4_25_a_challenge_may_be_its_nonce(self, wallet: ProvingWallet) -> None:
        challenge = await challenge_of(wallet)
        headers = {ATTESTATION: wallet.attestation(), "DPoP": wallet.proof(nonce=challenge)}
        assert (await wallet.redeem(headers)).status_code == 200

    async def test_4_25_beside_a_proof_of_possession_a_challenge_is_no_dpop_nonce(
        self, wallet: ProvingWallet
    ) -> None:
        headers = wallet.attested() | {"DPoP": wallet.proof(nonce=await challenge_of(wallet))}
        assert refusal(await wallet.redeem(headers)) == (400, "use_dpop_nonce")

    async def test_4_25_beside_a_proof_of_possession_the_keys_may_differ(self, wallet: ProvingWallet) -> None:
        other = ProvingWallet(wallet.issuer, number=1)
        headers = wallet.attested() | {"DPoP": other.proof()}
        assert (await wallet.redeem(headers)).status_code == 200

    async def test_4_25_a_bad_dpop_proof_is_told_as_such(self, wallet: ProvingWallet) -> None:
        headers = {ATTESTATION: wallet.attestation(), "DPoP": wallet.proof(htm="GET")}
        assert refusal(await wallet.redeem(headers)) == (400, "invalid_dpop_proof")


class TestChallenges:
    async def test_4_26_the_endpoint_gives_them_to_everybody_uncached(self, wallet: ProvingWallet) -> None:
        answer = await wallet.issuer.client.post(f"{ISSUER}/challenge")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
        assert set(answer.json()) == {"attestation_challenge"}
        assert answer.json() != (await wallet.issuer.client.post(f"{ISSUER}/challenge")).json()
        assert (await wallet.issuer.client.get(f"{ISSUER}/challenge")).status_code == 405

    @pytest.mark.parametrize("name", ["challenge", "nonce"])
    async def test_4_26_one_of_ours_is_taken(self, wallet: ProvingWallet, name: str) -> None:
        headers = wallet.attested(**{name: await challenge_of(wallet)})
        answer = await wallet.redeem(headers)
        assert answer.status_code == 200
        following = wallet.attested(**{name: answer.headers["oauth-client-attestation-challenge"]})
        assert (await wallet.redeem(following)).status_code == 200

    @pytest.mark.parametrize("which", ["old", "invented", "dpop"])
    async def test_4_26_another_is_answered_with_a_fresh_one(self, wallet: ProvingWallet, which: str) -> None:
        given = await wallet.issuer.client.post(f"{ISSUER}/challenge")
        challenge = {
            "old": given.json()["attestation_challenge"],
            "invented": "A" * 48,
            "dpop": given.headers["dpop-nonce"],
        }[which]
        if which == "old":
            wallet.issuer.clock.advance(minutes=5)
        answer = await wallet.redeem(wallet.attested(challenge=challenge))
        assert refusal(answer) == (400, "use_attestation_challenge")
        fresh = answer.headers["oauth-client-attestation-challenge"]
        assert (await wallet.redeem(wallet.attested(challenge=fresh))).status_code == 200


async def challenge_of(wallet: ProvingWallet) -> str:
    answer = await wallet.issuer.client.post(f"{ISSUER}/challenge")
    return str(answer.json()["attestation_challenge"])


async def test_4_25_the_metadata_says_so(wallet: ProvingWallet) -> None:
    url = "https://issuer.example/.well-known/oauth-authorization-server/tenant"
    document = (await wallet.issuer.client.get(url)).json()
    methods = ["attest_jwt_client_auth", "attest_jwt_client_auth_dpop"]
    assert document["token_endpoint_auth_methods_supported"] == methods
    assert document["challenge_endpoint"] == f"{ISSUER}/challenge"
    for name in ("client_attestation", "client_attestation_pop"):
        assert "ES256" in document[f"{name}_signing_alg_values_supported"]


async def test_4_24_where_they_are_off_attestations_are_not_looked_at(issuer: RunningIssuer) -> None:
    wallet = ProvingWallet(issuer)
    assert (await wallet.redeem({ATTESTATION: "abc"})).status_code == 200
    assert (await issuer.client.post(f"{ISSUER}/challenge")).status_code == 404


async def test_4_26_where_nonces_are_required_a_challenge_is_needed(tmp_path: Path) -> None:
    async with running_issuer(
        tmp_path, wallet_attesters_file=attesters_file(tmp_path), sender_nonces="required"
    ) as issuer:
        issuer.clock.moment = MOMENT
        wallet = ProvingWallet(issuer)
        answer = await wallet.redeem(wallet.attested())
        assert refusal(answer) == (400, "use_attestation_challenge")
        challenge = answer.headers["oauth-client-attestation-challenge"]
        assert (await wallet.redeem(wallet.attested(challenge=challenge))).status_code == 200
        assert (await wallet.redeem({})).status_code == 200  # supported: a wallet may come without


@pytest.mark.parametrize("use", ["supported", "required"])
def test_nobody_is_trusted_without_a_file(use: str) -> None:
    with pytest.raises(ValidationError, match="wallet_attesters_file"):
        Settings(client_attestation=use)
