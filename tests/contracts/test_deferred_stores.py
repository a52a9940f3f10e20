"""What every store of deferred transactions and notifications promises: memory, SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from issuer.domain.deferred import DeferralId, DeferralState, DeferredTransaction, Delivery
from issuer.domain.event import Actor, Event, EventName, SubjectRef
from issuer.domain.notification import Notification
from issuer.domain.offer import ConfigurationId
from issuer.domain.records import IssuanceId
from issuer.domain.status import StatusChange
from issuer.errors import StatusEntryTaken
from specs.openid4vci import NotificationEvent
from tests.contracts.deferred_stores import KEYS, DeferredStores, open_stores, transaction
from tests.contracts.issuer_stores import NOW, event, nonce, record

MILLISECOND, MINUTE, WEEK = timedelta(milliseconds=1), timedelta(minutes=1), timedelta(days=7)
UNTIL = NOW + MINUTE
PENDING, APPROVED, DENIED = DeferralState.PENDING, DeferralState.APPROVED, DeferralState.DENIED


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[DeferredStores]:
    async with open_stores(
        request.param, tmp_path, lambda: request.getfixturevalue("postgresql_url")
    ) as opened:
        yield opened


async def keep(stores: DeferredStores, kept: DeferredTransaction | None = None) -> DeferredTransaction:
    kept = kept or transaction()
    number = kept.transaction_hash[-1]
    assert await stores.deferred.add(kept, nonce(100 + number), event(EventName.CREDENTIAL_DEFERRED))
    return kept


async def claimed(stores: DeferredStores) -> DeferredTransaction:
    """One that was approved and is being fetched."""
    kept = await keep(stores, transaction(state=APPROVED))
    found = await stores.deferred.claim(kept.transaction_hash, NOW, UNTIL)
    assert found is not None
    return found


async def names(stores: DeferredStores) -> list[EventName]:
    return [one.name for one in reversed(await stores.events.latest(99))]


class TestTransactions:
    async def test_4_42_a_transaction_comes_back_as_it_was_kept_with_its_keys(
        self, stores: DeferredStores
    ) -> None:
        timed = transaction(2, approve_at=NOW + MINUTE)
        for kept in (transaction(), timed):
            await keep(stores, kept)
            assert await stores.deferred.find(kept.transaction_hash) == kept
            assert await stores.deferred.find_by_id(kept.deferral_id) == kept
        assert await stores.deferred.find(b"nobody's") is None
        assert await stores.deferred.find_by_id(DeferralId("nobody's")) is None

    async def test_4_36_the_nonce_is_consumed_with_the_transaction_or_nothing_is_written(
        self, stores: DeferredStores
    ) -> None:
        added = await asyncio.gather(
            *(stores.deferred.add(transaction(number), nonce(1), event()) for number in range(1, 9))
        )
        assert sum(added) == 1
        assert len(await stores.deferred.waiting(None, NOW, 99)) == 1
        assert not await stores.issuances.record_issuance(nonce(1), [record(1)], event())
        assert len(await stores.events.latest(99)) == 1

    async def test_what_waits_is_found_by_person_oldest_first(self, stores: DeferredStores) -> None:
        for number in (3, 1, 2):
            await keep(stores, transaction(number))
        await keep(stores, transaction(4, subject_ref=SubjectRef("person-2")))
        await keep(stores, transaction(5, state=DENIED))
        await keep(stores, transaction(6, expires_at=NOW))
        ids = [one.deferral_id for one in await stores.deferred.waiting(SubjectRef("person-1"), NOW, 99)]
        assert ids == ["deferral-1", "deferral-2", "deferral-3"]
        assert len(await stores.deferred.waiting(None, NOW, 99)) == 4
        assert len(await stores.deferred.waiting(None, NOW, 2)) == 2
        assert not await stores.deferred.waiting(None, NOW + WEEK, 99)

    async def test_ended_transactions_are_forgotten_after_their_end(self, stores: DeferredStores) -> None:
        await keep(stores)
        assert await stores.deferred.purge(NOW + WEEK) == 0
        assert await stores.deferred.purge(NOW + WEEK + MILLISECOND) == 1
        assert await stores.deferred.find(b"transaction\x01") is None


class TestDecisions:
    async def test_a_decision_is_taken_once(self, stores: DeferredStores) -> None:
        kept = await keep(stores)
        approve = event(EventName.DEFERRED_APPROVED)
        decided = await asyncio.gather(
            *(stores.deferred.approve(kept.deferral_id, NOW, approve) for _ in range(8))
        )
        assert sum(decided) == 1
        found = await stores.deferred.find(kept.transaction_hash)
        assert found == replace(kept, state=APPROVED)
        assert await names(stores) == [EventName.CREDENTIAL_DEFERRED, EventName.DEFERRED_APPROVED]

    async def test_a_denial_keeps_its_reason_and_forgets_the_keys(self, stores: DeferredStores) -> None:
        kept = await keep(stores)
        denied = Event(EventName.DEFERRED_DENIED, Actor("cli"), NOW, kept.subject_ref, "fraud")
        assert await stores.deferred.deny(kept.deferral_id, NOW, denied)
        found = await stores.deferred.find(kept.transaction_hash)
        assert found == replace(kept, state=DENIED, reason="fraud", holder_keys=())
        assert not await stores.deferred.deny(kept.deferral_id, NOW, denied)
        assert not await stores.deferred.approve(kept.deferral_id, NOW, event())
        assert await stores.deferred.claim(kept.transaction_hash, NOW, UNTIL) is None

    async def test_what_was_approved_can_be_denied_until_somebody_fetches_it(
        self, stores: DeferredStores
    ) -> None:
        first = await keep(stores, transaction(1, state=APPROVED))
        assert await stores.deferred.deny(first.deferral_id, NOW, event())
        second = await keep(stores, transaction(2, state=APPROVED))
        assert await stores.deferred.claim(second.transaction_hash, NOW, UNTIL)
        assert not await stores.deferred.deny(second.deferral_id, NOW, event())

    async def test_nothing_is_decided_after_the_end(self, stores: DeferredStores) -> None:
        kept = await keep(stores)
        assert not await stores.deferred.approve(kept.deferral_id, NOW + WEEK, event())
        assert not await stores.deferred.deny(kept.deferral_id, NOW + WEEK, event())
        assert await stores.deferred.approve(kept.deferral_id, NOW + WEEK - MILLISECOND, event())
        assert await stores.deferred.claim(kept.transaction_hash, NOW + WEEK, NOW + 2 * WEEK) is None


class TestTime:
    """web-issuing #42: a time that is missing was read as zero, and so as long past."""

    async def test_without_a_time_of_approval_no_time_approves(self, stores: DeferredStores) -> None:
        kept = await keep(stores, transaction(approve_at=None))
        assert await stores.deferred.claim(kept.transaction_hash, NOW + WEEK - MILLISECOND, UNTIL) is None

    async def test_time_approves_when_it_has_come(self, stores: DeferredStores) -> None:
        kept = await keep(stores, transaction(approve_at=NOW + MINUTE))
        early = NOW + MINUTE - MILLISECOND
        assert await stores.deferred.claim(kept.transaction_hash, early, UNTIL) is None
        found = await stores.deferred.claim(kept.transaction_hash, NOW + MINUTE, NOW + 2 * MINUTE)
        assert found == replace(kept, state=APPROVED, claimed_until=NOW + 2 * MINUTE)
        assert await stores.deferred.find(kept.transaction_hash) == found

    async def test_what_time_has_approved_needs_no_clerk_and_can_still_be_denied(
        self, stores: DeferredStores
    ) -> None:
        kept = await keep(stores, transaction(approve_at=NOW))
        assert not await stores.deferred.approve(kept.deferral_id, NOW, event())
        assert await stores.deferred.deny(kept.deferral_id, NOW, event())

    async def test_what_nobody_has_claimed_is_free(self, stores: DeferredStores) -> None:
        kept = await keep(stores, transaction(state=APPROVED, claimed_until=None))
        assert await stores.deferred.claim(kept.transaction_hash, NOW, UNTIL)


class TestDelivery:
    async def test_one_pick_up_has_it_to_itself_until_its_time_is_over(self, stores: DeferredStores) -> None:
        kept = await keep(stores, transaction(state=APPROVED))
        claims = await asyncio.gather(
            *(stores.deferred.claim(kept.transaction_hash, NOW, UNTIL) for _ in range(16))
        )
        assert sum(claim is not None for claim in claims) == 1
        assert await stores.deferred.claim(kept.transaction_hash, UNTIL - MILLISECOND, UNTIL + MINUTE) is None
        late = await stores.deferred.claim(kept.transaction_hash, UNTIL, UNTIL + MINUTE)
        assert late is not None
        assert late.claimed_until == UNTIL + MINUTE

    async def test_the_cards_are_recorded_with_the_transaction(self, stores: DeferredStores) -> None:
        held = await claimed(stores)
        issued = event(EventName.CREDENTIAL_ISSUED, NOW + MINUTE)
        assert await stores.deferred.record_delivery(held, [record(7), record(3)], issued)
        found = await stores.deferred.find(held.transaction_hash)
        assert found == replace(held, delivery=Delivery(IssuanceId("card-1"), NOW + MINUTE))
        assert await stores.deferred.recorded(IssuanceId("card-1")) == [record(3), record(7)]
        card = await stores.issuances.find_issuance(IssuanceId("card-1"))
        assert card is not None
        assert (card.copies, card.issued_at) == (2, NOW + MINUTE)
        assert (await names(stores))[-1] is EventName.CREDENTIAL_ISSUED

    async def test_3_10_an_occupied_index_writes_nothing(self, stores: DeferredStores) -> None:
        await stores.issuances.record_issuance(nonce(1), [record(1, card="other")], event())
        held = await claimed(stores)
        before = await names(stores)
        with pytest.raises(StatusEntryTaken):
            await stores.deferred.record_delivery(held, [record(2), record(1)], event())
        assert await stores.deferred.find(held.transaction_hash) == held
        assert await stores.issuances.find_issuance(IssuanceId("card-1")) is None
        assert await names(stores) == before

    async def test_whoever_lost_the_claim_records_and_delivers_nothing(self, stores: DeferredStores) -> None:
        slow = await claimed(stores)
        quick = await stores.deferred.claim(slow.transaction_hash, UNTIL, UNTIL + MINUTE)
        assert quick is not None
        assert not await stores.deferred.record_delivery(slow, [record(1)], event())
        assert not await stores.deferred.release(slow, event())
        assert await stores.deferred.record_delivery(quick, [record(2)], event())
        assert not await stores.deferred.deliver(slow, event())
        assert await stores.deferred.deliver(quick, event())

    async def test_a_delivery_is_recorded_again_only_in_place_of_the_first(
        self, stores: DeferredStores
    ) -> None:
        """When the key that was to sign is gone, the places on its lists are given up."""
        held = await claimed(stores)
        assert await stores.deferred.record_delivery(held, [record(1)], event())
        assert await stores.deferred.record_delivery(held, [record(2, card="card-2")], event())
        assert await stores.issuances.find_issuance(IssuanceId("card-1")) is None
        cards = await stores.issuances.issuances_of(SubjectRef("person-1"))
        assert [card.issuance_id for card in cards] == ["card-2"]
        found = await stores.deferred.find(held.transaction_hash)
        assert found is not None
        assert found.delivery == Delivery(IssuanceId("card-2"), NOW)

    async def test_4_42_what_was_delivered_is_over_and_its_keys_forgotten(
        self, stores: DeferredStores
    ) -> None:
        held = await claimed(stores)
        assert not await stores.deferred.deliver(held, event())  # nothing was recorded yet
        await stores.deferred.record_delivery(held, [record(1)], event())
        told = event(EventName.DEFERRED_DELIVERED)
        delivered = await asyncio.gather(*(stores.deferred.deliver(held, told) for _ in range(8)))
        assert sum(delivered) == 1
        found = await stores.deferred.find(held.transaction_hash)
        assert found is not None
        assert (found.state, found.holder_keys) == (DeferralState.DELIVERED, ())
        assert await stores.deferred.claim(held.transaction_hash, UNTIL, UNTIL + MINUTE) is None
        assert not await stores.deferred.deny(held.deferral_id, NOW, event())
        assert (await names(stores)).count(EventName.DEFERRED_DELIVERED) == 1

    async def test_a_pick_up_that_failed_leaves_the_next_one_what_it_recorded(
        self, stores: DeferredStores
    ) -> None:
        held = await claimed(stores)
        await stores.deferred.record_delivery(held, [record(1)], event())
        assert await stores.deferred.release(held, event(EventName.CREDENTIAL_NOT_SIGNED))
        again = await stores.deferred.claim(held.transaction_hash, NOW, UNTIL)
        assert again is not None
        assert again.delivery == Delivery(IssuanceId("card-1"), NOW)
        assert again.holder_keys == KEYS
        assert not await stores.deferred.deny(held.deferral_id, NOW, event())

    async def test_decoys_are_no_copies(self, stores: DeferredStores) -> None:
        held = await claimed(stores)
        await stores.deferred.record_delivery(held, [record(1)], event())
        await stores.statuses.change_status(
            [IssuanceId("card-1")], StatusChange.SUSPEND, [record(9)], event()
        )
        assert await stores.deferred.recorded(IssuanceId("card-1")) == [record(1)]


class TestRenewal:
    PHOTO = ConfigurationId("photo-card")
    PERSON = SubjectRef("person-1")

    async def card(self, stores: DeferredStores, number: int, at_minute: int) -> list[IssuanceId]:
        name = f"card-{number}"
        issued = event(at=NOW + at_minute * MINUTE)
        assert await stores.issuances.record_issuance(nonce(number), [record(number, card=name)], issued)
        return [IssuanceId(name)]

    async def allowed(self, stores: DeferredStores, since_minute: int) -> bool:
        since = NOW + since_minute * MINUTE
        return await stores.issuances.renewal_allowed(self.PERSON, self.PHOTO, since)

    @pytest.mark.parametrize("change", [StatusChange.SUSPEND, StatusChange.REVOKE])
    async def test_a_suspended_or_revoked_card_is_not_renewed(
        self, stores: DeferredStores, change: StatusChange
    ) -> None:
        assert await self.allowed(stores, 0)
        card = await self.card(stores, 1, 1)
        assert await self.allowed(stores, 0)
        await stores.statuses.change_status(card, change, [], event())
        assert not await self.allowed(stores, 0)
        assert await stores.issuances.renewal_allowed(SubjectRef("person-2"), self.PHOTO, NOW)
        assert await stores.issuances.renewal_allowed(self.PERSON, ConfigurationId("proof-of-age"), NOW)

    async def test_a_reinstated_card_is_renewed_again(self, stores: DeferredStores) -> None:
        card = await self.card(stores, 1, 0)
        await stores.statuses.change_status(card, StatusChange.SUSPEND, [], event())
        await stores.statuses.change_status(card, StatusChange.REINSTATE, [], event())
        assert await self.allowed(stores, 0)

    async def test_a_stolen_phone_renews_nothing_and_its_owners_new_one_does(
        self, stores: DeferredStores
    ) -> None:
        stolen = await self.card(stores, 1, 1)
        await self.card(stores, 2, 11)
        # the status is changed afterwards, with decoys, and still the first card is the old one
        await stores.statuses.change_status(
            stolen, StatusChange.REVOKE, [record(99, card="card-1")], event(at=NOW + 20 * MINUTE)
        )
        assert not await self.allowed(stores, 0)
        assert await self.allowed(stores, 10)

    async def test_a_card_that_was_never_signed_does_not_count(self, stores: DeferredStores) -> None:
        card = await self.card(stores, 1, 0)
        await stores.statuses.change_status(card, StatusChange.REVOKE, [], event())
        await stores.issuances.mark_unsigned(card[0], event())
        assert await self.allowed(stores, 0)


class TestNotifications:
    async def test_4_43_the_same_word_counts_once(self, stores: DeferredStores) -> None:
        told = Notification(IssuanceId("card-1"), NotificationEvent.CREDENTIAL_ACCEPTED, NOW)
        again = replace(told, received_at=NOW + MINUTE)
        first = await asyncio.gather(
            *(stores.notifications.record(told, event(EventName.CREDENTIAL_ACCEPTED)) for _ in range(8))
        )
        assert sum(first) == 1
        assert not await stores.notifications.record(again, event(EventName.CREDENTIAL_ACCEPTED))
        assert await stores.notifications.of_issuance(IssuanceId("card-1")) == [told]
        assert await names(stores) == [EventName.CREDENTIAL_ACCEPTED]

    async def test_different_words_and_different_cards_stand_side_by_side(
        self, stores: DeferredStores
    ) -> None:
        kinds = (NotificationEvent.CREDENTIAL_ACCEPTED, NotificationEvent.CREDENTIAL_DELETED)
        told = [Notification(IssuanceId("card-1"), kind, NOW + MINUTE * n) for n, kind in enumerate(kinds)]
        for one in (*told, Notification(IssuanceId("card-2"), NotificationEvent.CREDENTIAL_FAILURE, NOW)):
            assert await stores.notifications.record(one, event())
        assert await stores.notifications.of_issuance(IssuanceId("card-1")) == told
        assert not await stores.notifications.of_issuance(IssuanceId("card-3"))
