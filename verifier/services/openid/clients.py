"""Which OpenID client it is that somebody names."""

from dataclasses import dataclass

from verifier.domain.openid.client import RegisteredClient
from verifier.domain.relying_service import ClientId
from verifier.errors import UnknownClient
from verifier.ports_openid import OpenIdClientStore


@dataclass(frozen=True, slots=True)
class OpenIdClients:
    """Clients that people may sign in to.

    ``reviewed_only``: none that nobody has decided about, whatever a sandbox may have approved by itself.
    """

    store: OpenIdClientStore
    reviewed_only: bool = False

    async def find(self, client_id: str) -> RegisteredClient:
        """One that is known, approved and switched on.

        Raises:
            UnknownClient: it is none of these; which of them is not told, and nobody is sent anywhere.
        """
        client = await self.store.get(plain_id(client_id))
        if client is None or not client.is_usable:
            raise UnknownClient
        if self.reviewed_only and client.openid.reviewed_at is None:
            raise UnknownClient
        return client


def plain_id(client_id: str) -> ClientId:
    """Stores differ in what they take for a text; an id of ours is plain."""
    return ClientId(client_id if client_id.isascii() and client_id.isprintable() else "")
