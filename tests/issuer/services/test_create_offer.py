"""Offers: what is kept of them, who may fetch them, and how they end."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer.domain.authorization import ANONYMOUS
from issuer.domain.event import EventName, SubjectRef
from issuer.domain.offer import MAX_TRANSACTION_CODE_ATTEMPTS, ConfigurationId, OfferId, OfferState
from issuer.errors import OfferNeedsTransactionCode, UnknownConfiguration, UnknownOffer, UnknownSubject
from issuer.services.secrets_of_offers import create_transaction_code, hash_secret
from specs.oauth import PreAuthorizedCodeRequest
from specs.openid4vci.errors import WrongTxCode
from tests.issuer.services.issuer_in_memory import CLERK, MAYA, PHOTO_CARD, PROOF_OF_AGE, IssuerInMemory


@pytest.fixture
def issuer() -> IssuerInMemory:
    return IssuerInMemory()


async def test_the_store_holds_nothing_that_redeems_an_offer(issuer: IssuerInMemory) -> None:
    created = await issuer.offer(with_transaction_code=True)
    kept = repr(await issuer.store.find(created.offer.offer_id))
    assert created.transaction_code is not None
    for secret in (created.code, created.reference, created.transaction_code):
        assert secret not in kept
    # not even to somebody who knows the offer and tries all the six digits
    stored = created.offer.transaction_code
    assert stored is not None
    assert stored.code_hash != hash_secret(created.transaction_code)


async def test_4_09_an_offer_is_fetched_by_its_reference_as_often_as_the_wallet_likes(
    issuer: IssuerInMemory,
) -> None:
    created = await issuer.offer()
    for _ in range(3):
        served = await issuer.issuer.offers.serve(created.reference)
        assert (replace(served.offer, opened_at=None), served.grant_secret) == (created.offer, created.code)


async def test_two_offers_have_nothing_in_common(issuer: IssuerInMemory) -> None:
    one, other = [await issuer.offer(with_transaction_code=True) for _ in range(2)]
    for name in ("offer_id", "reference_hash", "code_hash", "transaction_code"):
        assert getattr(one.offer, name) != getattr(other.offer, name)
    assert one.reference != other.reference
    assert one.offer.offer_id not in (one.reference, one.code)


async def test_equal_transaction_codes_of_two_offers_are_kept_differently(issuer: IssuerInMemory) -> None:
    secrets = issuer.issuer.offers.secrets
    one, other = (secrets.transaction_code_hash(OfferId(name), "123456") for name in ("one", "other"))
    assert one != other


@pytest.mark.parametrize(
    "configuration_ids",
    [(), ("passport",), ("photo-card", "passport"), ("photo-card", "photo-card"), ("Photo-Card",)],
)
async def test_4_10_only_known_configurations_are_offered_each_once(
    issuer: IssuerInMemory, configuration_ids: tuple[str, ...]
) -> None:
    wanted = [ConfigurationId(name) for name in configuration_ids]
    with pytest.raises(UnknownConfiguration):
        await issuer.issuer.offers.create(MAYA, wanted, with_transaction_code=False, actor=CLERK)
    assert not issuer.store.events


async def test_nobody_unknown_to_the_register_gets_an_offer(issuer: IssuerInMemory) -> None:
    stranger = SubjectRef("nobody")
    with pytest.raises(UnknownSubject):
        await issuer.issuer.offers.create(stranger, [PHOTO_CARD], with_transaction_code=False, actor=CLERK)
    assert not issuer.store.events


async def test_production_offers_identity_with_a_transaction_code_only() -> None:
    issuer = IssuerInMemory()
    guarded = replace(issuer.issuer.offers, needs_transaction_code=frozenset({PHOTO_CARD}))
    for wanted in ([PHOTO_CARD], [PROOF_OF_AGE, PHOTO_CARD]):
        with pytest.raises(OfferNeedsTransactionCode):
            await guarded.create(MAYA, wanted, with_transaction_code=False, actor=CLERK)
    assert not issuer.store.events
    await guarded.create(MAYA, [PROOF_OF_AGE], with_transaction_code=False, actor=CLERK)
    await guarded.create(MAYA, [PHOTO_CARD], with_transaction_code=True, actor=CLERK)


def test_the_production_profile_says_which_types_are_identity() -> None:
    production = IssuerInMemory(settings={"profile": "production"})
    identity = {one.id for one in production.issuer.configurations.values() if one.is_identity}
    assert PHOTO_CARD in identity
    assert production.issuer.offers.needs_transaction_code == identity
    assert not IssuerInMemory().issuer.offers.needs_transaction_code


async def test_an_offer_that_is_over_looks_like_one_that_never_was(issuer: IssuerInMemory) -> None:
    serve = issuer.issuer.offers.serve
    redeemed, withdrawn, exhausted, expired = [
        await issuer.offer(with_transaction_code=True) for _ in range(4)
    ]
    await issuer.redeem(redeemed)
    await issuer.issuer.offers.withdraw(withdrawn.offer.offer_id, actor=CLERK)
    for _ in range(MAX_TRANSACTION_CODE_ATTEMPTS):
        with pytest.raises(WrongTxCode):
            await issuer.issuer.tokens(PreAuthorizedCodeRequest(exhausted.code, "not it"), ANONYMOUS)
    for over in (redeemed, withdrawn, exhausted):
        with pytest.raises(UnknownOffer):
            await serve(over.reference)
    assert await serve(expired.reference)
    issuer.clock.advance(minutes=30)
    for reference in (expired.reference, "never-was", ""):
        with pytest.raises(UnknownOffer):
            await serve(reference)


async def test_the_back_office_sees_how_an_offer_stands(issuer: IssuerInMemory) -> None:
    state = issuer.issuer.offers.state
    created = await issuer.offer()
    offer_id = created.offer.offer_id
    assert (await state(offer_id))[1] is OfferState.OPEN
    issuer.clock.moment = created.offer.expires_at - timedelta(milliseconds=1)
    assert (await state(offer_id))[1] is OfferState.OPEN
    issuer.clock.moment = created.offer.expires_at
    assert (await state(offer_id))[1] is OfferState.EXPIRED
    with pytest.raises(UnknownOffer):
        await state(OfferId("never-was"))


async def test_withdrawing_is_done_once_and_redeeming_before_it_stands(issuer: IssuerInMemory) -> None:
    offers = issuer.issuer.offers
    withdrawn, redeemed = await issuer.offer(), await issuer.offer()
    await issuer.redeem(redeemed)
    for _ in range(2):
        await offers.withdraw(withdrawn.offer.offer_id, actor=CLERK)
        await offers.withdraw(redeemed.offer.offer_id, actor=CLERK)
    assert (await offers.state(redeemed.offer.offer_id))[1] is OfferState.REDEEMED
    assert issuer.events(EventName.OFFER_WITHDRAWN) == 1
    with pytest.raises(UnknownOffer):
        await offers.withdraw(OfferId("never-was"), actor=CLERK)


async def test_what_happened_to_an_offer_is_on_record(issuer: IssuerInMemory) -> None:
    await issuer.redeem(await issuer.offer())
    names = [event.name for event in issuer.store.events]
    assert names == [EventName.OFFER_CREATED, EventName.OFFER_TRIED, EventName.OFFER_REDEEMED]
    assert [event.subject_ref for event in issuer.store.events] == [MAYA, None, MAYA]


@given(st.binary(min_size=8, max_size=8))
def test_4_12_a_transaction_code_has_six_digits_whatever_was_drawn(random: bytes) -> None:
    code = create_transaction_code(random)
    assert len(code) == 6
    assert code.isascii()
    assert code.isdigit()


def test_every_transaction_code_is_as_likely_as_another() -> None:
    assert create_transaction_code(bytes(8)) == "000000"
    assert create_transaction_code((10**6 - 1).to_bytes(8, "big")) == "999999"
    drawn = {create_transaction_code((10**6 * 7 + number).to_bytes(8, "big")) for number in range(1000)}
    assert len(drawn) == 1000
