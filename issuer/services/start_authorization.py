"""From an authorization request in the browser to a session (RFC 6749 section 4.1.1, RFC 9126 section 4)."""

from dataclasses import dataclass, field

from issuer.domain.authorization import (
    SESSION_LIFETIME,
    Authorization,
    AuthorizationSession,
    ClientAuthentication,
    ClientId,
    SenderKeys,
)
from issuer.domain.event import Actor, Event, EventName
from issuer.ports import AuthorizationStore, Clock, Randomness
from issuer.services.read_authorization import Pairs, ReadAuthorization
from issuer.services.secrets_of_offers import hash_secret
from specs.encoding import b64url_encode
from specs.oauth import (
    InvalidRequestUri,
    OAuthError,
    PushedReference,
    PushedRequestRequired,
    create_authorization_error_response,
    parse_pushed_reference,
)

SECRET_BYTES = 32
"""Of codes, cookies and request URIs: 256 bits."""
_BROWSER = Actor("wallet")


@dataclass(frozen=True, slots=True)
class SessionStart:
    """Exactly one of the two."""

    cookie: str | None = field(default=None, repr=False)
    """The new session's secret, for a cookie; the browser goes on to sign-in."""
    redirect: str | None = field(default=None, repr=False)
    """The request is refused: send the browser there, to the wallet."""


@dataclass(frozen=True, slots=True)
class StartAuthorization:
    """``require_pushed``: what comes through the browser, where it can be changed, is refused."""

    read: ReadAuthorization
    store: AuthorizationStore
    clock: Clock
    randomness: Randomness
    require_pushed: bool

    async def __call__(self, request_pairs: Pairs) -> SessionStart:
        """A session, or where to send the browser with a refusal.

        Raises what must not be sent anywhere: the client, the redirect URI or the reference is not good.
        """
        reference = parse_pushed_reference(request_pairs)
        if reference is not None:
            return await self._open(await self._pushed(reference), reason="pushed")
        origin, client = self.read.origin(request_pairs)
        try:
            # A client that authenticates itself can do so only where it pushes (6.05).
            if self.require_pushed or client.authentication is not ClientAuthentication.NONE:
                raise PushedRequestRequired
            found = await self.read.request(request_pairs, client, SenderKeys())
        except OAuthError as error:
            refused = create_authorization_error_response(
                origin.redirect_uri, error=error, state=origin.state, issuer=self.read.issuer
            )
            return SessionStart(redirect=refused)
        return await self._open(found.authorization, reason=found.reason)

    async def _pushed(self, reference: PushedReference) -> Authorization:
        now = self.clock.now()
        event = Event(EventName.AUTHORIZATION_RETRIEVED, _BROWSER, now)
        found = await self.store.take_pushed(
            hash_secret(reference.request_uri), ClientId(reference.client_id), now, event
        )
        if found is None:
            raise InvalidRequestUri("unknown, used, expired or of another client")
        return found

    async def _open(self, authorization: Authorization, *, reason: str) -> SessionStart:
        now = self.clock.now()
        cookie = b64url_encode(self.randomness.token_bytes(SECRET_BYTES))
        session = AuthorizationSession(hash_secret(cookie), authorization, now + SESSION_LIFETIME)
        event = Event(EventName.AUTHORIZATION_STARTED, _BROWSER, now, reason=reason)
        await self.store.open_session(session, event)
        return SessionStart(cookie=cookie)
