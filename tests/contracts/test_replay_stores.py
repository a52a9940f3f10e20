"""What the memory of accepted proofs promises, over memory, SQLite and PostgreSQL (4.22, 4.24)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from issuer.ports import ReplayStore
from issuer.store import tables
from issuer.store.replay_memory import MemoryReplays
from issuer.store.replay_postgresql import PostgresqlReplays
from issuer.store.replay_sqlite import SqliteReplays
from trillium.runtime.database import SqliteDatabase, create_schema, open_database

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
UNTIL = NOW + timedelta(minutes=6)
MOMENT = timedelta(milliseconds=1)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def replays(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ReplayStore]:
    if request.param == "memory":
        yield MemoryReplays()
        return
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/issuer.db" if sqlite else request.getfixturevalue("postgresql_url")
    async with AsyncExitStack() as stack:
        database = open_database(url)
        stack.push_async_callback(database.close)
        await create_schema(database, tables.metadata)
        if isinstance(database, SqliteDatabase):
            yield SqliteReplays(database)
        else:
            yield PostgresqlReplays(database)


async def test_4_22_a_proof_is_new_once(replays: ReplayStore) -> None:
    assert await replays.first_use(b"proof", UNTIL)
    assert not await replays.first_use(b"proof", UNTIL)
    assert not await replays.first_use(b"proof", UNTIL + MOMENT)
    assert await replays.first_use(b"another", UNTIL)


async def test_4_22_of_many_at_once_one_is_first(replays: ReplayStore) -> None:
    firsts = await asyncio.gather(*(replays.first_use(b"proof", UNTIL) for _ in range(20)))
    assert sum(firsts) == 1


async def test_what_is_over_is_forgotten_and_nothing_else(replays: ReplayStore) -> None:
    assert await replays.first_use(b"over", UNTIL - MOMENT)
    assert await replays.first_use(b"last", UNTIL)  # a proof is good in this very moment
    assert await replays.purge_replays(UNTIL) == 1
    assert not await replays.first_use(b"last", UNTIL)
    assert await replays.first_use(b"over", UNTIL)
    assert await replays.purge_replays(UNTIL + timedelta(days=1)) == 2
    assert await replays.purge_replays(UNTIL + timedelta(days=1)) == 0
