"""Which wallets may use the authorization code flow, and where answers may be sent to.

Redirect URIs are compared as strings, character for character (RFC 9700 section 2.1, FAPI 2.0 section 5.3.2.2): an
extra query, another port or another spelling is another address.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from issuer.domain.authorization import ClientId
from issuer.errors import UnknownClient, UnregisteredRedirectUri

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
WALLET_SCHEMES = frozenset(
    {
        "openid-credential-offer",
        "haip-vci",
        "eudi-openid4ci",
        "openid4vci",
        "openid-vci",
        "eu.europa.ec.euidi",
    }
)


class ClientAuthentication(StrEnum):
    """How a client proves who it is, in the names of RFC 8414."""

    NONE = "none"
    ATTESTATION = "attest_jwt_client_auth"


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


@dataclass(frozen=True, slots=True)
class Clients:
    """``anybody``: the sandbox takes wallets that nobody registered, with redirect URIs on this very device."""

    registered: Mapping[str, Client]
    anybody: bool

    def find(self, client_id: str, redirect_uri: str) -> Client:
        """The client whose redirect URI this is.

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

    def named(self, client_id: str | None) -> Client | None:
        """The registered client by this id."""
        return None if client_id is None else self.registered.get(client_id)

    def _stranger(self, client_id: str, redirect_uri: str) -> Client:
        if not self.anybody:
            raise UnknownClient
        if not stays_on_the_device(redirect_uri):
            raise UnregisteredRedirectUri
        return Client(ClientId(client_id), frozenset({redirect_uri}), registered=False)


def stays_on_the_device(redirect_uri: str) -> bool:
    """Whether a redirect URI can reach no other machine (RFC 8252 section 7).

    Loopback over http, or a scheme of an app: one in reverse domain notation or one that wallets are known
    to use. ``javascript:`` and its kin are neither.
    """
    try:
        parts = urlsplit(redirect_uri)
        host = parts.hostname
    except ValueError:
        return False
    if (
        not redirect_uri.isascii()
        or not redirect_uri.isprintable()
        or "#" in redirect_uri
        or " " in redirect_uri
    ):
        return False
    if parts.scheme in ("http", "https"):
        return host in LOOPBACK_HOSTS and "@" not in parts.netloc
    return parts.scheme in WALLET_SCHEMES or "." in parts.scheme


def redirect_source(redirect_uri: str) -> str:
    """What ``form-action`` of a Content Security Policy has to name for the redirect: origin, or scheme."""
    parts = urlsplit(redirect_uri)
    if parts.scheme in ("http", "https"):
        return f"{parts.scheme}://{parts.netloc}"
    return f"{parts.scheme}:"
