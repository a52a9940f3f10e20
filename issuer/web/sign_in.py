"""The browser's way from the wallet's request to the sign-in provider and back."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

import structlog
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from issuer import errors
from issuer.domain.authorization import SessionState
from issuer.services.finish_authorization import AuthorizationSessions, ShownSession
from issuer.services.sign_in import SignIn
from issuer.web.asked_credentials import Configurations, asked_credentials, asking_wallet
from issuer.web.page_session import PageSession
from specs.oauth import AccessDenied, OAuthError, ServerError, TemporarilyUnavailable
from trillium.runtime.bodies import MAX_FORM_FIELDS, MalformedForm, read_form
from trillium.runtime.i18n import Language, language_of, prefer_locales
from trillium.runtime.looked_at import is_looked_at, nothing_yet
from trillium.runtime.pages import Pages
from trillium.runtime.security_headers import content_security_policy

log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why somebody is not signed in: the status of our page, and what the wallet is told if they leave."""

    status: int
    error: type[OAuthError]


PROBLEMS: Final[Mapping[str, Problem]] = {
    "unavailable": Problem(503, TemporarilyUnavailable),
    "not-trusted": Problem(502, ServerError),
    "cancelled": Problem(403, AccessDenied),
    "unknown-person": Problem(403, AccessDenied),
}
"""By the name that stands in the address of the page; names tell nothing about the person."""

_NAMES: Final[Mapping[type[errors.LoginFailed], str]] = {
    errors.LoginUnavailable: "unavailable",
    errors.LoginNotTrusted: "not-trusted",
    errors.LoginCancelled: "cancelled",
    errors.LoginUnknownPerson: "unknown-person",
}


@dataclass(frozen=True, slots=True)
class SignInSurroundings:
    """What the pages of sign-in and consent share."""

    pages: Pages
    session: PageSession
    sessions: AuthorizationSessions
    configurations: Configurations

    def describe(self, shown: ShownSession, cookie: str, language: Language) -> dict[str, object]:
        """What both pages show."""
        return {
            "wallet": asking_wallet(shown, language),
            "credentials": asked_credentials(self.configurations, shown.configuration_ids, language),
            "form_token": self.session.secrets.form_token(cookie),
        }

    def policy(self, shown: ShownSession) -> dict[str, str]:
        """The form of the page may end at the wallet (decisions.md "Browser")."""
        return {"Content-Security-Policy": content_security_policy(form_action=[shown.redirect_source])}


@dataclass(frozen=True, slots=True)
class LoginNames:
    """How the provider is called on the page; empty: it is not named."""

    english: str = ""
    french: str = ""
    demonstration: bool = False

    def in_language(self, language: Language) -> str:
        return self.french if language is Language.FRENCH else self.english


@dataclass(frozen=True, slots=True)
class SignInPages:
    """``/authorize`` and everything below ``/sign-in``."""

    around: SignInSurroundings
    sign_in: SignIn
    names: LoginNames

    async def authorize(self, request: Request) -> Response:
        """``GET`` or ``POST /authorize`` (RFC 6749 section 3.1): a session, then off to sign-in.

        The request's parameters do not stay in the browser's address.
        """
        if request.method != "POST" and not is_looked_at(request):
            # A pushed request is good once, and the session belongs to the browser that begins it.
            return nothing_yet()
        pairs = await read_form(request) if request.method == "POST" else query_of(request)
        start = await self.around.sessions.start(pairs)
        if start.cookie is None:
            return RedirectResponse(start.redirect or "", 303)
        return self.around.session.keep(self.around.session.redirect("/sign-in"), start.cookie)

    async def show(self, request: Request) -> Response:
        """``GET /sign-in``: who asks for what, and the way to sign in. With ``?problem=``, why it failed."""
        cookie = self.around.session.cookie_of(request)
        shown = await self.around.sessions.of(cookie)
        if shown.state is SessionState.CONSENTING:
            return self.around.session.redirect("/consent")
        prefer_locales(request.scope, shown.ui_locales)
        language = language_of(request.scope)
        name = request.query_params.get("problem", "")
        problem = PROBLEMS.get(name)
        context = {
            **self.around.describe(shown, cookie, language),
            "problem": name if problem else "",
            "login_name": self.names.in_language(language),
            "demonstration": self.names.demonstration,
        }
        return self.around.pages.response(
            request.scope,
            "sign-in.html",
            context,
            status=problem.status if problem else 200,
            headers=self.around.policy(shown),
        )

    async def start(self, request: Request) -> Response:
        """``GET /sign-in/start``: off to the provider. Changes nothing here, so it may be a plain link."""
        cookie = self.around.session.cookie_of(request)
        shown = await self.around.sessions.of(cookie)
        prefer_locales(request.scope, shown.ui_locales)
        language = language_of(request.scope)
        try:
            url = await self.sign_in.begin(cookie, f"{language.locale} {language.other.locale}")
        except errors.LoginFailed as error:
            return self._failed(error)
        return RedirectResponse(url, 303)

    async def come_back(self, request: Request) -> Response:
        """``GET /sign-in/return``: from the provider, with a code or an error."""
        if not is_looked_at(request):
            return nothing_yet()  # the provider's code is good once
        cookie = self.around.session.cookie_of(request)
        pairs = query_of(request)
        answer = dict(pairs)
        if len(answer) != len(pairs):
            raise errors.LoginNotStartedHere("a parameter twice")  # RFC 6749 section 3.1
        shown = await self.around.sessions.of(cookie)
        if shown.state is SessionState.CONSENTING:
            return self.around.session.redirect("/consent")  # the same answer again: nothing new
        try:
            renewed = await self.sign_in.finish(cookie, answer)
        except errors.LoginFailed as error:
            return self._failed(error)
        return self.around.session.keep(self.around.session.redirect("/consent"), renewed)

    async def leave(self, request: Request) -> Response:
        """``POST /sign-in/leave``: back to the wallet without credentials, with the registered error."""
        cookie = self.around.session.cookie_of(request)
        fields = dict(await self.around.session.read_form(request, cookie))
        problem = PROBLEMS.get(fields.get("problem", ""))
        url = await self.around.sessions.refuse(cookie, problem.error() if problem else None)
        return self.around.session.forget(RedirectResponse(url, 303))

    def _failed(self, error: errors.LoginFailed) -> Response:
        """Told on a page of its own, whose address has neither code nor state."""
        log.warning("login_failed", error=type(error).__name__, detail=error.detail)
        kinds = (kind for kind in type(error).__mro__ if kind in _NAMES)
        return self.around.session.redirect(f"/sign-in?problem={_NAMES[next(kinds, errors.LoginNotTrusted)]}")


def query_of(request: Request) -> Sequence[tuple[str, str]]:
    """The query's parameters in order, repeated ones kept. Raises MalformedForm."""
    query = request.scope.get("query_string", b"")
    if re.search(rb"[^\x21-\x7e]", query):
        raise MalformedForm("query outside ASCII")
    try:
        return parse_qsl(
            query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FORM_FIELDS
        )
    except ValueError as error:
        raise MalformedForm(type(error).__name__) from error
