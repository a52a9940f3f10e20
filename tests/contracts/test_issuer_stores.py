"""What every store of the issuer promises, over memory, SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from issuer.domain.event import EventName, SubjectRef
from issuer.domain.offer import ConfigurationId, OfferId, OfferState
from issuer.domain.records import IssuanceId, ListId, StatusEntry, StatusGroup
from issuer.domain.status import StatusChange
from issuer.errors import StatusEntryTaken
from tests.contracts.issuer_stores import (
    GROUP,
    NOW,
    IssuerStores,
    event,
    nonce,
    offer,
    open_stores,
    record,
    status_list,
    token,
)

SOON, UNTIL, LATER = (NOW + timedelta(seconds=seconds) for seconds in (1, 10, 3600))


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[IssuerStores]:
    async with open_stores(
        request.param, tmp_path, lambda: request.getfixturevalue("postgresql_url")
    ) as opened:
        yield opened


class TestOffers:
    async def test_an_offer_comes_back_as_it_was_kept(self, stores: IssuerStores) -> None:
        kept = offer(with_code=True)
        await stores.offers.add(kept, event(EventName.OFFER_CREATED))
        assert await stores.offers.find(kept.offer_id) == kept
        assert await stores.offers.find_by_reference(kept.reference_hash) == kept
        assert await stores.offers.find(OfferId("nobody")) is None
        assert await stores.offers.find_by_reference(b"nobody") is None

    async def test_4_14_an_attempt_is_spent_before_the_code_is_compared(self, stores: IssuerStores) -> None:
        await stores.offers.add(offer(), event())
        guesses = await asyncio.gather(
            *(stores.offers.claim_attempt(b"code\x01", NOW, event(EventName.OFFER_TRIED)) for _ in range(20))
        )
        left = sorted(guess.attempts_left for guess in guesses if guess is not None)
        assert left == [0, 1, 2, 3, 4]
        assert len(await stores.events.latest(99)) == 1 + 5
        assert await stores.offers.claim_attempt(b"code\x01", NOW, event(EventName.OFFER_TRIED)) is None

    async def test_4_12_a_code_is_redeemed_once(self, stores: IssuerStores) -> None:
        await stores.offers.add(offer(), event())
        won = await asyncio.gather(
            *(stores.offers.redeem(b"code\x01", NOW, event(EventName.OFFER_REDEEMED)) for _ in range(16))
        )
        assert sum(won) == 1
        redeemed = await stores.offers.find(OfferId("offer-1"))
        assert redeemed is not None
        assert redeemed.state is OfferState.REDEEMED
        assert [kept.name for kept in await stores.events.latest(99)].count(EventName.OFFER_REDEEMED) == 1
        assert await stores.offers.claim_attempt(b"code\x01", NOW, event(EventName.OFFER_TRIED)) is None

    async def test_an_expired_offer_can_be_neither_tried_nor_redeemed_nor_withdrawn(
        self, stores: IssuerStores
    ) -> None:
        await stores.offers.add(offer(), event())
        end = NOW + timedelta(minutes=30)
        assert await stores.offers.claim_attempt(b"code\x01", end, event(EventName.OFFER_TRIED)) is None
        assert not await stores.offers.redeem(b"code\x01", end, event())
        assert not await stores.offers.withdraw(OfferId("offer-1"), end, event())
        assert await stores.offers.redeem(b"code\x01", end - timedelta(milliseconds=1), event())

    async def test_a_withdrawn_offer_is_over(self, stores: IssuerStores) -> None:
        await stores.offers.add(offer(), event())
        assert await stores.offers.withdraw(OfferId("offer-1"), NOW, event(EventName.OFFER_WITHDRAWN))
        assert not await stores.offers.withdraw(OfferId("offer-1"), NOW, event())
        assert not await stores.offers.redeem(b"code\x01", NOW, event())


class TestIssuances:
    async def test_4_36_a_nonce_is_consumed_once_and_with_its_records(self, stores: IssuerStores) -> None:
        results = await asyncio.gather(
            *(
                stores.issuances.record_issuance(nonce(1), [record(index, card=f"card-{index}")], event())
                for index in range(16)
            )
        )
        assert sum(results) == 1
        cards = await stores.issuances.issuances_of(SubjectRef("person-1"))
        assert len(cards) == 1

    async def test_3_10_an_index_is_never_given_twice_and_nothing_is_half_written(
        self, stores: IssuerStores
    ) -> None:
        assert await stores.issuances.record_issuance(nonce(1), [record(1), record(2)], event())
        with pytest.raises(StatusEntryTaken):
            await stores.issuances.record_issuance(nonce(2), [record(3), record(2, card="card-2")], event())
        assert await stores.issuances.find_issuance(IssuanceId("card-2")) is None
        # the nonce of the failed issuance was not consumed either
        assert await stores.issuances.record_issuance(nonce(2), [record(3, card="card-2")], event())

    async def test_a_card_sums_up_its_copies(self, stores: IssuerStores) -> None:
        await stores.issuances.record_issuance(nonce(1), [record(index) for index in range(10)], event())
        card = await stores.issuances.find_issuance(IssuanceId("card-1"))
        assert card is not None
        assert (card.copies, card.decoys, card.status) == (10, 0, 0)
        assert (card.issued_at, card.expires_at) == (NOW, NOW + timedelta(days=365))
        assert await stores.issuances.issuances_of(SubjectRef("person-1")) == [card]
        assert not await stores.issuances.issuances_of(SubjectRef("person-2"))

    async def test_an_unsigned_card_is_kept_but_not_shown(self, stores: IssuerStores) -> None:
        await stores.issuances.record_issuance(nonce(1), [record(1)], event())
        await stores.issuances.mark_unsigned(IssuanceId("card-1"), event(EventName.CREDENTIAL_NOT_SIGNED))
        assert await stores.issuances.find_issuance(IssuanceId("card-1")) is None
        with pytest.raises(StatusEntryTaken):
            await stores.issuances.record_issuance(nonce(2), [record(1, card="card-2")], event())

    async def test_nonces_are_forgotten_only_after_their_own_expiry(self, stores: IssuerStores) -> None:
        await stores.issuances.record_issuance(nonce(1), [record(1)], event())
        assert await stores.issuances.purge_nonces(NOW + timedelta(minutes=5) - timedelta(seconds=1)) == 0
        assert not await stores.issuances.record_issuance(nonce(1), [record(2)], event())
        assert await stores.issuances.purge_nonces(NOW + timedelta(minutes=5)) == 1


class TestStatusLists:
    async def test_a_slot_has_one_list_per_generation(self, stores: IssuerStores) -> None:
        assert await stores.statuses.latest_generation(GROUP, 0) == -1
        opened = await asyncio.gather(
            *(
                stores.statuses.add_list(status_list(f"list-{number}"), token(f"list-{number}"), event())
                for number in range(8)
            )
        )
        assert sum(opened) == 1
        assert await stores.statuses.latest_generation(GROUP, 0) == 0
        assert len(await stores.statuses.open_lists(GROUP)) == 1
        assert not await stores.statuses.open_lists(StatusGroup(ConfigurationId("other"), "key-1", "2031"))

    async def test_3_10_leased_blocks_never_overlap_and_end_with_the_list(self, stores: IssuerStores) -> None:
        await stores.statuses.add_list(status_list(size=1000), token(), event())
        blocks = await asyncio.gather(*(stores.statuses.lease_block(ListId("list-0"), 64) for _ in range(20)))
        counters = [counter for block in blocks if block is not None for counter in block]
        assert sorted(counters) == list(range(1000))
        assert await stores.statuses.lease_block(ListId("list-0"), 64) is None
        assert not await stores.statuses.open_lists(GROUP)
        assert await stores.statuses.lease_block(ListId("nowhere"), 64) is None

    async def test_3_14_the_lists_of_a_card_are_those_its_copies_are_on(self, stores: IssuerStores) -> None:
        rows = [status_list(f"list-{number}", slot=number) for number in range(3)]
        for row in rows:
            await stores.statuses.add_list(row, token(row.list_id), event())
        copies = [record(1), record(2), record(1, list_id="list-2")]
        await stores.issuances.record_issuance(nonce(1), copies, event())
        await stores.issuances.record_issuance(
            nonce(2), [record(7, list_id="list-1", card="card-2")], event()
        )
        assert await stores.statuses.lists_of(IssuanceId("card-1")) == [rows[0], rows[2]]
        assert not await stores.statuses.lists_of(IssuanceId("nobody's"))

    async def test_a_change_is_committed_with_its_publication_rows_and_event(
        self, stores: IssuerStores
    ) -> None:
        await stores.issuances.record_issuance(nonce(1), [record(1), record(2, list_id="list-1")], event())
        decoy = record(7)
        changed = await stores.statuses.change_status(
            [IssuanceId("card-1")], StatusChange.SUSPEND, [decoy], event(EventName.CREDENTIAL_SUSPENDED)
        )
        expected = {StatusEntry(ListId("list-0"), 1), StatusEntry(ListId("list-1"), 2), decoy.entry}
        assert set(changed) == expected
        assert set(await stores.statuses.lists_with_changes()) == {"list-0", "list-1"}
        pending = await stores.statuses.pending_changes(ListId("list-0"))
        assert {(change.index, change.value) for change in pending} == {(1, 2), (7, 2)}
        assert set(await stores.statuses.entries(ListId("list-0"))) == {(1, 2), (7, 2)}
        assert (await stores.events.latest(1))[0].name is EventName.CREDENTIAL_SUSPENDED
        card = await stores.issuances.find_issuance(IssuanceId("card-1"))
        assert card is not None
        assert (card.copies, card.decoys, card.status) == (2, 1, 2)

    async def test_3_06_revoked_is_final_and_a_refused_change_writes_nothing(
        self, stores: IssuerStores
    ) -> None:
        await stores.issuances.record_issuance(nonce(1), [record(1)], event())
        card = [IssuanceId("card-1")]
        assert await stores.statuses.change_status(card, StatusChange.REVOKE, [], event())
        before = (await stores.events.latest(99), await stores.statuses.pending_changes(ListId("list-0")))
        for change in StatusChange:
            assert not await stores.statuses.change_status(card, change, [record(9)], event())
        after = (await stores.events.latest(99), await stores.statuses.pending_changes(ListId("list-0")))
        assert before == after
        assert await stores.statuses.entries(ListId("list-0")) == [(1, 1)]

    async def test_decoys_follow_their_card(self, stores: IssuerStores) -> None:
        await stores.issuances.record_issuance(nonce(1), [record(1)], event())
        card = [IssuanceId("card-1")]
        await stores.statuses.change_status(card, StatusChange.SUSPEND, [record(5)], event())
        changed = await stores.statuses.change_status(card, StatusChange.REINSTATE, [], event())
        assert {entry.index for entry in changed} == {1, 5}
        assert not await stores.statuses.entries(ListId("list-0"))

    async def test_one_change_wins_when_two_race(self, stores: IssuerStores) -> None:
        await stores.issuances.record_issuance(nonce(1), [record(1)], event())
        card = [IssuanceId("card-1")]
        results = await asyncio.gather(
            *(stores.statuses.change_status(card, StatusChange.REVOKE, [], event()) for _ in range(8))
        )
        assert sum(bool(result) for result in results) == 1


class TestPublication:
    async def test_a_lease_has_one_holder_until_it_ends(self, stores: IssuerStores) -> None:
        await stores.statuses.add_list(status_list(), token(), event())
        until = NOW + timedelta(seconds=10)
        taken = await asyncio.gather(
            *(stores.statuses.take_lease(ListId("list-0"), f"process-{n}", NOW, until) for n in range(8))
        )
        assert sum(taken) == 1
        holder = f"process-{taken.index(True)}"
        assert await stores.statuses.take_lease(ListId("list-0"), holder, NOW, until)
        assert not await stores.statuses.take_lease(ListId("list-0"), "late", NOW, until)
        assert await stores.statuses.take_lease(ListId("list-0"), "late", until, LATER)
        assert not await stores.statuses.take_lease(ListId("nowhere"), "late", NOW, until)

    async def test_a_lease_that_a_clock_ahead_of_time_wrote_binds_nobody(self, stores: IssuerStores) -> None:
        """Else a server whose clock was years ahead would keep a list from being published for years."""
        await stores.statuses.add_list(status_list(), token(), event())
        years = NOW + timedelta(days=1000)
        assert await stores.statuses.take_lease(
            ListId("list-0"), "ahead", years, years + timedelta(seconds=10)
        )
        until = NOW + timedelta(seconds=10)
        assert await stores.statuses.take_lease(ListId("list-0"), "in time", NOW, until)
        a_little = timedelta(minutes=1)
        assert not await stores.statuses.take_lease(
            ListId("list-0"), "behind", NOW - a_little, until - a_little
        )

    async def test_a_token_is_replaced_by_its_successor_only_and_takes_its_changes_along(
        self, stores: IssuerStores
    ) -> None:
        statuses = stores.statuses
        await statuses.add_list(status_list(), token(), event())
        await stores.issuances.record_issuance(nonce(1), [record(1)], event())
        await statuses.change_status([IssuanceId("card-1")], StatusChange.SUSPEND, [], event())
        published = [change.change_id for change in await statuses.pending_changes(ListId("list-0"))]
        await statuses.change_status([IssuanceId("card-1")], StatusChange.REVOKE, [], event())
        await statuses.take_lease(ListId("list-0"), "me", NOW, UNTIL)
        assert not await statuses.store_token(
            token(version=3, text=b"skips one"), published, "me", NOW, UNTIL
        )
        assert not await statuses.store_token(token(version=1, text=b"stale"), published, "me", NOW, UNTIL)
        assert not await statuses.store_token(
            token(version=2, text=b"not leased"), published, "you", NOW, UNTIL
        )
        assert not await statuses.store_token(
            token(version=2, text=b"too late"), published, "me", LATER, UNTIL
        )
        assert len(await statuses.pending_changes(ListId("list-0"))) == 2
        assert await statuses.store_token(token(version=2, text=b"new"), published, "me", NOW, SOON)
        assert await statuses.token(ListId("list-0")) == token(version=2, text=b"new")
        # the lease ends when the publisher said, not when it began
        assert not await statuses.take_lease(ListId("list-0"), "you", SOON - timedelta(milliseconds=1), LATER)
        assert await statuses.take_lease(ListId("list-0"), "you", SOON, LATER)
        # the change that was committed meanwhile waits for the next edition
        assert [change.value for change in await statuses.pending_changes(ListId("list-0"))] == [1]
        assert await statuses.token_versions() == [("list-0", 2)]

    async def test_3_15_lists_that_are_still_needed_are_signed_again_in_time(
        self, stores: IssuerStores
    ) -> None:
        await stores.statuses.add_list(status_list(), token(), event())
        soon = NOW + timedelta(hours=24)
        assert not await stores.statuses.lists_expiring(soon, NOW)
        assert await stores.statuses.lists_expiring(soon + timedelta(seconds=1), NOW) == ["list-0"]
        after_all = NOW + timedelta(days=366)
        assert not await stores.statuses.lists_expiring(after_all, after_all)

    async def test_there_is_no_token_of_an_unknown_list(self, stores: IssuerStores) -> None:
        assert await stores.statuses.token(ListId("nowhere")) is None
        assert await stores.statuses.find_list(ListId("nowhere")) is None
        await stores.statuses.add_list(status_list(), token(), event())
        assert await stores.statuses.find_list(ListId("list-0")) == status_list()
