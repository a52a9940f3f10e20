"""The cookies of browsers that have a page or bring a response code, and forms that only our pages can send.

Each page has a cookie of its own, so two tabs do not get in each other's way and no two pages can be told to
be one browser's. ``SameSite=Lax``: wallets and relying services send the browser here by plain links.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from specs.encoding import b64url_encode
from trillium.runtime.bodies import read_form
from verifier.domain.presentation_page import RETURN_LIFETIME, PresentationPage
from verifier.errors import PageFormRefused
from verifier.services.page_secrets import PageSecrets, hash_secret

FORM_TOKEN: Final = "form_token"  # the name of a form's field
_NAME_CHARACTERS: Final = 8
_MOST: Final = 64


@dataclass(frozen=True, slots=True)
class PageCookies:
    """``https``: whether browsers reach us that way; then the cookies' names tie them to this very host."""

    base_path: str
    https: bool
    secrets: PageSecrets

    def session_of(self, request: Request, page_hash: bytes) -> tuple[str, str] | None:
        """The id of a page and its browser's secret, as this browser keeps them; ``None``: it does not."""
        value = request.cookies.get(self._page_cookie(page_hash), "")
        page_id, dot, session = value.partition(".")
        known = bool(dot and session) and len(value) <= _MOST and hash_secret(page_id) == page_hash
        return (page_id, session) if known else None

    def session(self, request: Request, page_id: str) -> str | None:
        """The browser's secret for a page whose address it has."""
        found = self.session_of(request, hash_secret(page_id))
        return None if found is None else found[1]

    def keep(
        self, response: Response, page: PresentationPage, page_id: str, session: str, now: datetime
    ) -> None:
        """Lets the browser remember its page for as long as there is one."""
        seconds = int((page.expires_at - now).total_seconds())
        self._set(response, self._page_cookie(page.page_hash), f"{page_id}.{session}", seconds)

    def returned(self, request: Request) -> str | None:
        """The secret of a browser that has brought a response code before."""
        value = request.cookies.get(self._name("return"), "")
        return value if 0 < len(value) <= _MOST else None

    def keep_returned(self, response: Response, browser: str) -> None:
        """Lets a device that was sent back show its page again."""
        self._set(response, self._name("return"), browser, int(RETURN_LIFETIME.total_seconds()))

    def redirect(self, path: str) -> Response:
        """To another page of ours; always by GET (RFC 9110 section 15.4.4)."""
        return RedirectResponse(f"{self.base_path}{path}", 303)

    async def read_form(self, request: Request, session: str) -> dict[str, str]:
        """The fields of a form of ours. Raises PageFormRefused when it came from elsewhere."""
        fields = await read_form(request)
        known = dict(fields)
        if len(known) != len(fields) or not self.secrets.is_form_token(session, known.get(FORM_TOKEN, "")):
            raise PageFormRefused
        return known

    def _page_cookie(self, page_hash: bytes) -> str:
        return self._name(f"page-{b64url_encode(page_hash)[:_NAME_CHARACTERS]}")

    def _name(self, name: str) -> str:
        return f"{'__Host-' if self.https else ''}verifier-{name}"

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        path = "/" if self.https else self.base_path or "/"
        response.set_cookie(
            name, value, max_age=max(seconds, 0), path=path, secure=self.https, httponly=True, samesite="lax"
        )
