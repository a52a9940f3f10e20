"""The end of a login: from the page of its presentation back to the client, with a code or with the reason.

Result, request and browser are one (7.18): only the browser that owns the page gets here, an accepted result
only after it was released to that browser (5.29), and whoever comes first ends the login for all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from keys.signer import Secret
from specs.encoding import b64url_encode
from specs.oauth import (
    OAuthError,
    ServerError,
    create_authorization_error_response,
    create_authorization_response,
)
from specs.openid_connect import LoginRequired
from verifier.domain.event import Event, EventName
from verifier.domain.openid.claims import map_claims, stable_query
from verifier.domain.openid.client import RegisteredClient
from verifier.domain.openid.granted import granted
from verifier.domain.openid.login import Login, LoginState
from verifier.domain.openid.refused_login import WITH_REASONS, told_to_client
from verifier.domain.openid.session import ReauthenticationSession, session_name
from verifier.domain.openid.subject import SUBJECT_RANDOM_BYTES, subject_of
from verifier.domain.presentation_page import PageState
from verifier.domain.preset import Preset
from verifier.errors import UnknownPage
from verifier.openid_errors import LoginOver, LoginWaiting, StableClaimMissing
from verifier.ports import Clock, Randomness
from verifier.services.browser_sessions import BROWSER, PageVisit
from verifier.services.openid.begin_login import LoginStores
from verifier.services.openid.clients import OpenIdClients
from verifier.services.openid.grants import Grants
from verifier.services.openid.read_login import require_registered
from verifier.services.openid.verified_claims import VerifiedClaims
from verifier.services.page_secrets import hash_secret
from verifier.services.results import ISSUERS, ResultSeals

SECRET_BYTES: Final = 32
EXPIRED: Final = "login_expired"
WITHDRAWN: Final = "preset_withdrawn"
_SID_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class NewCookie:
    """What the browser is to remember, so that it need not present again. ``name``: see domain/openid."""

    name: str
    secret: str = field(repr=False)
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class FinishedLogin:
    """``redirect``: to the client."""

    redirect: str = field(repr=False)
    cookie: NewCookie | None = None


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the person has shown, as the client may know it."""

    sub: str = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)
    verified: Mapping[str, Any] = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class FinishLogin:
    """``pairwise``: what subjects are keyed with."""

    clients: OpenIdClients
    presets: Mapping[str, Preset]
    stores: LoginStores
    grants: Grants
    seals: ResultSeals
    verified: VerifiedClaims
    pairwise: Callable[[], Secret]
    clock: Clock
    randomness: Randomness
    issuer: str

    async def login_of(self, visit: PageVisit) -> Login | None:
        """The login that the visited page's presentation answers; ``None``: a service's own presentation."""
        return await self.stores.logins.login_of(visit.page.request_id)

    async def __call__(self, visit: PageVisit, held: Callable[[str], str | None]) -> FinishedLogin:
        """Ends the login of a page, for the browser that owns it. ``held``: see ``begin_login.Visitor``.

        Raises:
            UnknownPage: it is not the page of a login.
            LoginWaiting: there is no end yet.
            LoginOver: it was ended before.
            UnknownClient, RedirectUriNotRegistered: the client has changed; nobody is sent anywhere.
        """
        login = await self.login_of(visit)
        if login is None:
            raise UnknownPage
        if login.state is LoginState.DONE:
            raise LoginOver
        if visit.state.is_waiting:
            raise LoginWaiting
        client = await self.clients.find(login.request.client_id)
        require_registered(client, login.request.redirect_uri)
        now = self.clock.now()
        against = self._against(login, visit, client, now)
        await self._end(login, against, now)
        if against:
            return self._refused(login, told_to_client(visit.state, against), against)
        try:
            shown = await self._shown(login, visit, client, now)
        except OAuthError as error:
            return self._refused(login, error)
        return await self._accepted(login, client, shown, held)

    def _against(self, login: Login, visit: PageVisit, client: RegisteredClient, now: datetime) -> str:
        """Why there is no code; empty: there is one."""
        if visit.state in WITH_REASONS and visit.presentation.reasons:
            return visit.presentation.reasons[0]
        if visit.state is not PageState.ACCEPTED:
            return visit.state.value
        if now >= login.expires_at:
            return EXPIRED
        preset = login.request.preset
        return "" if preset in client.service.presets and preset in self.presets else WITHDRAWN

    async def _end(self, login: Login, against: str, now: datetime) -> None:
        """From here on the login is this request's alone."""
        name = EventName.LOGIN_REFUSED if against else EventName.LOGIN_FINISHED
        event = Event(name, BROWSER, now, login.request.client_id, login.request.preset, against)
        if not await self.stores.logins.finish_login(login.request_id, event):
            raise LoginOver

    async def _shown(self, login: Login, visit: PageVisit, client: RegisteredClient, now: datetime) -> _Shown:
        presentation, preset = visit.presentation, self.presets[login.request.preset]
        event = Event(EventName.RESULT_FETCHED, BROWSER, now, client.client_id, preset.id)
        sealed = await self.stores.presentations.take_result(
            presentation.transaction_hash, client.client_id, now, event
        )
        if sealed is None:
            raise ServerError("the result is gone")
        result = self.seals.open(presentation, sealed)
        credential_issuer = result[ISSUERS].get(stable_query(preset) or "", "")
        random = self.randomness.token_bytes(SUBJECT_RANDOM_BYTES)
        try:
            sub = subject_of(
                client, preset, result["claims"], credential_issuer, secret=self.pairwise(), random=random
            )
        except StableClaimMissing as error:
            raise ServerError(error.code) from error
        if login.request.subjects and sub not in login.request.subjects:
            # OpenID Connect Core section 3.1.2.2: never a token about somebody else.
            raise LoginRequired("somebody else")
        claims, at = map_claims(preset, result["claims"]), presentation.concluded_at or now
        return _Shown(sub, claims, self.verified.answer(login, preset, result, claims, at), at)

    async def _accepted(
        self,
        login: Login,
        client: RegisteredClient,
        shown: _Shown,
        held: Callable[[str], str | None],
    ) -> FinishedLogin:
        session, cookie = self._remembered(login, client, shown)
        sid = None if session is None else session.sid
        new = granted(
            login.request, shown.sub, shown.claims, auth_time=shown.at, sid=sid, verified=shown.verified
        )
        code = await self.grants.issue(new)
        if session is not None and cookie is not None:
            older = held(cookie.name)
            event = Event(
                EventName.SIGN_IN_SESSION_STARTED,
                BROWSER,
                self.clock.now(),
                session.client_id,
                session.preset,
            )
            instead_of = None if older is None else hash_secret(older)
            await self.stores.sessions.put_session(session, event, instead_of=instead_of)
        request = login.request
        redirect = create_authorization_response(
            request.redirect_uri, code=code, state=request.state, issuer=self.issuer
        )
        return FinishedLogin(redirect, cookie)

    def _remembered(
        self, login: Login, client: RegisteredClient, shown: _Shown
    ) -> tuple[ReauthenticationSession | None, NewCookie | None]:
        """Nothing, unless the client is registered with a window. Always a secret that nobody had before."""
        expires_at = shown.at + client.openid.reauthentication_window
        lasts = expires_at - self.clock.now()
        if lasts <= timedelta(0):
            return None, None
        random = self.randomness.token_bytes(SECRET_BYTES + _SID_BYTES)
        secret, sid = b64url_encode(random[:SECRET_BYTES]), b64url_encode(random[SECRET_BYTES:])
        request = login.request
        session = ReauthenticationSession(
            browser_hash=hash_secret(secret),
            client_id=request.client_id,
            preset=request.preset,
            sub=shown.sub,
            sid=sid,
            acr=request.acr,
            auth_time=shown.at,
            expires_at=expires_at,
        )
        return session, NewCookie(session_name(request.client_id, request.preset), secret, lasts)

    def _refused(self, login: Login, error: OAuthError, reason: str = "") -> FinishedLogin:
        request = login.request
        return FinishedLogin(
            create_authorization_error_response(
                request.redirect_uri, error=error, state=request.state, issuer=self.issuer, reason=reason
            )
        )
