"""Which wallets may use the authorization code flow, and where answers may be sent to.

Redirect URIs are compared as strings, character for character (RFC 9700 section 2.1, FAPI 2.0 section
5.3.2.2): an extra query, another port or another spelling is another address.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from issuer.domain.authorization import ClientAuthentication, ClientId, Sender
from issuer.errors import UnknownClient, UnregisteredRedirectUri
from specs.oauth.errors import InvalidClient
from specs.oauth.redirect_uri import has_app_scheme, is_loopback


@dataclass(frozen=True, slots=True)
class Client:
    """A wallet, as far as we know it."""

    client_id: ClientId
    redirect_uris: frozenset[str]
    name: Mapping[str, str] = field(default_factory=dict)
    """By language (``en``, ``fr``); empty for one that nobody registered."""
    authentication: ClientAuthentication = ClientAuthentication.NONE
    registered: bool = True
    """``False``: the sandbox let it in; pages say so."""

    def admits(self, sender: Sender) -> bool:
        """Whether the sender proved as much as this client has to (6.05)."""
        return (
            self.authentication is ClientAuthentication.NONE or sender.authentication is self.authentication
        )


@dataclass(frozen=True, slots=True)
class Clients:
    """``anybody``: the sandbox takes wallets nobody registered, where the answer stays on the device."""

    registered: Mapping[str, Client]
    anybody: bool

    def find(self, client_id: str, redirect_uri: str) -> Client:
        """The client whose redirect URI this is. ``redirect_uri``: one that may be a redirect URI at all.

        Raises:
            UnknownClient: there is none by this id.
            UnregisteredRedirectUri: it has others; nothing may be sent to this one, not even an error.
        """
        client = self.registered.get(client_id)
        if client is None:
            return self._stranger(client_id, redirect_uri)
        if redirect_uri not in client.redirect_uris:
            raise UnregisteredRedirectUri
        return client

    def check_sender(self, sender: Sender) -> None:
        """Returns when nobody poses as a client that authenticates itself.

        Raises:
            specs.oauth.InvalidClient: the client is registered with an attestation, and none came.
        """
        client = None if sender.client_id is None else self.registered.get(sender.client_id)
        if client is not None and not client.admits(sender):
            raise InvalidClient("not attested")

    def _stranger(self, client_id: str, redirect_uri: str) -> Client:
        if not self.anybody:
            raise UnknownClient
        # RFC 8252 section 7: an address that no other machine answers at.
        if not (is_loopback(redirect_uri) or has_app_scheme(redirect_uri)):
            raise UnregisteredRedirectUri
        return Client(ClientId(client_id), frozenset({redirect_uri}), registered=False)
