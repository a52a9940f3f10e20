"""What the wallet remembers having done: constant names, no claim values, no keys."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

AccountId = NewType("AccountId", str)
"""One resident's wallet, random."""

Actor = NewType("Actor", str)
"""Who caused an event: ``resident``, ``management`` or ``system``."""

RESIDENT: Final = Actor("resident")
MANAGEMENT: Final = Actor("management")


class EventName(StrEnum):
    """Every kind of state change; the audit chain and the statistics stand on these names."""

    ACCOUNT_OPENED = "account_opened"
    OFFER_OPENED = "offer_opened"
    CREDENTIAL_RECEIVED = "credential_received"
    CREDENTIAL_REFUSED = "credential_refused"
    CREDENTIAL_DELETED = "credential_deleted"
    PRESENTATION_OPENED = "presentation_opened"
    PRESENTATION_SENT = "presentation_sent"
    PRESENTATION_NOT_ACCEPTED = "presentation_not_accepted"
    PRESENTATION_REFUSED = "presentation_refused"
    RECEIPT_KEPT = "receipt_kept"
    HISTORY_DELETED = "history_deleted"


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the append-only table; written in the transaction of the change it reports."""

    name: EventName
    actor: Actor
    at: datetime
    account_id: AccountId
    reason: str = ""
    """A type name or a code, never a value."""
