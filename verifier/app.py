"""The verifier put together: the only place that knows all its parts."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.metadata import version
from typing import Protocol
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives.hashes import SHA256
from fastapi import FastAPI

from keys import KeyPurpose, KeyRing, KeySpec, Secret, open_key_ring
from keys.certificates import is_sandbox_anchor
from specs.encoding import b64url_encode
from specs.jose import parse_x5c
from trillium.runtime.application import create_application
from trillium.runtime.clock import SystemClock
from trillium.runtime.database import Database, SqliteDatabase, create_schema, open_database
from trillium.runtime.errors import CallerKind, install_error_handlers, kinds_by_prefix
from trillium.runtime.health import HEALTH, HEALTH_PATH
from trillium.runtime.http_client import StrangerClient
from trillium.runtime.management import ManagementGuard, open_management_guard
from trillium.runtime.middleware import MiddlewareOptions, install_middleware
from trillium.runtime.mounting import Part
from trillium.runtime.openapi import FORM, Content, HotRoute, add_hot_routes, document_hot_routes
from trillium.runtime.randomness import SystemRandomness
from trillium.runtime.rate_limit import TokenBuckets
from trillium.runtime.readiness import READY_PATH, Finding, Level, Readiness, readiness_route
from trillium.runtime.ring_checks import check_ring
from trillium.runtime.settings import (
    Check,
    Refusal,
    check_shared,
    refuse_in_production,
    warn_of_insecure,
)
from trillium.runtime.tasks import BackgroundTasks
from verifier.clients.operator_files import read_presets, read_trust, vcts_of
from verifier.clients.status_lists import HttpStatusLists
from verifier.domain.presentation import RESULT_LIFETIME, ClientId
from verifier.domain.preset import Preset
from verifier.domain.trust import Trust
from verifier.errors import DrillsRefused
from verifier.ports import PresentationStore, RelyingServiceStore
from verifier.services.get_result import GetResult
from verifier.services.receive_response import ReceiveResponse
from verifier.services.relying_services import RelyingServices
from verifier.services.requests import RequestIdentity
from verifier.services.results import ResultSeals
from verifier.services.serve_request_object import ServeRequestObject
from verifier.services.start_presentation import StartPresentation
from verifier.services.verify_presentation import VerifyPresentation
from verifier.settings import Settings
from verifier.store import tables
from verifier.store.postgresql import PostgresqlVerifierStore
from verifier.store.sqlite import SqliteVerifierStore
from verifier.web.answers import ANSWERS
from verifier.web.management import ManagementServices, management_router
from verifier.web.presentations import PresentationServices, presentation_router
from verifier.web.rates import RATES, route_class
from verifier.web.wallets import RequestObjectEndpoint, ResponseEndpoint

REFRESH_KEYS_EVERY = 5.0
EXPIRE_EVERY = 10.0
REFRESH_LISTS_EVERY = 30.0
MAX_RESPONSE_BYTES = 2 * 1024 * 1024
SECRETS = (KeyPurpose.WRAPPING, KeyPurpose.SESSION, KeyPurpose.AUDIT)
NO_CLIENT = ClientId("-")


class Store(PresentationStore, RelyingServiceStore, Protocol):
    """Both stores of the verifier; every adapter is both."""


def open_store(database: Database) -> Store:
    """The store of an open database."""
    if isinstance(database, SqliteDatabase):
        return SqliteVerifierStore(database)
    return PostgresqlVerifierStore(database)


def open_ring(settings: Settings, now: datetime) -> KeyRing:
    """The verifier's keys, made at the first start."""
    ring = open_key_ring(settings.keys_uri, sandbox=not settings.is_production, now=now)
    host = urlsplit(settings.public_url).hostname or "localhost"
    certified = KeySpec((host,), (settings.public_url,), certificate=True)
    ring.ensure({KeyPurpose.REQUEST_OBJECT: certified, **{purpose: KeySpec() for purpose in SECRETS}}, now)
    return ring


@dataclass(frozen=True, slots=True)
class Outside:
    """What surrounds the verifier."""

    store: Store
    statuses: HttpStatusLists
    clock: SystemClock
    randomness: SystemRandomness


@dataclass(frozen=True, slots=True)
class Verifier:
    """Every service of the verifier, wired; the command line uses it too."""

    settings: Settings
    ring: KeyRing
    outside: Outside
    presets: Mapping[str, Preset]
    clients: RelyingServices
    start: StartPresentation
    serve: ServeRequestObject
    receive: ReceiveResponse
    results: GetResult


def build_verifier(settings: Settings, ring: KeyRing, outside: Outside, trust: Trust) -> Verifier:
    """Wires the services."""
    store, clock, randomness = outside.store, outside.clock, outside.randomness
    # Without a trusted issuer there is nothing that could be asked for and accepted.
    presets = _presets(settings, trust) if trust.issuers else {}
    identity = _identity(settings, ring)

    def wrapping(version: int | None) -> Secret:
        return ring.secret_for(KeyPurpose.WRAPPING, version)

    seals = ResultSeals(wrapping, randomness)
    verify = VerifyPresentation(trust, outside.statuses)
    return Verifier(
        settings=settings,
        ring=ring,
        outside=outside,
        presets=presets,
        clients=RelyingServices(store, presets, clock, randomness),
        start=StartPresentation(store, presets, identity, clock, randomness, allow_http=not settings.https),
        serve=ServeRequestObject(store, presets, identity, clock),
        receive=ReceiveResponse(store, presets, identity, verify, seals, clock),
        results=GetResult(store, seals, clock),
    )


def _presets(settings: Settings, trust: Trust) -> Mapping[str, Preset]:
    return read_presets(settings.presets_dir, vcts=vcts_of(trust), production=settings.is_production)


@lru_cache(16)  # asked for every response; the chains are our own, one for each key
def _leaf_hash(chain: tuple[str, ...]) -> str:
    return b64url_encode(parse_x5c(chain)[0].fingerprint(SHA256()))


def _identity(settings: Settings, ring: KeyRing) -> RequestIdentity:
    return RequestIdentity(
        urlsplit(settings.public_url).hostname or "localhost",
        settings.public_url,
        lambda now: ring.signer_for(KeyPurpose.REQUEST_OBJECT, now),
        lambda signer: _leaf_hash(signer.certificate_chain),
    )


def _open_client(settings: Settings) -> StrangerClient:
    authorities = settings.outgoing_ca_file
    return StrangerClient(
        loopback_origins=settings.loopback_origins,
        ssl_context=httpx.create_ssl_context(verify=str(authorities), trust_env=False)
        if authorities
        else None,
    )


def _open_trust(settings: Settings) -> Trust:
    return read_trust(settings.trust_file) if settings.trust_file else Trust(())


def create_app(settings: Settings, *, trust: Trust | None = None) -> FastAPI:
    """The application. ``trust``: instead of the settings' file, for the combined server and for tests."""
    trust = trust or _open_trust(settings)
    refuse_in_production(settings.profile, [check_shared(settings), check_trust(settings, trust)])
    database, client = open_database(settings.database_url), _open_client(settings)
    outside = Outside(open_store(database), HttpStatusLists(client), SystemClock(), SystemRandomness())
    ring = open_ring(settings, outside.clock.now())
    verifier = build_verifier(settings, ring, outside, trust)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        warn_of_insecure(settings)
        await create_schema(database, tables.metadata)
        async with BackgroundTasks() as tasks:
            _start_tasks(tasks, verifier)
            yield
        await client.close()
        await database.close()

    return assemble(verifier, open_management_guard(settings.var_dir), lifespan)


@asynccontextmanager
async def opened_verifier(settings: Settings, *, trust: Trust | None = None) -> AsyncIterator[Verifier]:
    """The services without a server, for the command line."""
    database, client = open_database(settings.database_url), _open_client(settings)
    try:
        await create_schema(database, tables.metadata)
        outside = Outside(open_store(database), HttpStatusLists(client), SystemClock(), SystemRandomness())
        ring = open_ring(settings, outside.clock.now())
        yield build_verifier(settings, ring, outside, trust or _open_trust(settings))
    finally:
        await client.close()
        await database.close()


def check_trust(settings: Settings, trust: Trust) -> Check:
    """Production trusts no development authority."""

    def check() -> Iterable[Refusal]:
        anchors = (anchor for issuer in trust.issuers for anchor in issuer.anchors.certificates)
        if any(is_sandbox_anchor(anchor) for anchor in anchors):
            yield Refusal(settings.setting_name("trust_file"), "must not name a sandbox authority")

    return check


def create_part(settings: Settings, *, trust: Trust | None = None) -> Part:
    """The application under its public URL, for a server of its own or together with others."""
    return Part(settings.public_url, create_app(settings, trust=trust))


def _start_tasks(tasks: BackgroundTasks, verifier: Verifier) -> None:
    clock, store = verifier.outside.clock, verifier.outside.store

    async def refresh_keys() -> None:
        verifier.ring.refresh(clock.now())

    async def expire() -> None:
        now = clock.now()
        await store.expire(now)
        await store.purge_results(now - RESULT_LIFETIME)

    async def refresh_lists() -> None:
        await verifier.outside.statuses.refresh_in_use(timedelta(seconds=REFRESH_LISTS_EVERY), clock.now())

    tasks.every(REFRESH_KEYS_EVERY, "refresh_keys", refresh_keys)
    tasks.every(EXPIRE_EVERY, "expire_presentations", expire)
    if verifier.settings.is_production:
        tasks.every(REFRESH_LISTS_EVERY, "refresh_status_lists", refresh_lists)


def assemble(
    verifier: Verifier,
    guard: ManagementGuard,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]],
) -> FastAPI:
    """Routes, errors and middleware around the services."""
    settings = verifier.settings
    app = create_application("Trillium verifier", version("trillium"), lifespan=lifespan)
    routes = (*_wallet_routes(verifier), HEALTH, readiness_route(_readiness(verifier)))
    add_hot_routes(app, routes)
    app.include_router(
        presentation_router(
            PresentationServices(verifier.clients, verifier.start, verifier.results, settings.public_url)
        )
    )

    def drill(seconds: int) -> None:
        if settings.is_production:
            raise DrillsRefused
        until = verifier.outside.clock.now() + timedelta(seconds=seconds)
        verifier.outside.statuses.put_out_of_reach(until)

    app.include_router(
        management_router(ManagementServices(verifier.clients, verifier.presets, drill), guard.require)
    )
    document_hot_routes(app, routes)
    kinds = kinds_by_prefix(
        {"/management": CallerKind.PROBLEM, "/presentations": CallerKind.PROBLEM}, CallerKind.OAUTH
    )
    options = MiddlewareOptions(
        https=settings.https,
        default_language=settings.default_locale,
        buckets=TokenBuckets(RATES) if settings.rate_limits else None,
        route_class=route_class,
        body_limits={"/responses/": MAX_RESPONSE_BYTES, "/request-objects/": 128 * 1024},
        quiet=lambda path: path in (HEALTH_PATH, READY_PATH),
    )
    install_middleware(app, install_error_handlers(app, ANSWERS, kinds), options)
    return app


def _readiness(verifier: Verifier) -> Readiness:
    async def database() -> Iterable[Finding]:
        await verifier.outside.store.find_service(NO_CLIENT)  # no client is called that
        return ()

    async def keys() -> Iterable[Finding]:
        now = verifier.outside.clock.now()
        return check_ring(verifier.ring.state, (KeyPurpose.REQUEST_OBJECT, *SECRETS), now)

    async def trust() -> Iterable[Finding]:
        if verifier.presets:
            return ()
        text = "No issuer is trusted, or no preset asks for what it issues: nothing can be verified."
        return (Finding("trust", "nothing_to_verify", Level.WARNING, text=text),)

    return Readiness({"database": database, "keys": keys, "trust": trust})


def _wallet_routes(verifier: Verifier) -> tuple[HotRoute, ...]:
    error = Content(description="The registered error, as JSON.")
    signed = Content(description="Request object.", media_type="application/oauth-authz-req+jwt")
    objects, responses = RequestObjectEndpoint(verifier.serve), ResponseEndpoint(verifier.receive)
    path = "/request-objects/{request_id}"
    return (
        HotRoute(
            method="POST",
            path="/responses/{request_id}",
            handler=responses.respond,
            summary="Response by direct_post (OpenID4VP 1.0 section 8.2)",
            public=True,
            request=Content(description="vp_token and state, or an error.", media_type=FORM),
            responses={200: Content(description="An object."), 400: error},
            tags=["wallets"],
        ),
        HotRoute(
            method="GET",
            path=path,
            handler=objects.respond,
            summary="Request object (OpenID4VP 1.0 section 5.10)",
            public=True,
            responses={200: signed, 400: error},
            tags=["wallets"],
        ),
        HotRoute(
            method="POST",
            path=path,
            handler=objects.respond,
            summary="Request object with a nonce of the wallet's (OpenID4VP 1.0 section 5.10)",
            public=True,
            request=Content(description="wallet_nonce and wallet_metadata.", media_type=FORM),
            responses={200: signed, 400: error},
            tags=["wallets"],
        ),
    )
