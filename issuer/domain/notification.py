"""What wallets tell about the credentials they were given (OpenID4VCI 1.0 section 11).

Nothing depends on it: a wallet need not tell, and what it tells is its own word.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from issuer.domain.event import EventName
from issuer.domain.records import IssuanceId
from specs.openid4vci import NotificationEvent


@dataclass(frozen=True, slots=True)
class Notification:
    """One word about one card. Its description is free text and is not kept."""

    issuance_id: IssuanceId
    kind: NotificationEvent
    received_at: datetime


EVENTS: Final[Mapping[NotificationEvent, EventName]] = {
    NotificationEvent.CREDENTIAL_ACCEPTED: EventName.CREDENTIAL_ACCEPTED,
    NotificationEvent.CREDENTIAL_FAILURE: EventName.CREDENTIAL_NOT_ACCEPTED,
    NotificationEvent.CREDENTIAL_DELETED: EventName.CREDENTIAL_DELETED,
}
