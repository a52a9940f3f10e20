"""What surrounds the issuer: keys, databases, the register, the clock."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from issuer.app.directory import MinistryRegister, SandboxRegister, open_register
from issuer.ports import (
    AuthorizationStore,
    Clock,
    DeferredStore,
    GrantStore,
    IssuanceStore,
    NotificationStore,
    OfferStore,
    Randomness,
    Register,
    ReplayStore,
    StatusStore,
    SubjectDirectory,
)
from issuer.settings import Settings
from issuer.store import tables
from issuer.store.authorization_postgresql import PostgresqlAuthorizations
from issuer.store.authorization_sqlite import SqliteAuthorizations
from issuer.store.deferred_postgresql import PostgresqlDeferred, PostgresqlNotifications
from issuer.store.deferred_sqlite import SqliteDeferred, SqliteNotifications
from issuer.store.offers_postgresql import PostgresqlOffers
from issuer.store.offers_sqlite import SqliteOffers
from issuer.store.postgresql import PostgresqlIssuances
from issuer.store.postgresql_statuses import PostgresqlStatuses
from issuer.store.replay_postgresql import PostgresqlReplays
from issuer.store.replay_sqlite import SqliteReplays
from issuer.store.sqlite import SqliteIssuances
from issuer.store.sqlite_statuses import SqliteStatuses
from keys import KeyPurpose, KeyRing, KeySpec, open_key_ring
from trillium.runtime.database import Database, SqliteDatabase, create_schema, open_database
from trillium.runtime.randomness import SystemRandomness

KEYS = (KeyPurpose.CREDENTIAL, KeyPurpose.METADATA)
SECRETS = (
    KeyPurpose.INDEX_PERMUTATION,
    KeyPurpose.WRAPPING,
    KeyPurpose.SESSION,
    KeyPurpose.NONCE,
    KeyPurpose.AUDIT,
)


@dataclass(frozen=True, slots=True)
class Stores:
    """What the issuer keeps its own things in."""

    offers: OfferStore
    issuances: IssuanceStore
    statuses: StatusStore
    replays: ReplayStore
    authorizations: AuthorizationStore
    grants: GrantStore
    deferred: DeferredStore
    notifications: NotificationStore


def open_stores(database: Database) -> Stores:
    """The stores of an open database."""
    if isinstance(database, SqliteDatabase):
        sqlite = SqliteAuthorizations(database)
        return Stores(
            SqliteOffers(database),
            SqliteIssuances(database),
            SqliteStatuses(database),
            SqliteReplays(database),
            sqlite,
            sqlite,
            SqliteDeferred(database),
            SqliteNotifications(database),
        )
    postgresql = PostgresqlAuthorizations(database)
    return Stores(
        PostgresqlOffers(database),
        PostgresqlIssuances(database),
        PostgresqlStatuses(database),
        PostgresqlReplays(database),
        postgresql,
        postgresql,
        PostgresqlDeferred(database),
        PostgresqlNotifications(database),
    )


@dataclass(frozen=True, slots=True)
class Outside:
    """What surrounds the issuer: its stores, the register, the clock."""

    stores: Stores
    directory: SubjectDirectory
    register: Register
    clock: Clock
    randomness: Randomness


def open_ring(settings: Settings, now: datetime) -> KeyRing:
    """The issuer's keys, made at the first start."""
    ring = open_key_ring(settings.keys_uri, sandbox=not settings.is_production, now=now)
    host = urlsplit(settings.public_url).hostname or "localhost"
    certified = KeySpec((host,), (settings.public_url,), certificate=True)
    wanted = dict.fromkeys(KEYS, certified)
    wanted[KeyPurpose.ACCESS_TOKEN] = KeySpec()
    wanted[KeyPurpose.REQUEST_DECRYPTION] = KeySpec()
    wanted.update({purpose: KeySpec() for purpose in SECRETS})
    if settings.directory_url:
        wanted[KeyPurpose.DIRECTORY_REQUEST] = KeySpec()
    ring.ensure(wanted, now)
    return ring


@dataclass(frozen=True, slots=True)
class Databases:
    """The issuer's own database, and where the register is."""

    own: Database
    register: SandboxRegister | MinistryRegister

    @classmethod
    def open(cls, settings: Settings) -> "Databases":
        return cls(open_database(settings.database_url), open_register(settings))

    def outside(self, ring: KeyRing, clock: Clock) -> Outside:
        randomness = SystemRandomness()
        directory, register = self.register.open(ring, clock, randomness)
        return Outside(open_stores(self.own), directory, register, clock, randomness)

    async def prepare(self) -> None:
        await create_schema(self.own, tables.metadata)
        await self.register.prepare()

    async def close(self) -> None:
        await self.own.close()
        await self.register.close()
