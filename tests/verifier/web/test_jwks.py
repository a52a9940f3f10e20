"""The verifier's public keys: one of each purpose, no private member, and no secret."""

from pathlib import Path

from keys import KeyPurpose
from tests.verifier.web.counter import Counter, opened_counter
from verifier.app.outside import PUBLISHED
from verifier.app.published_keys import MAX_AGE


async def test_7_07_the_keys_of_webhooks_receipts_and_bundles_are_public(counter: Counter) -> None:
    answer = await counter.http.get("/jwks")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == f"public, max-age={MAX_AGE}"
    keys = answer.json()["keys"]
    ring, now = counter.desk.verifier.ring, counter.desk.clock.now()
    assert {key["kid"] for key in keys} == {ring.signer_for(one, now).key_id for one in PUBLISHED}
    for key in keys:
        assert set(key) == {"kty", "crv", "x", "y", "kid", "use", "alg"}
        assert (key["use"], key["alg"]) == ("sig", "ES256")


async def test_no_other_key_is_there(counter: Counter) -> None:
    ring, now = counter.desk.verifier.ring, counter.desk.clock.now()
    kids = {key["kid"] for key in (await counter.http.get("/jwks")).json()["keys"]}
    assert ring.signer_for(KeyPurpose.REQUEST_OBJECT, now).key_id not in kids


async def test_a_next_key_is_published_before_it_signs_and_an_old_one_after(tmp_path: Path) -> None:
    async with opened_counter(tmp_path) as counter:
        ring, clock = counter.desk.verifier.ring, counter.desk.clock
        before = {key["kid"] for key in (await counter.http.get("/jwks")).json()["keys"]}
        ring.prepare_next(KeyPurpose.WEBHOOK, clock.now())
        announced = {key["kid"] for key in (await counter.http.get("/jwks")).json()["keys"]}
        assert len(announced - before) == 1
        clock.advance(minutes=10)
        ring.rotate(KeyPurpose.WEBHOOK, clock.now())
        after = {key["kid"] for key in (await counter.http.get("/jwks")).json()["keys"]}
        assert after == announced
        assert ring.signer_for(KeyPurpose.WEBHOOK, clock.now()).key_id in announced - before
