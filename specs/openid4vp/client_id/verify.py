"""Which rule goes with which prefix. A new prefix is a file beside this one and a line in the table."""

from collections.abc import Callable, Mapping
from typing import Final

from specs.jose.x5c import VerifiedChain
from specs.openid4vp.client_id.prefix import ClientId, Prefix
from specs.openid4vp.client_id.x509_hash import verify_x509_hash
from specs.openid4vp.client_id.x509_san_dns import verify_x509_san_dns
from specs.openid4vp.errors import SignedRequestNotAllowed, UnknownClient, UnsupportedClientIdPrefix

_RULES: Final[Mapping[Prefix, Callable[[ClientId, VerifiedChain, str], None]]] = {
    Prefix.X509_SAN_DNS: lambda client_id, chain, uri: verify_x509_san_dns(client_id, chain.san_dns, uri),
    Prefix.X509_HASH: lambda client_id, chain, _uri: verify_x509_hash(client_id, chain.leaf_hash),
}


def check_prefix(client_id: ClientId) -> None:
    """Returns when this wallet can find out who such a client is, from a signed request.

    Raises UnknownClient (no prefix, and we have no registered clients), SignedRequestNotAllowed,
    UnsupportedClientIdPrefix.
    """
    if client_id.prefix is None:
        raise UnknownClient
    if client_id.prefix is Prefix.REDIRECT_URI:
        raise SignedRequestNotAllowed
    if client_id.prefix not in _RULES:
        raise UnsupportedClientIdPrefix(client_id.prefix)


def verify_client_id(client_id: ClientId, chain: VerifiedChain, *, response_uri: str) -> None:
    """Returns when the holder of the certificate is this client and may have the answer sent there.

    Raises what check_prefix raises, ClientIdRefused, ClientIdMismatch, ResponseUriNotAllowed.
    """
    check_prefix(client_id)
    assert client_id.prefix is not None  # noqa: S101 (check_prefix has seen to it)
    _RULES[client_id.prefix](client_id, chain, response_uri)
