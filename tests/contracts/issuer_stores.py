"""The issuer's stores under test: the same object shape over memory, SQLite and PostgreSQL."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from issuer.domain.event import Actor, Event, EventName, SubjectRef
from issuer.domain.offer import ConfigurationId, CredentialOffer, OfferId, TransactionCode
from issuer.domain.records import (
    IssuanceId,
    IssuanceRecord,
    ListId,
    PublishedToken,
    StatusEntry,
    StatusGroup,
    StatusListRow,
    UsedNonce,
)
from issuer.ports import EventLog, IssuanceStore, OfferStore, StatusStore
from issuer.store import tables
from issuer.store.memory import MemoryIssuerStore
from issuer.store.offers_postgresql import PostgresqlOffers
from issuer.store.offers_sqlite import SqliteOffers
from issuer.store.postgresql import PostgresqlEvents, PostgresqlIssuances
from issuer.store.postgresql_statuses import PostgresqlStatuses
from issuer.store.sqlite import SqliteEvents, SqliteIssuances
from issuer.store.sqlite_statuses import SqliteStatuses
from trillium.runtime.database import PostgresqlDatabase, SqliteDatabase, create_schema, open_database

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
GROUP = StatusGroup(ConfigurationId("photo-card"), "key-1", "2031")


@dataclass(frozen=True)
class IssuerStores:
    """One of each, on the same data."""

    offers: OfferStore
    issuances: IssuanceStore
    statuses: StatusStore
    events: EventLog


@asynccontextmanager
async def open_stores(
    kind: str, folder: Path, postgresql_url: Callable[[], str]
) -> AsyncIterator[IssuerStores]:
    """Empty stores of a kind: ``memory``, ``sqlite`` or ``postgresql``."""
    async with AsyncExitStack() as stack:
        if kind == "memory":
            store = MemoryIssuerStore()
            yield IssuerStores(store, store, store, store)
            return
        url = f"sqlite:///{folder}/issuer.db" if kind == "sqlite" else postgresql_url()
        database = open_database(url)
        stack.push_async_callback(database.close)
        await create_schema(database, tables.metadata)
        yield on(database)


def on(database: SqliteDatabase | PostgresqlDatabase) -> IssuerStores:
    """The stores of an open database."""
    if isinstance(database, SqliteDatabase):
        return IssuerStores(
            SqliteOffers(database),
            SqliteIssuances(database),
            SqliteStatuses(database),
            SqliteEvents(database),
        )
    return IssuerStores(
        PostgresqlOffers(database),
        PostgresqlIssuances(database),
        PostgresqlStatuses(database),
        PostgresqlEvents(database),
    )


def event(name: EventName = EventName.CREDENTIAL_ISSUED, at: datetime = NOW) -> Event:
    """An event of no particular person."""
    return Event(name, Actor("cli"), at, SubjectRef("person-1"), "lost", 1)


def offer(number: int = 1, *, with_code: bool = False) -> CredentialOffer:
    """An open offer, valid for half an hour from NOW."""
    return CredentialOffer(
        offer_id=OfferId(f"offer-{number}"),
        reference_hash=b"reference" + bytes([number]),
        code_hash=b"code" + bytes([number]),
        subject_ref=SubjectRef("person-1"),
        configuration_ids=(ConfigurationId("photo-card"), ConfigurationId("proof-of-age")),
        created_at=NOW,
        expires_at=NOW + timedelta(minutes=30),
        transaction_code=TransactionCode(b"hash", 6) if with_code else None,
    )


def nonce(number: int, lifetime: timedelta = timedelta(minutes=5)) -> UsedNonce:
    """A nonce that has been verified."""
    return UsedNonce(b"nonce" + number.to_bytes(4, "big"), NOW + lifetime)


def record(
    index: int, *, list_id: str = "list-0", card: str = "card-1", person: str = "person-1"
) -> IssuanceRecord:
    """One copy at an index of a list."""
    return IssuanceRecord(
        IssuanceId(card),
        SubjectRef(person),
        ConfigurationId("photo-card"),
        StatusEntry(ListId(list_id), index),
        NOW + timedelta(days=365),
    )


def status_list(
    list_id: str = "list-0", slot: int = 0, generation: int = 0, size: int = 1024
) -> StatusListRow:
    """A list of the group."""
    return StatusListRow(ListId(list_id), GROUP, slot, generation, 2, size, 1, NOW + timedelta(days=365))


def token(list_id: str = "list-0", version: int = 1, text: bytes = b"token") -> PublishedToken:
    """A signed token as far as the store cares."""
    return PublishedToken(ListId(list_id), version, text, NOW, NOW + timedelta(hours=24))
