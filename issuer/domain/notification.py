"""What wallets tell about the credentials they were given (OpenID4VCI 1.0 section 11).

Nothing depends on it: a wallet need not tell, and what it tells is its own word.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from issuer.domain.event import EventName
from issuer.domain.records import IssuanceId


class NotificationKind(StrEnum):
    """`event`, as registered in section 11.1."""

    ACCEPTED = "credential_accepted"
    FAILURE = "credential_failure"
    DELETED = "credential_deleted"


@dataclass(frozen=True, slots=True)
class Notification:
    """One word about one card. Its description is free text and is not kept."""

    issuance_id: IssuanceId
    kind: NotificationKind
    received_at: datetime


EVENTS: Final[Mapping[NotificationKind, EventName]] = {
    NotificationKind.ACCEPTED: EventName.CREDENTIAL_ACCEPTED,
    NotificationKind.FAILURE: EventName.CREDENTIAL_NOT_ACCEPTED,
    NotificationKind.DELETED: EventName.CREDENTIAL_DELETED,
}
