"""Routes, errors and middleware around the services."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from importlib.metadata import version

from fastapi import FastAPI

from trillium.runtime.application import create_application
from trillium.runtime.errors import CallerKind, KindOfRoute, install_error_handlers, kinds_by_prefix
from trillium.runtime.health import HEALTH, HEALTH_PATH
from trillium.runtime.management import ManagementGuard
from trillium.runtime.middleware import MiddlewareOptions, install_middleware
from trillium.runtime.openapi import add_hot_routes, document_hot_routes
from trillium.runtime.rate_limit import TokenBuckets
from trillium.runtime.readiness import READY_PATH, readiness_route
from verifier.app.bundles import bundle_routes
from verifier.app.kept import evidence_routes, receipt_routes
from verifier.app.openid.logins import login_page
from verifier.app.openid.routes import (
    CROSS_ORIGIN,
    OPENID_KINDS,
    openid_hot_routes,
    openid_page_routes,
    openid_routers,
)
from verifier.app.pages import (
    PAGE_PREFIXES,
    draw_pages,
    is_script_path,
    is_state_path,
    page_routes,
)
from verifier.app.presentations import presentation_routes
from verifier.app.published_keys import key_routes
from verifier.app.readiness import build_readiness
from verifier.app.services import Verifier
from verifier.app.wallets import wallet_routes
from verifier.errors import DrillsRefused
from verifier.settings import Settings
from verifier.web.answers import ANSWERS
from verifier.web.management import ManagementServices, management_router
from verifier.web.openid.receipt_check import MAX_BODY, RECEIPT_CHECK
from verifier.web.pages import static_mounts
from verifier.web.rates import RATES, route_class


def assemble(
    verifier: Verifier,
    guard: ManagementGuard,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]],
) -> FastAPI:
    """Routes, errors and middleware around the services."""
    settings = verifier.settings
    app = create_application("Trillium verifier", version("trillium"), lifespan=lifespan)
    routes = (
        *wallet_routes(verifier),
        *key_routes(verifier),
        *receipt_routes(verifier.kept),
        *openid_hot_routes(verifier),
        HEALTH,
        readiness_route(build_readiness(verifier)),
    )
    add_hot_routes(app, routes)
    app.include_router(presentation_routes(verifier))
    app.include_router(evidence_routes(settings, verifier.clients, verifier.kept))

    def drill(seconds: int) -> None:
        if settings.is_production:
            raise DrillsRefused
        until = verifier.outside.clock.now() + timedelta(seconds=seconds)
        verifier.outside.statuses.put_out_of_reach(until)

    app.include_router(
        management_router(ManagementServices(verifier.clients, verifier.presets, drill), guard.require)
    )
    app.include_router(bundle_routes(verifier.bundles, guard.require))
    for router in openid_routers(verifier, guard):
        app.include_router(router)
    document_hot_routes(app, routes)
    pages = draw_pages(settings)
    app.router.routes.extend(
        [
            *page_routes(verifier, pages, login_page(verifier)),
            *openid_page_routes(verifier, pages),
            *static_mounts(),
        ]
    )
    handlers = install_error_handlers(app, ANSWERS, _kinds(), pages)
    install_middleware(app, handlers, _options(settings))
    return app


def _kinds() -> KindOfRoute:
    """Who is told about errors, and so in which form."""
    by_prefix = kinds_by_prefix(
        dict.fromkeys(("/request-objects/", "/responses"), CallerKind.OAUTH)
        | dict.fromkeys(PAGE_PREFIXES, CallerKind.PAGE)
        | OPENID_KINDS,
        CallerKind.PROBLEM,
    )
    return lambda path: CallerKind.PROBLEM if is_script_path(path) else by_prefix(path)


def _options(settings: Settings) -> MiddlewareOptions:
    return MiddlewareOptions(
        https=settings.https,
        default_language=settings.default_locale,
        cross_origin=CROSS_ORIGIN,
        buckets=TokenBuckets(RATES) if settings.rate_limits else None,
        route_class=route_class,
        body_limits={
            "/responses": settings.max_response_bytes,
            "/present/": settings.max_response_bytes,
            "/request-objects/": 128 * 1024,
            RECEIPT_CHECK: MAX_BODY,
        },
        quiet=lambda path: path in (HEALTH_PATH, READY_PATH) or is_state_path(path),
    )
