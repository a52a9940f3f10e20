"""Pages for people and what stands behind them, wired."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.routing import Route

from keys import KeyPurpose, KeyRing
from trillium.runtime.pages import Pages
from trillium.runtime.settings import origin_of
from verifier.app.outside import Outside
from verifier.services.answer_in_browser import AnswerInBrowser
from verifier.services.browser_sessions import BrowserSessions
from verifier.services.carried_codes import CarriedCodes
from verifier.services.page_secrets import PageSecrets
from verifier.settings import Settings
from verifier.web.browser_api import BrowserApi
from verifier.web.openid.login_page import LoginPage
from verifier.web.page_cookies import PageCookies
from verifier.web.page_view import PageView
from verifier.web.pages import create_pages, script_address
from verifier.web.present_page import PageSurroundings, PresentPage
from verifier.web.return_page import ReturnPage

if TYPE_CHECKING:
    # The verifier has the services below as one of its parts.
    from verifier.app.services import Verifier

PAGE_PREFIXES: Final = ("/present/", "/return")
"""Where people are told something in a browser; errors there are pages."""


@dataclass(frozen=True, slots=True)
class PageServices:
    """``sessions`` opens pages for relying services, and tells what is released (``ports.Releases``)."""

    sessions: BrowserSessions
    codes: CarriedCodes


def build_pages(settings: Settings, ring: KeyRing, outside: Outside) -> PageServices:
    """Wires the services."""
    clock = outside.clock
    secrets = PageSecrets(lambda: ring.secret_for(KeyPurpose.SESSION))
    sessions = BrowserSessions(
        outside.pages, outside.store, clock, outside.randomness, settings.public_url, secrets
    )
    return PageServices(sessions, CarriedCodes(sessions))


def is_script_path(path: str) -> bool:
    """Called by the script of a page, which reads JSON."""
    ends = ("/state", "/browser-requests", "/browser-response")
    return path.startswith("/present/") and path.endswith(ends)


def is_state_path(path: str) -> bool:
    """Asked for by every open page every few seconds: not worth a line in the log."""
    return path.startswith("/present/") and path.endswith("/state")


def draw_pages(settings: Settings) -> Pages:
    """What draws them, errors too."""
    return create_pages(
        base_path=settings.base_path, https=settings.https, sandbox=not settings.is_production
    )


def page_routes(verifier: "Verifier", pages: Pages, logins: LoginPage) -> Sequence[Route]:
    """The pages' addresses; they are for browsers, so the description of the API leaves them out."""
    settings, services = verifier.settings, verifier.pages
    around = PageSurroundings(
        pages,
        PageCookies(settings.base_path, settings.https, services.sessions.secrets),
        services.sessions,
        PageView(verifier.outside.store, verifier.presets, verifier.links, verifier.outside.clock),
        script_address(settings.base_path),
    )
    receipts = verifier.kept.receipts
    present = PresentPage(around, services.codes, verifier.cancel, receipts, logins)
    back = ReturnPage(around, services.codes, receipts, settings.public_url)
    answer = AnswerInBrowser(services.sessions, verifier.receive, origin_of(settings.public_url))
    browser = BrowserApi(around, verifier.browser_requests, answer)
    page = "/present/{page}"
    return [
        Route(page, present.respond, methods=["GET"]),
        Route(f"{page}/state", present.state, methods=["GET"]),
        Route(f"{page}/cancel", present.cancel, methods=["POST"]),
        Route(f"{page}/code", present.code, methods=["POST"]),
        Route(f"{page}/continue", present.go_on, methods=["POST"]),
        Route(f"{page}/receipt", present.receipt, methods=["POST"]),
        Route(f"{page}/browser-requests", browser.requests, methods=["POST"]),
        Route(f"{page}/browser-response", browser.respond, methods=["POST"]),
        Route("/return", back.respond, methods=["GET"]),
        Route("/return/receipt", back.receipt, methods=["POST"]),
    ]
