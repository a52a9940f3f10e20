"""The stores of deferred issuance under test, and what is kept in them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from issuer.domain.deferred import DeferralId, DeferredTransaction, hash_grant_holder
from issuer.domain.event import SubjectRef
from issuer.domain.offer import ConfigurationId
from issuer.ports import DeferredStore, EventLog, IssuanceStore, NotificationStore, StatusStore
from issuer.store import deferred_tables
from issuer.store.deferred_memory import MemoryDeferred, MemoryNotifications
from issuer.store.deferred_postgresql import PostgresqlDeferred, PostgresqlNotifications
from issuer.store.deferred_sqlite import SqliteDeferred, SqliteNotifications
from issuer.store.memory import MemoryIssuerStore
from issuer.store.postgresql import PostgresqlEvents, PostgresqlIssuances
from issuer.store.postgresql_statuses import PostgresqlStatuses
from issuer.store.sqlite import SqliteEvents, SqliteIssuances
from issuer.store.sqlite_statuses import SqliteStatuses
from specs.jose import public_jwk_of
from tests.contracts.issuer_stores import NOW
from trillium.runtime.database import SqliteDatabase, create_schema, open_database

KEYS = tuple(public_jwk_of(ec.generate_private_key(ec.SECP256R1()).public_key()) for _ in range(2))


@dataclass(frozen=True)
class DeferredStores:
    """One of each, on the same data."""

    deferred: DeferredStore
    notifications: NotificationStore
    issuances: IssuanceStore
    statuses: StatusStore
    events: EventLog


@asynccontextmanager
async def open_stores(
    kind: str, folder: Path, postgresql_url: Callable[[], str]
) -> AsyncIterator[DeferredStores]:
    """Empty stores of a kind: ``memory``, ``sqlite`` or ``postgresql``."""
    if kind == "memory":
        store = MemoryIssuerStore()
        yield DeferredStores(MemoryDeferred(store), MemoryNotifications(store), store, store, store)
        return
    database = open_database(f"sqlite:///{folder}/issuer.db" if kind == "sqlite" else postgresql_url())
    try:
        await create_schema(database, deferred_tables.metadata)
        if isinstance(database, SqliteDatabase):
            yield DeferredStores(
                SqliteDeferred(database),
                SqliteNotifications(database),
                SqliteIssuances(database),
                SqliteStatuses(database),
                SqliteEvents(database),
            )
        else:
            yield DeferredStores(
                PostgresqlDeferred(database),
                PostgresqlNotifications(database),
                PostgresqlIssuances(database),
                PostgresqlStatuses(database),
                PostgresqlEvents(database),
            )
    finally:
        await database.close()


def transaction(number: int = 1, **changes: Any) -> DeferredTransaction:
    """One that waits for a decision, for a week from NOW."""
    members: dict[str, Any] = {
        "deferral_id": DeferralId(f"deferral-{number}"),
        "transaction_hash": b"transaction" + bytes([number]),
        "grant_hash": hash_grant_holder("wallet", None),
        "subject_ref": SubjectRef("person-1"),
        "configuration_id": ConfigurationId("photo-card"),
        "holder_keys": KEYS,
        "requested_at": NOW + timedelta(seconds=number),
        "expires_at": NOW + timedelta(days=7),
    }
    return DeferredTransaction(**(members | changes))
