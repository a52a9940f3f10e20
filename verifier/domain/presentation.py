"""One presentation: requested, retrieved, and ended in exactly one of five ways (decisions.md, Verdicts).

A wallet may fetch the request object again and again while the presentation is open. The end comes last,
by one conditional update: a stranger who saw the QR code cannot burn the transaction with rubbish.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from verifier.domain.relying_service import ClientId

RequestId = NewType("RequestId", str)
"""In the ``request_uri`` and ``response_uri``: whoever sees the QR code knows it."""

TransactionId = NewType("TransactionId", str)
"""The relying service's secret; wallets never see it (5.30). Stored as SHA-256."""

PRESENTATION_LIFETIME = timedelta(minutes=5)
RESULT_LIFETIME = timedelta(minutes=10)
"""A result that nobody fetched is deleted after this."""


class PresentationState(StrEnum):
    REQUESTED = "requested"
    RETRIEVED = "retrieved"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNDETERMINED = "undetermined"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"

    @property
    def is_open(self) -> bool:
        """A response may still arrive."""
        return self in (PresentationState.REQUESTED, PresentationState.RETRIEVED)


class ClientIdPrefix(StrEnum):
    """How the request names the verifier (OpenID4VP section 5.9)."""

    X509_SAN_DNS = "x509_san_dns"
    X509_HASH = "x509_hash"


@dataclass(frozen=True, slots=True)
class Presentation:
    """What the verifier keeps while a presentation is under way."""

    request_id: RequestId
    transaction_hash: bytes
    client_id: ClientId
    preset: str
    prefix: ClientIdPrefix
    nonce: str
    """Fresh, 128 bits, URL-safe (5.05)."""
    state_value: str
    """The ``state`` parameter: another random value than the id of the request."""
    locale: str
    created_at: datetime
    expires_at: datetime
    state: PresentationState = PresentationState.REQUESTED
    concluded_at: datetime | None = None
    result_fetched: bool = False

    def state_at(self, now: datetime) -> PresentationState:
        """What a reader should see at ``now``: an open presentation past its time has timed out."""
        if self.state.is_open and now >= self.expires_at:
            return PresentationState.TIMED_OUT
        return self.state


@dataclass(frozen=True, slots=True)
class SealedResult:
    """A result awaiting its one fetch: encrypted under a key of its own, and that key wrapped."""

    wrapped_key: bytes
    ciphertext: bytes
