"""What every store of the wallet promises, over memory, SQLite and PostgreSQL."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from trillium.runtime.database import SqliteDatabase, create_schema, open_database
from wallet_api.domain.account import Account
from wallet_api.domain.event import RESIDENT, AccountId, Event, EventName
from wallet_api.domain.held_credential import CardStatus, CredentialId, HeldCopy, HeldCredential, TypeName
from wallet_api.domain.operation import Operation, OperationId, OperationKind
from wallet_api.store import tables
from wallet_api.store.memory import MemoryWalletStore
from wallet_api.store.postgresql import PostgresqlWalletStore
from wallet_api.store.sqlite import SqliteWalletStore

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
ADA, BOB = AccountId("ada"), AccountId("bob")
CARD = CredentialId("card-1")
COPIES = tuple(HeldCopy(number, f"sealed {number}".encode()) for number in range(10))
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


def event(name: EventName = EventName.ACCOUNT_OPENED, account_id: AccountId = ADA) -> Event:
    return Event(name, RESIDENT, NOW, account_id, "photo-card")


def operation(number: int = 1, kind: OperationKind = OperationKind.OFFER) -> Operation:
    return Operation(OperationId(f"operation-{number}"), ADA, kind, b"sealed", NOW, LATER)


def card(credential_id: CredentialId = CARD, received_at: datetime = NOW) -> HeldCredential:
    return HeldCredential(
        credential_id=credential_id,
        account_id=ADA,
        credential_issuer="https://issuer.example",
        configuration_id="photo-card",
        vct="https://issuer.example/types/photo-card/2",
        lineage=("https://issuer.example/types/photo-card/2", "https://issuer.example/types/card/1"),
        names=(TypeName("en-CA", "Photo card"), TypeName("fr-CA", "Carte d’identité")),
        received_at=received_at,
        expires_at=LATER,
        copies=len(COPIES),
        status=CardStatus.VALID,
    )


async def add(store: Store, held: HeldCredential) -> None:
    await store.add_credential(held, COPIES, event(EventName.CREDENTIAL_RECEIVED))


async def take(store: Store, account_id: AccountId = ADA, now: datetime = NOW) -> Operation | None:
    return await store.take_operation(OperationId("operation-1"), account_id, OperationKind.OFFER, now)


async def test_an_account_is_found_by_the_hash_of_its_token(store: Store) -> None:
    account = Account(ADA, b"hash", b"wrapped", b"sealed name", NOW)
    await store.open_account(account, event())
    assert await store.find_account(b"hash") == account
    assert await store.find_account(b"other") is None
    assert await store.latest(ADA, 9) == [event()]


async def test_an_operation_is_taken_once(store: Store) -> None:
    await store.put_operation(operation(), event(EventName.OFFER_OPENED))
    taken = await asyncio.gather(*(take(store) for _ in range(16)))
    assert [one for one in taken if one is not None] == [operation()]


async def test_an_operation_may_be_looked_at_again_and_again(store: Store) -> None:
    await store.put_operation(operation(), None)
    for _ in range(2):
        found = await store.peek_operation(operation().operation_id, ADA, OperationKind.OFFER, NOW)
        assert found == operation()
    assert await take(store) == operation()
    assert await store.peek_operation(operation().operation_id, ADA, OperationKind.OFFER, NOW) is None


async def test_an_operation_of_another_account_or_kind_or_time_is_not_there(store: Store) -> None:
    await store.put_operation(operation(), None)
    assert await take(store, BOB) is None
    assert await take(store, now=LATER) is None
    id_ = operation().operation_id
    for kind in set(OperationKind) - {OperationKind.OFFER}:
        assert await store.take_operation(id_, ADA, kind, NOW) is None
        assert await store.peek_operation(id_, ADA, kind, NOW) is None
    assert await store.peek_operation(id_, BOB, OperationKind.OFFER, NOW) is None
    assert await store.peek_operation(id_, ADA, OperationKind.OFFER, LATER) is None
    assert await take(store) == operation()


async def test_expired_operations_are_purged_and_others_stay(store: Store) -> None:
    await store.put_operation(operation(1), None)
    await store.put_operation(replace(operation(2), expires_at=LATER + timedelta(seconds=1)), None)
    assert await store.purge_operations(NOW) == 0
    assert await store.purge_operations(LATER) == 1
    assert await store.purge_operations(LATER) == 0
    assert await take(store) is None


async def test_a_card_comes_back_as_it_was_kept(store: Store) -> None:
    await add(store, card())
    await add(store, replace(card(CredentialId("card-2"), NOW + timedelta(seconds=1)), expires_at=None))
    await add(store, replace(card(CredentialId("card-3")), account_id=BOB))
    assert await store.find_credential(ADA, CARD) == card()
    assert [one.credential_id for one in await store.credentials_of(ADA)] == ["card-2", "card-1"]
    assert (await store.credentials_of(ADA))[0].expires_at is None
    assert await store.read_copy(ADA, CARD) == COPIES[0]


async def test_a_card_of_another_account_is_not_there(store: Store) -> None:
    await add(store, card())
    assert await store.find_credential(BOB, CARD) is None
    assert await store.credentials_of(BOB) == []
    assert await store.read_copy(BOB, CARD) is None
    assert await store.draw_copy(BOB, CARD) is None
    await store.note_status(BOB, CARD, CardStatus.REVOKED)
    assert not await store.delete_credential(BOB, CARD, event(EventName.CREDENTIAL_DELETED, BOB))
    assert await store.find_credential(ADA, CARD) == card()


async def test_no_fresh_copy_is_drawn_twice_even_at_once(store: Store) -> None:
    await add(store, card())
    drawn = await asyncio.gather(*(store.draw_copy(ADA, CARD) for _ in range(len(COPIES))))
    assert sorted(one.number for one in drawn if one) == list(range(len(COPIES)))
    assert {one.sealed for one in drawn if one} == {one.sealed for one in COPIES}
    found = await store.find_credential(ADA, CARD)
    assert found is not None
    assert found.copies_left == 0


async def test_when_no_copy_is_fresh_the_one_shown_least_is_drawn(store: Store) -> None:
    await add(store, card())
    drawn = [await store.draw_copy(ADA, CARD) for _ in range(2 * len(COPIES) + 3)]
    counted = Counter(one.number for one in drawn if one)
    assert set(counted.values()) == {2, 3}
    assert sum(counted.values()) == 23


async def test_looking_into_a_card_does_not_use_up_a_copy(store: Store) -> None:
    await add(store, card())
    await store.read_copy(ADA, CARD)
    found = await store.find_credential(ADA, CARD)
    assert found is not None
    assert found.copies_left == len(COPIES)


async def test_the_status_of_a_card_is_remembered(store: Store) -> None:
    await add(store, card())
    await store.note_status(ADA, CARD, CardStatus.REVOKED)
    assert await store.find_credential(ADA, CARD) == replace(card(), status=CardStatus.REVOKED)


async def test_a_card_is_deleted_with_its_copies_and_once(store: Store) -> None:
    await add(store, card())
    gone = event(EventName.CREDENTIAL_DELETED)
    deleted = await asyncio.gather(*(store.delete_credential(ADA, CARD, gone) for _ in range(4)))
    assert sorted(deleted) == [False, False, False, True]
    assert await store.find_credential(ADA, CARD) is None
    assert await store.read_copy(ADA, CARD) is None
    assert await store.draw_copy(ADA, CARD) is None
    assert [one.name for one in await store.latest(ADA, 9)].count(EventName.CREDENTIAL_DELETED) == 1
    await add(store, card())  # no copy of the old one is in the way


async def test_events_are_of_one_account_newest_first(store: Store) -> None:
    await store.append(event(EventName.PRESENTATION_SENT))
    await store.append(event(EventName.PRESENTATION_SENT, BOB))
    await store.append(event(EventName.PRESENTATION_REFUSED))
    assert [one.name for one in await store.latest(ADA, 9)] == [
        EventName.PRESENTATION_REFUSED,
        EventName.PRESENTATION_SENT,
    ]
    assert [one.account_id for one in await store.latest(BOB, 9)] == [BOB]
    assert len(await store.latest(ADA, 1)) == 1
