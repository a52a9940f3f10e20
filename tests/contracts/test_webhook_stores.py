"""What every store of messages promises, over memory, SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from trillium.runtime.database import create_schema, open_database
from verifier.app.outside import Store, open_store, open_webhooks
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.presentation import (
    ClientIdPrefix,
    Presentation,
    PresentationState,
    RequestId,
    SealedResult,
)
from verifier.domain.relying_service import ClientId
from verifier.domain.webhook import LEASE, MessageId, WebhookMessage, delivered
from verifier.ports import WebhookStore
from verifier.store import tables
from verifier.store.memory import MemoryVerifierStore
from verifier.store.webhooks_memory import MemoryWebhooks

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
SHOP = ClientId("shop")


@dataclass
class Outbox:
    """Messages beside the presentations they wait for."""

    messages: WebhookStore
    store: Store

    async def expect(self, number: int, *, client: str = "shop", ended: bool = True) -> WebhookMessage:
        """A message of a presentation; later numbers are due later."""
        due_at = NOW + timedelta(seconds=number)
        request_id, client_id = RequestId(f"request-{number}"), ClientId(client)
        message = WebhookMessage(MessageId(f"message-{number}"), request_id, client_id, NOW, due_at)
        await self.messages.expect(message)
        await self.store.add(presentation(request_id, client_id), event(EventName.PRESENTATION_REQUESTED))
        if ended:
            await self.end(number)
        return message

    async def end(self, number: int) -> None:
        accepted, state = event(EventName.PRESENTATION_ACCEPTED), PresentationState.ACCEPTED
        sealed, request_id = SealedResult(b"wrapped", b"ciphertext"), RequestId(f"request-{number}")
        assert await self.store.conclude(request_id, state, sealed, NOW, accepted)

    async def claim(self, seconds: float, limit: int = 10) -> list[str]:
        claimed = await self.messages.claim(NOW + timedelta(seconds=seconds), limit=limit)
        return [one.message_id for one in claimed]

    async def events(self) -> list[EventName]:
        own = self.messages.events if isinstance(self.messages, MemoryWebhooks) else []
        kept = await self.store.latest(99)  # type: ignore[attr-defined]
        return [one.name for one in (*own, *kept) if one.name.startswith("webhook")]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def outbox(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Outbox]:
    if request.param == "memory":
        store = MemoryVerifierStore()
        yield Outbox(MemoryWebhooks(store), store)
        return
    sqlite = f"sqlite:///{tmp_path}/verifier.db"
    database = open_database(
        sqlite if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    )
    await create_schema(database, tables.metadata)
    yield Outbox(open_webhooks(database), open_store(database))
    await database.close()


def event(name: EventName) -> Event:
    return Event(name, Actor("system"), NOW, "shop")


def presentation(request_id: RequestId, client_id: ClientId) -> Presentation:
    return Presentation(
        request_id=request_id,
        transaction_hash=request_id.encode(),
        client_id=client_id,
        preset="identity",
        prefix=ClientIdPrefix.X509_HASH,
        nonce="nonce",
        state_value="state",
        locale="en-CA",
        created_at=NOW,
        expires_at=NOW + timedelta(minutes=5),
    )


async def test_a_message_waits_for_the_end_of_its_presentation(outbox: Outbox) -> None:
    await outbox.expect(1, ended=False)
    assert await outbox.claim(2) == []
    await outbox.store.mark_retrieved(RequestId("request-1"), NOW, event(EventName.REQUEST_OBJECT_RETRIEVED))
    assert await outbox.claim(2) == []
    await outbox.end(1)
    assert await outbox.claim(2) == ["message-1"]


async def test_a_time_out_is_an_end_once_it_is_written(outbox: Outbox) -> None:
    await outbox.expect(1, ended=False)
    assert await outbox.claim(600) == []
    await outbox.store.expire(NOW + timedelta(minutes=5))
    assert await outbox.claim(600) == ["message-1"]


async def test_a_message_comes_back_as_it_was_kept(outbox: Outbox) -> None:
    message = await outbox.expect(1)
    assert await outbox.messages.claim(NOW + timedelta(seconds=1), limit=1) == [message]


async def test_the_oldest_come_first_and_those_of_one_service_together(outbox: Outbox) -> None:
    for number in (3, 1, 2):
        await outbox.expect(number)
    await outbox.expect(4, client="other")
    assert await outbox.claim(0.9) == []
    assert await outbox.claim(9, limit=2) == ["message-1", "message-2"]
    # While the shop is being delivered to, everybody else goes on.
    assert await outbox.claim(9) == ["message-4"]
    assert await outbox.claim(9) == []


async def test_what_a_crashed_process_had_claimed_is_claimed_again(outbox: Outbox) -> None:
    await outbox.expect(1)
    assert await outbox.claim(1) == ["message-1"]
    assert await outbox.claim(LEASE.total_seconds()) == []
    assert await outbox.claim(1 + LEASE.total_seconds()) == ["message-1"]


async def test_a_postponed_message_is_due_later_and_remembers(outbox: Outbox) -> None:
    message = await outbox.expect(1)
    assert await outbox.claim(1) == ["message-1"]
    later = replace(message, due_at=NOW + timedelta(seconds=30), attempts=3, state=PresentationState.REJECTED)
    await outbox.messages.postpone(later)
    assert await outbox.claim(29) == []
    assert await outbox.messages.claim(NOW + timedelta(seconds=30), limit=1) == [later]


async def test_a_finished_message_is_gone_with_one_event(outbox: Outbox) -> None:
    await outbox.expect(1)
    done = delivered(SHOP, NOW)
    finished = await asyncio.gather(*(outbox.messages.finish(MessageId("message-1"), done) for _ in range(8)))
    assert sum(finished) == 1
    assert await outbox.claim(9) == []
    assert await outbox.events() == [EventName.WEBHOOK_DELIVERED]


async def test_a_message_that_is_gone_cannot_be_postponed_into_being(outbox: Outbox) -> None:
    message = await outbox.expect(1)
    await outbox.messages.finish(message.message_id, delivered(SHOP, NOW))
    await outbox.messages.postpone(message)
    assert await outbox.claim(9) == []


async def test_no_message_is_claimed_twice(outbox: Outbox) -> None:
    for number in range(1, 21):
        await outbox.expect(number, client=f"shop-{number % 4}")
    claims = await asyncio.gather(*(outbox.claim(99, limit=3) for _ in range(16)))
    claimed = [one for each in claims for one in each]
    assert len(claimed) == len(set(claimed)) >= 3


async def test_old_messages_are_given_up_with_an_event_each(outbox: Outbox) -> None:
    await outbox.expect(1)
    await outbox.expect(2, ended=False)
    assert await outbox.messages.give_up(NOW, NOW) == 0
    assert await outbox.messages.give_up(NOW + timedelta(seconds=1), NOW) == 2
    assert await outbox.claim(99) == []
    assert await outbox.events() == [EventName.WEBHOOK_GIVEN_UP] * 2


async def test_the_end_of_a_presentation_wakes_its_message(outbox: Outbox) -> None:
    for number in (100, 200, 300):
        await outbox.expect(number, ended=False)
    await outbox.end(100)
    assert await outbox.claim(9) == []
    assert await outbox.messages.wake(NOW + timedelta(seconds=1), NOW) == 0
    assert await outbox.messages.wake(NOW, NOW + timedelta(seconds=9)) == 1
    assert await outbox.claim(8) == []
    assert await outbox.claim(9) == ["message-100"]
    assert await outbox.messages.wake(NOW, NOW) == 0


async def test_a_message_that_was_postponed_is_not_woken(outbox: Outbox) -> None:
    message = await outbox.expect(1)
    assert await outbox.claim(1) == ["message-1"]
    await outbox.messages.postpone(replace(message, due_at=NOW + timedelta(hours=1)))
    assert await outbox.messages.wake(NOW, NOW) == 0
    assert await outbox.claim(99) == []


async def test_what_is_due_for_a_service_that_does_not_answer_is_held_back(outbox: Outbox) -> None:
    for number in (1, 2, 50):
        await outbox.expect(number)
    await outbox.expect(3, client="other")
    await outbox.messages.hold_back(SHOP, NOW + timedelta(seconds=9), NOW + timedelta(seconds=60))
    assert await outbox.claim(9) == ["message-3"]
    assert await outbox.claim(50) == ["message-50"]
    for number in (3, 50):
        assert await outbox.messages.finish(MessageId(f"message-{number}"), delivered(SHOP, NOW))
    assert await outbox.claim(59) == []
    assert await outbox.claim(60) == ["message-1", "message-2"]
