"""`x509_hash:` the client is the SHA-256 of its certificate (OpenID4VP 1.0 section 5.9.3)."""

import re
from typing import Final

from specs.openid4vp.client_id.prefix import ClientId, Prefix
from specs.openid4vp.errors import ClientIdMismatch, ClientIdRefused

_HASH: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def create_x509_hash(leaf_hash: str) -> ClientId:
    """The client identifier for a leaf certificate; `leaf_hash`: base64url of the SHA-256 of its DER."""
    if not _HASH.fullmatch(leaf_hash):
        raise ValueError("not a SHA-256 in base64url")
    return ClientId(f"{Prefix.X509_HASH}:{leaf_hash}", Prefix.X509_HASH, leaf_hash)


def verify_x509_hash(client_id: ClientId, leaf_hash: str) -> None:
    """Returns when the client is this certificate. There is no rule for the host of the response URI.

    `leaf_hash`: of a leaf whose chain is verified. Raises ClientIdRefused (not a hash), ClientIdMismatch.
    """
    if not _HASH.fullmatch(client_id.value):
        raise ClientIdRefused("not a SHA-256 in base64url")
    if client_id.value != leaf_hash:
        raise ClientIdMismatch("hash")
