"""OpenID clients: relying services whose visitors sign in with a credential.

A client is two rows: the relying service, which people are told about and which has the presets, and what
OpenID adds. They are made and changed together.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from specs.jose import Algorithm, PublicJwk
from verifier.domain.preset import SubjectMode
from verifier.domain.relying_service import ClientId, PreviousSecret, RelyingService

LONGEST_REAUTHENTICATION_WINDOW: Final = timedelta(hours=12)
NO_WINDOW: Final = timedelta(0)
_NOBODYS_HASH: Final = bytes(32)


class AuthMethod(StrEnum):
    """How a client shows at the token endpoint who it is (OpenID Connect Core section 9)."""

    BASIC = "client_secret_basic"
    POST = "client_secret_post"
    PRIVATE_KEY_JWT = "private_key_jwt"
    NONE = "none"

    @property
    def has_secret(self) -> bool:
        """A secret is shared with it."""
        return self in (AuthMethod.BASIC, AuthMethod.POST)

    @property
    def is_confidential(self) -> bool:
        """It can keep something to itself (RFC 6749 section 2.1)."""
        return self is not AuthMethod.NONE


class Approval(StrEnum):
    """What an administrator has decided; in the sandbox nobody has to."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdClient:
    """What OpenID adds to a relying service."""

    client_id: ClientId
    redirect_uris: tuple[str, ...]
    """Compared character by character."""
    post_logout_redirect_uris: tuple[str, ...] = ()
    auth_method: AuthMethod
    secret_hash: bytes | None = None
    """SHA-256 of a 256-bit secret that was shown once; it opens no other API. ``None``: without a secret."""
    previous_secret: PreviousSecret | None = None
    jwks: tuple[PublicJwk, ...] = ()
    jwks_uri: str | None = None
    """Instead of ``jwks``: fetched, as an address of a stranger."""
    id_token_alg: Algorithm = Algorithm.RS256
    require_pkce: bool = True
    """``False`` only for confidential clients."""
    sector: str
    """Whom one person is the same ``sub`` for (OpenID Connect Core section 8.1)."""
    sector_identifier_uri: str | None = None
    subject_mode: SubjectMode = SubjectMode.EPHEMERAL
    """The most that it may recognise a person by; a preset may give less."""
    reauthentication_window: timedelta = NO_WINDOW
    default_preset: str | None = None
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = False
    purposes: tuple[tuple[str, str], ...] = ()
    """(language tag, text): why it asks, in its own words, for the administrator."""
    needs: tuple[str, ...] = ()
    """What it says it has to know, in the words of ``needs.py``; no preset may ask for more."""
    contacts: tuple[str, ...] = ()
    approval: Approval = Approval.PENDING
    reviewed_at: datetime | None = None
    """When an administrator last decided; ``None``: nobody has looked at it."""
    refusal: str | None = None
    """Why it was refused, in the administrator's words."""
    registration_token_hash: bytes | None = None
    """SHA-256 of the registration access token (RFC 7592); ``None``: management alone changes it."""
    created_at: datetime
    version: int = 1
    """Counts changes, so that of two changes made from one reading the second is refused."""

    def __post_init__(self) -> None:
        if not self.redirect_uris or not self.sector:
            raise ValueError("a client has redirect URIs and a sector")
        if not (self.require_pkce or self.auth_method.is_confidential):
            raise ValueError("nothing but PKCE protects the codes of a public client")
        if not NO_WINDOW <= self.reauthentication_window <= LONGEST_REAUTHENTICATION_WINDOW:
            raise ValueError("not a window between nothing and twelve hours")
        if self.auth_method.has_secret != (self.secret_hash is not None):
            raise ValueError("a secret belongs to the methods that use it, and to no other")


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """``service``: names, site and the presets that it may use. Its own secret is that of the other APIs."""

    service: RelyingService
    openid: OpenIdClient

    @property
    def client_id(self) -> ClientId:
        """The id of both."""
        return self.openid.client_id

    @property
    def is_usable(self) -> bool:
        """People may sign in to it."""
        return self.service.is_enabled and self.openid.approval is Approval.APPROVED

    def has_secret(self, secret: str, now: datetime) -> bool:
        """Whether this is its secret, or the one before while that is good; in the same time for all."""
        given, previous = hashlib.sha256(secret.encode()).digest(), self.openid.previous_secret
        old = previous.secret_hash if previous and now < previous.until else _NOBODYS_HASH
        current = self.openid.secret_hash or _NOBODYS_HASH
        return hmac.compare_digest(given, current) | hmac.compare_digest(given, old)
