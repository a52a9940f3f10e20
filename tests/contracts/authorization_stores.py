"""The stores of the authorization code flow under test, and what is kept in them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from issuer.domain.authorization import (
    Authorization,
    AuthorizationCode,
    AuthorizationSession,
    ClientId,
    GrantId,
    PushedRequest,
    SenderKeys,
)
from issuer.domain.event import Actor, Event, EventName, SubjectRef
from issuer.domain.grant import IssuedGrant
from issuer.domain.offer import ConfigurationId, OfferId
from issuer.ports import AuthorizationStore, EventLog, GrantStore
from issuer.store import authorization_tables
from issuer.store.authorization_memory import MemoryAuthorizations
from issuer.store.authorization_postgresql import PostgresqlAuthorizations
from issuer.store.authorization_sqlite import SqliteAuthorizations
from issuer.store.memory import MemoryIssuerStore
from issuer.store.postgresql import PostgresqlEvents
from issuer.store.sqlite import SqliteEvents
from trillium.runtime.database import SqliteDatabase, create_schema, open_database

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
SOON = NOW + timedelta(seconds=60)
MAYA = SubjectRef("person-1")
PHOTO_CARD, PROOF_OF_AGE = ConfigurationId("photo-card"), ConfigurationId("proof-of-age")

AUTHORIZATION = Authorization(
    client_id=ClientId("wallet-é"),
    redirect_uri="https://wallet.example/cb?a=1",
    code_challenge="E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    configuration_ids=(PROOF_OF_AGE, PHOTO_CARD),
    by_details=frozenset({PHOTO_CARD}),
    state='quote " and é',
    ui_locales="fr-CA en",
    offer_id=OfferId("offer-1"),
    bound_to=SenderKeys(dpop="dpop-thumbprint", instance=None),
)


@dataclass(frozen=True)
class AuthorizationStores:
    """One of each, on the same data."""

    authorizations: AuthorizationStore
    grants: GrantStore
    events: EventLog

    async def names(self) -> list[EventName]:
        """The kinds of the events that were written, newest first."""
        return [event.name for event in await self.events.latest(999)]


@asynccontextmanager
async def open_stores(
    kind: str, folder: Path, postgresql_url: Callable[[], str]
) -> AsyncIterator[AuthorizationStores]:
    """Empty stores of a kind: ``memory``, ``sqlite`` or ``postgresql``."""
    if kind == "memory":
        issued = MemoryIssuerStore()
        memory = MemoryAuthorizations(issued)
        yield AuthorizationStores(memory, memory, issued)
        return
    database = open_database(f"sqlite:///{folder}/issuer.db" if kind == "sqlite" else postgresql_url())
    try:
        await create_schema(database, authorization_tables.metadata)
        if isinstance(database, SqliteDatabase):
            sqlite = SqliteAuthorizations(database)
            yield AuthorizationStores(sqlite, sqlite, SqliteEvents(database))
        else:
            postgresql = PostgresqlAuthorizations(database)
            yield AuthorizationStores(postgresql, postgresql, PostgresqlEvents(database))
    finally:
        await database.close()


def event(name: EventName = EventName.AUTHORIZATION_STARTED, at: datetime = NOW) -> Event:
    return Event(name, Actor("wallet"), at, MAYA)


def pushed(number: int = 1) -> PushedRequest:
    """Valid for a minute from NOW."""
    return PushedRequest(b"reference" + bytes([number]), AUTHORIZATION, SOON)


def session(number: int = 1) -> AuthorizationSession:
    """Signing in, for a minute from NOW."""
    return AuthorizationSession(b"session" + bytes([number]), AUTHORIZATION, SOON)


def code(number: int = 1) -> AuthorizationCode:
    """Unspent, valid for a minute from NOW."""
    return AuthorizationCode(b"code" + bytes([number]), AUTHORIZATION, MAYA, NOW, SOON)


def grant(number: int = 1, *, refresh: bool = True) -> IssuedGrant:
    """Of Maya's wallet, for a minute from NOW."""
    return IssuedGrant(
        grant_id=GrantId(f"grant-{number}"),
        subject_ref=MAYA,
        client_id=ClientId("wallet"),
        configuration_ids=(PHOTO_CARD, PROOF_OF_AGE),
        by_details=frozenset({PROOF_OF_AGE}),
        bound_to=SenderKeys(dpop=None, instance="instance-thumbprint"),
        created_at=NOW,
        expires_at=SOON,
        refresh_hash=b"refresh" + bytes([number]) if refresh else None,
    )
