"""The notification endpoint (OpenID4VCI 1.0 section 11): what became of the credentials of one response.

Identical notifications are answered alike; an issuer must not depend on receiving any.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from specs.encoding import EncodingError, parse_json_object
from specs.openid4vci.errors import InvalidNotificationRequest

MAX_NOTIFICATION_BYTES: Final = 16_384
MAX_NOTIFICATION_ID_LENGTH: Final = 1024
MAX_DESCRIPTION_LENGTH: Final = 1024
# Section 11.1: no quotation mark, no backslash, nothing that is not printable ASCII.
_DESCRIPTION: Final = re.compile(r"[\x20\x21\x23-\x5B\x5D-\x7E]*")


class NotificationEvent(StrEnum):
    """`event` of section 11.1."""

    CREDENTIAL_ACCEPTED = "credential_accepted"
    CREDENTIAL_FAILURE = "credential_failure"
    CREDENTIAL_DELETED = "credential_deleted"


@dataclass(frozen=True, slots=True)
class NotificationRequest:
    """`event_description`: a stranger's words for developers; not to be shown to anyone else."""

    notification_id: str
    event: NotificationEvent
    event_description: str | None = field(default=None, repr=False)


def create_notification_request(request: NotificationRequest) -> dict[str, Any]:
    """The body a wallet posts. ValueError for a description with characters that may not be in it."""
    body = {"notification_id": request.notification_id, "event": request.event.value}
    if request.event_description is not None:
        if not _is_description(request.event_description):
            raise ValueError("event_description")
        body["event_description"] = request.event_description
    return body


def parse_notification_request(body: bytes) -> NotificationRequest:
    """The request in the body of a POST. Unknown members are ignored. Raises InvalidNotificationRequest.

    Whether the issuer knows the identifier is for the store: InvalidNotificationId.
    """
    try:
        members = parse_json_object(body, max_bytes=MAX_NOTIFICATION_BYTES)
    except EncodingError as error:
        raise InvalidNotificationRequest(error.code) from error
    notification_id, event = members.get("notification_id"), members.get("event")
    if not isinstance(notification_id, str) or not 0 < len(notification_id) <= MAX_NOTIFICATION_ID_LENGTH:
        raise InvalidNotificationRequest("notification_id")
    if not isinstance(event, str) or event not in frozenset(NotificationEvent):
        raise InvalidNotificationRequest("event")
    description = members.get("event_description")
    if description is not None and not (isinstance(description, str) and _is_description(description)):
        raise InvalidNotificationRequest("event_description")
    return NotificationRequest(notification_id, NotificationEvent(event), description)


def _is_description(text: str) -> bool:
    return len(text) <= MAX_DESCRIPTION_LENGTH and _DESCRIPTION.fullmatch(text) is not None
