"""The cookie that ties a browser to an authorization session, and forms that only our pages can send."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from issuer.domain.authorization import SESSION_LIFETIME
from issuer.errors import AuthorizationSessionOver, PageFormRefused
from issuer.services.sign_in import SessionSecrets
from trillium.runtime.bodies import read_form

_NAME = "issuer-session"
FORM_TOKEN = "form_token"
MAX_COOKIE = 256


@dataclass(frozen=True, slots=True)
class PageSession:
    """``https``: whether browsers reach us that way; then the cookie's name ties it to this very host."""

    base_path: str
    https: bool
    secrets: SessionSecrets

    @property
    def cookie_name(self) -> str:
        return f"__Host-{_NAME}" if self.https else _NAME

    def cookie_of(self, request: Request) -> str:
        """The session's secret. Raises AuthorizationSessionOver when there is none."""
        value = request.cookies.get(self.cookie_name, "")
        if not 0 < len(value) <= MAX_COOKIE:
            raise AuthorizationSessionOver("no cookie")
        return value

    def keep(self, response: Response, cookie: str) -> Response:
        """``SameSite=Lax``: the provider sends the browser back from another site, by a plain link."""
        response.set_cookie(
            self.cookie_name,
            cookie,
            max_age=int(SESSION_LIFETIME.total_seconds()),
            path=self._path,
            secure=self.https,
            httponly=True,
            samesite="lax",
        )
        return response

    def forget(self, response: Response) -> Response:
        """The session is over: the browser need not remember it."""
        response.delete_cookie(
            self.cookie_name, path=self._path, secure=self.https, httponly=True, samesite="lax"
        )
        return response

    def redirect(self, path: str) -> Response:
        """To another page of ours; always by GET (RFC 9110 section 15.4.4)."""
        return RedirectResponse(f"{self.base_path}{path}", 303)

    async def read_form(self, request: Request, cookie: str) -> list[tuple[str, str]]:
        """The fields of a form of ours. Raises PageFormRefused when it came from elsewhere."""
        fields = await read_form(request)
        tokens = [value for name, value in fields if name == FORM_TOKEN]
        if len(tokens) != 1 or not self.secrets.is_form_token(cookie, tokens[0]):
            raise PageFormRefused
        return fields

    @property
    def _path(self) -> str:
        return "/" if self.https else self.base_path or "/"
