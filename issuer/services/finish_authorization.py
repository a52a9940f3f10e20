"""The resident's side of the authorization code flow: from the session's cookie to the redirect with a code.

The pages drive it: ``start`` when the wallet's browser arrives at ``/authorize``, ``signed_in`` when the
sign-in says who that is, then ``consent`` or ``refuse``. Nothing here decides who somebody is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from issuer.domain.authorization import (
    CODE_LIFETIME,
    AuthorizationCode,
    AuthorizationSession,
    SessionState,
)
from issuer.domain.client import Clients
from issuer.domain.event import Actor, Event, EventName, SubjectRef
from issuer.domain.offer import ConfigurationId
from issuer.errors import AuthorizationSessionOver, NothingAgreed
from issuer.ports import AuthorizationStore, Clock, Randomness
from issuer.services.secrets_of_offers import hash_secret
from issuer.services.start_authorization import SECRET_BYTES, SessionStart, StartAuthorization
from specs.encoding import b64url_encode
from specs.oauth import (
    AccessDenied,
    OAuthError,
    create_authorization_error_response,
    create_authorization_response,
    redirect_source,
)

_RESIDENT = Actor("resident")


@dataclass(frozen=True, slots=True)
class ShownSession:
    """What pages may show and need to know of a session."""

    client_name: dict[str, str]
    """The wallet's registered name by language (``en``, ``fr``); empty for a wallet nobody registered."""
    client_id: str
    registered: bool
    """``False``: the sandbox let an unregistered wallet in; the page says so."""
    configuration_ids: tuple[ConfigurationId, ...]
    """What the wallet asks for, in its order; consent names each of them."""
    ui_locales: str
    """As the wallet sent it (space separated, by preference); empty: it did not say."""
    state: SessionState
    subject_ref: SubjectRef | None
    """Who signed in; ``None`` while signing in."""
    redirect_source: str
    """For ``form-action`` of the page that redirects: ``https://wallet.example``, ``com.example.wallet:``."""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AuthorizationSessions:
    """``cookie``: the session's secret, as ``start`` or ``signed_in`` returned it.

    Every method that takes it raises AuthorizationSessionOver when there is no such session, when its time is
    over, or when the step was taken already (in another tab, or a moment ago by a double click).
    """

    begin: StartAuthorization
    store: AuthorizationStore
    clients: Clients
    clock: Clock
    randomness: Randomness
    issuer: str

    async def start(self, request_pairs: Sequence[tuple[str, str]]) -> SessionStart:
        """A new session for the parameters of an authorization request (its query, or its form).

        The cookie is always a new one, whatever the browser sent: a planted session is never taken up.

        Returns ``cookie`` (go on to sign-in), or ``redirect`` (the request is refused, and the wallet may be
        told so there).

        Raises:
            specs.oauth.OAuthError: refused, and nothing may be sent anywhere: to be shown as a page.
        """
        return await self.begin(request_pairs)

    async def of(self, cookie: str) -> ShownSession:
        """The session as pages see it. ``ENDED`` is raised and never returned."""
        session = await self._session(cookie)
        authorization = session.authorization
        client = self.clients.find(authorization.client_id, authorization.redirect_uri)
        return ShownSession(
            client_name=dict(client.name),
            client_id=client.client_id,
            registered=client.registered,
            configuration_ids=authorization.configuration_ids,
            ui_locales=authorization.ui_locales,
            state=session.state,
            subject_ref=session.subject_ref,
            redirect_source=redirect_source(authorization.redirect_uri),
            expires_at=session.expires_at,
        )

    async def signed_in(self, cookie: str, subject_ref: SubjectRef, auth_time: datetime) -> str:
        """The session goes on to consent, for this person.

        Returns the session's NEW cookie, which replaces the old one at once: whoever knew the session before
        sign-in does not know it any more.
        """
        session = await self._session(cookie, SessionState.SIGNING_IN)
        renewed = b64url_encode(self.randomness.token_bytes(SECRET_BYTES))
        signed_in = replace(
            session,
            session_hash=hash_secret(renewed),
            state=SessionState.CONSENTING,
            subject_ref=subject_ref,
            auth_time=auth_time,
        )
        event = Event(EventName.AUTHORIZATION_SIGNED_IN, _RESIDENT, self.clock.now(), subject_ref)
        if not await self.store.record_sign_in(session.session_hash, signed_in, event):
            raise AuthorizationSessionOver
        return renewed

    async def consent(
        self, cookie: str, agreed: Sequence[ConfigurationId], about: SubjectRef | None = None
    ) -> str:
        """Where to send the browser: the wallet's redirect URI with a code for what was agreed to.

        ``about``: whom the credentials are about, when it is not who signed in but somebody or something they
        may hold credentials about; the caller has asked the register whether they may.

        Raises:
            NothingAgreed: the list is empty or names what the wallet did not ask for.
        """
        session = await self._session(cookie, SessionState.CONSENTING)
        authorization = session.authorization
        chosen = tuple(one for one in authorization.configuration_ids if one in agreed)
        if not chosen or len(chosen) != len(set(agreed)):
            raise NothingAgreed
        if session.subject_ref is None or session.auth_time is None:
            raise AuthorizationSessionOver
        now = self.clock.now()
        code = b64url_encode(self.randomness.token_bytes(SECRET_BYTES))
        kept = AuthorizationCode(
            code_hash=hash_secret(code),
            authorization=replace(
                authorization, configuration_ids=chosen, by_details=authorization.by_details & set(chosen)
            ),
            subject_ref=about or session.subject_ref,
            auth_time=session.auth_time,
            expires_at=now + CODE_LIFETIME,
        )
        event = Event(EventName.AUTHORIZATION_AGREED, _RESIDENT, now, session.subject_ref, count=len(chosen))
        if not await self.store.end_session(session.session_hash, event, code=kept):
            raise AuthorizationSessionOver
        return create_authorization_response(
            authorization.redirect_uri, code=code, state=authorization.state, issuer=self.issuer
        )

    async def refuse(self, cookie: str, error: OAuthError | None = None) -> str:
        """Where to send the browser: the redirect URI with ``access_denied``. Before or after sign-in.

        ``error``: instead of that, where it was not the person who said no.
        """
        session = await self._session(cookie)
        event = Event(EventName.AUTHORIZATION_REFUSED, _RESIDENT, self.clock.now(), session.subject_ref)
        if not await self.store.end_session(session.session_hash, event):
            raise AuthorizationSessionOver
        authorization = session.authorization
        return create_authorization_error_response(
            authorization.redirect_uri,
            error=error or AccessDenied(),
            state=authorization.state,
            issuer=self.issuer,
        )

    async def _session(self, cookie: str, state: SessionState | None = None) -> AuthorizationSession:
        session = await self.store.find_session(hash_secret(cookie))
        found = SessionState.ENDED if session is None else session.state_at(self.clock.now())
        if session is None or found is SessionState.ENDED or state not in (None, found):
            raise AuthorizationSessionOver
        return session
