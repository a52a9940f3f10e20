"""The page on which a service registers itself for signing in: a form, and once what it needs to know."""

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from specs.encoding import b64url_encode
from trillium.runtime.bodies import read_form
from trillium.runtime.i18n import language_of
from trillium.runtime.pages import Pages
from verifier.domain.openid.registration import parse_registration
from verifier.errors import PageFormRefused
from verifier.openid_errors import RegistrationRefused
from verifier.ports import Randomness
from verifier.services.openid.register_client import ClientRegistrations, IssuedClient
from verifier.services.page_secrets import PageSecrets
from verifier.web.openid.registration import registration_address
from verifier.web.openid.service_form import (
    ServiceForm,
    form_from,
    offered_needs,
    offered_presets,
    told_problems,
)

NEW_SERVICE: Final = "/openid/services/new"
FORM_TOKEN: Final = "form_token"  # the name of a form's field
COOKIE_LASTS: Final = 8 * 3600
_HEADERS: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
_MOST: Final = 64
_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class FormCookie:
    """Ties the form to the browser that got it: nobody registers something in somebody else's browser.

    It changes with each registration, so that a page that is loaded again registers nothing again.
    """

    base_path: str
    https: bool
    secrets: PageSecrets
    randomness: Randomness

    @property
    def name(self) -> str:
        return f"{'__Host-' if self.https else ''}verifier-service-form"

    def fresh(self) -> str:
        """A new secret of a browser."""
        return b64url_encode(self.randomness.token_bytes(_BYTES))

    def held(self, request: Request) -> str | None:
        """The browser's secret: the same for all tabs, until something is registered."""
        value = request.cookies.get(self.name, "")
        return value if 0 < len(value) <= _MOST else None

    def keep(self, response: Response, secret: str) -> Response:
        """Lets the browser remember it."""
        response.set_cookie(
            self.name,
            secret,
            max_age=COOKIE_LASTS,
            path="/" if self.https else self.base_path or "/",
            secure=self.https,
            httponly=True,
            samesite="strict",
        )
        return response


class NewServicePage:
    """``GET`` and ``POST /openid/services/new``."""

    def __init__(
        self, pages: Pages, cookie: FormCookie, registrations: ClientRegistrations, issuer: str
    ) -> None:
        self._pages = pages
        self._cookie = cookie
        self._registrations = registrations
        self._issuer = issuer

    async def show(self, request: Request) -> Response:
        """The empty form."""
        return self._form(request, ServiceForm(), [])

    async def register(self, request: Request) -> Response:
        """The client with its secret, this one time; or the form again, with everything that is wrong."""
        session = self._cookie.held(request)
        pairs = await read_form(request)
        tokens = [value for name, value in pairs if name == FORM_TOKEN]
        if session is None or len(tokens) != 1:
            raise PageFormRefused
        if not self._cookie.secrets.is_form_token(session, tokens[0]):
            raise PageFormRefused
        form = form_from(pairs)
        try:
            asked = parse_registration(form.members(), self._registrations.rules)
            issued = await self._registrations.register(asked)
        except RegistrationRefused as error:
            return self._form(request, form, told_problems(error.problems, language_of(request.scope)))
        return self._done(request, issued)

    def _form(self, request: Request, form: ServiceForm, problems: list[dict[str, str]]) -> Response:
        session = self._cookie.held(request) or self._cookie.fresh()
        presets = self._registrations.rules.presets
        language = language_of(request.scope)
        context: dict[str, Any] = {
            "form": form,
            "problems": problems,
            "wrong": {one["field"] for one in problems},
            "needs": offered_needs(presets, language),
            "presets": offered_presets(presets, language),
            "token_field": FORM_TOKEN,
            "form_token": self._cookie.secrets.form_token(session),
            "http_allowed": self._registrations.rules.sandbox,
        }
        response = self._pages.response(
            request.scope,
            "openid/new-service.html",
            context,
            status=400 if problems else 200,
            headers=_HEADERS,
        )
        return self._cookie.keep(response, session)

    def _done(self, request: Request, issued: IssuedClient) -> Response:
        client = issued.client
        context = {
            "service": client.service.name_in(language_of(request.scope).locale),
            "usable": client.is_usable,
            "issuer": self._issuer,
            "client_id": client.client_id,
            "client_secret": issued.secret or "",
            "registration_uri": registration_address(client, self._issuer),
            "registration_token": issued.registration_token or "",
        }
        response = self._pages.response(
            request.scope, "openid/new-service-done.html", context, headers=_HEADERS
        )
        return self._cookie.keep(response, self._cookie.fresh())
