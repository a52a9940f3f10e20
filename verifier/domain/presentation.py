"""One presentation: requested, retrieved, and ended in exactly one of five ways (decisions.md, Verdicts).

A wallet may fetch the request object again and again while the presentation is open. The end comes last,
by one conditional update: a stranger who saw the QR code cannot burn the transaction with rubbish.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple, NewType

from specs.openid4vp import RequestUriMethod, ResponseMode
from verifier.domain.relying_service import ClientId

RequestId = NewType("RequestId", str)
"""In the ``request_uri`` and ``response_uri``: whoever sees the QR code knows it."""

TransactionId = NewType("TransactionId", str)
"""The relying service's secret; wallets never see it (5.30). Stored as SHA-256."""

PRESENTATION_LIFETIME = timedelta(minutes=5)
MIN_LIFETIME = timedelta(seconds=30)
RESULT_LIFETIME = timedelta(minutes=10)
"""A result that nobody fetched is deleted after this."""
FORGOTTEN_AFTER = timedelta(days=1)
"""What ended this long ago is deleted; only its events are kept."""
MAX_REFERENCE: Final = 64


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
        return self in OPEN_STATES


OPEN_STATES: Final = frozenset({PresentationState.REQUESTED, PresentationState.RETRIEVED})


class ClientIdPrefix(StrEnum):
    """How the request names the verifier (OpenID4VP section 5.9)."""

    X509_SAN_DNS = "x509_san_dns"
    X509_HASH = "x509_hash"
    REDIRECT_URI = "redirect_uri"
    """Not signed: the wallet can only show where the answer goes."""
    PRE_REGISTERED = "pre_registered"
    """An identifier without a prefix, which the wallet has to know beforehand."""

    @property
    def is_signed(self) -> bool:
        """Requests are request objects with our signature (5.08)."""
        return self is not ClientIdPrefix.REDIRECT_URI


class Release(StrEnum):
    """When the relying service may have the result (5.29)."""

    DIRECT = "direct"
    """Started by the service itself, without a browser: as soon as there is a result."""
    BROWSER = "browser"
    """Started for a page in a browser: only once that browser has shown itself."""


class CrossDevice(StrEnum):
    """What lets a waiting browser have what another device answered (5.32)."""

    CODE = "code"
    """Characters that the person carries back by hand."""
    OPEN = "open"
    """Nothing; whoever relays the QR code gets the result."""
    OFF = "off"
    """No QR code is shown."""

    @property
    def protection(self) -> int:
        """The more, the less a relayed QR code is worth."""
        return {CrossDevice.OPEN: 0, CrossDevice.CODE: 1, CrossDevice.OFF: 2}[self]


class Presentation(NamedTuple):
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
    audience: str = ""
    """The client identifier as the request has it, prefix included: what answers are bound to (5.25). Kept,
    because a change of keys may give the verifier another one while wallets still answer."""
    by_value: bool = False
    """The whole request stands in the link; there is nothing to fetch."""
    response_mode: ResponseMode = ResponseMode.DIRECT_POST
    method: RequestUriMethod = RequestUriMethod.POST
    response_key: bytes | None = None
    """The private key that answers are encrypted to, wrapped; of this presentation alone (5.24), and deleted
    when it ends."""
    transaction_data: tuple[str, ...] = ()
    """As sent (5.09): their hashes are over these very strings."""
    release: Release = Release.DIRECT
    cross_device: CrossDevice = CrossDevice.CODE
    return_url: str | None = None
    """Where the relying service wants its visitor back."""
    reference: str | None = None
    """The relying service's own word for it: at most 64 printable ASCII characters."""
    response_code_hash: bytes | None = None
    """SHA-256 of the code that went to the wallet with the end (5.22)."""
    request_object: str | None = None
    """The request object that was served last; kept only where evidence is made of it, until the end."""
    reasons: tuple[str, ...] = ()
    """Codes of why it was not accepted; what the page of the person says."""

    def __repr__(self) -> str:
        # Neither its key nor what was asked, wherever it is shown.
        return f"<Presentation {self.request_id} of {self.preset}: {self.state}>"

    def is_open_at(self, now: datetime) -> bool:
        """A response that arrives at ``now`` is in time."""
        return self.state in OPEN_STATES and now < self.expires_at

    def state_at(self, now: datetime) -> PresentationState:
        """What a reader should see at ``now``: an open presentation past its time has timed out."""
        if self.state in OPEN_STATES and now >= self.expires_at:
            return PresentationState.TIMED_OUT
        return self.state


class SealedResult(NamedTuple):
    """A result awaiting its one fetch: encrypted under a key of its own, and that key wrapped."""

    wrapped_key: bytes
    ciphertext: bytes
