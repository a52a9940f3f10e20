"""Signing out, as a client or a person asks for it (OpenID Connect RP-Initiated Logout 1.0).

There is no sign-on across clients, so a client signs out of itself; a person who comes without a client signs
out of everything that this browser is remembered for. Who comes without an ID token of ours is asked first:
the address of this page can stand in anybody's link.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from specs.jose import PublicJwk
from specs.openid_connect import (
    IdTokenHint,
    InvalidIdTokenHint,
    InvalidLogoutRequest,
    LogoutRequest,
    create_logout_response,
    verify_id_token_hint,
)
from verifier.domain.event import Event, EventName
from verifier.domain.openid.client import RegisteredClient
from verifier.domain.openid.session import ReauthenticationSession, session_name
from verifier.errors import UnknownClient
from verifier.openid_errors import LogoutAddressNotRegistered
from verifier.ports import Clock
from verifier.ports_openid import SessionStore
from verifier.services.browser_sessions import BROWSER
from verifier.services.openid.clients import OpenIdClients
from verifier.services.openid.tell_logouts import TellLogouts
from verifier.services.page_secrets import hash_secret


@dataclass(frozen=True, slots=True)
class Leaving:
    """What signing out would mean.

    ``client``: of which; ``None``: of all. ``sessions``: that would end. ``is_asked_for``: an ID token of
    ours says that there is nothing to ask. ``redirect``: where the browser goes afterwards.
    """

    client: RegisteredClient | None
    sessions: tuple[ReauthenticationSession, ...]
    is_asked_for: bool
    redirect: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignOut:
    """``keys``: our ID token keys by ``kid``, also those that sign no more."""

    clients: OpenIdClients
    sessions: SessionStore
    tell: TellLogouts
    keys: Callable[[datetime], Mapping[str, PublicJwk]]
    clock: Clock
    issuer: str

    async def read(self, request: LogoutRequest, held: Mapping[str, str]) -> Leaving:
        """What a request asks for. ``held``: this browser's secrets by name (domain/openid/session.py).

        Raises:
            InvalidLogoutRequest: the ID token is another client's than the one that is named.
            UnknownClient: nobody can be signed out of that.
            LogoutAddressNotRegistered: the browser would be sent to somebody else.
        """
        now = self.clock.now()
        hint = self._hint(request, now)
        client = await self._client(request, hint)
        redirect = _redirect(request, client)
        here = [one for one in await self._held(held, now) if client is None or _is_of(one, client)]
        if hint is None or client is None:
            return Leaving(client, tuple(here), is_asked_for=False, redirect=redirect)
        elsewhere = None
        if hint.sid is not None:
            elsewhere = await self.sessions.session_of_sid(client.client_id, hint.sid, now)
        # An ID token of another session than this browser's own may have been planted: RP-Initiated Logout
        # section 4 lets us ask.
        is_asked_for = not here or any(_is_about(hint, one) for one in here)
        if is_asked_for and elsewhere is not None and elsewhere not in here:
            # Forms across sites bring no cookies along, and the token names its session itself.
            here.append(elsewhere)
        return Leaving(client, tuple(here), is_asked_for, redirect)

    async def end(self, leaving: Leaving) -> tuple[str, ...]:
        """Ends the sessions. Returns the names of their cookies, which the browser may forget."""
        for session in leaving.sessions:
            client = leaving.client or await self._known(session.client_id)
            if client is not None:
                # First: rather told twice than never.
                await self.tell.expect(client, session)
            event = Event(
                EventName.SIGN_IN_SESSION_ENDED,
                BROWSER,
                self.clock.now(),
                session.client_id,
                session.preset,
            )
            await self.sessions.end_session(session.browser_hash, event)
        return tuple(session_name(one.client_id, one.preset) for one in leaving.sessions)

    async def services_of(self, leaving: Leaving) -> tuple[RegisteredClient, ...]:
        """Whom the person would be signed out of, each once."""
        if leaving.client is not None:
            return (leaving.client,)
        ids = dict.fromkeys(session.client_id for session in leaving.sessions)
        found = [await self._known(client_id) for client_id in ids]
        return tuple(client for client in found if client is not None)

    def _hint(self, request: LogoutRequest, now: datetime) -> IdTokenHint | None:
        """One that is not ours counts for nothing: the person is asked."""
        if request.id_token_hint is None:
            return None
        try:
            hint = verify_id_token_hint(request.id_token_hint, self.keys(now), issuer=self.issuer)
        except InvalidIdTokenHint:
            return None
        if request.client_id not in (None, hint.audience):
            raise InvalidLogoutRequest("another client's ID token")
        return hint

    async def _client(self, request: LogoutRequest, hint: IdTokenHint | None) -> RegisteredClient | None:
        if hint is not None:
            return await self.clients.find(hint.audience)
        return None if request.client_id is None else await self.clients.find(request.client_id)

    async def _held(self, held: Mapping[str, str], now: datetime) -> list[ReauthenticationSession]:
        found = []
        for name, secret in held.items():
            session = await self.sessions.find_session(hash_secret(secret), now)
            # A cookie counts under its own name only.
            if session is not None and session_name(session.client_id, session.preset) == name:
                found.append(session)
        return found

    async def _known(self, client_id: str) -> RegisteredClient | None:
        try:
            return await self.clients.find(client_id)
        except UnknownClient:
            return None


def _redirect(request: LogoutRequest, client: RegisteredClient | None) -> str | None:
    uri = request.post_logout_redirect_uri
    if uri is None or client is None:
        # RP-Initiated Logout section 3: without knowing whose address it is, nobody is sent there.
        return None
    if uri not in client.openid.post_logout_redirect_uris:
        raise LogoutAddressNotRegistered
    return create_logout_response(uri, request.state)


def _is_of(session: ReauthenticationSession, client: RegisteredClient) -> bool:
    return session.client_id == client.client_id


def _is_about(hint: IdTokenHint, session: ReauthenticationSession) -> bool:
    return session.sid == hint.sid if hint.sid is not None else session.sub == hint.subject
