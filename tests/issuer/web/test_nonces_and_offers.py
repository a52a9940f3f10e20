"""The nonce endpoint (4.28) and offers by reference (4.09)."""

import math
from collections import Counter
from datetime import timedelta

import pytest

from issuer.domain.offer import OFFER_LIFETIME
from specs.encoding import b64url_decode
from specs.openid4vci import (
    parse_credential_offer,
    parse_credential_offer_uri,
    parse_issuer_metadata,
    verify_credential_offer,
)
from tests.issuer.web.answers import problem, refusal
from tests.issuer.web.running_issuer import GRANT_TYPE, ISSUER, RunningIssuer

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_4_28_a_nonce_needs_no_token_and_is_kept_by_nobody(issuer: RunningIssuer) -> None:
    before = issuer.rows()
    answers = [await issuer.client.post(f"{ISSUER}/nonce") for _ in range(20)]
    for answer in answers:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
        assert set(answer.json()) == {"c_nonce"}
    nonces = {answer.json()["c_nonce"] for answer in answers}
    assert len(nonces) == 20
    assert issuer.rows() == before


async def test_4_28_a_nonce_is_unpredictable(issuer: RunningIssuer) -> None:
    """The random part of many nonces looks random: all bits are used about equally often."""
    bits = [b64url_decode(await issuer.nonce())[:16] for _ in range(100)]
    ones = Counter(place for data in bits for place in range(128) if int.from_bytes(data, "big") >> place & 1)
    assert len(ones) == 128
    assert all(abs(count - 50) < 5.5 * math.sqrt(25) for count in ones.values())


@pytest.mark.parametrize("body", [b"{}", b"anything", b"a=b"])
async def test_a_body_is_of_no_interest_to_the_nonce_endpoint(issuer: RunningIssuer, body: bytes) -> None:
    assert (await issuer.client.post(f"{ISSUER}/nonce", content=body)).status_code == 200


async def test_only_a_post_gets_a_nonce_and_only_a_small_one(issuer: RunningIssuer) -> None:
    assert refusal(await issuer.client.get(f"{ISSUER}/nonce")) == (405, "invalid_request")
    too_large = await issuer.client.post(f"{ISSUER}/nonce", content=b"x" * 2000)
    assert refusal(too_large) == (413, "invalid_request")


async def test_4_09_an_offer_by_reference_is_the_offer_by_value(issuer: RunningIssuer) -> None:
    made = await issuer.offer(("photo-card", "proof-of-age"), tx_code=True)
    reference = parse_credential_offer_uri(made["credential_offer_link"])
    assert reference.uri == made["credential_offer_uri"]  # type: ignore[union-attr]  # a reference
    answer = await issuer.client.get(made["credential_offer_uri"])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == made["credential_offer"]


async def test_4_10_an_offer_is_what_a_wallet_expects(issuer: RunningIssuer) -> None:
    document = await issuer.client.get(f"{ISSUER}/.well-known/openid-credential-issuer")
    metadata = parse_issuer_metadata(document.content, credential_issuer=ISSUER)
    for tx_code in (True, False):
        made = await issuer.offer(("photo-card", "proof-of-age"), tx_code=tx_code)
        offer = parse_credential_offer((await issuer.client.get(made["credential_offer_uri"])).content)
        assert verify_credential_offer(offer, metadata, authorization_server=None) == (ISSUER,)
        grant = made["credential_offer"]["grants"][GRANT_TYPE]
        assert ("tx_code" in grant) is tx_code
        if tx_code:
            assert (grant["tx_code"]["length"], grant["tx_code"]["input_mode"]) == (6, "numeric")
            assert len(grant["tx_code"]["description"]) <= 300
            assert made["tx_code"] not in str(made["credential_offer"])
            assert made["tx_code"] not in made["credential_offer_link"]


async def test_an_offer_that_is_over_is_not_found_any_more(issuer: RunningIssuer) -> None:
    redeemed, withdrawn, expired = [await issuer.offer() for _ in range(3)]
    await issuer.redeem(redeemed)
    await issuer.manage("DELETE", f"/offers/{withdrawn['offer_id']}")
    issuer.clock.moment += OFFER_LIFETIME - timedelta(milliseconds=1)
    assert (await issuer.client.get(expired["credential_offer_uri"])).status_code == 200
    issuer.clock.moment += timedelta(milliseconds=1)
    unknown = {"credential_offer_uri": f"{ISSUER}/offers/{'A' * 22}"}
    bodies = []
    for offer in (redeemed, withdrawn, expired, unknown):
        answer = await issuer.client.get(offer["credential_offer_uri"])
        assert problem(answer) == (404, "unknown_offer")
        bodies.append({name: value for name, value in answer.json().items() if name != "request_id"})
    assert all(body == bodies[0] for body in bodies)  # which of them it is, is nobody's business


@pytest.mark.parametrize("reference", ["%00", "..", "%2e%2e%2fjwks", "a" * 5000, "%ff", "ä"])
async def test_a_reference_that_cannot_be_one(issuer: RunningIssuer, reference: str) -> None:
    answer = await issuer.client.get(f"{ISSUER}/offers/{reference}")
    assert problem(answer)[0] == 404
