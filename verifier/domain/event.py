"""What the verifier remembers having done: constant names, no claim values, no holder keys."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, NewType

Actor = NewType("Actor", str)
"""Who caused an event: ``management``, ``cli``, ``relying-service``, ``wallet`` or ``system``."""


class EventName(StrEnum):
    """Every kind of state change; the audit chain and the statistics stand on these names."""

    PRESENTATION_REQUESTED = "presentation_requested"
    REQUEST_OBJECT_RETRIEVED = "request_object_retrieved"
    PRESENTATION_ACCEPTED = "presentation_accepted"
    PRESENTATION_REJECTED = "presentation_rejected"
    PRESENTATION_UNDETERMINED = "presentation_undetermined"
    PRESENTATION_CANCELLED = "presentation_cancelled"
    PRESENTATION_TIMED_OUT = "presentation_timed_out"
    RESULT_FETCHED = "result_fetched"
    RELYING_SERVICE_ADDED = "relying_service_added"
    RELYING_SERVICE_CHANGED = "relying_service_changed"
    RELYING_SERVICE_SECRET_ROTATED = "relying_service_secret_rotated"
    RELYING_SERVICE_DISABLED = "relying_service_disabled"
    RELYING_SERVICE_ENABLED = "relying_service_enabled"
    WEBHOOK_DELIVERED = "webhook_delivered"
    WEBHOOK_GIVEN_UP = "webhook_given_up"
    PAGE_OPENED = "page_opened"
    PAGE_BOUND = "page_bound"
    RESPONSE_CODE_RETURNED = "response_code_returned"
    CARRIED_CODE_SHOWN = "carried_code_shown"
    CARRIED_CODE_TRIED = "carried_code_tried"
    RESULT_RELEASED = "result_released"
    RELEASE_REFUSED = "release_refused"
    RECEIPT_TAKEN = "receipt_taken"
    EVIDENCE_KEPT = "evidence_kept"
    EVIDENCE_READ = "evidence_read"
    EVIDENCE_DELETED = "evidence_deleted"
    LOGIN_PUSHED = "login_pushed"
    LOGIN_RETRIEVED = "login_retrieved"
    LOGIN_STARTED = "login_started"
    LOGIN_FINISHED = "login_finished"
    LOGIN_REFUSED = "login_refused"
    SIGN_IN_SESSION_STARTED = "sign_in_session_started"
    SIGN_IN_SESSION_ENDED = "sign_in_session_ended"
    LOGOUT_TOLD = "logout_told"
    LOGOUT_NOT_TOLD = "logout_not_told"
    CODE_ISSUED = "code_issued"
    CODE_EXCHANGED = "code_exchanged"
    CODE_USED_AGAIN = "code_used_again"
    OPENID_CLIENT_REGISTERED = "openid_client_registered"
    OPENID_CLIENT_CHANGED = "openid_client_changed"
    OPENID_CLIENT_SECRET_ROTATED = "openid_client_secret_rotated"
    OPENID_CLIENT_APPROVED = "openid_client_approved"
    OPENID_CLIENT_REFUSED = "openid_client_refused"
    OPENID_CLIENT_REMOVED = "openid_client_removed"


class Event(NamedTuple):
    """One row of the append-only table; written in the transaction of the change it reports."""

    name: EventName
    actor: Actor
    at: datetime
    client_id: str = ""
    preset: str = ""
    reason: str = ""
    """The first reason code of a verdict, or empty."""
