"""Deferred issuance (OpenID4VCI 1.0 section 9): asked for now, decided by somebody, fetched later.

Pending, then approved or denied, then delivered. The keys that the wallet proved when it asked are kept with
the transaction and are the only ones that are ever signed for: whoever gets hold of a transaction id cannot
have the credential bound to a key of their own (OpenID4VCI #740).
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NewType

from issuer.domain.event import SubjectRef
from issuer.domain.offer import ConfigurationId
from issuer.domain.records import IssuanceId
from specs.encoding import create_json
from specs.jose import PublicJwk

DeferralId = NewType("DeferralId", str)
"""The back office's handle for a transaction; it fetches nothing."""

DELIVERY_TIME: Final = timedelta(seconds=10)
"""How long one pick-up has a transaction to itself. A server that died frees it by this."""

REMEMBERED: Final = timedelta(days=7)
"""How long after its end a transaction is still answered with a refusal, and not as unknown."""

MAX_OPEN: Final = 20
"""Transactions of one person that may wait at once, so that no wallet can bury the clerks in them."""


class DeferralState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"
    DELIVERED = "delivered"
    EXPIRED = "expired"
    """Never stored: one that was not fetched in time. For the wallet it is a refusal, not a wait."""


class DenialReason(StrEnum):
    """Why a request was denied; a code, so that no free text about a person is kept."""

    NOT_ENTITLED = "not_entitled"
    IDENTITY_NOT_CONFIRMED = "identity_not_confirmed"
    DOCUMENTS_MISSING = "documents_missing"
    FRAUD = "fraud"
    HOLDER_REQUEST = "holder_request"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a pick-up has recorded: a later one signs for the same places and takes no new ones."""

    issuance_id: IssuanceId
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class DeferredTransaction:
    """A credential request that waits. `approve_at`: in the sandbox, when time itself approves; else None."""

    deferral_id: DeferralId
    transaction_hash: bytes
    """SHA-256 of the `transaction_id`."""
    grant_hash: bytes
    """Of the client and its key that asked (`hash_grant_holder`)."""
    subject_ref: SubjectRef
    configuration_id: ConfigurationId
    holder_keys: tuple[PublicJwk, ...] = field(repr=False)
    """Proved when the wallet asked. Empty after delivery."""
    requested_at: datetime
    expires_at: datetime
    approve_at: datetime | None = None
    state: DeferralState = DeferralState.PENDING
    reason: str = ""
    """Why it was denied."""
    claimed_until: datetime | None = None
    """Until when a pick-up has it to itself; None: nobody has."""
    delivery: Delivery | None = None

    def state_at(self, now: datetime) -> DeferralState:
        """How it stands at `now`. A time that is missing has not come: it is never read as long ago."""
        open_ = self.state in (DeferralState.PENDING, DeferralState.APPROVED)
        if open_ and now >= self.expires_at:
            return DeferralState.EXPIRED
        if self.state is DeferralState.PENDING and self.approve_at is not None and now >= self.approve_at:
            return DeferralState.APPROVED
        return self.state

    def is_claimed_at(self, now: datetime) -> bool:
        """Whether a pick-up is under way."""
        return self.claimed_until is not None and now < self.claimed_until


def hash_grant_holder(client_id: str | None, jkt: str | None) -> bytes:
    """Whom a transaction belongs to, beside the person: the client and the key its tokens are bound to.

    Hashed as JSON, so that no two pairs give the same bytes.
    """
    return hashlib.sha256(create_json([client_id, jkt])).digest()
