"""What the stores of a resident's own records promise, over memory, SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from trillium.runtime.database import SqliteDatabase, create_schema, open_database
from wallet_api.domain.event import RESIDENT, AccountId, Event, EventName
from wallet_api.domain.history import MAX_ENTRIES, HistoryEntry, HistoryId
from wallet_api.ports import HistoryStore
from wallet_api.store import tables
from wallet_api.store.memory import MemoryWalletStore
from wallet_api.store.postgresql import PostgresqlWalletStore
from wallet_api.store.sqlite import SqliteWalletStore

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
ADA, BOB = AccountId("ada"), AccountId("bob")
Store = MemoryWalletStore | SqliteWalletStore | PostgresqlWalletStore


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryWalletStore()
        return
    sqlite = f"sqlite:///{tmp_path}/wallet.db"
    database = open_database(
        sqlite if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    )
    await create_schema(database, tables.metadata)
    yield (
        SqliteWalletStore(database)
        if isinstance(database, SqliteDatabase)
        else PostgresqlWalletStore(database)
    )
    await database.close()


def entry(number: int, account_id: AccountId = ADA) -> HistoryEntry:
    at = NOW + timedelta(minutes=number)
    return HistoryEntry(HistoryId(f"{account_id}-{number:04}"), account_id, at, f"sealed {number}".encode())


def event(name: EventName = EventName.PRESENTATION_SENT, account_id: AccountId = ADA) -> Event:
    return Event(name, RESIDENT, NOW, account_id)


async def add(store: HistoryStore, *entries: HistoryEntry) -> None:
    for one in entries:
        await store.add_history(one, event(account_id=one.account_id))


async def test_records_come_newest_first_and_each_account_has_its_own(store: Store) -> None:
    await add(store, entry(1), entry(3), entry(2), entry(1, BOB))

    assert await store.history_of(ADA) == [entry(3), entry(2), entry(1)]
    assert await store.history_of(BOB) == [entry(1, BOB)]
    assert await store.latest(ADA, 9) == [event()] * 3


async def test_what_is_sealed_is_replaced_in_its_place(store: Store) -> None:
    await add(store, entry(1), entry(2))

    assert await store.replace_history(ADA, entry(1).entry_id, b"with receipt", event(EventName.RECEIPT_KEPT))

    assert await store.history_of(ADA) == [entry(2), replace(entry(1), sealed=b"with receipt")]
    assert (await store.latest(ADA, 1))[0].name is EventName.RECEIPT_KEPT


async def test_a_record_is_deleted_once(store: Store) -> None:
    await add(store, entry(1), entry(2))
    deleted = await asyncio.gather(
        *(store.delete_history(ADA, entry(1).entry_id, event(EventName.HISTORY_DELETED)) for _ in range(4))
    )

    assert sorted(deleted) == [False, False, False, True]
    assert await store.history_of(ADA) == [entry(2)]
    names = [one.name for one in await store.latest(ADA, 9)]
    assert names.count(EventName.HISTORY_DELETED) == 1


async def test_nobody_changes_the_records_of_another(store: Store) -> None:
    await add(store, entry(1))
    before = await store.latest(BOB, 9)

    assert not await store.replace_history(BOB, entry(1).entry_id, b"x", event(account_id=BOB))
    assert not await store.delete_history(BOB, entry(1).entry_id, event(account_id=BOB))
    assert not await store.replace_history(ADA, HistoryId("other"), b"x", event())

    assert await store.history_of(ADA) == [entry(1)]
    assert await store.latest(BOB, 9) == before


async def test_the_oldest_records_make_room(store: Store) -> None:
    await add(store, entry(0, BOB), *(entry(number) for number in range(MAX_ENTRIES + 2)))

    kept = await store.history_of(ADA)
    assert len(kept) == MAX_ENTRIES
    assert (kept[0], kept[-1]) == (entry(MAX_ENTRIES + 1), entry(2))
    assert await store.history_of(BOB) == [entry(0, BOB)]
