"""The authorization code flow: what a wallet asked for, the session in which a resident answers, the code.

RFC 6749 section 4.1, RFC 9126, OpenID4VCI 1.0 section 5. A session runs from the wallet's request over
sign-in to consent; only then is there a code. What names any of them (request URI, cookie, code) is kept as
hash alone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from issuer.domain.event import SubjectRef
from issuer.domain.offer import ConfigurationId, OfferId

ClientId = NewType("ClientId", str)
"""How a wallet names itself; of an attested one, the ``sub`` of its attestation."""

GrantId = NewType("GrantId", str)
"""What was granted in one consent or by one offer; names nobody."""

PUSHED_REQUEST_LIFETIME = timedelta(seconds=300)
"""FAPI 2.0 section 5.3.2.2: less than 600 seconds."""
SESSION_LIFETIME = timedelta(minutes=20)
"""Enough to find one's sign-in device, and no longer."""
CODE_LIFETIME = timedelta(seconds=60)
"""FAPI 2.0 section 5.3.2.1: the most it may be."""
USED_CODE_MEMORY = timedelta(days=1)
"""How long a spent code is recognised, so that a second use revokes what the first one gave."""


@dataclass(frozen=True, slots=True)
class SenderKeys:
    """RFC 7638 thumbprints of keys that a wallet proved to have; ``None``: it proved none of that kind."""

    dpop: str | None = None
    """Of the DPoP key (RFC 9449)."""
    instance: str | None = None
    """Of the key in the wallet attestation, which belongs to one installation of the wallet."""

    def satisfied_by(self, shown: "SenderKeys") -> bool:
        """Whether ``shown`` proves every key that is bound here."""
        return self.dpop in (None, shown.dpop) and self.instance in (None, shown.instance)

    @property
    def any(self) -> bool:
        return self.dpop is not None or self.instance is not None


class ClientAuthentication(StrEnum):
    """How a client proves who it is, in the names of RFC 8414."""

    NONE = "none"
    ATTESTATION = "attest_jwt_client_auth"


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a request to the token endpoint or pushed one: the outcome of authenticating it."""

    client_id: ClientId | None
    """``None``: nobody said so."""
    authentication: ClientAuthentication
    """``NONE``: the name is only claimed."""
    keys: SenderKeys


ANONYMOUS = Sender(None, ClientAuthentication.NONE, SenderKeys())
"""Nothing named, nothing proved: what is least allowed."""


@dataclass(frozen=True, slots=True)
class Authorization:
    """A checked authorization request: nothing of it has to be believed or parsed again."""

    client_id: ClientId
    redirect_uri: str
    """Exactly as registered, and as the token request has to repeat it."""
    code_challenge: str
    """S256 of the wallet's verifier (RFC 7636)."""
    configuration_ids: tuple[ConfigurationId, ...]
    """Everything that is asked for, each once, in the wallet's order."""
    by_details: frozenset[ConfigurationId] = frozenset()
    """Those asked for by ``authorization_details``: the token response names their datasets (4.19)."""
    state: str | None = None
    """Opaque to us; goes back as it came."""
    ui_locales: str = ""
    offer_id: OfferId | None = None
    """The open offer that ``issuer_state`` belongs to. It says nothing about who will sign in (4.11)."""
    bound_to: SenderKeys = SenderKeys()
    """Keys that the token request has to prove: ``dpop_jkt``, and those of the pushed request."""


@dataclass(frozen=True, slots=True)
class PushedRequest:
    """A request that waits for its browser (RFC 9126)."""

    reference_hash: bytes
    """SHA-256 of the ``request_uri``."""
    authorization: Authorization
    expires_at: datetime


class SessionState(StrEnum):
    SIGNING_IN = "signing_in"
    CONSENTING = "consenting"
    ENDED = "ended"
    """Agreed or refused; there is nothing more to do."""


@dataclass(frozen=True, slots=True)
class AuthorizationSession:
    """One browser that answers one request."""

    session_hash: bytes
    """SHA-256 of the cookie. Another one after sign-in, so that nobody waits in a session he planted."""
    authorization: Authorization
    expires_at: datetime
    state: SessionState = SessionState.SIGNING_IN
    subject_ref: SubjectRef | None = None
    """Who signed in; ``None`` before."""
    auth_time: datetime | None = None

    def state_at(self, now: datetime) -> SessionState:
        """The state a reader should see: a session whose time has passed is over."""
        return SessionState.ENDED if now >= self.expires_at else self.state


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    """What a resident agreed to, waiting for the wallet that asked."""

    code_hash: bytes
    authorization: Authorization
    """As asked; ``configuration_ids`` are those that were agreed to."""
    subject_ref: SubjectRef
    auth_time: datetime
    expires_at: datetime
    grant_id: GrantId | None = None
    """What the code has given already; a code with a grant is spent."""

    @property
    def is_spent(self) -> bool:
        return self.grant_id is not None
