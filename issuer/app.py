"""The issuer put together: the only place that knows all its parts."""

import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Final, TypeAlias
from urllib.parse import urlsplit

import structlog
from fastapi import FastAPI

from issuer.clients.credential_types import read_configurations
from issuer.clients.register import SqlRegister
from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.offer import ConfigurationId
from issuer.domain.records import ListId
from issuer.ports import Clock, IssuanceStore, OfferStore, Randomness, Register, StatusStore, SubjectDirectory
from issuer.services.allocate_entries import BLOCK, AllocateEntries
from issuer.services.change_status import ChangeStatus
from issuer.services.create_offer import CreateOffer
from issuer.services.exchange_token import ExchangeToken
from issuer.services.grants import GrantReferences
from issuer.services.import_residents import ImportResidents
from issuer.services.issue_credential import IssueCredential, IssuerIdentity
from issuer.services.issue_nonce import IssueNonce, forgettable_at
from issuer.services.issuer_keys import IssuerKeys
from issuer.services.publish_metadata import IssuerDocuments, publish_metadata
from issuer.services.publish_status_list import PublishStatusLists
from issuer.services.secrets_of_offers import OfferSecrets
from issuer.services.serve_status_list import ServeStatusLists
from issuer.settings import Settings
from issuer.store import tables
from issuer.store.postgresql import PostgresqlIssuances, PostgresqlOffers
from issuer.store.postgresql_statuses import PostgresqlStatuses
from issuer.store.sqlite import SqliteIssuances, SqliteOffers
from issuer.store.sqlite_statuses import SqliteStatuses
from issuer.web.answers import ANSWERS
from issuer.web.credential import CredentialEndpoint, NonceEndpoint
from issuer.web.documents import METADATA_MAX_AGE, Document, LiveDocument, TypeDocuments
from issuer.web.management import (
    MAX_REGISTER_BYTES,
    ManagementServices,
    management_router,
)
from issuer.web.offer_messages import OfferMessages
from issuer.web.offers import OfferEndpoint
from issuer.web.routes import WELL_KNOWN, PublicEndpoints, public_routes
from issuer.web.status_lists import StatusListEndpoint
from issuer.web.token import TokenEndpoint
from keys import KeyPurpose, KeyRing, KeySpec, open_key_ring
from specs.encoding import b64url_encode, create_json
from specs.sd_jwt_vc import create_jwt_vc_issuer_metadata
from trillium.runtime.application import create_application
from trillium.runtime.clock import SystemClock
from trillium.runtime.cors import CrossOrigin
from trillium.runtime.database import Database, SqliteDatabase, create_schema, open_database
from trillium.runtime.errors import CallerKind, install_error_handlers, kinds_by_prefix
from trillium.runtime.health import HEALTH_PATH
from trillium.runtime.logs import frames_of
from trillium.runtime.management import ManagementGuard, open_management_guard
from trillium.runtime.middleware import MiddlewareOptions, install_middleware
from trillium.runtime.mounting import Part
from trillium.runtime.openapi import add_hot_routes, document_hot_routes
from trillium.runtime.randomness import SystemRandomness
from trillium.runtime.settings import check_shared, refuse_in_production, warn_of_insecure
from trillium.runtime.tasks import BackgroundTasks

Configurations: TypeAlias = Mapping[ConfigurationId, CredentialConfiguration]

log: Final = structlog.get_logger()

PUBLISH_EVERY = 0.5
REFRESH_KEYS_EVERY = 5.0
RENEW_EVERY = 600.0
PURGE_EVERY = 60.0
CLI_BLOCK = 16

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


def open_stores(database: Database) -> Stores:
    """The stores of an open database."""
    if isinstance(database, SqliteDatabase):
        return Stores(SqliteOffers(database), SqliteIssuances(database), SqliteStatuses(database))
    return Stores(PostgresqlOffers(database), PostgresqlIssuances(database), PostgresqlStatuses(database))


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
    wanted.update({purpose: KeySpec() for purpose in SECRETS})
    ring.ensure(wanted, now)
    return ring


@dataclass(slots=True)
class Issuer:
    """Every service of the issuer, wired; the command line uses it too."""

    settings: Settings
    ring: KeyRing
    outside: Outside
    configurations: Configurations
    documents: IssuerDocuments
    offers: CreateOffer
    tokens: ExchangeToken
    credentials: IssueCredential
    statuses: ChangeStatus
    publisher: PublishStatusLists
    lists: ServeStatusLists
    residents: ImportResidents


def build_issuer(settings: Settings, ring: KeyRing, outside: Outside, *, lease_block: int = BLOCK) -> Issuer:
    """Wires the services. ``lease_block``: counters taken at a time; a short-lived process takes few."""
    configurations = read_configurations(settings.credential_types_dir, vct_base=settings.type_base)
    keys = IssuerKeys(ring, outside.clock, settings.public_url)
    stores, clock, randomness = outside.stores, outside.clock, outside.randomness
    allocate = AllocateEntries(
        stores.statuses,
        keys.list_signer(),
        clock,
        randomness,
        keys.permutation_key,
        block=lease_block,
        list_size=settings.status_list_size,
    )
    documents = publish_metadata(
        settings.public_url,
        configurations,
        anonymous_access=settings.anonymous_access,
        allow_http=not settings.https,
    )
    return Issuer(
        settings=settings,
        ring=ring,
        outside=outside,
        configurations=configurations,
        documents=documents,
        offers=_offers(settings, keys, outside, configurations),
        tokens=_tokens(settings, keys, outside),
        credentials=_credentials(settings, keys, outside, documents, allocate),
        statuses=ChangeStatus(stores.issuances, stores.statuses, allocate, clock),
        publisher=PublishStatusLists(
            stores.statuses, keys.list_signer(), clock, _process_name(randomness), _list_not_published
        ),
        lists=ServeStatusLists(stores.statuses, clock),
        residents=ImportResidents(outside.register, randomness),
    )


def _list_not_published(_list_id: ListId, error: Exception) -> None:
    log.error("status_list_not_published", error=type(error).__name__, frames=frames_of(error))


def _process_name(randomness: Randomness) -> str:
    return f"{os.getpid()}-{b64url_encode(randomness.token_bytes(9))}"


def _offers(
    settings: Settings, keys: IssuerKeys, outside: Outside, configurations: Configurations
) -> CreateOffer:
    identity_types = (one.id for one in configurations.values() if one.is_identity)
    return CreateOffer(
        outside.stores.offers,
        outside.directory,
        configurations,
        OfferSecrets(keys.session_secret),
        outside.clock,
        outside.randomness,
        frozenset(identity_types if settings.is_production else ()),
    )


def _tokens(settings: Settings, keys: IssuerKeys, outside: Outside) -> ExchangeToken:
    return ExchangeToken(
        outside.stores.offers,
        keys.token_signer,
        OfferSecrets(keys.session_secret),
        GrantReferences(keys.wrapping_secret),
        outside.clock,
        outside.randomness,
        settings.public_url,
        settings.anonymous_access,
    )


def _credentials(
    settings: Settings,
    keys: IssuerKeys,
    outside: Outside,
    documents: IssuerDocuments,
    allocate: AllocateEntries,
) -> IssueCredential:
    return IssueCredential(
        IssuerIdentity(settings.public_url, keys.credential_signer, keys.token_keys, keys.list_uri),
        documents.metadata,
        documents.configurations,
        outside.stores.issuances,
        allocate,
        outside.directory,
        GrantReferences(keys.wrapping_secret),
        IssueNonce(keys.nonce_secret, outside.clock, outside.randomness),
        outside.clock,
        outside.randomness,
        lambda now: now.astimezone(settings.zone).date(),
    )


@dataclass(frozen=True, slots=True)
class _Databases:
    """The issuer's own database and the register's."""

    own: Database
    register: Database

    @classmethod
    def open(cls, settings: Settings) -> "_Databases":
        return cls(open_database(settings.database_url), open_database(settings.register_database_url))

    def outside(self, clock: Clock) -> Outside:
        register = SqlRegister(self.register)
        return Outside(open_stores(self.own), register, register, clock, SystemRandomness())

    async def prepare(self) -> None:
        await create_schema(self.own, tables.metadata)
        await SqlRegister(self.register).create_tables()

    async def close(self) -> None:
        await self.own.close()
        await self.register.close()


def create_app(settings: Settings, *, clock: Clock | None = None) -> FastAPI:
    """The application with its databases and keys; nothing of it is reached before its lifespan begins.

    ``clock``: instead of the system's, for tests of what happens later.
    """
    refuse_in_production(settings.profile, [check_shared(settings)])
    databases = _Databases.open(settings)
    outside = databases.outside(clock or SystemClock())
    issuer = build_issuer(settings, open_ring(settings, outside.clock.now()), outside)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        warn_of_insecure(settings)
        await databases.prepare()
        async with BackgroundTasks() as tasks:
            _start_tasks(tasks, issuer)
            yield
        await databases.close()

    return assemble(issuer, open_management_guard(settings.var_dir), lifespan)


@asynccontextmanager
async def opened_issuer(settings: Settings) -> AsyncIterator[Issuer]:
    """The services without a server, for the command line; servers publish what it changes."""
    databases = _Databases.open(settings)
    try:
        await databases.prepare()
        outside = databases.outside(SystemClock())
        ring = open_ring(settings, outside.clock.now())
        yield build_issuer(settings, ring, outside, lease_block=CLI_BLOCK)
    finally:
        await databases.close()


def create_part(settings: Settings) -> Part:
    """The application under its public URL, for a server of its own or together with others."""
    return Part(settings.public_url, create_app(settings), WELL_KNOWN)


def _start_tasks(tasks: BackgroundTasks, issuer: Issuer) -> None:
    clock = issuer.outside.clock

    async def publish() -> None:
        await issuer.publisher.publish_pending()
        await issuer.lists.refresh()

    async def refresh_keys() -> None:
        issuer.ring.refresh(clock.now())

    async def purge() -> None:
        await issuer.outside.stores.issuances.purge_nonces(forgettable_at(clock.now()))

    tasks.every(PUBLISH_EVERY, "publish_status_lists", publish)
    tasks.every(REFRESH_KEYS_EVERY, "refresh_keys", refresh_keys)
    tasks.every(RENEW_EVERY, "renew_status_lists", issuer.publisher.renew_expiring)
    tasks.every(PURGE_EVERY, "purge_nonces", purge)


def assemble(
    issuer: Issuer, guard: ManagementGuard, lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]]
) -> FastAPI:
    """Routes, errors and middleware around the services."""
    settings = issuer.settings
    app = create_application("Trillium issuer", version("trillium"), lifespan=lifespan)
    messages = OfferMessages(settings.public_url, allow_http=not settings.https)
    routes = public_routes(_endpoints(issuer, messages))
    add_hot_routes(app, routes)
    services = ManagementServices(
        issuer.offers,
        messages,
        issuer.statuses,
        issuer.outside.stores.issuances,
        issuer.outside.directory,
        issuer.residents,
        lambda: issuer.outside.clock.now().astimezone(settings.zone).date(),
    )
    app.include_router(management_router(services, guard.require))
    document_hot_routes(app, routes)
    kinds = kinds_by_prefix({"/management": CallerKind.PROBLEM}, CallerKind.OAUTH)
    options = MiddlewareOptions(
        https=settings.https,
        default_language=settings.default_locale,
        body_limits={
            "/credential": 1024 * 1024,
            "/management/residents/import": MAX_REGISTER_BYTES,
            "/token": 16 * 1024,
            "/nonce": 1024,
        },
        cross_origin=[
            CrossOrigin(prefix) for prefix in ("/types/", "/status-lists/", "/.well-known/", "/jwks")
        ],
        quiet=lambda path: path.startswith("/status-lists/") or path == HEALTH_PATH,
    )
    install_middleware(app, install_error_handlers(app, ANSWERS, kinds), options)
    return app


def _endpoints(issuer: Issuer, messages: OfferMessages) -> PublicEndpoints:
    ring, url, clock = issuer.ring, issuer.settings.public_url, issuer.outside.clock

    def create_issuer_keys() -> object:
        return create_jwt_vc_issuer_metadata(url, ring.jwks([KeyPurpose.CREDENTIAL], clock.now())["keys"])

    return PublicEndpoints(
        token=TokenEndpoint(issuer.tokens),
        nonce=NonceEndpoint(issuer.credentials.nonces),
        credential=CredentialEndpoint(issuer.credentials),
        offer=OfferEndpoint(issuer.offers, messages),
        status_list=StatusListEndpoint(issuer.lists),
        types=TypeDocuments(issuer.configurations.values()),
        issuer_metadata=Document(create_json(dict(issuer.documents.issuer)), max_age=METADATA_MAX_AGE),
        server_metadata=Document(
            create_json(dict(issuer.documents.authorization_server)), max_age=METADATA_MAX_AGE
        ),
        jwt_vc_issuer=LiveDocument(create_issuer_keys, max_age=METADATA_MAX_AGE),
        jwks=LiveDocument(
            lambda: ring.jwks([KeyPurpose.ACCESS_TOKEN], clock.now()), max_age=METADATA_MAX_AGE
        ),
    )
