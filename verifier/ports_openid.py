"""Seams of the OpenID provider: what its use cases need from outside, one Protocol each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from specs.jose import PublicJwk
from verifier.domain.event import Event
from verifier.domain.openid.client import OpenIdClient, RegisteredClient
from verifier.domain.openid.grant import Grant, TokenOfGrant
from verifier.domain.openid.login import Login, LoginRequest, PushedRequest
from verifier.domain.openid.logout import LogoutMessage, Told
from verifier.domain.openid.session import ReauthenticationSession
from verifier.domain.presentation import RequestId
from verifier.domain.relying_service import ClientId


class GrantStore(Protocol):
    """Logins that wait for their code, or whose token is in use. Found by hashes only."""

    async def add_grant(self, grant: Grant, event: Event) -> None:
        """Keeps a new grant whose code nobody has used."""

    async def find_grant(self, code_hash: bytes) -> Grant | None:
        """By the hash of its code, used or not."""

    async def spend_code(self, code_hash: bytes, token: TokenOfGrant, now: datetime, event: Event) -> bool:
        """Uses an unused, unexpired code and keeps its token, in one step; ``True`` for the first only."""

    async def revoke_grant(self, code_hash: bytes, event: Event) -> bool:
        """Takes away token and claims of a grant; ``False`` when it has no token. The code stays used."""

    async def find_token(self, token_hash: bytes) -> Grant | None:
        """By the hash of its access token."""

    async def purge_grants(self, now: datetime) -> int:
        """Deletes grants, with their claims, whose code and token have both ended; returns how many."""


class ReplayStore(Protocol):
    """What must be used only once: client assertions, DPoP proofs."""

    async def first_use(self, key: bytes, until: datetime) -> bool:
        """Whether nobody has used it before; it is remembered until then."""

    async def purge_replays(self, now: datetime) -> int:
        """Forgets what could not be used any more anyway; returns how many."""


class OpenIdClientStore(Protocol):
    """OpenID clients, each with its relying service: both are written in one transaction."""

    async def get(self, client_id: ClientId) -> RegisteredClient | None:
        """One of them."""

    async def add(self, client: RegisteredClient, event: Event) -> None:
        """Keeps a new client and its new relying service."""

    async def update(self, client: RegisteredClient, event: Event) -> bool:
        """Keeps both, each with its next ``version``; ``False`` when one of them was changed since."""

    async def remove(self, client: RegisteredClient, event: Event) -> bool:
        """Forgets the client; its relying service stays, as ``client`` has it with its next ``version``.

        ``False`` when it was changed since.
        """

    async def clients(self) -> Sequence[RegisteredClient]:
        """All of them, oldest first."""

    async def count_unreviewed(self, *, at_most: int) -> int:
        """How many no administrator has decided about; counting stops at ``at_most``."""

    async def purge_unreviewed(self, created_before: datetime, now: datetime) -> int:
        """Deletes pending clients that nobody decided about, each with its relying service and an event."""


class LoginStore(Protocol):
    """Pushed requests that wait for their browser, and logins that wait for their presentation."""

    async def push(self, pushed: PushedRequest, event: Event) -> None:
        """Keeps a pushed request."""

    async def take_pushed(
        self, reference_hash: bytes, client_id: ClientId, now: datetime, event: Event
    ) -> LoginRequest | None:
        """Hands out and deletes one of this client, in one step; ``None`` for everybody but the first."""

    async def add_login(self, login: Login, event: Event) -> None:
        """Keeps a login beside its presentation."""

    async def login_of(self, request_id: RequestId) -> Login | None:
        """The login that a presentation answers; ``None``: it answers none."""

    async def finish_login(self, request_id: RequestId, event: Event) -> bool:
        """Ends an open login, whether its time is over or not; ``False`` for everybody but the first."""

    async def purge_logins(self, now: datetime, expired_before: datetime) -> int:
        """Forgets pushed requests whose time is over, and logins of before; returns how many."""


class SessionStore(Protocol):
    """Logins that may be repeated without a presentation, each known to one browser."""

    async def put_session(
        self, session: ReauthenticationSession, event: Event, *, instead_of: bytes | None = None
    ) -> None:
        """Keeps a session. ``instead_of``: the browser's older one for the same client and preset goes."""

    async def find_session(self, browser_hash: bytes, now: datetime) -> ReauthenticationSession | None:
        """The session of a browser's cookie, unless its time is over."""

    async def session_of_sid(
        self, client_id: ClientId, sid: str, now: datetime
    ) -> ReauthenticationSession | None:
        """By what an ID token of this client calls it."""

    async def end_session(self, browser_hash: bytes, event: Event) -> ReauthenticationSession | None:
        """Deletes a session; what it was, ``None`` for everybody but the first."""

    async def purge_sessions(self, now: datetime) -> int:
        """Deletes those whose time is over; returns how many."""


class ClientKeys(Protocol):
    """The public keys of clients, wherever they keep them."""

    async def keys_of(self, client: OpenIdClient, kid: str | None, now: datetime) -> Sequence[PublicJwk]:
        """Those that it registered or publishes; none where they cannot be had. ``kid``: the wanted one's."""


class SectorLists(Protocol):
    """What stands at the ``sector_identifier_uri`` of a client."""

    async def listed(self, uri: str) -> object:
        """The JSON there; ``None`` when it could not be had, whatever the reason."""


class LogoutMessageStore(Protocol):
    """Ended sessions that clients are still to be told of."""

    async def add_logout(self, message: LogoutMessage) -> None:
        """Keeps a message, unless there is one about the same session."""

    async def claim_logouts(self, now: datetime, *, limit: int) -> Sequence[LogoutMessage]:
        """Messages that are due, oldest first; for a minute nobody else gets them."""

    async def postpone_logout(self, message: LogoutMessage) -> None:
        """Lets a claimed message wait again, with its new time and count of attempts."""

    async def finish_logout(self, message_id: str, event: Event) -> bool:
        """Deletes a message; ``False`` for everybody but the first."""


class BackChannel(Protocol):
    """The way to clients behind the browser's back."""

    async def tell(self, url: str, logout_token: str) -> Told:
        """One attempt; never raises."""
