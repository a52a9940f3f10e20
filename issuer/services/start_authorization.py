"""From an authorization request in the browser to a session (RFC 6749 section 4.1.1, RFC 9126 section 4)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

SECRET_BYTES = 32
"""Of codes, cookies and request URIs: 256 bits."""


@dataclass(frozen=True, slots=True)
class SessionStart:
    """Exactly one of the two."""

    cookie: str | None = field(default=None, repr=False)
    """The new session's secret, for a cookie; the browser goes on to sign-in."""
    redirect: str | None = field(default=None, repr=False)
    """The request is refused: send the browser there, to the wallet."""


class StartAuthorization(Protocol):
    async def __call__(self, request_pairs: Sequence[tuple[str, str]]) -> SessionStart: ...
