"""The end session endpoint (OpenID Connect RP-Initiated Logout 1.0): GET and POST, for people's browsers.

``POST /openid/logout/confirm`` takes the form of our own page, from the browser that was shown it only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from specs.encoding import b64url_encode
from specs.oauth import redirect_source
from specs.openid_connect import LogoutRequest, parse_logout_request
from trillium.runtime.bodies import read_form
from trillium.runtime.i18n import language_of, prefer_locales
from trillium.runtime.looked_at import is_looked_at, nothing_yet
from trillium.runtime.pages import Pages
from trillium.runtime.security_headers import content_security_policy
from verifier.errors import PageFormRefused
from verifier.ports import Randomness
from verifier.services.openid.sign_out import Leaving, SignOut
from verifier.web.openid.authorize import query_of
from verifier.web.openid.sign_in_cookies import SignInCookies
from verifier.web.page_cookies import FORM_TOKEN, PageCookies
from verifier.web.present_page import NO_INDEX

LOGOUT_PATH: Final = "/openid/logout"
CONFIRM_PATH: Final = "/openid/logout/confirm"
_TEMPLATE: Final = "openid/logout.html"
_COOKIE: Final = "verifier-logout"
_COOKIE_SECONDS: Final = 1800
_SECRET_BYTES: Final = 32
_MOST_COOKIES: Final = 50
_LONGEST_COOKIE: Final = 64
_YES: Final = "yes"
# What our own form repeats; the ID token stays out, the person's word takes its place.
_REPEATED: Final = ("client_id", "post_logout_redirect_uri", "state")


@dataclass(frozen=True, slots=True)
class LogoutEndpoint:
    """``GET`` and ``POST /openid/logout``, and the form of the page that asks."""

    sign_out: SignOut
    pages: Pages
    forms: PageCookies
    cookies: SignInCookies
    randomness: Randomness

    async def respond(self, request: Request) -> Response:
        """To where the client wants the browser, or a page: that it is done, or whether to do it."""
        if request.method != "POST" and not is_looked_at(request):
            return nothing_yet()
        pairs = await read_form(request) if request.method == "POST" else query_of(request)
        asked = parse_logout_request(pairs)
        prefer_locales(request.scope, " ".join(asked.ui_locales))
        leaving = await self.sign_out.read(asked, self._held(request))
        if leaving.is_asked_for:
            return await self._done(request, leaving)
        if not leaving.sessions and leaving.client is None:
            return self._page(request, "nothing")
        return await self._question(request, asked, leaving)

    async def confirm(self, request: Request) -> Response:
        """The person's answer to the page.

        Raises:
            PageFormRefused: the form is not of a page of ours in this browser.
        """
        session = self._session(request)
        if session is None:
            raise PageFormRefused
        fields = await self.forms.read_form(request, session)
        if fields.get("answer") != _YES:
            return self._page(request, "stayed")
        asked = parse_logout_request((name, fields[name]) for name in _REPEATED if fields.get(name))
        return await self._done(request, await self.sign_out.read(asked, self._held(request)))

    def _session(self, request: Request) -> str | None:
        """What the forms of this browser are bound to."""
        value = request.cookies.get(self._cookie, "")
        return value if 0 < len(value) <= _LONGEST_COOKIE else None

    def _held(self, request: Request) -> Mapping[str, str]:
        names = self.cookies.names_held(request)[:_MOST_COOKIES]
        held = {name: self.cookies.held(request, name) for name in names}
        return {name: secret for name, secret in held.items() if secret is not None}

    async def _done(self, request: Request, leaving: Leaving) -> Response:
        services = await self._names(request, leaving)
        ended = await self.sign_out.end(leaving)
        if leaving.redirect is None:
            response = self._page(request, "done", services=services)
        else:
            response = RedirectResponse(leaving.redirect, 303, headers=NO_INDEX)
        for name in ended:
            self.cookies.forget(response, name)
        return response

    async def _question(self, request: Request, asked: LogoutRequest, leaving: Leaving) -> Response:
        # The same in every tab: the form of none of them goes stale.
        session = self._session(request) or b64url_encode(self.randomness.token_bytes(_SECRET_BYTES))
        client_id = None if leaving.client is None else leaving.client.client_id
        repeated = {
            "client_id": client_id,
            "post_logout_redirect_uri": asked.post_logout_redirect_uri if client_id else None,
            "state": asked.state,
            FORM_TOKEN: self.forms.secrets.form_token(session),
        }
        sources = [] if leaving.redirect is None else [redirect_source(leaving.redirect)]
        response = self._page(
            request,
            "ask",
            services=await self._names(request, leaving),
            fields={name: value for name, value in repeated.items() if value is not None},
            sources=sources,
        )
        https = self.forms.https
        path = "/" if https else self.forms.base_path or "/"
        response.set_cookie(
            self._cookie,
            session,
            max_age=_COOKIE_SECONDS,
            path=path,
            secure=https,
            httponly=True,
            samesite="lax",
        )
        return response

    async def _names(self, request: Request, leaving: Leaving) -> list[str]:
        tag = language_of(request.scope).locale
        return [client.service.name_in(tag) for client in await self.sign_out.services_of(leaving)]

    def _page(self, request: Request, step: str, **more: Any) -> Response:
        sources = more.pop("sources", [])
        policy = {"Content-Security-Policy": content_security_policy(form_action=sources)} if sources else {}
        context = {"step": step, "services": [], "fields": {}, "confirm_path": CONFIRM_PATH} | more
        return self.pages.response(request.scope, _TEMPLATE, context, headers={**NO_INDEX, **policy})

    @property
    def _cookie(self) -> str:
        return f"{'__Host-' if self.forms.https else ''}{_COOKIE}"
