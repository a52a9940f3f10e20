"""``ports.OfferStore`` in memory. No method awaits anything, so each runs as one step of the event loop."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from issuer.domain.event import Event, SubjectRef
from issuer.domain.offer import CredentialOffer, OfferId, OfferState


@dataclass(slots=True)
class MemoryOffers:
    """Offers in a dictionary, found by any of their hashes."""

    events: list[Event] = field(default_factory=list)
    _offers: dict[OfferId, CredentialOffer] = field(default_factory=dict)
    _by_code: dict[bytes, OfferId] = field(default_factory=dict)
    _by_issuer_state: dict[bytes, OfferId] = field(default_factory=dict)
    _by_reference: dict[bytes, OfferId] = field(default_factory=dict)
    _by_page: dict[bytes, OfferId] = field(default_factory=dict)

    async def add(self, offer: CredentialOffer, event: Event) -> None:
        self._offers[offer.offer_id] = offer
        for index, value in self._indices(offer):
            index[value] = offer.offer_id
        self.events.append(event)

    def _indices(self, offer: CredentialOffer) -> list[tuple[dict[bytes, OfferId], bytes]]:
        pairs = (
            (self._by_code, offer.code_hash),
            (self._by_issuer_state, offer.issuer_state_hash),
            (self._by_reference, offer.reference_hash),
            (self._by_page, offer.page_hash),
        )
        return [(index, value) for index, value in pairs if value is not None]

    async def find(self, offer_id: OfferId) -> CredentialOffer | None:
        return self._offers.get(offer_id)

    async def find_by_reference(self, reference_hash: bytes) -> CredentialOffer | None:
        return self._known(self._by_reference.get(reference_hash))

    async def find_by_page(self, page_hash: bytes) -> CredentialOffer | None:
        return self._known(self._by_page.get(page_hash))

    async def find_by_issuer_state(self, issuer_state_hash: bytes) -> CredentialOffer | None:
        return self._known(self._by_issuer_state.get(issuer_state_hash))

    async def offers_of(self, subject_ref: SubjectRef, limit: int) -> Sequence[CredentialOffer]:
        mine = [offer for offer in self._offers.values() if offer.subject_ref == subject_ref]
        return sorted(mine, key=lambda offer: (-offer.created_at.timestamp(), offer.offer_id))[:limit]

    def _known(self, offer_id: OfferId | None) -> CredentialOffer | None:
        return None if offer_id is None else self._offers.get(offer_id)

    def _open_offer(self, offer_id: OfferId | None, now: datetime) -> CredentialOffer | None:
        offer = self._known(offer_id)
        if offer is None or offer.state is not OfferState.OPEN or now >= offer.expires_at:
            return None
        return offer

    async def claim_attempt(self, code_hash: bytes, now: datetime, event: Event) -> CredentialOffer | None:
        offer = self._open_offer(self._by_code.get(code_hash), now)
        if offer is None or offer.attempts_left <= 0:
            return None
        self._keep(replace(offer, attempts_left=offer.attempts_left - 1), event)
        return self._offers[offer.offer_id]

    async def redeem(self, code_hash: bytes, now: datetime, event: Event) -> bool:
        return self._end(self._by_code.get(code_hash), OfferState.REDEEMED, now, event)

    async def redeem_authorization(
        self, offer_id: OfferId, subject_ref: SubjectRef, now: datetime, event: Event
    ) -> bool:
        offer = self._known(offer_id)
        if offer is None or offer.issuer_state_hash is None or offer.subject_ref != subject_ref:
            return False
        return self._end(offer_id, OfferState.REDEEMED, now, event)

    async def mark_opened(self, offer_id: OfferId, now: datetime, event: Event) -> bool:
        offer = self._open_offer(offer_id, now)
        if offer is None or offer.opened_at is not None:
            return False
        self._keep(replace(offer, opened_at=now), event)
        return True

    async def withdraw(self, offer_id: OfferId, now: datetime, event: Event) -> bool:
        return self._end(offer_id, OfferState.WITHDRAWN, now, event)

    async def purge_offers(self, ended_before: datetime) -> int:
        ended = [offer for offer in self._offers.values() if offer.expires_at < ended_before]
        for offer in ended:
            del self._offers[offer.offer_id]
            for index, value in self._indices(offer):
                del index[value]
        return len(ended)

    def _end(self, offer_id: OfferId | None, state: OfferState, now: datetime, event: Event) -> bool:
        offer = self._open_offer(offer_id, now)
        if offer is None:
            return False
        self._keep(replace(offer, state=state), event)
        return True

    def _keep(self, offer: CredentialOffer, event: Event) -> None:
        self._offers[offer.offer_id] = offer
        self.events.append(event)
