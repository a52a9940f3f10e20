"""The notification endpoint (OpenID4VCI section 11): what a wallet tells about a card is kept once."""

from dataclasses import dataclass

from issuer.domain.event import Actor, Event
from issuer.domain.notification import EVENTS, Notification
from issuer.ports import Clock, IssuanceStore, NotificationStore
from issuer.services.authorize_request import Grant
from issuer.services.notification_ids import NotificationIds
from specs.openid4vci import NotificationRequest
from specs.openid4vci.errors import InvalidNotificationId


@dataclass(frozen=True, slots=True)
class RecordNotification:
    """Nothing depends on being told: a card is as valid without."""

    notifications: NotificationStore
    issuances: IssuanceStore
    identifiers: NotificationIds
    clock: Clock

    async def __call__(self, grant: Grant, request: NotificationRequest) -> None:
        """Keeps it; the same one again changes nothing and is answered alike (section 11.1).

        Raises:
            InvalidNotificationId: of no card, or of somebody else's.
        """
        issuance_id = self.identifiers.open(request.notification_id, grant.subject_ref)
        card = await self.issuances.find_issuance(issuance_id)
        # Section 11.2: the token has to be one for this credential.
        if card is None or card.configuration_id not in grant.configuration_ids:
            raise InvalidNotificationId("no such card")
        now, kind = self.clock.now(), request.event
        event = Event(
            EVENTS[kind], Actor("wallet"), now, card.subject_ref, card.configuration_id, card.copies
        )
        await self.notifications.record(Notification(issuance_id, kind, now), event)
