"""From an authentication request in the browser to the page of a presentation (OpenID Connect Core 3.1.2).

One login, one presentation (7.13). The page belongs to this browser from the first moment on, so that its
address is worth nothing to anybody else (7.18). Within a client's re-authentication window the browser goes
straight back, with what is remembered of the last login.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from specs.oauth import (
    OAuthError,
    ServerError,
    TemporarilyUnavailable,
    create_authorization_error_response,
    create_authorization_response,
)
from specs.openid_connect import PROMPT_NONE, LoginRequired, parse_reference_to_pushed
from verifier.domain.event import Event, EventName
from verifier.domain.openid.client import RegisteredClient
from verifier.domain.openid.granted import granted
from verifier.domain.openid.login import LOGIN_LIFETIME, Login, LoginRequest
from verifier.domain.openid.repeat_login import may_repeat
from verifier.domain.openid.session import ReauthenticationSession, session_name
from verifier.domain.openid.subject import subject_mode_of
from verifier.domain.presentation import CrossDevice, Presentation, Release
from verifier.domain.preset import SubjectMode
from verifier.domain.relying_service import ClientId
from verifier.errors import VerifierError
from verifier.openid_errors import PushedLoginGone
from verifier.ports import Clock, PresentationStore
from verifier.ports_openid import LoginStore, SessionStore
from verifier.services.browser_sessions import BROWSER, BrowserSessions, OpenedPage
from verifier.services.openid.grants import Grants
from verifier.services.openid.read_login import Pairs, ReadLogin, require_registered
from verifier.services.page_secrets import hash_secret
from verifier.services.start_presentation import StartOptions, StartPresentation


@dataclass(frozen=True, slots=True)
class Visitor:
    """The browser that asks. ``held``: the secret in its cookie of that name (domain/openid/session.py).

    ``locale``: the language to speak with it, by the ``ui_locales`` that the client sent.
    """

    held: Callable[[str], str | None]
    locale: Callable[[Sequence[str]], str]


@dataclass(frozen=True, slots=True)
class BegunLogin:
    """Exactly one of the two."""

    page: OpenedPage | None = None
    """The page where the person answers."""
    redirect: str | None = field(default=None, repr=False)
    """Back to the client, at once."""


@dataclass(frozen=True, slots=True)
class LoginStores:
    logins: LoginStore
    sessions: SessionStore
    presentations: PresentationStore


@dataclass(frozen=True, slots=True)
class BeginLogin:
    """``most_open``: presentations of one client at once."""

    read: ReadLogin
    stores: LoginStores
    start: StartPresentation
    pages: BrowserSessions
    grants: Grants
    clock: Clock
    most_open: int

    async def __call__(self, pairs: Pairs, visitor: Visitor) -> BegunLogin:
        """Where the browser goes.

        Raises:
            UnknownClient, RedirectUriNotRegistered, PushedLoginGone, and what the first step of parsing
            raises: all for the person's eyes, since nobody may be sent anywhere.
        """
        now = self.clock.now()
        reference = parse_reference_to_pushed(pairs)
        if reference is not None:
            request = await self._pushed(reference.request_uri, ClientId(reference.client_id), now)
            client = await self.read.clients.find(request.client_id)
            require_registered(client, request.redirect_uri)
        else:
            origin, client = await self.read.origin(pairs)
            try:
                request = self.read.request(pairs, client, now, pushed=False)
            except OAuthError as error:
                return self._refused(origin.redirect_uri, origin.state, error)
        try:
            return await self._go_on(request, client, visitor, now)
        except OAuthError as error:
            return self._refused(request.redirect_uri, request.state, error)

    async def _pushed(self, request_uri: str, client_id: ClientId, now: datetime) -> LoginRequest:
        event = Event(EventName.LOGIN_RETRIEVED, BROWSER, now, client_id)
        found = await self.stores.logins.take_pushed(hash_secret(request_uri), client_id, now, event)
        if found is None:
            raise PushedLoginGone
        return found

    async def _go_on(
        self, request: LoginRequest, client: RegisteredClient, visitor: Visitor, now: datetime
    ) -> BegunLogin:
        session = await self._session(request, client, visitor, now)
        if session is not None:
            return await self._repeat(request, session)
        if PROMPT_NONE in request.prompt:
            raise LoginRequired
        mode = subject_mode_of(client, self.read.presets[request.preset])
        if request.subjects and mode is SubjectMode.EPHEMERAL:
            # Whoever presents anything will be somebody new: nobody need do that in vain.
            raise LoginRequired("somebody who cannot come again")
        presentation = await self._start(request, client, visitor.locale(request.ui_locales), now)
        login = Login(
            request_id=presentation.request_id,
            request=request,
            locale=presentation.locale,
            created_at=now,
            expires_at=now + LOGIN_LIFETIME,
        )
        event = Event(EventName.LOGIN_STARTED, BROWSER, now, client.client_id, request.preset)
        # Before there is a page: nobody meets a page that does not know the way back.
        await self.stores.logins.add_login(login, event)
        return BegunLogin(page=await self.pages.open_here(presentation))

    async def _session(
        self, request: LoginRequest, client: RegisteredClient, visitor: Visitor, now: datetime
    ) -> ReauthenticationSession | None:
        """What this browser is remembered by, where that is enough for the request."""
        secret = visitor.held(session_name(client.client_id, request.preset))
        if secret is None:
            return None
        session = await self.stores.sessions.find_session(hash_secret(secret), now)
        return session if session is not None and may_repeat(request, client, session, now) else None

    async def _repeat(self, request: LoginRequest, session: ReauthenticationSession) -> BegunLogin:
        new = granted(request, session.sub, {}, auth_time=session.auth_time, sid=session.sid)
        code = await self.grants.issue(new)
        return BegunLogin(
            redirect=create_authorization_response(
                request.redirect_uri, code=code, state=request.state, issuer=self.read.issuer
            )
        )

    async def _start(
        self, request: LoginRequest, client: RegisteredClient, locale: str, now: datetime
    ) -> Presentation:
        open_ones = await self.stores.presentations.count_open(client.client_id, now, at_most=self.most_open)
        if open_ones >= self.most_open:
            raise TemporarilyUnavailable("too many are open")
        # Who signs in is worth more than one answer: a relayed QR code never does it by itself (5.32).
        is_open = self.read.presets[request.preset].cross_device is CrossDevice.OPEN
        options = StartOptions(
            release=Release.BROWSER,
            cross_device=CrossDevice.CODE if is_open else None,
            locale=locale,
            signs_in=True,
        )
        try:
            started = await self.start(client.service, request.preset, options)
        except VerifierError as error:
            # Evidence without a key to encrypt it to, a preset that went just now: not the person's doing.
            raise ServerError(error.code) from error
        return started.presentation

    def _refused(self, redirect_uri: str, state: str | None, error: OAuthError) -> BegunLogin:
        return BegunLogin(
            redirect=create_authorization_error_response(
                redirect_uri, error=error, state=state, issuer=self.read.issuer
            )
        )
