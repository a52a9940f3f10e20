"""Offers that ask for a sign-in, how long offers live, and the ways that transaction codes take."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from issuer.domain.authorization import ANONYMOUS
from issuer.domain.event import EventName, SubjectRef
from issuer.domain.offer import PAGE_MEMORY, OfferGrant, OfferState
from issuer.domain.resident import Language
from issuer.domain.subject import Guardianship
from issuer.domain.transaction_code_message import CodeRecipient, Contact, TransactionCodeMessage
from issuer.errors import (
    CredentialNotForSubject,
    DirectoryUnavailable,
    OfferLifetimeRefused,
    ResidentNotReachable,
    TransactionCodeNotSent,
    TransactionCodeWithoutUse,
    UnknownOffer,
    UnknownOfferPage,
)
from issuer.services.create_offer import CreatedOffer, CreateOffer, OfferTerms
from issuer.services.deliver_transaction_code import DeliverTransactionCode
from issuer.services.resolve_issuer_state import ResolveIssuerState
from issuer.services.secrets_of_offers import hash_secret
from specs.oauth import PreAuthorizedCodeRequest
from specs.openid4vci.errors import UnknownPreAuthorizedCode, WrongTxCode
from tests.issuer.services.issuer_in_memory import CLERK, MAYA, PHOTO_CARD, IssuerInMemory
from tests.issuer.surroundings import resident

PLAIN = OfferTerms()
SIGN_IN = OfferTerms(OfferGrant.AUTHORIZATION_CODE)
MAIL = Contact("maya@example.org", Language.FRENCH)


@dataclass
class Letters:
    """``ports.TransactionCodeChannel`` and ``ports.ContactDirectory``; refuses when it is told to."""

    needs_address: bool = True
    contacts: dict[SubjectRef, Contact] = field(default_factory=lambda: {MAYA: MAIL})
    sent: list[TransactionCodeMessage] = field(default_factory=list)
    refuses: Exception | None = None

    async def send(self, message: TransactionCodeMessage) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.sent.append(message)

    async def contact(self, subject_ref: SubjectRef) -> Contact | None:
        if isinstance(self.refuses, DirectoryUnavailable):
            raise self.refuses
        return self.contacts.get(subject_ref)


@pytest.fixture
def issuer() -> IssuerInMemory:
    return IssuerInMemory()


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def offers(issuer: IssuerInMemory, letters: Letters) -> CreateOffer:
    return replace(issuer.issuer.offers, deliver=DeliverTransactionCode(letters, letters))


async def make(
    offers: CreateOffer, terms: OfferTerms = PLAIN, *, with_code: bool = False, whom: SubjectRef = MAYA
) -> CreatedOffer:
    return await offers.create(whom, [PHOTO_CARD], with_transaction_code=with_code, actor=CLERK, terms=terms)


def states(issuer: IssuerInMemory) -> ResolveIssuerState:
    return ResolveIssuerState(issuer.store, issuer.clock)


class TestSignIn:
    async def test_4_11_issuer_state_leads_to_its_offer_and_is_kept_as_hash(
        self, issuer: IssuerInMemory
    ) -> None:
        created = await make(issuer.issuer.offers, SIGN_IN)
        kept = await states(issuer)(created.grant_secret)
        assert kept == created.offer
        assert len(created.grant_secret) == 43
        assert created.grant_secret not in repr(kept)
        assert kept.issuer_state_hash == hash_secret(created.grant_secret)

    async def test_issuer_state_is_no_pre_authorized_code(self, issuer: IssuerInMemory) -> None:
        """It would be a token without anybody having signed in."""
        created = await make(issuer.issuer.offers, SIGN_IN)
        for code in (created.grant_secret, created.reference, created.page):
            with pytest.raises(UnknownPreAuthorizedCode):
                await issuer.issuer.tokens(PreAuthorizedCodeRequest(code), ANONYMOUS)
        with pytest.raises(RuntimeError):
            _ = created.code

    async def test_a_pre_authorized_code_is_no_issuer_state(self, issuer: IssuerInMemory) -> None:
        created = await make(issuer.issuer.offers)
        for state in (created.code, created.reference, created.page, "", "guessed"):
            assert await states(issuer)(state) is None

    async def test_it_is_redeemed_once_for_the_person_it_is_for(self, issuer: IssuerInMemory) -> None:
        created = await make(issuer.issuer.offers, SIGN_IN)
        resolve = states(issuer)
        assert not await resolve.redeem(created.offer.offer_id, SubjectRef("somebody-else"))
        assert await resolve.redeem(created.offer.offer_id, MAYA)
        assert not await resolve.redeem(created.offer.offer_id, MAYA)
        assert await resolve(created.grant_secret) is None
        assert await resolve.find(created.offer.offer_id) is None
        assert issuer.events(EventName.OFFER_REDEEMED) == 1

    async def test_an_offer_that_is_over_begins_no_sign_in(self, issuer: IssuerInMemory) -> None:
        withdrawn, expired = [await make(issuer.issuer.offers, SIGN_IN) for _ in range(2)]
        await issuer.issuer.offers.withdraw(withdrawn.offer.offer_id, actor=CLERK)
        assert await states(issuer)(withdrawn.grant_secret) is None
        issuer.clock.advance(minutes=30)
        assert await states(issuer)(expired.grant_secret) is None
        assert await states(issuer).find(expired.offer.offer_id) is None

    async def test_it_is_served_with_its_issuer_state(self, issuer: IssuerInMemory) -> None:
        created = await make(issuer.issuer.offers, SIGN_IN)
        assert (await issuer.issuer.offers.serve(created.reference)).grant_secret == created.grant_secret

    async def test_it_has_no_transaction_code(self, offers: CreateOffer, issuer: IssuerInMemory) -> None:
        with pytest.raises(TransactionCodeWithoutUse):
            await make(offers, SIGN_IN, with_code=True)
        assert not issuer.store.events

    async def test_production_needs_no_transaction_code_where_the_person_signs_in(
        self, offers: CreateOffer
    ) -> None:
        guarded = replace(offers, needs_transaction_code=frozenset({PHOTO_CARD}))
        assert (await make(guarded, SIGN_IN)).offer.transaction_code is None


class TestLifetime:
    @pytest.mark.parametrize(
        ("grant", "seconds"),
        [
            (OfferGrant.PRE_AUTHORIZED_CODE, 59),
            (OfferGrant.PRE_AUTHORIZED_CODE, 3601),
            (OfferGrant.AUTHORIZATION_CODE, 59),
            (OfferGrant.AUTHORIZATION_CODE, 7 * 86_400 + 1),
            (OfferGrant.AUTHORIZATION_CODE, -1),
        ],
    )
    async def test_4_12_too_short_or_too_long(
        self, issuer: IssuerInMemory, grant: OfferGrant, seconds: int
    ) -> None:
        with pytest.raises(OfferLifetimeRefused):
            await make(issuer.issuer.offers, OfferTerms(grant, timedelta(seconds=seconds)))
        assert not issuer.store.events

    @pytest.mark.parametrize(
        ("grant", "seconds"),
        [
            (OfferGrant.PRE_AUTHORIZED_CODE, 60),
            (OfferGrant.PRE_AUTHORIZED_CODE, 3600),
            (OfferGrant.AUTHORIZATION_CODE, 7 * 86_400),
        ],
    )
    async def test_as_told(self, issuer: IssuerInMemory, grant: OfferGrant, seconds: int) -> None:
        created = await make(issuer.issuer.offers, OfferTerms(grant, timedelta(seconds=seconds)))
        assert created.offer.expires_at == issuer.clock.now() + timedelta(seconds=seconds)

    async def test_as_configured(self) -> None:
        issuer = IssuerInMemory(settings={"offer_minutes": 5})
        assert (await issuer.offer()).offer.expires_at == issuer.clock.now() + timedelta(minutes=5)


class TestTransactionCodes:
    async def test_offer_injection_the_message_names_the_account_and_the_clerk_gets_no_code(
        self, offers: CreateOffer, letters: Letters, issuer: IssuerInMemory
    ) -> None:
        """OpenID4VCI issue 806."""
        created = await make(offers, with_code=True)
        [message] = letters.sent
        assert message.account == created.account == "Maya Tremblay"
        assert (created.transaction_code, created.code_recipient) == (None, CodeRecipient.RESIDENT)
        assert (message.contact, message.language) == (MAIL, Language.FRENCH)
        assert message.credentials == ("Carte-photo",)
        assert message.expires_at == created.offer.expires_at
        for secret in (created.page, created.reference, created.code):
            assert secret not in str([getattr(message, name) for name in message.__slots__])
        await issuer.issuer.tokens(PreAuthorizedCodeRequest(created.code, message.code), ANONYMOUS)

    async def test_the_record_says_who_was_told(self, offers: CreateOffer, issuer: IssuerInMemory) -> None:
        await make(offers, with_code=True)
        await make(offers, OfferTerms(code_goes_to=CodeRecipient.CLERK), with_code=True)
        await make(offers)
        assert [event.reason for event in issuer.store.events] == ["code_to_resident", "code_to_clerk", ""]

    @pytest.mark.parametrize("wanted", [None, CodeRecipient.RESIDENT])
    @pytest.mark.parametrize(
        "refusal", [TransactionCodeNotSent("SMTPDataError"), DirectoryUnavailable("no answer")]
    )
    async def test_what_cannot_be_delivered_leaves_no_offer(
        self,
        offers: CreateOffer,
        letters: Letters,
        issuer: IssuerInMemory,
        wanted: CodeRecipient | None,
        refusal: Exception,
    ) -> None:
        letters.refuses = refusal
        with pytest.raises(type(refusal)):
            await make(offers, OfferTerms(code_goes_to=wanted), with_code=True)
        assert not issuer.store.events
        assert not await offers.of_person(MAYA)

    async def test_the_clerk_is_told_when_they_want_to_or_nobody_can_be_reached(
        self, offers: CreateOffer, letters: Letters
    ) -> None:
        by_hand = await make(offers, OfferTerms(code_goes_to=CodeRecipient.CLERK), with_code=True)
        letters.contacts.clear()
        unreachable = await make(offers, with_code=True)
        no_channel = await make(
            replace(offers, deliver=DeliverTransactionCode(None, letters)), with_code=True
        )
        no_addresses = await make(
            replace(offers, deliver=DeliverTransactionCode(letters, None)), with_code=True
        )
        for created in (by_hand, unreachable, no_channel, no_addresses):
            assert created.code_recipient is CodeRecipient.CLERK
            assert created.transaction_code is not None
        assert not letters.sent

    async def test_the_resident_and_nobody_else(
        self, offers: CreateOffer, letters: Letters, issuer: IssuerInMemory
    ) -> None:
        letters.contacts.clear()
        wanted = OfferTerms(code_goes_to=CodeRecipient.RESIDENT)
        for deliver in (
            offers.deliver,
            DeliverTransactionCode(None, letters),
            DeliverTransactionCode(letters, None),
        ):
            with pytest.raises(ResidentNotReachable):
                await make(replace(offers, deliver=deliver), wanted, with_code=True)
        assert not issuer.store.events

    async def test_a_channel_without_addresses_speaks_the_language_of_the_register(
        self, offers: CreateOffer, letters: Letters, issuer: IssuerInMemory
    ) -> None:
        letters.needs_address = False
        issuer.register.residents[MAYA] = resident(language=Language.FRENCH)
        await make(offers, with_code=True)
        assert (letters.sent[0].contact, letters.sent[0].language) == (None, Language.FRENCH)

    async def test_a_guardian_is_told_in_their_language_whose_card_it_is(
        self, offers: CreateOffer, letters: Letters, issuer: IssuerInMemory
    ) -> None:
        letters.needs_address = False
        child = resident(2, given_name="Léo", birthdate=resident().birthdate.replace(year=2016))
        held = Guardianship(child, resident(language=Language.FRENCH))
        issuer.register.capacities[SubjectRef("held")] = held
        created = await make(offers, with_code=True, whom=SubjectRef("held"))
        assert (created.account, letters.sent[0].account) == ("Léo Tremblay", "Léo Tremblay")
        assert letters.sent[0].language is Language.FRENCH

    async def test_4_14_wrong_codes_lock_the_offer(self, offers: CreateOffer, issuer: IssuerInMemory) -> None:
        created = await make(offers, OfferTerms(code_goes_to=CodeRecipient.CLERK), with_code=True)
        for _ in range(5):
            with pytest.raises(WrongTxCode):
                await issuer.issuer.tokens(PreAuthorizedCodeRequest(created.code, "000000x"), ANONYMOUS)
        with pytest.raises(UnknownPreAuthorizedCode):
            await issuer.issuer.tokens(
                PreAuthorizedCodeRequest(created.code, created.transaction_code), ANONYMOUS
            )
        assert (await offers.state(created.offer.offer_id))[1] is OfferState.LOCKED
        assert (await offers.page(created.page)).state is OfferState.LOCKED


async def test_a_type_about_something_else_is_not_offered(issuer: IssuerInMemory) -> None:
    business_types = [
        one.id for one in issuer.issuer.configurations.values() if one.settings.subject.value == "business"
    ]
    assert business_types, "the shipped types include one about businesses"
    with pytest.raises(CredentialNotForSubject):
        await issuer.issuer.offers.create(MAYA, business_types, with_transaction_code=False, actor=CLERK)
    assert not issuer.store.events


class TestPage:
    async def test_the_page_leads_to_the_reference_and_no_way_back(self, issuer: IssuerInMemory) -> None:
        created = await make(issuer.issuer.offers)
        offers = issuer.issuer.offers
        shown = await offers.page(created.page)
        assert (shown.state, shown.account, shown.reference) == (
            OfferState.OPEN,
            "Maya Tremblay",
            created.reference,
        )
        for other in (created.reference, created.code, created.offer.offer_id, "", "never-was"):
            with pytest.raises(UnknownOfferPage):
                await offers.page(other)
        with pytest.raises(UnknownOffer):
            await offers.serve(created.page)

    async def test_an_offer_that_is_over_shows_no_way_to_use_it(self, issuer: IssuerInMemory) -> None:
        offers = issuer.issuer.offers
        redeemed, withdrawn, expired = [await make(offers) for _ in range(3)]
        await issuer.redeem(redeemed)
        await offers.withdraw(withdrawn.offer.offer_id, actor=CLERK)
        issuer.clock.advance(minutes=30)
        shown = [await offers.page(one.page) for one in (redeemed, withdrawn, expired)]
        assert [one.state.value for one in shown] == ["redeemed", "withdrawn", "expired"]
        assert {one.reference for one in shown} == {None}

    async def test_the_first_fetch_is_noted_and_later_ones_change_nothing(
        self, issuer: IssuerInMemory
    ) -> None:
        created = await make(issuer.issuer.offers)
        first = issuer.clock.now()
        for _ in range(3):
            await issuer.issuer.offers.serve(created.reference)
            issuer.clock.advance(seconds=5)
        offer, _ = await issuer.issuer.offers.page_state(created.page)
        assert offer.opened_at == first
        assert issuer.events(EventName.OFFER_OPENED) == 1

    async def test_after_a_rotation_of_the_secret_the_offer_is_over_for_everybody(
        self, issuer: IssuerInMemory
    ) -> None:
        created = await make(issuer.issuer.offers)
        rotated = replace(issuer.issuer.offers, secrets=IssuerInMemory().issuer.offers.secrets)
        shown = await rotated.page(created.page)
        assert (shown.state, shown.reference) == (OfferState.EXPIRED, None)
        with pytest.raises(UnknownOffer):
            await rotated.serve(created.reference)

    async def test_the_page_goes_a_day_after_the_end_and_the_back_office_still_knows(
        self, issuer: IssuerInMemory
    ) -> None:
        created = await make(issuer.issuer.offers)
        issuer.clock.moment = created.offer.expires_at + PAGE_MEMORY - timedelta(milliseconds=1)
        assert (await issuer.issuer.offers.page(created.page)).state is OfferState.EXPIRED
        issuer.clock.moment += timedelta(milliseconds=1)
        for look in (issuer.issuer.offers.page, issuer.issuer.offers.page_state):
            with pytest.raises(UnknownOfferPage):
                await look(created.page)
        assert (await issuer.issuer.offers.state(created.offer.offer_id))[1] is OfferState.EXPIRED

    async def test_somebody_whom_the_register_forgot_is_not_named(self, issuer: IssuerInMemory) -> None:
        created = await make(issuer.issuer.offers)
        issuer.register.residents.clear()
        assert (await issuer.issuer.offers.page(created.page)).account == ""


async def test_the_back_office_lists_the_offers_of_a_person(issuer: IssuerInMemory) -> None:
    first = await make(issuer.issuer.offers)
    issuer.clock.advance(minutes=29)
    second = await make(issuer.issuer.offers, SIGN_IN)
    issuer.clock.advance(minutes=2)
    listed = await issuer.issuer.offers.of_person(MAYA)
    assert [(offer.offer_id, state.value) for offer, state in listed] == [
        (second.offer.offer_id, "open"),
        (first.offer.offer_id, "expired"),
    ]
    assert not await issuer.issuer.offers.of_person(SubjectRef("nobody"))
