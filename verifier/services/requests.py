"""What belongs to the verifier's requests: its names, its keys, its addresses."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from keys.signer import Signer
from specs.encoding import b64url_encode
from specs.openid4vp import ClientId, parse_client_id
from verifier.domain.presentation import ClientIdPrefix, RequestId, TransactionId

SECRET_BYTES = 16


@dataclass(frozen=True, slots=True)
class RequestIdentity:
    """How the verifier names itself to wallets (OpenID4VP section 5.9.3).

    ``host``: the dNSName of the certificate. ``signer(now)``: the request-object key with its chain.
    """

    host: str
    public_url: str
    signer: Callable[[datetime], Signer]
    leaf_hash: Callable[[Signer], str]
    """Base64url of the SHA-256 of the leaf certificate."""

    def client_id(self, prefix: ClientIdPrefix, signer: Signer) -> ClientId:
        """The client identifier, prefix included."""
        value = self.host if prefix is ClientIdPrefix.X509_SAN_DNS else self.leaf_hash(signer)
        return parse_client_id(f"{prefix.value}:{value}")

    def request_uri(self, request_id: RequestId) -> str:
        """Where the wallet fetches the request object."""
        return f"{self.public_url}/request-objects/{request_id}"

    def response_uri(self, request_id: RequestId) -> str:
        """Where the wallet posts its answer."""
        return f"{self.public_url}/responses/{request_id}"


def create_secret(random: bytes) -> str:
    """128 bits from the generator as 22 URL-safe characters."""
    return b64url_encode(random[:SECRET_BYTES])


def transaction_hash(transaction_id: TransactionId) -> bytes:
    """SHA-256, as the store keeps it."""
    return hashlib.sha256(transaction_id.encode()).digest()
