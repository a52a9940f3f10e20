"""What the issuer remembers having done: constant names, no claim values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

SubjectRef = NewType("SubjectRef", str)
"""The issuer's random name for a person; means nothing outside the subject directory."""

Actor = NewType("Actor", str)
"""Who caused an event: ``management``, ``cli``, ``wallet``, ``system`` or a staff id."""


class EventName(StrEnum):
    """Every kind of state change; the audit chain and the statistics stand on these names."""

    OFFER_CREATED = "offer_created"
    OFFER_REDEEMED = "offer_redeemed"
    OFFER_WITHDRAWN = "offer_withdrawn"
    OFFER_TRIED = "offer_tried"
    OFFER_OPENED = "offer_opened"
    CREDENTIAL_ISSUED = "credential_issued"
    CREDENTIAL_NOT_SIGNED = "credential_not_signed"
    CREDENTIAL_DEFERRED = "credential_deferred"
    DEFERRED_APPROVED = "deferred_approved"
    DEFERRED_DENIED = "deferred_denied"
    DEFERRED_DELIVERED = "deferred_delivered"
    CREDENTIAL_ACCEPTED = "credential_accepted"
    CREDENTIAL_NOT_ACCEPTED = "credential_not_accepted"
    CREDENTIAL_DELETED = "credential_deleted"
    CREDENTIAL_REVOKED = "credential_revoked"
    CREDENTIAL_SUSPENDED = "credential_suspended"
    CREDENTIAL_REINSTATED = "credential_reinstated"
    STATUS_LIST_OPENED = "status_list_opened"
    AUTHORIZATION_PUSHED = "authorization_pushed"
    AUTHORIZATION_RETRIEVED = "authorization_retrieved"
    AUTHORIZATION_STARTED = "authorization_started"
    AUTHORIZATION_SIGNED_IN = "authorization_signed_in"
    AUTHORIZATION_AGREED = "authorization_agreed"
    AUTHORIZATION_REFUSED = "authorization_refused"
    CODE_EXCHANGED = "code_exchanged"
    CODE_USED_AGAIN = "code_used_again"
    GRANT_CREATED = "grant_created"


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the append-only table; written in the transaction of the change it reports."""

    name: EventName
    actor: Actor
    at: datetime
    subject_ref: SubjectRef | None = None
    reason: str = ""
    """A reason code (``stolen_phone``), never free text about a person."""
    count: int = 1
    """How many things the event speaks of: ten copies of one issuance are one event."""
