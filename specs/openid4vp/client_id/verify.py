"""Which rule goes with which prefix. A new prefix is a file beside this one and a line in each table."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from specs.jose.errors import InvalidCertificateChain
from specs.jose.jwk import PublicJwk
from specs.jose.x5c import TrustAnchors, VerifiedChain, parse_x5c, verify_chain
from specs.openid4vp.client_id.prefix import ClientId, Prefix
from specs.openid4vp.client_id.registered import (
    RegisteredClient,
    find_registered,
    key_of_registered,
    verify_registered,
)
from specs.openid4vp.client_id.x509_hash import verify_x509_hash
from specs.openid4vp.client_id.x509_san_dns import verify_x509_san_dns
from specs.openid4vp.errors import (
    SignedRequestNotAllowed,
    UnknownClient,
    UnsupportedClientIdPrefix,
    UntrustedVerifier,
)

_BY_CERTIFICATE: Final = frozenset({Prefix.X509_SAN_DNS, Prefix.X509_HASH})
NOBODY_REGISTERED: Final[Mapping[str, RegisteredClient]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class RequestSigner:
    """Whose key a request has to be signed with: that of a verified certificate, or a registered client's.

    One of `chain` and `registered` is there.
    """

    key: PublicJwk
    chain: VerifiedChain | None = field(default=None, repr=False)
    registered: RegisteredClient | None = None


def check_prefix(client_id: ClientId, *, registered: Collection[str] = ()) -> None:
    """Returns when this wallet can find out who such a client is, from a signed request.

    `registered`: the identifiers of registered clients. Raises UnknownClient (no prefix and not registered),
    SignedRequestNotAllowed, UnsupportedClientIdPrefix.
    """
    if client_id.prefix is None:
        if client_id.full not in registered:
            raise UnknownClient
    elif client_id.prefix is Prefix.REDIRECT_URI:
        raise SignedRequestNotAllowed
    elif client_id.prefix not in _BY_CERTIFICATE:
        raise UnsupportedClientIdPrefix(client_id.prefix)


def find_signer(
    client_id: ClientId,
    header: Mapping[str, Any],
    *,
    anchors: TrustAnchors,
    registered: Mapping[str, RegisteredClient],
    now: datetime,
) -> RequestSigner:
    """Whose signature a request of this client must carry; `header`: of the request object, not believed.

    Raises what check_prefix raises, UntrustedVerifier, InvalidRequestObjectSignature.
    """
    check_prefix(client_id, registered=registered)
    if client_id.prefix is None:
        client = find_registered(client_id, registered)
        return RequestSigner(key_of_registered(client, header), registered=client)
    try:
        chain = verify_chain(parse_x5c(header.get("x5c")), anchors, now=now)
    except InvalidCertificateChain as error:
        raise UntrustedVerifier(error.code) from error
    return RequestSigner(chain.key, chain=chain)


def verify_client_id(client_id: ClientId, signer: RequestSigner, *, response_uri: str | None) -> None:
    """Returns when the signer of the request is this client and may have the answer sent there.

    `response_uri` None: the answer goes back to the page that asked (section A.2). Raises ClientIdRefused,
    ClientIdMismatch, ResponseUriNotAllowed, UnknownClient.
    """
    if signer.registered is not None:
        if signer.registered.client_id != client_id.full:
            raise UnknownClient
        if response_uri is not None:
            verify_registered(signer.registered, response_uri)
    elif signer.chain is not None and client_id.prefix is Prefix.X509_SAN_DNS:
        verify_x509_san_dns(client_id, signer.chain.san_dns, response_uri)
    elif signer.chain is not None and client_id.prefix is Prefix.X509_HASH:
        verify_x509_hash(client_id, signer.chain.leaf_hash)
    else:
        raise UnknownClient
