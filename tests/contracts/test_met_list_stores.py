"""What every store of the lists that presentations led to promises, over memory, SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from trillium.runtime.database import SqliteDatabase, create_schema, open_database
from verifier.domain.met_list import MetList
from verifier.ports import MetListStore
from verifier.store import tables
from verifier.store.lists_memory import MemoryMetLists
from verifier.store.lists_postgresql import PostgresqlMetLists
from verifier.store.lists_sqlite import SqliteMetLists

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
OURS, OTHERS = "anchors-1", "anchors-2"


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[MetListStore]:
    if request.param == "memory":
        yield MemoryMetLists()
        return
    sqlite = f"sqlite:///{tmp_path}/verifier.db"
    database = open_database(
        sqlite if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    )
    await create_schema(database, tables.metadata)
    yield SqliteMetLists(database) if isinstance(database, SqliteDatabase) else PostgresqlMetLists(database)
    await database.close()


def met(number: int, on: date = TODAY, version: str = OURS) -> MetList:
    return MetList(f"https://issuer.example/lists/{number}", version, on)


async def test_what_was_noted_is_found_newest_first(store: MetListStore) -> None:
    await store.note_lists([met(1, TODAY - DAY), met(3), met(2), met(9, version=OTHERS)])
    assert list(await store.lists_met(OURS, 9)) == [met(2), met(3), met(1, TODAY - DAY)]
    assert list(await store.lists_met(OURS, 2)) == [met(2), met(3)]
    assert list(await store.lists_met(OTHERS, 9)) == [met(9, version=OTHERS)]
    assert not await store.lists_met("nobody's", 9)


async def test_noting_again_moves_the_day_on_and_never_back(store: MetListStore) -> None:
    await store.note_lists([met(1)])
    await store.note_lists([met(1, TODAY - DAY)])
    assert list(await store.lists_met(OURS, 9)) == [met(1)]
    await store.note_lists([met(1, TODAY + DAY), met(1)])
    assert list(await store.lists_met(OURS, 9)) == [met(1, TODAY + DAY)]


async def test_noting_nothing_changes_nothing(store: MetListStore) -> None:
    await store.note_lists([])
    assert not await store.lists_met(OURS, 9)


async def test_many_processes_note_the_same_lists_at_once(store: MetListStore) -> None:
    forward, backward = [met(one) for one in range(20)], [met(one) for one in range(19, -1, -1)]
    await asyncio.gather(*(store.note_lists(some) for some in (forward, backward) * 5))
    assert len(await store.lists_met(OURS, 99)) == 20


async def test_what_was_not_met_for_long_is_forgotten(store: MetListStore) -> None:
    await store.note_lists([met(1), met(2, TODAY - DAY), met(3, TODAY - 2 * DAY)])
    assert await store.forget_lists(TODAY - DAY) == 1
    assert list(await store.lists_met(OURS, 9)) == [met(1), met(2, TODAY - DAY)]
    assert await store.forget_lists(TODAY - DAY) == 0
