"""The seams of the authorization code flow; like all of them, to be had from ``issuer.ports``."""

from datetime import datetime
from typing import Protocol

from issuer.domain.authorization import (
    Authorization,
    AuthorizationCode,
    AuthorizationSession,
    ClientId,
    GrantId,
    PushedRequest,
)
from issuer.domain.event import Event
from issuer.domain.grant import IssuedGrant


class AuthorizationStore(Protocol):
    """Pushed requests, sessions and codes (RFC 9126, RFC 6749 section 4.1)."""

    async def push(self, pushed: PushedRequest, event: Event) -> None:
        """Keeps a pushed request."""

    async def take_pushed(
        self, reference_hash: bytes, client_id: ClientId, now: datetime, event: Event
    ) -> Authorization | None:
        """The request of this client, once; ``None`` (and nothing changed) for anybody else or too late."""

    async def open_session(self, session: AuthorizationSession, event: Event) -> None:
        """Keeps a new session."""

    async def find_session(self, session_hash: bytes) -> AuthorizationSession | None:
        """The session by the hash of its cookie."""

    async def record_sign_in(
        self, session_hash: bytes, signed_in: AuthorizationSession, event: Event
    ) -> bool:
        """Replaces a session that is signing in by ``signed_in``, under its new hash, once.

        ``False`` when the session is not there, is not signing in any more, or expired at ``event.at``.
        """

    async def end_session(
        self, session_hash: bytes, event: Event, *, code: AuthorizationCode | None = None
    ) -> bool:
        """Ends a session that is not over, once, and keeps the code that it gave.

        With ``code`` the session must be consenting. ``False`` (and no code kept) otherwise.
        """

    async def find_code(self, code_hash: bytes) -> AuthorizationCode | None:
        """The code, spent or not."""

    async def spend_code(self, code_hash: bytes, grant: IssuedGrant, event: Event) -> bool:
        """Exchanges a code that is unspent and unexpired at ``event.at`` for the grant, once."""

    async def purge_authorizations(self, now: datetime) -> int:
        """Forgets requests, sessions and codes (a day after their end) that are over; returns how many."""


class GrantStore(Protocol):
    """What was granted, and the refresh tokens of it."""

    async def add_grant(self, grant: IssuedGrant, event: Event) -> None:
        """Keeps a grant that no authorization code stands behind."""

    async def find_grant(self, grant_id: GrantId) -> IssuedGrant | None:
        """The grant by its id."""

    async def find_grant_by_refresh(self, refresh_hash: bytes) -> IssuedGrant | None:
        """The grant by the hash of its refresh token."""

    async def revoke_grant(self, grant_id: GrantId, event: Event) -> bool:
        """Ends a grant; ``False`` when it was over already or never was."""

    async def purge_grants(self, now: datetime) -> int:
        """Forgets grants whose time has passed; returns how many."""
