"""The pushed authorization request endpoint: parameters come straight from the client (RFC 9126)."""

from dataclasses import dataclass, field

from specs.encoding import b64url_encode
from specs.oauth import InvalidRequest, create_request_uri
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.openid.client import RegisteredClient
from verifier.domain.openid.login import PUSHED_REQUEST_LIFETIME, PushedRequest
from verifier.ports import Clock, Randomness
from verifier.ports_openid import LoginStore
from verifier.services.openid.read_login import Pairs, ReadLogin, require_registered
from verifier.services.page_secrets import hash_secret

SECRET_BYTES = 32
"""256 bits."""
_CLIENT_ID = "client_id"


@dataclass(frozen=True, slots=True)
class PushedLogin:
    """``expires_in``: seconds."""

    request_uri: str = field(repr=False)
    expires_in: int


@dataclass(frozen=True, slots=True)
class PushLogin:
    """Checks everything now, so that the browser later meets a request that is good."""

    read: ReadLogin
    logins: LoginStore
    clock: Clock
    randomness: Randomness

    async def __call__(
        self, pairs: Pairs, client: RegisteredClient, *, proved_jkt: str | None = None
    ) -> PushedLogin:
        """A reference for this client, once. ``client``: who has authenticated itself.

        Raises:
            specs.oauth.OAuthError: what ReadLogin raises, and InvalidRequest where it is about another
            client.
            RedirectUriNotRegistered: answered in JSON here; there is no person to be told.
        """
        now = self.clock.now()
        request = self.read.request(
            _of_client(pairs, client), client, now, pushed=True, proved_jkt=proved_jkt
        )
        require_registered(client, request.redirect_uri)
        reference = create_request_uri(b64url_encode(self.randomness.token_bytes(SECRET_BYTES)))
        pushed = PushedRequest(hash_secret(reference), request, now + PUSHED_REQUEST_LIFETIME)
        event = Event(EventName.LOGIN_PUSHED, Actor("relying-service"), now, client.client_id, request.preset)
        await self.logins.push(pushed, event)
        return PushedLogin(reference, int(PUSHED_REQUEST_LIFETIME.total_seconds()))


def _of_client(pairs: Pairs, client: RegisteredClient) -> Pairs:
    """The request as one of this client, which its authentication names when the form does not."""
    named = [value for name, value in pairs if name == _CLIENT_ID and value]
    if any(value != client.client_id for value in named):
        raise InvalidRequest("another client")
    return pairs if named else [*pairs, (_CLIENT_ID, client.client_id)]
