"""What belongs to the verifier's requests: its names, its keys, its addresses."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from keys.signer import Signer
from specs.encoding import b64url_encode
from specs.openid4vp import ClientId, parse_client_id
from verifier.domain.presentation import ClientIdPrefix, RequestId, TransactionId
from verifier.errors import RequestGone

SECRET_BYTES: Final = 16
_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)


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


def parse_request_id(text: str) -> RequestId:
    """The id in an address; what was never one of ours is gone like all the others.

    Raises:
        RequestGone: not 128 bits in base64url.
    """
    if not _SECRET.fullmatch(text):
        raise RequestGone
    return RequestId(text)


def transaction_hash(transaction_id: TransactionId) -> bytes:
    """SHA-256, as the store keeps it."""
    return hashlib.sha256(transaction_id.encode()).digest()
