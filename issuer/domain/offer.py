"""Credential offers with a pre-authorized code: open, then redeemed, expired or withdrawn.

OpenID4VCI 1.0 sections 4.1.1 and 6. Codes are single use and are kept only as hashes: the code of an
offer is derived from the unguessable reference in its URI, so that the offer can be served again
while the store holds nothing that redeems it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from issuer.domain.event import SubjectRef

OfferId = NewType("OfferId", str)
"""The back office's handle for an offer; it opens nothing."""

ConfigurationId = NewType("ConfigurationId", str)
"""A key of ``credential_configurations_supported``."""

MAX_TRANSACTION_CODE_ATTEMPTS = 5
OFFER_LIFETIME = timedelta(minutes=30)


class OfferState(StrEnum):
    OPEN = "open"
    REDEEMED = "redeemed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    """Never stored: an open offer whose time has passed."""


@dataclass(frozen=True, slots=True)
class TransactionCode:
    """The code that reaches the resident over another channel (section 4.1.1, ``tx_code``)."""

    code_hash: bytes
    """Keyed hash over the offer id and the code: useless without the issuer's secret."""
    length: int
    """Digits; ``input_mode`` is always ``numeric``."""


@dataclass(frozen=True, slots=True)
class CredentialOffer:
    """What was offered to whom, and what is left of it."""

    offer_id: OfferId
    reference_hash: bytes
    """SHA-256 of the reference in ``credential_offer_uri``."""
    code_hash: bytes
    """SHA-256 of the pre-authorized code."""
    subject_ref: SubjectRef
    configuration_ids: tuple[ConfigurationId, ...]
    created_at: datetime
    expires_at: datetime
    transaction_code: TransactionCode | None = None
    state: OfferState = OfferState.OPEN
    attempts_left: int = MAX_TRANSACTION_CODE_ATTEMPTS

    def state_at(self, now: datetime) -> OfferState:
        """The state a reader should see at ``now``."""
        if self.state is OfferState.OPEN and (now >= self.expires_at or self.attempts_left <= 0):
            return OfferState.EXPIRED
        return self.state
