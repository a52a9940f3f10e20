"""The authorization endpoint (OpenID Connect Core 1.0 section 3.1.2): GET and POST, for people's browsers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from specs.oauth import TooManyParameters
from trillium.runtime.bodies import MAX_FORM_FIELDS, MalformedForm, read_form
from trillium.runtime.i18n import language_of, prefer_locales
from trillium.runtime.looked_at import is_looked_at, nothing_yet
from verifier.services.openid.begin_login import BeginLogin, Visitor
from verifier.web.openid.sign_in_cookies import SignInCookies
from verifier.web.page_cookies import PageCookies
from verifier.web.present_page import NO_INDEX

AUTHORIZE_PATH: Final = "/openid/authorize"
_UI_LOCALES: Final = "ui_locales"


@dataclass(frozen=True, slots=True)
class AuthorizeEndpoint:
    """``GET`` and ``POST /openid/authorize``."""

    begin: BeginLogin
    pages: PageCookies
    cookies: SignInCookies

    async def respond(self, request: Request) -> Response:
        """To the page of a presentation, or back to the client.

        The request's parameters do not stay in the browser's address.
        """
        if request.method != "POST" and not is_looked_at(request):
            return nothing_yet()
        pairs = await read_form(request) if request.method == "POST" else query_of(request)
        wishes = " ".join(value for name, value in pairs if name == _UI_LOCALES)
        # Also for what may only be said on a page.
        prefer_locales(request.scope, wishes)

        def locale(ui_locales: Sequence[str]) -> str:
            prefer_locales(request.scope, " ".join(ui_locales) or wishes)
            return language_of(request.scope).locale

        begun = await self.begin(pairs, Visitor(lambda name: self.cookies.held(request, name), locale))
        if begun.page is None:
            return RedirectResponse(begun.redirect or "", 303, headers=NO_INDEX)
        opened = begun.page
        response = self.pages.redirect(f"/present/{opened.page_id}")
        now = self.begin.clock.now()
        self.pages.keep(response, opened.page, opened.page_id, opened.session, now)
        return response


def query_of(request: Request) -> list[tuple[str, str]]:
    """The parameters in order, repeated ones kept."""
    try:
        return parse_qsl(
            request.scope.get("query_string", b"").decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_FORM_FIELDS,
        )
    except UnicodeDecodeError as error:
        raise MalformedForm(type(error).__name__) from error
    except ValueError as error:
        raise TooManyParameters from error
