"""Signing out, wired: the page in the browser, and the messages behind its back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from starlette.routing import Route

from keys import KeyPurpose, Signer
from specs.jose import Algorithm
from trillium.runtime.pages import Pages
from trillium.runtime.tasks import BackgroundTasks
from verifier.app.openid.logins import id_token_keys, sign_in_cookies
from verifier.app.openid.parts import OpenIdParts
from verifier.services.openid.clients import OpenIdClients
from verifier.services.openid.sign_out import SignOut
from verifier.services.openid.tell_logouts import TellLogouts
from verifier.web.openid.logout import CONFIRM_PATH, LOGOUT_PATH, LogoutEndpoint
from verifier.web.page_cookies import PageCookies

if TYPE_CHECKING:
    from verifier.app.services import Verifier

TELL_EVERY: Final = 1.0
TELLERS: Final = 2
"""Rounds that this process has under way at once; a slow client holds up one of them."""


@dataclass(frozen=True, slots=True)
class SignOutServices:
    sign_out: SignOut
    tell: TellLogouts


def build_sign_out(parts: OpenIdParts, clients: OpenIdClients) -> SignOutServices:
    """Wires the services."""
    stores, outside, issuer = parts.stores, parts.outside, parts.settings.openid_issuer

    def signer_for(algorithm: Algorithm, now: datetime) -> Signer:
        return parts.ring.signer_for(KeyPurpose.ID_TOKEN, now, algorithm=algorithm)

    tell = TellLogouts(
        clients,
        stores.logouts,
        stores.back_channel,
        signer_for,
        outside.clock,
        outside.randomness,
        issuer,
    )
    sign_out = SignOut(
        clients,
        stores.sessions,
        tell,
        lambda now: id_token_keys(parts.ring, now),
        outside.clock,
        issuer,
    )
    return SignOutServices(sign_out, tell)


def sign_out_routes(verifier: "Verifier", pages: Pages) -> Sequence[Route]:
    """What browsers open."""
    settings = verifier.settings
    forms = PageCookies(settings.base_path, settings.https, verifier.pages.sessions.secrets)
    sign_out, randomness = verifier.openid.sign_out.sign_out, verifier.outside.randomness
    endpoint = LogoutEndpoint(sign_out, pages, forms, sign_in_cookies(settings), randomness)
    return (
        Route(LOGOUT_PATH, endpoint.respond, methods=["GET", "POST"]),
        Route(CONFIRM_PATH, endpoint.confirm, methods=["POST"]),
    )


def start_telling(tasks: BackgroundTasks, tell: TellLogouts) -> None:
    """Begins what repeats."""
    for number in range(TELLERS):
        tasks.every(TELL_EVERY, f"tell_logouts_{number + 1}", tell.deliver_some)
