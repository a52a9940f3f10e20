"""The back office offers a resident credentials by pre-authorized code (OpenID4VCI section 4.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.event import Actor, Event, EventName, SubjectRef
from issuer.domain.offer import (
    OFFER_LIFETIME,
    ConfigurationId,
    CredentialOffer,
    OfferId,
    OfferState,
    TransactionCode,
)
from issuer.errors import OfferNeedsTransactionCode, UnknownConfiguration, UnknownOffer, UnknownSubject
from issuer.ports import Clock, OfferStore, Randomness, SubjectDirectory
from issuer.services.secrets_of_offers import (
    REFERENCE_BYTES,
    TRANSACTION_CODE_DIGITS,
    OfferSecrets,
    create_reference,
    create_transaction_code,
    hash_secret,
)


@dataclass(frozen=True, slots=True)
class CreatedOffer:
    """What the back office hands out; the secrets in it exist nowhere else."""

    offer: CredentialOffer
    reference: str
    code: str
    transaction_code: str | None
    """Six digits for another channel than the offer's (4.12); ``None`` when none is asked."""


@dataclass(frozen=True, slots=True)
class ServedOffer:
    """An offer fetched by its reference: enough to render it again."""

    offer: CredentialOffer
    code: str


@dataclass(frozen=True, slots=True)
class CreateOffer:
    """Makes, serves and withdraws offers.

    ``needs_transaction_code`` says for which configurations the profile forbids an offer without one.
    """

    offers: OfferStore
    directory: SubjectDirectory
    configurations: Mapping[ConfigurationId, CredentialConfiguration]
    secrets: OfferSecrets
    clock: Clock
    randomness: Randomness
    needs_transaction_code: frozenset[ConfigurationId] = frozenset()
    lifetime: timedelta = OFFER_LIFETIME

    async def create(
        self,
        subject_ref: SubjectRef,
        configuration_ids: Sequence[ConfigurationId],
        *,
        with_transaction_code: bool,
        actor: Actor,
    ) -> CreatedOffer:
        """Keeps a new open offer and returns its secrets, once.

        Raises:
            UnknownConfiguration: an id is not offered here, is named twice, or none is named (4.10).
            UnknownSubject: the register does not know the person.
            OfferNeedsTransactionCode: an identity type offered without one in production.
        """
        wanted = self._checked(configuration_ids, with_transaction_code=with_transaction_code)
        if await self.directory.get(subject_ref) is None:
            raise UnknownSubject
        now = self.clock.now()
        random = self.randomness.token_bytes(2 * REFERENCE_BYTES + 8)
        offer_id = OfferId(create_reference(random[REFERENCE_BYTES:]))
        reference = create_reference(random)
        code = self.secrets.code(reference)
        transaction_code = create_transaction_code(random[-8:]) if with_transaction_code else None
        offer = CredentialOffer(
            offer_id=offer_id,
            reference_hash=hash_secret(reference),
            code_hash=hash_secret(code),
            subject_ref=subject_ref,
            configuration_ids=wanted,
            created_at=now,
            expires_at=now + self.lifetime,
            transaction_code=self._stored(offer_id, transaction_code),
        )
        await self.offers.add(offer, Event(EventName.OFFER_CREATED, actor, now, subject_ref))
        return CreatedOffer(offer, reference, code, transaction_code)

    async def serve(self, reference: str) -> ServedOffer:
        """The open offer behind ``credential_offer_uri``.

        Raises:
            UnknownOffer: no such reference, or redeemed, withdrawn or expired: all look alike.
        """
        offer = await self.offers.find_by_reference(hash_secret(reference))
        if offer is None or offer.state_at(self.clock.now()) is not OfferState.OPEN:
            raise UnknownOffer
        return ServedOffer(offer, self.secrets.code(reference))

    async def state(self, offer_id: OfferId) -> tuple[CredentialOffer, OfferState]:
        """The offer and its state now, for the back office.

        Raises:
            UnknownOffer: no such offer.
        """
        offer = await self.offers.find(offer_id)
        if offer is None:
            raise UnknownOffer
        return offer, offer.state_at(self.clock.now())

    async def withdraw(self, offer_id: OfferId, *, actor: Actor) -> None:
        """Ends an open offer; an offer that is over already stays as it is.

        Raises:
            UnknownOffer: no such offer.
        """
        offer, _ = await self.state(offer_id)
        now = self.clock.now()
        event = Event(EventName.OFFER_WITHDRAWN, actor, now, offer.subject_ref)
        await self.offers.withdraw(offer_id, now, event)

    def _checked(
        self, configuration_ids: Sequence[ConfigurationId], *, with_transaction_code: bool
    ) -> tuple[ConfigurationId, ...]:
        wanted = tuple(configuration_ids)
        unknown = any(configuration_id not in self.configurations for configuration_id in wanted)
        if not wanted or unknown or len(set(wanted)) != len(wanted):
            raise UnknownConfiguration
        if not with_transaction_code and not self.needs_transaction_code.isdisjoint(wanted):
            raise OfferNeedsTransactionCode
        return wanted

    def _stored(self, offer_id: OfferId, transaction_code: str | None) -> TransactionCode | None:
        if transaction_code is None:
            return None
        code_hash = self.secrets.transaction_code_hash(offer_id, transaction_code)
        return TransactionCode(code_hash, TRANSACTION_CODE_DIGITS)
