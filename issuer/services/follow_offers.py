"""What becomes of an offer: served to the wallet, shown to the resident, followed by the back office."""

from collections.abc import Sequence
from dataclasses import dataclass

from issuer.domain.event import Actor, Event, EventName, SubjectRef
from issuer.domain.offer import PAGE_MEMORY, CredentialOffer, OfferId, OfferState
from issuer.domain.subject import name_of
from issuer.errors import UnknownOffer, UnknownOfferPage
from issuer.ports import Clock, OfferStore, SubjectDirectory
from issuer.services.secrets_of_offers import OfferSecrets, hash_secret

MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class ServedOffer:
    """An offer fetched by its reference: enough to render it again."""

    offer: CredentialOffer
    grant_secret: str
    """The pre-authorized code, or the ``issuer_state``."""


@dataclass(frozen=True, slots=True)
class ShownOffer:
    """An offer as the resident's page shows it."""

    offer: CredentialOffer
    state: OfferState
    account: str
    """Whom it was made for; asked of the register each time and kept nowhere."""
    reference: str | None
    """What the link and the QR code refer to; ``None`` when the offer is over."""


@dataclass(frozen=True, slots=True)
class FollowOffers:
    """Looks at offers and ends them."""

    offers: OfferStore
    directory: SubjectDirectory
    secrets: OfferSecrets
    clock: Clock

    async def serve(self, reference: str) -> ServedOffer:
        """The open offer behind ``credential_offer_uri``.

        It is served as often as it is asked for while it is open, and not once more after that: a wallet
        may fetch it twice, or again after a broken connection, and what is single use is the grant in it.
        The first time is noted, and the resident's page tells it.

        Raises:
            UnknownOffer: no such reference, or redeemed, withdrawn, expired or locked: all look alike.
        """
        offer = await self.offers.find_by_reference(hash_secret(reference))
        now = self.clock.now()
        if offer is None or offer.state_at(now) is not OfferState.OPEN:
            raise UnknownOffer
        grant_secret = self._grant_secret(offer, reference)
        if offer.opened_at is None:
            opened = Event(EventName.OFFER_OPENED, Actor("wallet"), now, offer.subject_ref)
            await self.offers.mark_opened(offer.offer_id, now, opened)
        return ServedOffer(offer, grant_secret)

    def _grant_secret(self, offer: CredentialOffer, reference: str) -> str:
        if offer.code_hash is None:
            secret, kept = self.secrets.issuer_state(reference), offer.issuer_state_hash
        else:
            secret, kept = self.secrets.code(reference), offer.code_hash
        if hash_secret(secret) != kept:
            raise UnknownOffer  # made under a session secret that was rotated: nobody could redeem it
        return secret

    async def page(self, page: str) -> ShownOffer:
        """The offer as its resident may see it, open or over.

        Raises:
            UnknownOfferPage: no such page, or its offer ended more than PAGE_MEMORY ago.
            issuer.errors.DirectoryUnavailable: the register did not answer.
        """
        offer, state, reference = await self._paged(page)
        subject = await self.directory.subject(offer.subject_ref)
        account = "" if subject is None else name_of(subject)
        return ShownOffer(offer, state, account, reference)

    async def page_state(self, page: str) -> tuple[CredentialOffer, OfferState]:
        """Only how it stands: what an open page asks every few seconds. Raises UnknownOfferPage."""
        offer, state, _ = await self._paged(page)
        return offer, state

    async def _paged(self, page: str) -> tuple[CredentialOffer, OfferState, str | None]:
        offer = await self.offers.find_by_page(hash_secret(page))
        now = self.clock.now()
        if offer is None or now >= offer.expires_at + PAGE_MEMORY:
            raise UnknownOfferPage
        state = offer.state_at(now)
        reference = self.secrets.reference(page)
        if state is OfferState.OPEN and hash_secret(reference) != offer.reference_hash:
            state = OfferState.EXPIRED  # made under a session secret that was rotated
        return offer, state, reference if state is OfferState.OPEN else None

    async def state(self, offer_id: OfferId) -> tuple[CredentialOffer, OfferState]:
        """The offer and its state now, for the back office.

        Raises:
            UnknownOffer: no such offer.
        """
        offer = await self.offers.find(offer_id)
        if offer is None:
            raise UnknownOffer
        return offer, offer.state_at(self.clock.now())

    async def of_person(self, subject_ref: SubjectRef) -> Sequence[tuple[CredentialOffer, OfferState]]:
        """The newest offers of a person with their states, newest first, at most MOST_LISTED."""
        now = self.clock.now()
        offers = await self.offers.offers_of(subject_ref, MOST_LISTED)
        return [(offer, offer.state_at(now)) for offer in offers]

    async def withdraw(self, offer_id: OfferId, *, actor: Actor) -> None:
        """Ends an open offer; an offer that is over already stays as it is.

        Raises:
            UnknownOffer: no such offer.
        """
        offer, _ = await self.state(offer_id)
        now = self.clock.now()
        event = Event(EventName.OFFER_WITHDRAWN, actor, now, offer.subject_ref)
        await self.offers.withdraw(offer_id, now, event)
