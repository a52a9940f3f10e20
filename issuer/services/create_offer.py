"""The back office offers a resident credentials (OpenID4VCI section 4.1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from issuer.domain.claims import suits
from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.event import Actor, Event, EventName, SubjectRef
from issuer.domain.offer import (
    LONGEST_LIFETIME,
    OFFER_LIFETIME,
    SHORTEST_LIFETIME,
    ConfigurationId,
    CredentialOffer,
    OfferGrant,
    OfferId,
    TransactionCode,
)
from issuer.domain.resident import Language
from issuer.domain.subject import Subject, name_of
from issuer.domain.transaction_code_message import (
    CodeRecipient,
    TransactionCodeMessage,
    language_of_reader,
)
from issuer.domain.type_names import type_name
from issuer.errors import (
    CredentialNotForSubject,
    OfferLifetimeRefused,
    OfferNeedsTransactionCode,
    TransactionCodeWithoutUse,
    UnknownConfiguration,
    UnknownSubject,
)
from issuer.ports import Randomness
from issuer.services.deliver_transaction_code import DeliverTransactionCode, Route
from issuer.services.follow_offers import FollowOffers
from issuer.services.secrets_of_offers import (
    REFERENCE_BYTES,
    TRANSACTION_CODE_DIGITS,
    create_reference,
    create_transaction_code,
    hash_secret,
)


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """How an offer is made. ``code_goes_to`` None: the resident where that is possible, else the clerk."""

    grant: OfferGrant = OfferGrant.PRE_AUTHORIZED_CODE
    lifetime: timedelta | None = None
    """Between a minute and LONGEST_LIFETIME; ``None``: as configured."""
    code_goes_to: CodeRecipient | None = None


@dataclass(frozen=True, slots=True)
class CreatedOffer:
    """What the back office hands out; the secrets in it exist nowhere else."""

    offer: CredentialOffer
    page: str
    """The secret in the address of the resident's page."""
    reference: str
    grant_secret: str
    """The pre-authorized code, or the ``issuer_state``."""
    transaction_code: str | None
    """Six digits for another channel than the offer's (4.12); ``None`` when none is asked, or it was sent."""
    account: str
    """Whom the offer is for; told together with the transaction code."""
    code_recipient: CodeRecipient | None = None
    """Who has the transaction code now; ``None`` when there is none."""

    @property
    def code(self) -> str:
        """The pre-authorized code. Raises RuntimeError for an offer that has none."""
        if self.offer.grant is not OfferGrant.PRE_AUTHORIZED_CODE:
            raise RuntimeError("an offer of the authorization code flow has no pre-authorized code")
        return self.grant_secret


@dataclass(frozen=True, slots=True)
class CreateOffer(FollowOffers):
    """Makes offers; and, being where they are made, follows them as well.

    ``needs_transaction_code`` says for which configurations the profile forbids an offer without one.
    """

    configurations: Mapping[ConfigurationId, CredentialConfiguration]
    randomness: Randomness
    deliver: DeliverTransactionCode
    needs_transaction_code: frozenset[ConfigurationId] = frozenset()
    lifetime: timedelta = OFFER_LIFETIME

    async def create(
        self,
        subject_ref: SubjectRef,
        configuration_ids: Sequence[ConfigurationId],
        *,
        with_transaction_code: bool,
        actor: Actor,
        terms: OfferTerms = OfferTerms(),
    ) -> CreatedOffer:
        """Keeps a new open offer and returns its secrets, once.

        A transaction code for the resident is delivered first: when that fails, there is no offer.

        Raises:
            UnknownConfiguration: an id is not offered here, is named twice, or none is named (4.10).
            UnknownSubject: the register does not know the person.
            CredentialNotForSubject: a type is about something else than what the reference names.
            OfferNeedsTransactionCode: an identity type offered without one in production.
            TransactionCodeWithoutUse: one is asked for together with a sign-in.
            OfferLifetimeRefused: shorter or longer than such an offer may live.
            ResidentNotReachable, TransactionCodeNotSent: of the way to the resident.
        """
        wanted = self._checked(configuration_ids)
        self._check_transaction_code(wanted, terms.grant, with_transaction_code=with_transaction_code)
        lifetime = self._lifetime(terms)
        subject = await self.directory.subject(subject_ref)
        if subject is None:
            raise UnknownSubject
        if not all(suits(self.configurations[one], subject) for one in wanted):
            raise CredentialNotForSubject("an offer")
        route = await self.deliver.route(subject_ref, terms.code_goes_to) if with_transaction_code else None
        made = self._make(subject_ref, wanted, terms.grant, lifetime, name_of(subject))
        if route is None:
            await self._keep(made.offer, actor, reason="")
            return made
        return await self._with_code(made, route, subject, actor)

    def _make(
        self,
        subject_ref: SubjectRef,
        wanted: tuple[ConfigurationId, ...],
        grant: OfferGrant,
        lifetime: timedelta,
        account: str,
    ) -> CreatedOffer:
        now = self.clock.now()
        random = self.randomness.token_bytes(2 * REFERENCE_BYTES)
        page = create_reference(random)
        reference = self.secrets.reference(page)
        pre_authorized = grant is OfferGrant.PRE_AUTHORIZED_CODE
        secret = self.secrets.code(reference) if pre_authorized else self.secrets.issuer_state(reference)
        offer = CredentialOffer(
            offer_id=OfferId(create_reference(random[REFERENCE_BYTES:])),
            reference_hash=hash_secret(reference),
            code_hash=hash_secret(secret) if pre_authorized else None,
            issuer_state_hash=None if pre_authorized else hash_secret(secret),
            page_hash=hash_secret(page),
            subject_ref=subject_ref,
            configuration_ids=wanted,
            created_at=now,
            expires_at=now + lifetime,
        )
        return CreatedOffer(offer, page, reference, secret, None, account)

    async def _with_code(
        self, made: CreatedOffer, route: Route, subject: Subject, actor: Actor
    ) -> CreatedOffer:
        code = create_transaction_code(self.randomness.token_bytes(8))
        code_hash = self.secrets.transaction_code_hash(made.offer.offer_id, code)
        offer = replace(made.offer, transaction_code=TransactionCode(code_hash, TRANSACTION_CODE_DIGITS))
        to_resident = route.recipient is CodeRecipient.RESIDENT
        if to_resident:
            await self.deliver(self._message(offer, code, made.account, route, language_of_reader(subject)))
        await self._keep(offer, actor, reason=f"code_to_{route.recipient.value}")
        return replace(
            made,
            offer=offer,
            transaction_code=None if to_resident else code,
            code_recipient=route.recipient,
        )

    def _message(
        self, offer: CredentialOffer, code: str, account: str, route: Route, language: Language
    ) -> TransactionCodeMessage:
        if route.contact is not None:
            language = route.contact.language
        names = tuple(
            type_name(self.configurations[one].metadata, language) for one in offer.configuration_ids
        )
        return TransactionCodeMessage(
            code, account, names, language, offer.created_at, offer.expires_at, route.contact
        )

    async def _keep(self, offer: CredentialOffer, actor: Actor, *, reason: str) -> None:
        event = Event(EventName.OFFER_CREATED, actor, offer.created_at, offer.subject_ref, reason)
        await self.offers.add(offer, event)

    def _checked(self, configuration_ids: Sequence[ConfigurationId]) -> tuple[ConfigurationId, ...]:
        wanted = tuple(configuration_ids)
        unknown = any(configuration_id not in self.configurations for configuration_id in wanted)
        if not wanted or unknown or len(set(wanted)) != len(wanted):
            raise UnknownConfiguration
        return wanted

    def _check_transaction_code(
        self, wanted: tuple[ConfigurationId, ...], grant: OfferGrant, *, with_transaction_code: bool
    ) -> None:
        if grant is OfferGrant.AUTHORIZATION_CODE:
            if with_transaction_code:
                raise TransactionCodeWithoutUse
        elif not with_transaction_code and not self.needs_transaction_code.isdisjoint(wanted):
            raise OfferNeedsTransactionCode

    def _lifetime(self, terms: OfferTerms) -> timedelta:
        lifetime = self.lifetime if terms.lifetime is None else terms.lifetime
        if not SHORTEST_LIFETIME <= lifetime <= LONGEST_LIFETIME[terms.grant]:
            raise OfferLifetimeRefused
        return lifetime
