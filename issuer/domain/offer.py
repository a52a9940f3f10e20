"""Credential offers: open, then redeemed, withdrawn, expired or locked.

OpenID4VCI 1.0 sections 4.1.1, 5 and 6. An offer carries one grant: a pre-authorized code, or an
``issuer_state`` for the authorization code flow. Secrets are single use and are kept only as hashes: one is
derived from the other (page, reference, code), so that an offer can be shown and served again while the
store holds nothing that redeems it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType

from issuer.domain.event import SubjectRef

OfferId = NewType("OfferId", str)
"""The back office's handle for an offer; it opens nothing."""

ConfigurationId = NewType("ConfigurationId", str)
"""A key of ``credential_configurations_supported``."""

MAX_TRANSACTION_CODE_ATTEMPTS = 5
OFFER_LIFETIME = timedelta(minutes=30)
PAGE_MEMORY = timedelta(days=1)
"""How long its page still tells the resident how an offer ended, and whom it was for."""
OFFER_MEMORY = timedelta(days=30)
"""How long the back office can see what became of an offer that has ended."""


class OfferGrant(StrEnum):
    """How a wallet gets from the offer to an access token."""

    PRE_AUTHORIZED_CODE = "pre-authorized_code"
    AUTHORIZATION_CODE = "authorization_code"


LONGEST_LIFETIME: Final = {
    # Whoever has it needs nothing else, or six digits: "short-lived" (section 4.1.1).
    OfferGrant.PRE_AUTHORIZED_CODE: timedelta(hours=1),
    # The person signs in, and has to be the one it was made for.
    OfferGrant.AUTHORIZATION_CODE: timedelta(days=7),
}
SHORTEST_LIFETIME: Final = timedelta(minutes=1)


class OfferState(StrEnum):
    OPEN = "open"
    REDEEMED = "redeemed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    """Never stored: an open offer whose time has passed."""
    LOCKED = "locked"
    """Never stored: an open offer whose transaction code was guessed too often (section 13.6.3)."""


@dataclass(frozen=True, slots=True)
class TransactionCode:
    """The code that reaches the resident over another channel (section 4.1.1, ``tx_code``)."""

    code_hash: bytes
    """Keyed hash over the offer id and the code: useless without the issuer's secret."""
    length: int
    """Digits; ``input_mode`` is always ``numeric``."""


@dataclass(frozen=True, slots=True)
class CredentialOffer:
    """What was offered to whom, and what is left of it. Exactly one of the two grants' hashes is there."""

    offer_id: OfferId
    reference_hash: bytes
    """SHA-256 of the reference in ``credential_offer_uri``."""
    code_hash: bytes | None
    """SHA-256 of the pre-authorized code."""
    subject_ref: SubjectRef
    configuration_ids: tuple[ConfigurationId, ...]
    created_at: datetime
    expires_at: datetime
    transaction_code: TransactionCode | None = None
    state: OfferState = OfferState.OPEN
    attempts_left: int = MAX_TRANSACTION_CODE_ATTEMPTS
    issuer_state_hash: bytes | None = None
    """SHA-256 of ``issuer_state``. A column of its own: what begins a sign-in must never pass for a code."""
    page_hash: bytes | None = None
    """SHA-256 of the secret in the address of the resident's page."""
    opened_at: datetime | None = None
    """When a wallet first fetched the offer by its reference."""

    def __post_init__(self) -> None:
        if (self.code_hash is None) == (self.issuer_state_hash is None):
            raise ValueError("an offer has one grant")

    @property
    def grant(self) -> OfferGrant:
        """Which of the two it carries."""
        if self.code_hash is None:
            return OfferGrant.AUTHORIZATION_CODE
        return OfferGrant.PRE_AUTHORIZED_CODE

    def state_at(self, now: datetime) -> OfferState:
        """The state a reader should see at ``now``."""
        if self.state is not OfferState.OPEN:
            return self.state
        if now >= self.expires_at:
            return OfferState.EXPIRED
        return OfferState.LOCKED if self.attempts_left <= 0 else OfferState.OPEN
