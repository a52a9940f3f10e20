"""What belongs to the verifier's requests: its names, its keys, its addresses."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from keys.signer import Signer
from specs.encoding import b64url_encode
from specs.openid4vp import (
    ClientId,
    create_redirect_uri,
    create_registered,
    create_x509_hash,
    create_x509_san_dns,
)
from verifier.domain.presentation import ClientIdPrefix, RequestId, TransactionId
from verifier.errors import PrefixNotAvailable, RequestGone

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
    registered: str | None = None
    """What wallets that know us beforehand call us; it has no prefix."""

    def client_id(self, prefix: ClientIdPrefix, request_id: RequestId, now: datetime) -> ClientId:
        """The client identifier of a new request, prefix included.

        Raises:
            PrefixNotAvailable: no wallet knows us beforehand.
        """
        match prefix:
            case ClientIdPrefix.X509_SAN_DNS:
                return create_x509_san_dns(self.host)
            case ClientIdPrefix.X509_HASH:
                return create_x509_hash(self.leaf_hash(self.signer(now)))
            case ClientIdPrefix.REDIRECT_URI:
                return create_redirect_uri(self.response_uri(prefix, request_id))
            case ClientIdPrefix.PRE_REGISTERED:
                if self.registered is None:
                    raise PrefixNotAvailable
                return create_registered(self.registered)

    def signing_clients(
        self, wanted: ClientIdPrefix, request_id: RequestId, now: datetime
    ) -> tuple[tuple[ClientIdPrefix, ClientId], ...]:
        """Everybody that the verifier can sign as, with one key; first whom ``wanted`` names, where it can.

        There is no response URI behind the browser to be known by (5.08): then by the certificate.
        """
        available = [ClientIdPrefix.X509_HASH]
        if ":" not in self.host:  # of an IPv6 address nobody makes a DNS name
            available.append(ClientIdPrefix.X509_SAN_DNS)
        if self.registered is not None:
            available.append(ClientIdPrefix.PRE_REGISTERED)
        available.sort(key=lambda one: one is not wanted)
        return tuple((one, self.client_id(one, request_id, now)) for one in available)

    def request_uri(self, request_id: RequestId) -> str:
        """Where the wallet fetches the request object."""
        return f"{self.public_url}/request-objects/{request_id}"

    def response_uri(self, prefix: ClientIdPrefix, request_id: RequestId) -> str:
        """Where the wallet posts its answer.

        Wallets that know us beforehand know the address too, so there it is the same for every request.
        """
        if prefix is ClientIdPrefix.PRE_REGISTERED:
            return f"{self.public_url}/responses"
        return f"{self.public_url}/responses/{request_id}"

    def return_uri(self, response_code: str) -> str:
        """Where the wallet sends its holder when it has answered (5.22)."""
        # Made by `create_secret`: nothing in it has to be encoded.
        return f"{self.public_url}/return?response_code={response_code}"


def create_secret(random: bytes) -> str:
    """128 bits from the generator as 22 URL-safe characters."""
    return b64url_encode(random[:SECRET_BYTES])


def create_state(prefix: ClientIdPrefix, request_id: RequestId, secret: str) -> str:
    """The ``state`` of a request; at an address that is the same for all it has to say which one it is."""
    return f"{request_id}.{secret}" if prefix is ClientIdPrefix.PRE_REGISTERED else secret


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


def response_code_hash(response_code: str) -> bytes:
    """SHA-256, as the store keeps it."""
    return hashlib.sha256(response_code.encode()).digest()
