"""From ``issuer_state`` back to its offer (OpenID4VCI 1.0 sections 4.1.1 and 5.1.3).

Whoever sends it may have got it from anybody: it shows that this issuer made an offer, and for whom. It says
nothing about who is at the browser. The person who signs in has to be one who may hold what was offered to
``subject_ref``; only then is the offer redeemed, once.
"""

from dataclasses import dataclass

from issuer.domain.event import Actor, Event, EventName, SubjectRef
from issuer.domain.offer import CredentialOffer, OfferId, OfferState
from issuer.ports import Clock, OfferStore
from issuer.services.secrets_of_offers import hash_secret


@dataclass(frozen=True, slots=True)
class ResolveIssuerState:
    """Offers of the authorization code flow."""

    offers: OfferStore
    clock: Clock

    async def __call__(self, issuer_state: str) -> CredentialOffer | None:
        """The open offer; ``None`` when there is none, or not any more, which look alike."""
        offer = await self.offers.find_by_issuer_state(hash_secret(issuer_state))
        return offer if self._is_open(offer) else None

    async def find(self, offer_id: OfferId) -> CredentialOffer | None:
        """The same offer later in the flow, if it is still open."""
        offer = await self.offers.find(offer_id)
        return offer if self._is_open(offer) else None

    async def redeem(self, offer_id: OfferId, subject_ref: SubjectRef) -> bool:
        """Ends the offer as used, once. ``subject_ref``: the person it is granted for.

        ``False``: somebody was faster, it was withdrawn or is over, or it was made for somebody else.
        """
        now = self.clock.now()
        event = Event(EventName.OFFER_REDEEMED, Actor("resident"), now, subject_ref)
        return await self.offers.redeem_authorization(offer_id, subject_ref, now, event)

    def _is_open(self, offer: CredentialOffer | None) -> bool:
        return offer is not None and offer.state_at(self.clock.now()) is OfferState.OPEN
