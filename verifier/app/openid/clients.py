"""OpenID clients: registered by themselves or by an operator, reviewed, wired."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.routing import Route

from trillium.runtime.hot_routes import Handler
from trillium.runtime.openapi import Content, HotRoute
from trillium.runtime.pages import Pages
from verifier.app.openid.parts import OpenIdParts
from verifier.app.outside import callable_addresses
from verifier.clients.openid.sector_lists import HttpSectorLists
from verifier.domain.openid.registration import RegistrationRules
from verifier.services.openid.register_client import ClientRegistrations
from verifier.services.openid.review_clients import ClientReviews
from verifier.web.openid.management import openid_clients_router
from verifier.web.openid.registration import RegistrationEndpoint
from verifier.web.openid.service_page import NEW_SERVICE, FormCookie, NewServicePage

if TYPE_CHECKING:
    from verifier.app.services import Verifier

REGISTER = "/openid/register"
_CLIENT = f"{REGISTER}/{{client_id}}"
_TAGS = ("openid clients",)
_SENT = Content(description="Client metadata (RFC 7591 section 2).")
_TOLD = Content(description="The registration (RFC 7591 section 3.2.1).")
_REFUSED = Content(description="An error, as JSON.")


@dataclass(frozen=True, slots=True)
class ClientServices:
    """How clients come about."""

    issuer: str
    registrations: ClientRegistrations
    reviews: ClientReviews


def build_clients(parts: OpenIdParts) -> ClientServices:
    """Wires the services."""
    settings, outside, stores = parts.settings, parts.outside, parts.stores
    issuer = settings.openid_issuer
    registrations = ClientRegistrations(
        stores.clients,
        outside.store,
        RegistrationRules(
            parts.presets,
            f"{issuer}/acr/",
            sandbox=not settings.is_production,
            callable_ones=callable_addresses(settings),
        ),
        HttpSectorLists(stores.client),
        outside.clock,
        outside.randomness,
        settings.unreviewed_clients,
    )
    reviews = ClientReviews(stores.clients, outside.store, registrations, outside.clock)
    return ClientServices(issuer, registrations, reviews)


def registration_routes(services: ClientServices) -> Sequence[HotRoute]:
    """What services call to register, and then to look after their registration."""
    endpoint = RegistrationEndpoint(services.registrations, services.issuer)
    register = HotRoute(
        method="POST",
        path=REGISTER,
        handler=endpoint.register,
        summary="Register an OpenID client; secret and token are in this answer only",
        public=True,
        request=_SENT,
        responses={201: _TOLD, 400: _REFUSED, 429: _REFUSED},
        tags=_TAGS,
    )
    return (register, *_own_routes(endpoint))


def _own_routes(endpoint: RegistrationEndpoint) -> Sequence[HotRoute]:
    """For the holder of a registration access token (RFC 7592)."""
    gone = Content(description="It is gone.")
    hours = Content(description="old_secret_hours: how long the old one stays good, 0 to 168.")
    changing = {200: _TOLD, 400: _REFUSED, 401: _REFUSED, 409: _REFUSED}
    look = _own("GET", endpoint.look, "The registration of a client", {200: _TOLD, 401: _REFUSED})
    change = _own("PUT", endpoint.change, "Register everything of a client anew", changing, sent=_SENT)
    remove = _own("DELETE", endpoint.remove, "Give a registration up", {204: gone, 401: _REFUSED})
    summary = "A new secret; it is in this answer only"
    rotate = _own("POST", endpoint.rotate, summary, changing, sent=hours, below="/secret")
    return (look, change, remove, rotate)


def _own(
    method: Literal["GET", "POST", "PUT", "DELETE"],
    handler: Handler,
    summary: str,
    responses: Mapping[int, Content],
    *,
    sent: Content | None = None,
    below: str = "",
) -> HotRoute:
    return HotRoute(
        method=method,
        path=f"{_CLIENT}{below}",
        handler=handler,
        summary=summary,
        public=False,
        request=sent,
        responses=responses,
        tags=_TAGS,
    )


def service_page_routes(verifier: "Verifier", pages: Pages) -> Sequence[Route]:
    """What people open to register a service."""
    settings, services = verifier.settings, verifier.openid.registration
    cookie = FormCookie(
        settings.base_path,
        settings.https,
        verifier.pages.sessions.secrets,
        verifier.outside.randomness,
    )
    page = NewServicePage(pages, cookie, services.registrations, services.issuer)
    return [
        Route(NEW_SERVICE, page.show, methods=["GET"]),
        Route(NEW_SERVICE, page.register, methods=["POST"]),
    ]


def client_routers(
    services: ClientServices, require: Callable[[Request], Awaitable[None]]
) -> Sequence[APIRouter]:
    """What management calls."""
    return (openid_clients_router(services.registrations, services.reviews, services.issuer, require),)
