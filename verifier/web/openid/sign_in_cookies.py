"""What a browser keeps so that it need not present again: one cookie for each client and preset (7.13).

``SameSite=Lax``: the browser comes from the client by a plain link. A client that asks in a hidden frame, or
sends a form across sites, is told that the person has to sign in.
"""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from verifier.services.openid.finish_login import NewCookie

_MOST: Final = 64


@dataclass(frozen=True, slots=True)
class SignInCookies:
    """``https``: whether browsers reach us that way; then the cookies' names tie them to this very host."""

    base_path: str
    https: bool

    def held(self, request: Request, name: str) -> str | None:
        """The secret that this browser has under a name of domain/openid/session.py."""
        value = request.cookies.get(self._name(name), "")
        return value if 0 < len(value) <= _MOST else None

    def keep(self, response: Response, cookie: NewCookie) -> None:
        """Lets the browser be remembered."""
        self._set(response, cookie.name, cookie.secret, max(int(cookie.lasts.total_seconds()), 0))

    def forget(self, response: Response, name: str) -> None:
        """Ends that in the browser."""
        self._set(response, name, "", 0)

    def names_held(self, request: Request) -> tuple[str, ...]:
        """Every name that this browser has a cookie of ours for."""
        prefix = self._name("")
        return tuple(name.removeprefix(prefix) for name in request.cookies if name.startswith(prefix))

    def _name(self, name: str) -> str:
        return f"{'__Host-' if self.https else ''}verifier-signin-{name}"

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        path = "/" if self.https else self.base_path or "/"
        response.set_cookie(
            self._name(name),
            value,
            max_age=seconds,
            path=path,
            secure=self.https,
            httponly=True,
            samesite="lax",
        )
