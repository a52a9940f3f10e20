"""Which client sends a request, by the one method that it is registered for (RFC 6749 section 2.3, 7.04)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from specs.encoding import EncodingError
from specs.jose import JoseError, parse_jws
from specs.oauth import InvalidClient
from specs.oauth.client_authentication import (
    MAX_ASSERTION_LENGTH,
    METHOD_NAMES,
    ClientAssertion,
    ClientAuthentication,
    ClientSecretBasic,
    ClientSecretPost,
    InvalidClientAssertion,
    parse_client_authentication,
    verify_client_assertion,
)
from verifier.domain.openid.client import RegisteredClient
from verifier.errors import UnknownClient
from verifier.ports import Clock
from verifier.ports_openid import ClientKeys, ReplayStore
from verifier.services.openid.clients import OpenIdClients

LEEWAY: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class AuthenticateClient:
    """``audiences``: what assertions may be meant for: our issuer, or the endpoint that they are sent to."""

    clients: OpenIdClients
    keys: ClientKeys
    replays: ReplayStore
    clock: Clock
    audiences: Collection[str]

    async def __call__(
        self, authorization: Sequence[str], pairs: Sequence[tuple[str, str]]
    ) -> RegisteredClient:
        """The client. ``authorization``: every such header; ``pairs``: the form.

        Raises:
            specs.oauth.InvalidClient: unknown, not approved, switched off, another method than its own, or no
                proof; which of them is not told.
            specs.oauth.InvalidRequest: several methods at once, or a malformed form.
        """
        found = parse_client_authentication(authorization, pairs)
        try:
            client = await self.clients.find(found.client_id)
        except UnknownClient as error:
            raise InvalidClient("unknown") from error
        if METHOD_NAMES[type(found)] != client.openid.auth_method:
            # Core section 9: the method that it registered and no other, or the weakest would do for all.
            raise InvalidClient("not its method")
        await self._verify(found, client)
        return client

    async def _verify(self, found: ClientAuthentication, client: RegisteredClient) -> None:
        now = self.clock.now()
        if isinstance(found, ClientSecretBasic | ClientSecretPost):
            if not client.has_secret(found.secret, now):
                raise InvalidClient("not its secret")
        elif isinstance(found, ClientAssertion):
            keys = await self.keys.keys_of(client.openid, _key_id(found), now)
            verified = verify_client_assertion(found, keys, audiences=self.audiences, now=now, leeway=LEEWAY)
            if not await self.replays.first_use(verified.replay_key, verified.replay_until):
                raise InvalidClientAssertion("used before")


def _key_id(found: ClientAssertion) -> str | None:
    """What the assertion calls its key: worth a look at the client's published keys, and nothing more."""
    try:
        kid = parse_jws(found.assertion, max_bytes=MAX_ASSERTION_LENGTH).header.get("kid")
    except (JoseError, EncodingError):
        return None
    return kid if isinstance(kid, str) else None
