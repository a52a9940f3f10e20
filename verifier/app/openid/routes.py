"""The provider's routes, below ``/openid``: for programs, for browsers, for management."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter
from starlette.routing import Route

from trillium.runtime.cors import CrossOrigin
from trillium.runtime.errors import CallerKind
from trillium.runtime.management import ManagementGuard
from trillium.runtime.openapi import HotRoute
from trillium.runtime.pages import Pages
from verifier.app.openid.clients import client_routers, registration_routes, service_page_routes
from verifier.app.openid.discovery import DISCOVERY_CROSS_ORIGIN, discovery_routes
from verifier.app.openid.logins import login_page_routes, login_routes
from verifier.app.openid.receipt_check import receipt_check_routes
from verifier.app.openid.sign_out import sign_out_routes
from verifier.app.openid.tokens import TOKEN_CROSS_ORIGIN, token_routes

if TYPE_CHECKING:
    # The verifier has the provider as one of its parts.
    from verifier.app.services import Verifier

OPENID_KINDS: Final = {
    "/openid/": CallerKind.OAUTH,
    "/openid/authorize": CallerKind.PAGE,
    "/openid/logout": CallerKind.PAGE,
    "/openid/services/": CallerKind.PAGE,
    "/receipt-check": CallerKind.PAGE,
}
"""Who is told about errors, and so in which form; the longest prefix counts."""

CROSS_ORIGIN: Final[Sequence[CrossOrigin]] = (*DISCOVERY_CROSS_ORIGIN, *TOKEN_CROSS_ORIGIN)
"""What a relying service's program in a browser may ask, without cookies."""


def openid_hot_routes(verifier: "Verifier") -> Sequence[HotRoute]:
    """What programs call."""
    return (
        *discovery_routes(verifier),
        *token_routes(verifier),
        *login_routes(verifier),
        *registration_routes(verifier.openid.registration),
    )


def openid_page_routes(verifier: "Verifier", pages: Pages) -> Sequence[Route]:
    """What browsers open; the description of the API leaves them out."""
    return (
        *login_page_routes(verifier),
        *sign_out_routes(verifier, pages),
        *receipt_check_routes(verifier, pages),
        *service_page_routes(verifier, pages),
    )


def openid_routers(verifier: "Verifier", guard: ManagementGuard) -> Sequence[APIRouter]:
    """What management calls, and whatever else reads JSON by models."""
    return (*client_routers(verifier.openid.registration, guard.require),)
