"""What every store promises of receipts and evidence, over memory, SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from trillium.runtime.database import SqliteDatabase, create_schema, open_database
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.evidence import EvidenceEnd, EvidenceEntry, EvidenceId, KeptEvidence
from verifier.domain.kept import Kept
from verifier.domain.presentation import (
    ClientIdPrefix,
    Presentation,
    PresentationState,
    RequestId,
    SealedResult,
)
from verifier.domain.receipt import KeptReceipt
from verifier.domain.relying_service import ClientId
from verifier.store import tables
from verifier.store.memory import MemoryVerifierStore
from verifier.store.postgresql import PostgresqlVerifierStore
from verifier.store.sqlite import SqliteVerifierStore

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
END = NOW + timedelta(minutes=5)
LATER = NOW + timedelta(minutes=10)
DAY = NOW + timedelta(days=400)
SHOP = ClientId("shop")
SEALED = SealedResult(b"wrapped", b"ciphertext")
Store = MemoryVerifierStore | SqliteVerifierStore | PostgresqlVerifierStore


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryVerifierStore()
        return
    sqlite = f"sqlite:///{tmp_path}/verifier.db"
    database = open_database(
        sqlite if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    )
    await create_schema(database, tables.metadata)
    if isinstance(database, SqliteDatabase):
        yield SqliteVerifierStore(database)
    else:
        yield PostgresqlVerifierStore(database)
    await database.close()


def event(name: EventName) -> Event:
    return Event(name, Actor("wallet"), NOW, "shop", "licence-class", "")


def request_id(number: int) -> RequestId:
    return RequestId(f"request-{number}")


def receipt(number: int = 1) -> KeptReceipt:
    return KeptReceipt(request_id(number), LATER, SealedResult(b"key", b"receipt" + bytes([number])))


def evidence(number: int = 1) -> KeptEvidence:
    entry = EvidenceEntry(
        evidence_id=EvidenceId(f"evidence-{number}"),
        request_id=request_id(number),
        transaction_hash=b"transaction" + bytes([number]),
        client_id=SHOP,
        preset="licence-class",
        made_at=NOW + timedelta(seconds=number),
        delete_at=DAY + timedelta(seconds=number),
        held_back=False,
    )
    return KeptEvidence(entry, "eyJ…".replace("…", str(number)))


def but(kept: KeptEvidence, **changed: object) -> KeptEvidence:
    return replace(kept, entry=replace(kept.entry, **changed))  # type: ignore[arg-type]


async def accept(store: Store, number: int = 1, kept: Kept | None = None) -> bool:
    presentation = Presentation(
        request_id=request_id(number),
        transaction_hash=b"transaction" + bytes([number]),
        client_id=SHOP,
        preset="licence-class",
        prefix=ClientIdPrefix.X509_HASH,
        nonce="nonce",
        state_value="state",
        locale="fr-CA",
        created_at=NOW,
        expires_at=END,
    )
    await store.add(presentation, event(EventName.PRESENTATION_REQUESTED))
    return await conclude(store, number, kept)


async def conclude(store: Store, number: int = 1, kept: Kept | None = None, now: datetime = NOW) -> bool:
    return await store.conclude(
        request_id(number),
        PresentationState.ACCEPTED,
        SEALED,
        now,
        event(EventName.PRESENTATION_ACCEPTED),
        response_code_hash=bytes([number]) * 32,
        kept=Kept(receipt(number)) if kept is None else kept,
    )


async def take(store: Store, number: int = 1, now: datetime = NOW) -> KeptReceipt | None:
    return await store.take_receipt(request_id(number), now, event(EventName.RECEIPT_TAKEN))


async def names(store: Store) -> list[EventName]:
    return [one.name for one in await store.latest(99)]


async def test_a_receipt_is_handed_out_once(store: Store) -> None:
    await accept(store)
    assert await store.has_receipt(request_id(1), NOW)
    assert not await store.has_receipt(request_id(2), NOW)
    assert await take(store, 2) is None
    taken = await asyncio.gather(*(take(store) for _ in range(16)))
    assert [one for one in taken if one is not None] == [receipt()]
    assert not await store.has_receipt(request_id(1), NOW)
    assert (await names(store)).count(EventName.RECEIPT_TAKEN) == 1


async def test_a_receipt_is_not_kept_for_long(store: Store) -> None:
    await accept(store)
    assert not await store.has_receipt(request_id(1), LATER)
    assert await take(store, now=LATER) is None
    assert await store.purge_receipts(LATER - timedelta(seconds=1)) == 0
    assert await store.purge_receipts(LATER) == 1
    assert await take(store) is None
    assert EventName.RECEIPT_TAKEN not in await names(store)


async def test_a_response_that_comes_second_leaves_neither_receipt_nor_evidence(store: Store) -> None:
    await accept(store)
    second = Kept(receipt()._replace(sealed=SEALED), evidence())
    assert not await conclude(store, kept=second)
    assert await store.find_evidence(EvidenceId("evidence-1")) is None
    assert await take(store) == receipt()


async def test_a_response_that_comes_too_late_leaves_neither_receipt_nor_evidence(store: Store) -> None:
    await accept(store, 2)
    presentation = await store.find_by_request(request_id(2))
    assert presentation is not None
    fresh = presentation._replace(
        request_id=request_id(1),
        transaction_hash=b"other",
        response_code_hash=None,
        state=PresentationState.REQUESTED,
        concluded_at=None,
    )
    await store.add(fresh, event(EventName.PRESENTATION_REQUESTED))
    assert not await conclude(store, kept=Kept(receipt(), evidence()), now=END)
    assert await take(store) is None
    assert await store.evidence_of(b"transaction\x01") is None


async def test_a_presentation_that_keeps_nothing(store: Store) -> None:
    await accept(store, 1)
    presentation = await store.find_by_request(request_id(1))
    assert presentation is not None
    rejected = presentation._replace(
        request_id=request_id(2),
        transaction_hash=b"other",
        response_code_hash=None,
        state=PresentationState.REQUESTED,
        concluded_at=None,
    )
    await store.add(rejected, event(EventName.PRESENTATION_REQUESTED))
    told = event(EventName.PRESENTATION_REJECTED)
    assert await store.conclude(request_id(2), PresentationState.REJECTED, SEALED, NOW, told)
    assert await take(store, 2) is None
    assert EventName.EVIDENCE_KEPT not in await names(store)


async def test_evidence_comes_back_as_it_was_kept(store: Store) -> None:
    await accept(store, kept=Kept(receipt(), evidence()))
    assert await store.find_evidence(EvidenceId("evidence-1")) == evidence()
    assert await store.evidence_of(b"transaction\x01") == evidence()
    assert await store.find_evidence(EvidenceId("nobody's")) is None
    assert await store.evidence_of(b"nobody's") is None
    assert (await names(store)).count(EventName.EVIDENCE_KEPT) == 1
    newest = next(one for one in await store.latest(9) if one.name is EventName.EVIDENCE_KEPT)
    assert (newest.client_id, newest.preset) == ("shop", "licence-class")


async def test_evidence_outlives_its_presentation(store: Store) -> None:
    await accept(store, kept=Kept(receipt(), evidence()))
    assert await store.forget(DAY) == 1
    assert await store.evidence_of(b"transaction\x01") == evidence()


async def test_evidence_of_a_service_in_order_from_a_moment_on(store: Store) -> None:
    for number in (3, 1, 2, 4):
        await accept(store, number, Kept(receipt(number), evidence(number)))
    await accept(store, 5, Kept(receipt(5), but(evidence(5), client_id=ClientId("other"))))
    entries = [evidence(number).entry for number in (1, 2, 3, 4)]
    assert await store.evidence_since(SHOP, NOW, None, 9) == entries
    assert await store.evidence_since(SHOP, entries[1].made_at, None, 9) == entries[1:]
    assert await store.evidence_since(SHOP, NOW, None, 2) == entries[:2]
    assert await store.evidence_since(SHOP, NOW, entries[1].place, 9) == entries[2:]
    assert await store.evidence_since(SHOP, DAY, None, 9) == []


async def test_evidence_of_one_moment_is_paged_without_a_gap(store: Store) -> None:
    for number in (1, 2, 3):
        await accept(store, number, Kept(receipt(number), but(evidence(number), made_at=NOW)))
    seen: list[EvidenceEntry] = []
    while page := await store.evidence_since(SHOP, NOW, seen[-1].place if seen else None, 1):
        seen += page
    assert sorted(one.evidence_id for one in seen) == ["evidence-1", "evidence-2", "evidence-3"]


async def test_5_29_evidence_that_is_held_back_is_on_no_list_until_it_is_handed_over(store: Store) -> None:
    waiting = but(evidence(), held_back=True)
    await accept(store, kept=Kept(receipt(), waiting))
    assert await store.evidence_since(SHOP, NOW, None, 9) == []
    assert await store.held_back(9) == [waiting.entry]
    await store.hand_over(EvidenceId("evidence-1"))
    await store.hand_over(EvidenceId("nobody's"))
    assert await store.held_back(9) == []
    assert await store.evidence_since(SHOP, NOW, None, 9) == [evidence().entry]


async def test_evidence_is_deleted_on_its_day(store: Store) -> None:
    for number in (1, 2):
        await accept(store, number, Kept(receipt(number), evidence(number)))
    assert await store.delete_due_evidence(DAY) == 0
    assert await store.delete_due_evidence(DAY + timedelta(seconds=1)) == 1
    assert await store.find_evidence(EvidenceId("evidence-1")) is None
    assert await store.find_evidence(EvidenceId("evidence-2")) is not None
    [newest] = await store.latest(1)
    assert (newest.name, newest.reason, newest.actor) == (EventName.EVIDENCE_DELETED, "due", "system")
    assert (newest.client_id, newest.preset) == ("shop", "licence-class")


@pytest.mark.parametrize(
    ("end", "actor"), [(EvidenceEnd.NOT_RELEASED, "system"), (EvidenceEnd.OPERATOR, "cli")]
)
async def test_deleting_says_why(store: Store, end: EvidenceEnd, actor: str) -> None:
    await accept(store, kept=Kept(receipt(), evidence()))
    assert not await store.delete_evidence(EvidenceId("nobody's"), end, NOW)
    assert await store.delete_evidence(EvidenceId("evidence-1"), end, NOW)
    assert not await store.delete_evidence(EvidenceId("evidence-1"), end, NOW)
    [newest] = await store.latest(1)
    assert (newest.name, newest.reason, newest.actor) == (EventName.EVIDENCE_DELETED, end.value, actor)


async def test_reading_is_recorded(store: Store) -> None:
    await store.record_reading(event(EventName.EVIDENCE_READ))
    assert await names(store) == [EventName.EVIDENCE_READ]
