"""Routes, errors and middleware around the services."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from importlib.metadata import version

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from issuer.app.issuing import build_issuing_endpoints
from issuer.app.metadata import build_metadata_endpoint
from issuer.app.offering import keep_contact
from issuer.app.readiness import build_readiness
from issuer.app.sender import sender_routes
from issuer.app.services import Issuer
from issuer.app.signing_in import sign_in_page_routes
from issuer.settings import Settings
from issuer.web.answers import ANSWERS
from issuer.web.documents import METADATA_MAX_AGE, Document, TypeDocuments
from issuer.web.management import (
    MAX_REGISTER_BYTES,
    ManagementServices,
    management_router,
)
from issuer.web.offer_messages import OfferMessages
from issuer.web.offer_page import OfferPage, offer_page_routes
from issuer.web.offers import OfferEndpoint
from issuer.web.pages import create_pages, static_mounts
from issuer.web.par import PushedRequestEndpoint, par_routes
from issuer.web.rates import RATES, route_class
from issuer.web.routes import PublicEndpoints, public_routes
from issuer.web.status_lists import StatusListEndpoint
from issuer.web.token import TokenEndpoint
from keys import KeyPurpose
from specs.encoding import create_json
from specs.sd_jwt_vc import create_jwt_vc_issuer_metadata
from trillium.runtime.application import create_application
from trillium.runtime.cors import CrossOrigin
from trillium.runtime.errors import CallerKind, KindOfRoute, install_error_handlers, kinds_by_prefix
from trillium.runtime.health import HEALTH_PATH
from trillium.runtime.live_document import LiveDocument
from trillium.runtime.management import ManagementGuard
from trillium.runtime.metrics import create_registry, metrics_route
from trillium.runtime.middleware import MiddlewareOptions, install_middleware
from trillium.runtime.openapi import HotRoute, add_hot_routes, document_hot_routes
from trillium.runtime.rate_limit import TokenBuckets
from trillium.runtime.readiness import READY_PATH, readiness_route

PAGE_PREFIXES = ("/authorize", "/sign-in", "/consent", "/offer/")
"""Where people are asked in a browser; errors there are pages."""
PROTOCOL_PREFIXES = (
    *("/token", "/par", "/nonce", "/challenge"),
    *("/credential", "/deferred-credential", "/notification"),
)
"""Whose standards say what an error is: the members of OAuth, with registered codes. For documents (offers,
lists, metadata, types) they say nothing but the status."""


def assemble(
    issuer: Issuer, guard: ManagementGuard, lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]]
) -> FastAPI:
    """Routes, errors and middleware around the services."""
    settings, metrics = issuer.settings, create_registry()
    app = create_application("Trillium issuer", version("trillium"), lifespan=lifespan)
    messages = OfferMessages(settings.public_url, allow_http=not settings.https)
    pages = create_pages(
        base_path=settings.base_path, https=settings.https, sandbox=not settings.is_production
    )
    routes: Sequence[HotRoute] = (
        *public_routes(_endpoints(issuer, messages, metrics)),
        *offer_page_routes(
            OfferPage(issuer.offers, messages, issuer.configurations, pages, settings.base_path)
        ),
        *_authorization_routes(issuer),
        readiness_route(build_readiness(issuer)),
    )
    routes = sender_routes(settings, issuer.senders, routes)
    add_hot_routes(app, routes)
    app.router.routes.append(metrics_route(metrics, guard.require))
    app.include_router(management_router(_management_services(issuer, messages), guard.require))
    document_hot_routes(app, routes)
    app.router.routes.extend(sign_in_page_routes(settings, pages, issuer.signing_in, issuer.configurations))
    app.router.routes.extend(static_mounts())
    install_middleware(app, install_error_handlers(app, ANSWERS, _kinds(), pages), _middleware(settings))
    return app


def _kinds() -> KindOfRoute:
    """Who is told about errors, and so in which form."""
    by_prefix = kinds_by_prefix(
        dict.fromkeys(PROTOCOL_PREFIXES, CallerKind.OAUTH) | dict.fromkeys(PAGE_PREFIXES, CallerKind.PAGE),
        CallerKind.PROBLEM,
    )
    return lambda path: CallerKind.PROBLEM if is_state_path(path) else by_prefix(path)


def is_state_path(path: str) -> bool:
    """Asked for by the script of an open offer's page every few seconds."""
    return path.startswith("/offer/") and path.endswith("/state")


def _management_services(issuer: Issuer, messages: OfferMessages) -> ManagementServices:
    return ManagementServices(
        issuer.offers,
        messages,
        issuer.statuses,
        issuer.outside.stores.issuances,
        issuer.outside.directory,
        issuer.residents,
        issuer.businesses,
        lambda: issuer.outside.clock.now().astimezone(issuer.settings.zone).date(),
        issuer.issuing.decisions,
        keep_contact(issuer.outside),
    )


def _middleware(settings: Settings) -> MiddlewareOptions:
    return MiddlewareOptions(
        https=settings.https,
        default_language=settings.default_locale,
        buckets=TokenBuckets(RATES) if settings.rate_limits else None,
        route_class=route_class,
        body_limits={
            "/credential": 1024 * 1024,
            "/deferred-credential": 32 * 1024,
            "/notification": 32 * 1024,
            "/management/residents/import": MAX_REGISTER_BYTES,
            "/management/businesses/import": MAX_REGISTER_BYTES,
            "/token": 16 * 1024,
            "/par": 32 * 1024,
            "/nonce": 1024,
            "/challenge": 1024,
        },
        cross_origin=[
            CrossOrigin(prefix) for prefix in ("/types/", "/status-lists/", "/.well-known/", "/jwks")
        ],
        quiet=lambda path: (
            path.startswith("/status-lists/") or path in (HEALTH_PATH, READY_PATH) or is_state_path(path)
        ),
    )


def _authorization_routes(issuer: Issuer) -> Sequence[HotRoute]:
    """Where residents can sign in."""
    server = issuer.authorization
    if server is None:
        return ()
    return par_routes(PushedRequestEndpoint(server.push, issuer.senders.authenticate))


def _endpoints(issuer: Issuer, messages: OfferMessages, metrics: CollectorRegistry) -> PublicEndpoints:
    ring, url, clock = issuer.ring, issuer.settings.public_url, issuer.outside.clock

    def create_issuer_keys() -> object:
        return create_jwt_vc_issuer_metadata(url, ring.jwks([KeyPurpose.CREDENTIAL], clock.now())["keys"])

    return PublicEndpoints(
        token=TokenEndpoint(issuer.tokens, issuer.senders.authenticate),
        issuing=build_issuing_endpoints(issuer.settings, issuer.issuing, metrics),
        offer=OfferEndpoint(issuer.offers, messages),
        status_list=StatusListEndpoint(issuer.lists),
        types=TypeDocuments(issuer.configurations.values()),
        issuer_metadata=build_metadata_endpoint(issuer),
        server_metadata=Document(
            create_json(dict(issuer.documents.authorization_server)), max_age=METADATA_MAX_AGE
        ),
        jwt_vc_issuer=LiveDocument(create_issuer_keys, max_age=METADATA_MAX_AGE),
        jwks=LiveDocument(
            lambda: ring.jwks([KeyPurpose.ACCESS_TOKEN], clock.now()), max_age=METADATA_MAX_AGE
        ),
    )
