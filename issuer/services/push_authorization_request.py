"""The pushed authorization request endpoint: parameters come straight from the wallet (RFC 9126)."""

from dataclasses import dataclass, field

from issuer.domain.authorization import PUSHED_REQUEST_LIFETIME, PushedRequest, Sender
from issuer.domain.event import Actor, Event, EventName
from issuer.errors import UnknownClient
from issuer.ports import AuthorizationStore, Clock, Randomness
from issuer.services.read_authorization import Pairs, ReadAuthorization
from issuer.services.secrets_of_offers import hash_secret
from issuer.services.start_authorization import SECRET_BYTES
from specs.encoding import b64url_encode
from specs.oauth import InvalidClient, create_request_uri


@dataclass(frozen=True, slots=True)
class Pushed:
    """``expires_in``: seconds."""

    request_uri: str = field(repr=False)
    expires_in: int


@dataclass(frozen=True, slots=True)
class PushAuthorizationRequest:
    """Checks everything now, so that the browser later meets a request that is good."""

    read: ReadAuthorization
    store: AuthorizationStore
    clock: Clock
    randomness: Randomness

    async def __call__(self, pairs: Pairs, sender: Sender) -> Pushed:
        """A reference for this client, once, within five minutes.

        Raises what ReadAuthorization raises, and InvalidClient: unknown, not the one that authenticated
        itself, or one that had to and did not (6.05).
        """
        try:
            origin, client = self.read.origin(pairs)
        except UnknownClient as error:
            raise InvalidClient("unknown") from error
        if sender.client_id not in (None, origin.client_id) or not client.admits(sender):
            raise InvalidClient("not authenticated")
        found = await self.read.request(pairs, client, sender.keys)
        now = self.clock.now()
        reference = create_request_uri(b64url_encode(self.randomness.token_bytes(SECRET_BYTES)))
        pushed = PushedRequest(hash_secret(reference), found.authorization, now + PUSHED_REQUEST_LIFETIME)
        event = Event(EventName.AUTHORIZATION_PUSHED, Actor("wallet"), now, reason=found.reason)
        await self.store.push(pushed, event)
        return Pushed(reference, int(PUSHED_REQUEST_LIFETIME.total_seconds()))
