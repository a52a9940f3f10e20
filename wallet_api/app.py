"""The wallet put together: the only place that knows all its parts."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from typing import Protocol

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI

from keys import KeyPurpose, KeyRing, KeySpec, Secret, open_key_ring
from specs.openid4vp import RegisteredClient
from trillium.runtime.application import create_application
from trillium.runtime.clock import SystemClock
from trillium.runtime.database import Database, SqliteDatabase, create_schema, open_database
from trillium.runtime.errors import CallerKind, install_error_handlers
from trillium.runtime.health import HEALTH, HEALTH_PATH
from trillium.runtime.http_client import StrangerClient
from trillium.runtime.management import ManagementGuard, open_management_guard
from trillium.runtime.middleware import MiddlewareOptions, install_middleware
from trillium.runtime.mounting import Part
from trillium.runtime.openapi import add_hot_routes, document_hot_routes
from trillium.runtime.pages import STATIC_FOLDER, PageOptions, Pages, static_mount
from trillium.runtime.randomness import SystemRandomness
from trillium.runtime.rate_limit import TokenBuckets
from trillium.runtime.readiness import READY_PATH, Finding, Readiness, readiness_route
from trillium.runtime.ring_checks import check_ring
from trillium.runtime.settings import check_shared, refuse_in_production, warn_of_insecure
from trillium.runtime.tasks import BackgroundTasks
from trillium.runtime.trust_list import (
    TrustListSource,
    check_source,
    check_trust_list,
    open_trust_list,
    renew_in_background,
)
from wallet_api.clients.holder_keys import ServerHeldKeys, create_ephemeral_key
from wallet_api.clients.internet import DirectPost, HttpInternet
from wallet_api.clients.registered_verifiers import read_registered_verifiers
from wallet_api.clients.status_lists import HttpStatusLists
from wallet_api.clients.trust_list import ListedTrust
from wallet_api.ports import (
    AccountStore,
    Clock,
    CredentialStore,
    Delivery,
    EventLog,
    HistoryStore,
    Internet,
    OperationStore,
    Randomness,
    TrustSource,
)
from wallet_api.services.accept_offer import AcceptOffer
from wallet_api.services.accounts import Accounts
from wallet_api.services.answer_request import AnswerRequest, ConsentToRequest
from wallet_api.services.cards import Cards
from wallet_api.services.create_responses import CreateResponses
from wallet_api.services.fetch_receipt import FetchReceipt
from wallet_api.services.history import History
from wallet_api.services.issuer_calls import IssuerCalls
from wallet_api.services.open_offer import OpenOffer
from wallet_api.services.open_request import OpenRequest
from wallet_api.services.operations import Operations
from wallet_api.services.read_request import ReadRequest
from wallet_api.services.receive_credential import ReceiveCredential
from wallet_api.services.type_documents import TypeDocuments
from wallet_api.services.vault import Vault
from wallet_api.services.verifier_calls import VerifierCalls
from wallet_api.services.verify_received import VerifyReceived
from wallet_api.settings import Settings
from wallet_api.store import tables
from wallet_api.store.postgresql import PostgresqlWalletStore
from wallet_api.store.sqlite import SqliteWalletStore
from wallet_api.web.accounts import accounts_router, caller_by_token
from wallet_api.web.answers import ANSWERS
from wallet_api.web.credentials import credentials_router
from wallet_api.web.history import history_router
from wallet_api.web.offers import offers_router
from wallet_api.web.presentations import presentations_router
from wallet_api.web.rates import RATES, route_class

REFRESH_KEYS_EVERY = 5.0
PURGE_EVERY = 60.0
MAX_OFFER_REQUEST_BYTES = 128 * 1024
MAX_PAGE_REQUEST_BYTES = 256 * 1024
SECRETS = (KeyPurpose.WRAPPING, KeyPurpose.SESSION, KeyPurpose.AUDIT)
NO_TOKEN = bytes(32)
"""The hash of no token that anybody will find."""


class Store(AccountStore, OperationStore, CredentialStore, HistoryStore, EventLog, Protocol):
    """All stores of the wallet; every adapter is all of them."""


def open_store(database: Database) -> Store:
    """The store of an open database."""
    return (
        SqliteWalletStore(database)
        if isinstance(database, SqliteDatabase)
        else PostgresqlWalletStore(database)
    )


def open_ring(settings: Settings, now: datetime) -> KeyRing:
    """The wallet's secrets, made at the first start."""
    ring = open_key_ring(settings.keys_uri, sandbox=not settings.is_production, now=now)
    ring.ensure({purpose: KeySpec() for purpose in SECRETS}, now)
    return ring


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What surrounds the wallet. ``delivery``: how responses leave for verifiers; None: as the standard says.

    ``secret(version)``: the server's wrapping secret, None for the current one. ``allow_http``: whether
    addresses may be http as far as ``internet`` calls them. ``may_hold_key(vct)``: whether the policy of a
    type lets its holder keys be kept here. ``registered``: verifiers known beforehand. ``ephemeral``: makes a
    fresh key on P-256 for each encrypted answer.
    """

    store: Store
    secret: Callable[[int | None], Secret]
    internet: Internet
    trust: TrustSource
    allow_http: bool
    may_hold_key: Callable[[str], bool]
    delivery: Delivery | None = None
    client_id: str | None = None
    registered: Mapping[str, RegisteredClient] = field(default_factory=dict)
    ephemeral: Callable[[], ec.EllipticCurvePrivateKey] = create_ephemeral_key
    clock: Clock = field(default_factory=SystemClock)
    randomness: Randomness = field(default_factory=SystemRandomness)


@dataclass(frozen=True, slots=True)
class Wallet:
    """Every service of the wallet, wired. With stores in memory it is a holder of its own.

    ``receive`` and ``answer`` are the two-step forms for keys on a device; ``accept_offer`` and ``consent``
    do both steps with keys that are kept here.
    """

    accounts: Accounts
    open_offer: OpenOffer
    accept_offer: AcceptOffer
    receive: ReceiveCredential
    cards: Cards
    open_request: OpenRequest
    consent: ConsentToRequest
    answer: AnswerRequest
    history: History


def build_services(outside: Outside) -> Wallet:
    """Wires the services."""
    store, internet, trust = outside.store, outside.internet, outside.trust
    clock, randomness = outside.clock, outside.randomness
    vault = Vault(outside.secret, randomness)
    operations = Operations(store, vault, clock, randomness)
    statuses, keys = HttpStatusLists(internet), ServerHeldKeys(vault)
    issuer_calls = IssuerCalls(internet, outside.allow_http)
    verifier_calls = VerifierCalls(internet, outside.delivery or DirectPost(internet), outside.allow_http)
    receive = ReceiveCredential(
        issuer_calls,
        VerifyReceived(trust, TypeDocuments(internet), statuses),
        operations,
        store,
        store,
        vault,
        clock,
        randomness,
        outside.client_id,
    )
    history = History(store, vault, clock, randomness)
    answer = AnswerRequest(
        verifier_calls,
        operations,
        store,
        store,
        vault,
        clock,
        CreateResponses(outside.ephemeral, randomness),
        history,
        FetchReceipt(internet),
    )
    read = ReadRequest(verifier_calls, trust, outside.registered, clock, randomness)
    return Wallet(
        accounts=Accounts(store, vault, clock, randomness),
        open_offer=OpenOffer(issuer_calls, trust, operations, clock),
        accept_offer=AcceptOffer(receive, keys, operations, outside.may_hold_key),
        receive=receive,
        cards=Cards(store, vault, trust, statuses, clock),
        open_request=OpenRequest(read, store, vault, operations, clock),
        consent=ConsentToRequest(answer, keys),
        answer=answer,
        history=history,
    )


def create_app(
    settings: Settings,
    *,
    trust: TrustSource | None = None,
    internet: Internet | None = None,
    delivery: Delivery | None = None,
) -> FastAPI:
    """The application with its database and keys; nothing of it is reached before its lifespan begins.

    ``trust``: instead of the settings' trust list. ``internet``, ``delivery``: instead of HTTP.
    """
    clock = SystemClock()
    listed = open_trust_list(settings, "wallet", clock.now())
    refuse_in_production(settings.profile, [check_shared(settings), check_trust_list(settings, listed)])
    database, client = open_database(settings.database_url), _open_client(settings)
    ring, store = open_ring(settings, clock.now()), open_store(database)
    held = frozenset(settings.server_held_vcts)
    outside = Outside(
        store=store,
        secret=lambda version: ring.secret_for(KeyPurpose.WRAPPING, version),
        internet=internet or HttpInternet(client),
        trust=trust or ListedTrust(listed),
        allow_http=settings.allow_http,
        delivery=delivery,
        client_id=settings.client_id or None,
        registered=_registered(settings),
        may_hold_key=lambda vct: vct in held or not settings.is_production,
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        warn_of_insecure(settings)
        await create_schema(database, tables.metadata)
        async with BackgroundTasks() as tasks:
            _start_tasks(tasks, ring, store, clock)
            renew_in_background(tasks, listed, clock.now)
            yield
        await listed.close()
        await client.close()
        await database.close()

    readiness, guard = _readiness(ring, outside, listed), open_management_guard(settings.var_dir)
    return assemble(settings, build_services(outside), guard, lifespan, readiness)


def create_part(settings: Settings, *, trust: TrustSource | None = None) -> Part:
    """The application under its public URL, for a server of its own or together with others."""
    return Part(settings.public_url, create_app(settings, trust=trust))


def assemble(
    settings: Settings,
    wallet: Wallet,
    guard: ManagementGuard,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]],
    readiness: Readiness,
) -> FastAPI:
    """Routes, errors and middleware around the services."""
    app = create_application("Trillium wallet", version("trillium"), lifespan=lifespan)
    looked_at = [HEALTH, readiness_route(readiness)]
    caller = caller_by_token(wallet.accounts)
    add_hot_routes(app, looked_at)
    for router in (
        accounts_router(wallet.accounts, guard.require),
        offers_router(wallet.open_offer, wallet.accept_offer, caller),
        credentials_router(wallet.cards, caller),
        presentations_router(wallet.open_request, wallet.consent, wallet.answer, caller),
        history_router(wallet.history, caller),
    ):
        app.include_router(router)
    document_hot_routes(app, looked_at)
    options = MiddlewareOptions(
        https=settings.https,
        default_language=settings.default_locale,
        buckets=TokenBuckets(RATES) if settings.rate_limits else None,
        route_class=route_class,
        body_limits={
            "/offers": MAX_OFFER_REQUEST_BYTES,
            "/presentations/page": MAX_PAGE_REQUEST_BYTES,
            "/accounts": 4096,
        },
        quiet=lambda path: path in (HEALTH_PATH, READY_PATH),
    )
    # No pages of its own: only the one for a person who has come to an address where nothing is.
    app.router.routes.append(static_mount("runtime", STATIC_FOLDER))
    renderer = install_error_handlers(app, ANSWERS, lambda _path: CallerKind.PROBLEM, _pages(settings))
    install_middleware(app, renderer, options)
    return app


def _pages(settings: Settings) -> Pages:
    return Pages(
        PageOptions(
            product="Trillium",
            templates=[],
            base_path=settings.base_path,
            https=settings.https,
            sandbox=not settings.is_production,
        )
    )


def _readiness(ring: KeyRing, outside: Outside, listed: TrustListSource) -> Readiness:
    async def database() -> Iterable[Finding]:
        await outside.store.find_account(NO_TOKEN)
        return ()

    async def keys() -> Iterable[Finding]:
        return check_ring(ring.state, SECRETS, outside.clock.now())

    async def trust() -> Iterable[Finding]:
        return check_source(listed, outside.clock.now())

    return Readiness({"database": database, "keys": keys, "trust": trust})


def _registered(settings: Settings) -> Mapping[str, RegisteredClient]:
    path = settings.registered_verifiers
    return {} if path is None else read_registered_verifiers(path)


def _open_client(settings: Settings) -> StrangerClient:
    authorities = settings.outgoing_ca_file
    return StrangerClient(
        loopback_origins=settings.loopback_origins,
        ssl_context=httpx.create_ssl_context(verify=str(authorities), trust_env=False)
        if authorities
        else None,
    )


def _start_tasks(tasks: BackgroundTasks, ring: KeyRing, store: OperationStore, clock: Clock) -> None:
    async def refresh_keys() -> None:
        ring.refresh(clock.now())

    async def purge() -> None:
        await store.purge_operations(clock.now())

    tasks.every(REFRESH_KEYS_EVERY, "refresh_keys", refresh_keys)
    tasks.every(PURGE_EVERY, "purge_operations", purge)
