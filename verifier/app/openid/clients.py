"""OpenID clients: registered by themselves or by an operator, reviewed, wired."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.requests import Request
from starlette.routing import Route

from trillium.runtime.openapi import Content, HotRoute
from trillium.runtime.pages import Pages
from verifier.app.openid.parts import OpenIdParts
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
        RegistrationRules(parts.presets, f"{issuer}/acr/", sandbox=not settings.is_production),
        HttpSectorLists(stores.client),
        outside.clock,
        outside.randomness,
        settings.unreviewed_clients,
    )
    reviews = ClientReviews(stores.clients, outside.store, registrations, outside.clock)
    return ClientServices(issuer, registrations, reviews)


def registration_routes(services: ClientServices) -> Sequence[HotRoute]:
    """What services call to register."""
    endpoint = RegistrationEndpoint(services.registrations, services.issuer)
    sent = Content(description="Client metadata (RFC 7591 section 2).")
    told = Content(description="The registration (RFC 7591 section 3.2.1).")
    refused = Content(description="An error, as JSON.")
    return (
        HotRoute(
            method="POST",
            path=REGISTER,
            handler=endpoint.register,
            summary="Register an OpenID client; secret and token are in this answer only",
            public=True,
            request=sent,
            responses={201: told, 400: refused, 429: refused},
            tags=["openid clients"],
        ),
        HotRoute(
            method="GET",
            path=_CLIENT,
            handler=endpoint.look,
            summary="The registration of a client, for the holder of its registration access token",
            public=False,
            responses={200: told, 401: refused},
            tags=["openid clients"],
        ),
        HotRoute(
            method="PUT",
            path=_CLIENT,
            handler=endpoint.change,
            summary="Register everything of a client anew (RFC 7592 section 2.2)",
            public=False,
            request=sent,
            responses={200: told, 400: refused, 401: refused, 409: refused},
            tags=["openid clients"],
        ),
        HotRoute(
            method="DELETE",
            path=_CLIENT,
            handler=endpoint.remove,
            summary="Give a registration up",
            public=False,
            responses={204: Content(description="It is gone."), 401: refused},
            tags=["openid clients"],
        ),
        HotRoute(
            method="POST",
            path=f"{_CLIENT}/secret",
            handler=endpoint.rotate,
            summary="A new secret; it is in this answer only",
            public=False,
            request=Content(description="old_secret_hours: how long the old one stays good, 0 to 168."),
            responses={200: told, 400: refused, 401: refused, 409: refused},
            tags=["openid clients"],
        ),
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
