"""What the store of offers promises, over memory, SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from issuer.domain.event import EventName, SubjectRef
from issuer.domain.offer import CredentialOffer, OfferGrant, OfferId, OfferState, TransactionCode
from tests.contracts.issuer_stores import NOW, IssuerStores, event, offer, open_stores

END = NOW + timedelta(minutes=30)
MOMENT = timedelta(milliseconds=1)
PERSON = SubjectRef("person-1")
OPENED, REDEEMED, TRIED = EventName.OFFER_OPENED, EventName.OFFER_REDEEMED, EventName.OFFER_TRIED


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[IssuerStores]:
    async with open_stores(
        request.param, tmp_path, lambda: request.getfixturevalue("postgresql_url")
    ) as opened:
        yield opened


def sign_in_offer(number: int = 1, **changes: object) -> CredentialOffer:
    """An offer of the authorization code flow."""
    made = replace(
        offer(number),
        code_hash=None,
        issuer_state_hash=b"state" + bytes([number]),
        page_hash=b"page" + bytes([number]),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # of whatever member


async def names(stores: IssuerStores) -> list[EventName]:
    return [kept.name for kept in reversed(await stores.events.latest(99))]


@pytest.mark.parametrize(
    "kept",
    [
        offer(),
        offer(with_code=True),
        sign_in_offer(),
        replace(offer(), page_hash=b"page", opened_at=NOW + MOMENT, attempts_left=0),
        replace(offer(), state=OfferState.WITHDRAWN, transaction_code=TransactionCode(b"\x00\xff", 6)),
    ],
    ids=["code", "with-transaction-code", "sign-in", "opened", "over"],
)
async def test_an_offer_comes_back_as_it_was_kept_by_each_of_its_names(
    stores: IssuerStores, kept: CredentialOffer
) -> None:
    await stores.offers.add(kept, event(EventName.OFFER_CREATED))
    assert await stores.offers.find(kept.offer_id) == kept
    assert await stores.offers.find_by_reference(kept.reference_hash) == kept
    if kept.page_hash is not None:
        assert await stores.offers.find_by_page(kept.page_hash) == kept
    if kept.issuer_state_hash is not None:
        assert await stores.offers.find_by_issuer_state(kept.issuer_state_hash) == kept
    assert await names(stores) == [EventName.OFFER_CREATED]


async def test_each_name_opens_its_own_door_only(stores: IssuerStores) -> None:
    """The reference in a QR code finds no page, and what begins a sign-in is no code."""
    kept = sign_in_offer()
    await stores.offers.add(kept, event())
    page, state, reference = kept.page_hash, kept.issuer_state_hash, kept.reference_hash
    assert page is not None
    assert state is not None
    for wrong in (state, reference):
        assert await stores.offers.find_by_page(wrong) is None
    for wrong in (page, reference):
        assert await stores.offers.find_by_issuer_state(wrong) is None
    for wrong in (page, state):
        assert await stores.offers.find_by_reference(wrong) is None
    for wrong in (page, state, reference):
        assert await stores.offers.claim_attempt(wrong, NOW, event(TRIED)) is None
        assert not await stores.offers.redeem(wrong, NOW, event(REDEEMED))
    assert await stores.offers.find(kept.offer_id) == kept


async def test_4_11_an_offer_with_a_sign_in_is_redeemed_once_and_for_its_person(stores: IssuerStores) -> None:
    kept = sign_in_offer()
    await stores.offers.add(kept, event())
    redeem = stores.offers.redeem_authorization
    assert not await redeem(kept.offer_id, SubjectRef("somebody-else"), NOW, event(REDEEMED))
    won = await asyncio.gather(*(redeem(kept.offer_id, PERSON, NOW, event(REDEEMED)) for _ in range(16)))
    assert sum(won) == 1
    assert await names(stores) == [event().name, REDEEMED]
    redeemed = await stores.offers.find(kept.offer_id)
    assert redeemed is not None
    assert redeemed.state is OfferState.REDEEMED


async def test_an_offer_with_a_code_is_not_redeemed_by_a_sign_in(stores: IssuerStores) -> None:
    await stores.offers.add(offer(), event())
    assert not await stores.offers.redeem_authorization(OfferId("offer-1"), PERSON, NOW, event(REDEEMED))
    assert await stores.offers.redeem(b"code\x01", NOW, event(REDEEMED))


async def test_an_offer_with_a_sign_in_ends_at_its_end(stores: IssuerStores) -> None:
    kept = sign_in_offer()
    await stores.offers.add(kept, event())
    assert not await stores.offers.redeem_authorization(kept.offer_id, PERSON, END, event(REDEEMED))
    assert not await stores.offers.mark_opened(kept.offer_id, END, event(OPENED))
    assert await stores.offers.redeem_authorization(kept.offer_id, PERSON, END - MOMENT, event(REDEEMED))


async def test_the_first_opening_is_noted_and_no_other(stores: IssuerStores) -> None:
    await stores.offers.add(offer(), event())
    first = NOW + timedelta(minutes=1)
    noted = await asyncio.gather(
        *(stores.offers.mark_opened(OfferId("offer-1"), first, event(OPENED)) for _ in range(8))
    )
    assert sum(noted) == 1
    assert not await stores.offers.mark_opened(OfferId("offer-1"), first + MOMENT, event(OPENED))
    kept = await stores.offers.find(OfferId("offer-1"))
    assert kept is not None
    assert kept.opened_at == first
    assert await names(stores) == [event().name, OPENED]


@pytest.mark.parametrize("how", ["redeemed", "withdrawn"])
async def test_an_offer_that_is_over_is_not_opened_any_more(stores: IssuerStores, how: str) -> None:
    await stores.offers.add(offer(), event())
    if how == "redeemed":
        assert await stores.offers.redeem(b"code\x01", NOW, event())
    else:
        assert await stores.offers.withdraw(OfferId("offer-1"), NOW, event())
    assert not await stores.offers.mark_opened(OfferId("offer-1"), NOW, event(OPENED))
    assert not await stores.offers.mark_opened(OfferId("never-was"), NOW, event(OPENED))


async def test_withdrawing_and_redeeming_at_once_has_one_winner(stores: IssuerStores) -> None:
    kept = sign_in_offer()
    await stores.offers.add(kept, event())
    withdrawals = (stores.offers.withdraw(kept.offer_id, NOW, event()) for _ in range(4))
    redemptions = (
        stores.offers.redeem_authorization(kept.offer_id, PERSON, NOW, event(REDEEMED)) for _ in range(4)
    )
    assert sum(await asyncio.gather(*withdrawals, *redemptions)) == 1


async def test_the_offers_of_a_person_are_listed_newest_first(stores: IssuerStores) -> None:
    for number in (2, 1, 3):
        moved = replace(offer(number), created_at=NOW + timedelta(minutes=number))
        await stores.offers.add(moved, event())
    await stores.offers.add(replace(offer(9), subject_ref=SubjectRef("person-2")), event())
    listed = await stores.offers.offers_of(PERSON, 9)
    assert [one.offer_id for one in listed] == ["offer-3", "offer-2", "offer-1"]
    assert await stores.offers.offers_of(PERSON, 2) == listed[:2]
    assert await stores.offers.offers_of(SubjectRef("nobody"), 9) == []


async def test_offers_whose_time_is_long_over_are_forgotten(stores: IssuerStores) -> None:
    await stores.offers.add(sign_in_offer(1), event())
    await stores.offers.add(sign_in_offer(2, expires_at=END + MOMENT), event())
    assert await stores.offers.purge_offers(END) == 0
    assert await stores.offers.purge_offers(END + MOMENT) == 1
    assert await stores.offers.find(OfferId("offer-1")) is None
    assert await stores.offers.find_by_page(b"page\x01") is None
    assert await stores.offers.find(OfferId("offer-2")) is not None


@pytest.mark.parametrize("hashes", [{"code_hash": None}, {"issuer_state_hash": b"state"}])
def test_an_offer_has_exactly_one_grant(hashes: dict[str, bytes | None]) -> None:
    with pytest.raises(ValueError, match="one grant"):
        replace(offer(), **hashes)  # type: ignore[arg-type]  # none or both
    assert offer().grant is OfferGrant.PRE_AUTHORIZED_CODE
    assert sign_in_offer().grant is OfferGrant.AUTHORIZATION_CODE
