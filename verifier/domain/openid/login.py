"""A login: one request of an OpenID client, answered by one presentation (decisions.md, OpenID Connect).

It waits beside the presentation it has started, under the same request id, and ends once: with a code for the
client, or with the reason why there is none. Only the browser that owns the presentation's page may end it
(7.18), so a login needs no secret of its own.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from verifier.domain.presentation import RequestId, SealedResult
from verifier.domain.relying_service import ClientId

LOGIN_LIFETIME: Final = timedelta(minutes=10)
"""From the authorization request to the button that goes on to the client."""
PUSHED_REQUEST_LIFETIME: Final = timedelta(seconds=90)
LOGIN_MEMORY: Final = timedelta(minutes=15)
"""How long after its time a login still knows the way back, so that nobody is stranded on our page."""


class LoginState(StrEnum):
    OPEN = "open"
    DONE = "done"
    """The browser was sent back to the client, with a code or with an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRequest:
    """A checked authentication request: nothing of it has to be believed or parsed again."""

    client_id: ClientId
    redirect_uri: str
    """Exactly as registered, and as the token request has to repeat it."""
    preset: str
    """One of the client's."""
    acr: str
    """What the ID token says of it."""
    scope: tuple[str, ...] = ("openid",)
    state: str | None = field(default=None, repr=False)
    """Opaque to us; goes back as it came."""
    nonce: str | None = field(default=None, repr=False)
    code_challenge: str | None = None
    """S256 (RFC 7636); ``None``: only a client that is registered without."""
    dpop_jkt: str | None = None
    """The key that the code is bound to (RFC 9449 section 10)."""
    prompt: frozenset[str] = frozenset()
    max_age: timedelta | None = None
    wants_auth_time: bool = False
    """``auth_time`` belongs into the ID token: asked for by ``max_age``, ``prompt=login`` or ``claims``."""
    id_token_claims: tuple[str, ...] = ()
    """Names that the ``claims`` parameter wants in the ID token."""
    wants_claims: bool = False
    """The ``claims`` parameter names some that only a presentation gives."""
    verified: SealedResult | None = field(default=None, repr=False)
    """How ``verified_claims`` is asked for (7.20); sealed, since a wish may name what somebody has to be."""
    subjects: tuple[str, ...] = field(default=(), repr=False)
    """Nobody else may be signed in; empty: anybody (OpenID Connect Core sections 3.1.2.1 and 3.1.2.2)."""
    ui_locales: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PushedRequest:
    """A request that waits for its browser (RFC 9126)."""

    reference_hash: bytes
    """SHA-256 of the ``request_uri``."""
    request: LoginRequest
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A request and the presentation that answers it."""

    request_id: RequestId
    """Of the presentation."""
    request: LoginRequest
    locale: str
    created_at: datetime
    expires_at: datetime
    state: LoginState = LoginState.OPEN

    def is_open_at(self, now: datetime) -> bool:
        """A code may still be had."""
        return self.state is LoginState.OPEN and now < self.expires_at
