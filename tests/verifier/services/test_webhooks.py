"""Messages to relying services: signed, free of claims, told again until taken, never before their time."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from keys import KeyPurpose
from specs.jose import PublicJwk, Use, parse_jws, parse_public_jwk, verify_jws
from specs.jose.errors import InvalidSignature
from tests.verifier.holder import present
from tests.verifier.issuing import NOW, SimulatedIssuer
from tests.verifier.surroundings import MANAGEMENT, PUBLIC_URL, Asked, Desk, claims_of, header_of
from verifier.domain.ends import SERVICE_CANCELLED
from verifier.domain.event import EventName
from verifier.domain.presentation import Release
from verifier.domain.presentation_page import ReleaseWay
from verifier.domain.relying_service import RelyingService
from verifier.domain.service_addresses import Addresses
from verifier.domain.webhook import GIVE_UP_AFTER, LEASE
from verifier.services.webhooks import AT_ONCE, MESSAGE_TYPE, NO_ANSWER_PAUSE

HOOK = "https://hook.example/in?key=planted"
WHO = (("given_name",), ("family_name",), ("birthdate",))


async def shop(desk: Desk, webhook_url: str | None = HOOK) -> RelyingService:
    registered = await desk.verifier.clients.register(
        {"en-CA": "Shop", "fr-CA": "Boutique"},
        ["identity"],
        actor=MANAGEMENT,
        addresses=Addresses(webhook_url=webhook_url),
    )
    return registered.service


async def asked_of(desk: Desk, service: RelyingService | None = None, **options: Any) -> Asked:
    asked = await desk.ask("identity", service or await shop(desk), **options)
    await desk.verifier.webhooks.expect(asked.service, asked.started.presentation)
    return asked


async def answer(asked: Asked) -> None:
    card = present(SimulatedIssuer().issue(), asked.binding(), *WHO)
    await asked.respond({"photo_card": [card]})


async def deliver(desk: Desk) -> list[str]:
    """Everything that is due, and what the receiver got by it."""
    before = len(desk.receiver.got)
    await desk.verifier.webhooks.wake_ended()
    while await desk.verifier.webhooks.deliver_some():
        continue
    return [message for _, message in desk.receiver.got[before:]]


async def told(desk: Desk) -> list[EventName]:
    kept = desk.verifier.outside.webhooks.events  # type: ignore[attr-defined]
    return [event.name for event in kept]


def published(desk: Desk) -> list[PublicJwk]:
    jwks = desk.verifier.ring.jwks([KeyPurpose.WEBHOOK], desk.clock.now())
    return [parse_public_jwk(one) for one in jwks["keys"]]


async def test_the_end_is_told_once_and_signed() -> None:
    desk = Desk()
    asked = await asked_of(desk, reference="order 4711")
    assert await deliver(desk) == []
    await answer(asked)
    [message] = await deliver(desk)
    assert desk.receiver.got[0][0] == HOOK
    assert await deliver(desk) == []
    [key] = published(desk)
    verified = verify_jws(parse_jws(message, max_bytes=4096), key, use=Use.RECEIPT, typ=MESSAGE_TYPE)
    claims = verified.claims()
    assert header_of(message)["kid"] == key.thumbprint
    assert len(claims.pop("jti")) == 22
    assert claims == {
        "iss": PUBLIC_URL,
        "aud": asked.service.client_id,
        "iat": int(NOW.timestamp()),
        "state": "accepted",
        "preset": "identity",
        "transaction_id_hash": claims["transaction_id_hash"],
        "reference": "order 4711",
    }
    assert await told(desk) == [EventName.WEBHOOK_DELIVERED]


async def test_another_key_does_not_check_it() -> None:
    desk = Desk()
    asked = await asked_of(desk)
    await answer(asked)
    [message] = await deliver(desk)
    [other] = [
        parse_public_jwk(one)
        for one in desk.verifier.ring.jwks([KeyPurpose.RECEIPT], desk.clock.now())["keys"]
    ]
    with pytest.raises(InvalidSignature):
        verify_jws(parse_jws(message, max_bytes=4096), other, use=Use.RECEIPT, typ=MESSAGE_TYPE)


async def test_a_message_has_no_claim_and_no_secret() -> None:
    desk = Desk()
    asked = await asked_of(desk)
    await answer(asked)
    [message] = await deliver(desk)
    text = str(claims_of(message)) + str(header_of(message))
    one = asked.started.presentation
    secrets = (asked.started.transaction_id, one.request_id, one.nonce, one.state_value)
    for hidden in ("Planted", "1994-06-14", *secrets):
        assert hidden not in text
    assert "reference" not in claims_of(message)


async def test_every_end_is_told() -> None:
    desk = Desk()
    service = await shop(desk)
    refused, late, off = [await asked_of(desk, service) for _ in range(3)]
    await refused.refuse()
    await desk.verifier.cancel(off.started.presentation, actor=MANAGEMENT, end=SERVICE_CANCELLED)
    desk.clock.advance(minutes=5)
    await desk.store.expire(desk.clock.now())
    states = {claims_of(one)["transaction_id_hash"]: claims_of(one)["state"] for one in await deliver(desk)}
    assert sorted(states.values()) == ["cancelled", "cancelled", "timed_out"]
    assert await late.state() == "timed_out"


async def test_a_service_without_a_webhook_gets_nothing() -> None:
    desk = Desk()
    asked = await asked_of(desk, await shop(desk, None))
    await answer(asked)
    assert await deliver(desk) == []
    assert await told(desk) == []


async def test_what_is_not_taken_is_told_again_with_the_same_id() -> None:
    desk = Desk()
    desk.receiver.takes = False
    asked = await asked_of(desk)
    await answer(asked)
    [first] = await deliver(desk)
    assert await deliver(desk) == []
    desk.clock.advance(seconds=60)
    desk.receiver.takes = True
    [second] = await deliver(desk)
    one, two = claims_of(first), claims_of(second)
    assert one["jti"] == two["jti"]
    assert two["iat"] == one["iat"] + 60
    desk.clock.advance(hours=2)
    assert await deliver(desk) == []


async def test_a_repetition_tells_what_was_told_first() -> None:
    """However the presentation looks by then: its page is forgotten sooner than the message."""
    desk = Desk()
    desk.receiver.takes = False
    asked = await asked_of(desk, release=Release.BROWSER)
    await released(desk, asked)
    [first] = await deliver(desk)
    desk.clock.advance(hours=3)
    await desk.pages.purge_pages(desk.clock.now(), desk.clock.now())
    [second] = await deliver(desk)
    assert claims_of(first)["state"] == claims_of(second)["state"] == "accepted"


async def test_after_a_day_it_is_given_up_with_an_event() -> None:
    desk = Desk()
    desk.receiver.takes = False
    await answer(await asked_of(desk))
    tries = 0
    while not await told(desk):
        tries += len(await deliver(desk))
        desk.clock.advance(minutes=10)
    assert await told(desk) == [EventName.WEBHOOK_GIVEN_UP]
    assert 20 < tries < 60
    assert desk.clock.now() - NOW >= GIVE_UP_AFTER
    assert await deliver(desk) == []


async def released(desk: Desk, asked: Asked) -> None:
    """Somebody answers, and the browser that began shows itself."""
    sessions, one = desk.verifier.pages.sessions, asked.started.presentation
    url = await sessions.open(one)
    visit = await sessions.enter(url.rpartition("/")[2], None)
    await answer(asked)
    presentation = await desk.store.find_by_request(one.request_id)
    assert presentation is not None
    await sessions.release(visit.page, presentation, ReleaseWay.SAME_DEVICE)


async def test_5_29_nothing_is_told_before_the_browser_has_shown_itself() -> None:
    desk = Desk()
    asked = await asked_of(desk, release=Release.BROWSER)
    await answer(asked)
    for _ in range(5):
        assert await deliver(desk) == []
        desk.clock.advance(seconds=20)
    assert await asked.state() == "retrieved"


async def test_5_29_a_browser_that_never_comes_is_told_like_a_time_out() -> None:
    desk = Desk()
    asked = await asked_of(desk, release=Release.BROWSER)
    await answer(asked)
    desk.clock.advance(minutes=11)
    [message] = await deliver(desk)
    assert claims_of(message)["state"] == "timed_out"
    assert await asked.state() == "timed_out"


async def test_the_release_sets_the_message_free() -> None:
    desk = Desk()
    asked = await asked_of(desk, release=Release.BROWSER)
    await released(desk, asked)
    [message] = await deliver(desk)
    assert claims_of(message)["state"] == "accepted"


async def test_a_service_that_was_switched_off_is_told_nothing() -> None:
    desk = Desk()
    asked = await asked_of(desk)
    await answer(asked)
    await desk.verifier.clients.disable(asked.service.client_id, actor=MANAGEMENT)
    assert await deliver(desk) == []
    assert await told(desk) == [EventName.WEBHOOK_GIVEN_UP]


async def test_a_message_goes_where_the_webhook_is_now() -> None:
    desk = Desk()
    asked = await asked_of(desk)
    await answer(asked)
    moved = "https://moved.example/"
    await desk.verifier.clients.change(
        asked.service.client_id, lambda one: replace(one, webhook_url=moved), actor=MANAGEMENT
    )
    assert len(await deliver(desk)) == 1
    assert desk.receiver.got[0][0] == moved


async def test_several_deliverers_tell_each_end_once() -> None:
    desk = Desk()
    services = [await shop(desk) for _ in range(3)]
    for number in range(30):
        await answer(await asked_of(desk, services[number % 3]))
    rounds = [desk.verifier.webhooks.deliver_some() for _ in range(40)]
    await asyncio.gather(*rounds)
    await deliver(desk)
    ids = [claims_of(message)["jti"] for _, message in desk.receiver.got]
    assert len(ids) == len(set(ids)) == 30


async def test_what_a_crash_left_behind_is_told_after_the_lease() -> None:
    desk = Desk()
    await answer(await asked_of(desk))
    await desk.verifier.webhooks.wake_ended()
    # Somebody claims it and is never heard of again.
    assert await desk.verifier.outside.webhooks.claim(desk.clock.now(), limit=5)
    assert await deliver(desk) == []
    desk.clock.advance(seconds=LEASE.total_seconds())
    assert len(await deliver(desk)) == 1


async def test_messages_of_forgotten_presentations_are_cleared_away() -> None:
    desk = Desk()
    desk.receiver.takes = False
    await answer(await asked_of(desk))
    await deliver(desk)
    desk.clock.advance(hours=25)
    assert await desk.store.forget(desk.clock.now() - timedelta(days=1)) == 1
    assert await deliver(desk) == []
    assert await desk.verifier.webhooks.give_up_old_ones() == 0
    desk.clock.advance(hours=2)
    assert await desk.verifier.webhooks.give_up_old_ones() == 1
    assert await told(desk) == [EventName.WEBHOOK_GIVEN_UP]


async def test_a_service_that_does_not_answer_gets_a_pause() -> None:
    """Forty messages wait for it; it is not asked forty times in a row."""
    desk = Desk()
    desk.receiver.takes = False
    service = await shop(desk)
    for _ in range(40):
        await answer(await asked_of(desk, service))
    assert len(await deliver(desk)) == AT_ONCE
    desk.clock.advance(seconds=NO_ANSWER_PAUSE.total_seconds())
    desk.receiver.takes = True
    assert len(await deliver(desk)) == 40


async def test_an_end_that_nobody_noticed_is_told_when_its_time_is_over() -> None:
    desk = Desk()
    asked = await asked_of(desk)
    await answer(asked)
    desk.clock.advance(minutes=4)
    # The process was away for longer than it looks back.
    assert await deliver(desk) == []
    desk.clock.advance(minutes=1)
    [message] = await deliver(desk)
    assert claims_of(message)["state"] == "accepted"
