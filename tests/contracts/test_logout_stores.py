"""What every store of logout messages promises (7.12), over memory, SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from trillium.runtime.database import SqliteDatabase, create_schema, open_database
from verifier.domain.event import EventName
from verifier.domain.openid.logout import LEASE, LogoutMessage, told
from verifier.domain.relying_service import ClientId
from verifier.ports import EventLog
from verifier.ports_openid import LogoutMessageStore
from verifier.store import tables
from verifier.store.memory import MemoryVerifierStore
from verifier.store.openid.logouts_memory import MemoryLogouts
from verifier.store.openid.logouts_postgresql import PostgresqlLogouts
from verifier.store.openid.logouts_sqlite import SqliteLogouts
from verifier.store.postgresql import PostgresqlVerifierStore
from verifier.store.sqlite import SqliteVerifierStore

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=5)


@dataclass(frozen=True)
class Kept:
    store: LogoutMessageStore
    log: EventLog

    async def claim(self, now: datetime = NOW, limit: int = 9) -> list[LogoutMessage]:
        return list(await self.store.claim_logouts(now, limit=limit))


def message(number: int = 1, **changed: Any) -> LogoutMessage:
    members: dict[str, Any] = {
        "message_id": f"message-{number}",
        "client_id": ClientId("oc-1"),
        "sub": "pairwise",
        "sid": f"session-{number}",
        "created_at": NOW,
        "due_at": NOW,
    }
    return LogoutMessage(**(members | changed))


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    if request.param == "memory":
        log = MemoryVerifierStore()
        yield Kept(MemoryLogouts(log.events), log)
        return
    url = f"sqlite:///{tmp_path}/verifier.db"
    database = open_database(url if request.param == "sqlite" else request.getfixturevalue("postgresql_url"))
    await create_schema(database, tables.metadata)
    if isinstance(database, SqliteDatabase):
        yield Kept(SqliteLogouts(database), SqliteVerifierStore(database))
    else:
        yield Kept(PostgresqlLogouts(database), PostgresqlVerifierStore(database))
    await database.close()


async def test_a_message_comes_back_as_it_was_kept_when_it_is_due(kept: Kept) -> None:
    await kept.store.add_logout(message(due_at=LATER, attempts=3))
    assert await kept.claim() == []
    assert await kept.claim(LATER) == [message(due_at=LATER, attempts=3)]


async def test_there_is_one_message_about_a_session(kept: Kept) -> None:
    await kept.store.add_logout(message())
    await kept.store.add_logout(message(2, sid="session-1"))
    await kept.store.add_logout(message())
    assert [one.message_id for one in await kept.claim()] == ["message-1"]


async def test_the_oldest_come_first_and_nobody_gets_what_another_has(kept: Kept) -> None:
    for number in range(4):
        await kept.store.add_logout(message(number, due_at=NOW - timedelta(seconds=number)))
    assert [one.message_id for one in await kept.claim(limit=2)] == ["message-3", "message-2"]
    assert [one.message_id for one in await kept.claim(limit=9)] == ["message-1", "message-0"]
    assert await kept.claim() == []
    # Whoever had them has stopped.
    assert len(await kept.claim(NOW + LEASE)) == 4


async def test_two_processes_never_have_one_message(kept: Kept) -> None:
    for number in range(8):
        await kept.store.add_logout(message(number))
    rounds = await asyncio.gather(*(kept.claim(limit=2) for _ in range(8)))
    ids = [one.message_id for claimed in rounds for one in claimed]
    assert len(ids) == len(set(ids))


async def test_a_postponed_message_waits_again(kept: Kept) -> None:
    await kept.store.add_logout(message())
    [claimed] = await kept.claim()
    tried = replace(claimed, due_at=LATER, attempts=1)
    await kept.store.postpone_logout(tried)
    assert await kept.claim() == []
    assert await kept.claim(LATER) == [tried]


async def test_a_message_ends_once_and_its_event_is_written_with_it(kept: Kept) -> None:
    await kept.store.add_logout(message())
    event = told(message(), NOW)
    ended = await asyncio.gather(*(kept.store.finish_logout("message-1", event) for _ in range(4)))
    assert sorted(ended) == [False, False, False, True]
    assert [one.name for one in await kept.log.latest(9)] == [EventName.LOGOUT_TOLD]
    await kept.store.postpone_logout(message(due_at=NOW))
    assert await kept.claim(NOW + LEASE) == []
