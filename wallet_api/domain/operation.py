"""A use case that waits for signatures or for consent: prepared in one request, completed in another.

Its state may hold tokens and claims, so it is kept sealed under the resident's key and for minutes only.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from wallet_api.domain.event import AccountId

OperationId = NewType("OperationId", str)

OPERATION_LIFETIME = timedelta(minutes=10)


class OperationKind(StrEnum):
    OFFER = "offer"
    """An offer was read; the resident decides whether to accept."""
    RECEIVING = "receiving"
    """Key proofs wait for their signatures."""
    REQUEST = "request"
    """A request was read; the resident decides what to show."""
    PRESENTING = "presenting"
    """Key bindings wait for their signatures."""


@dataclass(frozen=True, slots=True)
class Operation:
    """Taken once: whoever completes it first wins."""

    operation_id: OperationId
    account_id: AccountId
    kind: OperationKind
    sealed: bytes
    created_at: datetime
    expires_at: datetime
