"""Publication: every committed change gets into a token, whoever dies or is late in between (3.15)."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from issuer.domain.records import ListId
from issuer.domain.status import StatusChange
from issuer.services.publish_status_list import KEPT, LEASE, PAUSE, PublishStatusLists
from issuer.services.sign_status_list import TOKEN_LIFETIME, TOKEN_TTL
from keys import KeyPurpose
from keys.errors import KeyNotUsable
from keys.signer import Signer
from specs.sd_jwt_vc import VerifiedCredential
from tests.issuer.services.issuer_in_memory import CLERK, MAYA, PHOTO_CARD, PROOF_OF_AGE, IssuerInMemory
from tests.issuer.surroundings import Interleaved


@pytest.fixture
def issuer() -> IssuerInMemory:
    return IssuerInMemory()


async def change(issuer: IssuerInMemory, verb: str, reason: str = "lost") -> None:
    await issuer.issuer.statuses.of_person(MAYA, StatusChange(verb), actor=CLERK, reason=reason)


async def version(issuer: IssuerInMemory, credential: VerifiedCredential) -> int:
    token = await issuer.store.token(list_of(credential))
    return int(token.version)


def list_of(credential: VerifiedCredential) -> ListId:
    assert credential.status is not None
    return ListId(credential.status.uri.rpartition("/")[2])


def publisher(
    issuer: IssuerInMemory, holder: str, before: dict[str, Callable[[], Any]] | None = None
) -> PublishStatusLists:
    """Another process; ``before``: what happens right ahead of a store method of its."""
    made = issuer.issuer.publisher
    return replace(
        made, holder=holder, store=Interleaved(issuer.store, before), _lists={}, _paused={}, on_failure=fail
    )


def fail(_list_id: ListId, error: Exception) -> None:
    raise error


async def test_a_change_gets_into_the_next_edition_of_its_list(issuer: IssuerInMemory) -> None:
    [credential] = await issuer.issue()
    assert await issuer.published_status(credential) == 0
    for number, (verb, value) in enumerate((("suspend", 2), ("reinstate", 0), ("revoke", 1)), start=2):
        await change(issuer, verb)
        assert await issuer.issuer.publisher.publish_pending() >= 1
        assert await issuer.published_status(credential) == value
        assert await version(issuer, credential) == number
    assert not await issuer.store.lists_with_changes()


async def test_nothing_is_signed_when_nothing_changed(issuer: IssuerInMemory) -> None:
    await issuer.issue(5)
    assert await issuer.issuer.publisher.publish_pending() == 0
    await change(issuer, "revoke")
    assert await issuer.issuer.publisher.publish_pending() >= 1
    assert await issuer.issuer.publisher.publish_pending() == 0


async def test_many_changes_of_a_list_make_one_edition(issuer: IssuerInMemory) -> None:
    credentials = [one for _ in range(5) for one in await issuer.issue(4)]
    for verb in ("suspend", "reinstate", "revoke"):
        await change(issuer, verb)
    await issuer.issuer.publisher.publish_pending()
    assert {await version(issuer, one) for one in credentials} == {2}
    assert {await issuer.published_status(one) for one in credentials} == {1}


async def test_3_15_a_token_says_when_it_ends_and_how_long_a_copy_may_be_used(issuer: IssuerInMemory) -> None:
    [credential] = await issuer.issue()
    token = await issuer.store.token(list_of(credential))
    assert credential.status is not None
    times = issuer.inspector.status_list(token.token, credential.status.uri).times
    assert times.issued_at == issuer.clock.now()
    assert (times.ttl, times.expires_at) == (TOKEN_TTL, issuer.clock.now() + TOKEN_LIFETIME)
    assert TOKEN_LIFETIME >= 2 * TOKEN_TTL


async def test_3_15_a_list_without_changes_is_signed_again_long_before_it_ends(
    issuer: IssuerInMemory,
) -> None:
    [credential] = await issuer.issue()
    renew = issuer.issuer.publisher.renew_expiring
    assert await renew() == 0
    issuer.clock.advance(hours=13)
    assert await renew() == 4
    token = await issuer.store.token(list_of(credential))
    assert token.expires_at == issuer.clock.now() + TOKEN_LIFETIME
    issuer.clock.advance(days=3)  # no server ran for longer than the token was good
    assert await renew() == 4
    assert await issuer.published_status(credential) == 0
    issuer.clock.advance(days=3 * 365)
    assert await renew() == 0  # nothing on it is valid any more


async def test_who_takes_over_starts_from_the_rows_and_not_from_its_memory(issuer: IssuerInMemory) -> None:
    first = await issuer.issue(3)
    await change(issuer, "revoke")
    ours, theirs = issuer.issuer.publisher, publisher(issuer, "theirs")
    await ours.publish_pending()
    issuer.clock.advance(seconds=LEASE.total_seconds())
    second = await issuer.issue(3)
    await change(issuer, "suspend")
    await theirs.publish_pending()
    issuer.clock.advance(seconds=LEASE.total_seconds())
    third = await issuer.issue(3)
    await change(issuer, "suspend")
    await ours.publish_pending()  # its memory is one edition old
    expected = {1: first, 2: second + third}
    for value, credentials in expected.items():
        assert {await issuer.published_status(one) for one in credentials} == {value}


async def test_a_process_that_died_is_replaced_when_its_lease_has_ended(issuer: IssuerInMemory) -> None:
    [credential] = await issuer.issue()
    dead, successor = publisher(issuer, "dead", {"store_token": killed}), publisher(issuer, "successor")
    await change(issuer, "revoke")
    with pytest.raises(SystemExit):
        await dead.publish_pending()
    issuer.clock.moment += LEASE - timedelta(milliseconds=1)
    assert await successor.publish_pending() < 2  # only what the dead one had not come to
    issuer.clock.moment += timedelta(milliseconds=1)
    await successor.publish_pending()
    assert await issuer.published_status(credential) == 1
    assert not await issuer.store.lists_with_changes()


async def test_a_process_that_died_after_its_work_keeps_nobody_waiting(issuer: IssuerInMemory) -> None:
    credentials = await issuer.issue(3)
    first, second = publisher(issuer, "first"), publisher(issuer, "second")
    await change(issuer, "suspend")
    await first.publish_pending()
    await change(issuer, "revoke")
    assert await second.publish_pending() == 0  # the first has the lists in memory and goes on with them
    issuer.clock.moment += KEPT
    assert timedelta(seconds=1.5) > KEPT
    await second.publish_pending()
    assert {await issuer.published_status(one) for one in credentials} == {1}


async def killed() -> None:
    raise SystemExit


async def test_a_change_that_commits_while_a_list_is_signed_comes_in_the_next_edition(
    issuer: IssuerInMemory,
) -> None:
    """Between reading the changes and storing the token: keycloak's and EUDIPLO's lost updates."""
    first, second = await issuer.issue(2), await issuer.issue(2, PROOF_OF_AGE)
    cards = {card.configuration_id: card.issuance_id for card in await issuer.store.issuances_of(MAYA)}

    async def revoke(name: Any) -> None:
        of_card = issuer.issuer.statuses.of_card
        await of_card(cards[name], StatusChange.REVOKE, actor=CLERK, reason="lost")

    await issuer.issuer.statuses.of_card(cards[PHOTO_CARD], StatusChange.SUSPEND, actor=CLERK, reason="lost")
    slow = publisher(issuer, "slow", {"store_token": lambda: revoke(PHOTO_CARD)})
    await slow.publish_pending()
    assert {await issuer.published_status(one) for one in first} <= {1, 2}
    assert await issuer.store.lists_with_changes()
    await slow.publish_pending()
    assert {await issuer.published_status(one) for one in first} == {1}
    assert {await issuer.published_status(one) for one in second} == {0}


@pytest.mark.parametrize("moment", ["find_list", "token", "take_lease", "pending_changes", "entries"])
async def test_a_change_at_any_other_moment_of_a_publication_is_not_lost_either(
    issuer: IssuerInMemory, moment: str
) -> None:
    credentials = await issuer.issue(3)
    await change(issuer, "suspend")
    late = publisher(issuer, "late", {moment: lambda: change(issuer, "revoke")})
    await late.publish_pending()
    await late.publish_pending()
    assert {await issuer.published_status(one) for one in credentials} == {1}
    assert not await issuer.store.lists_with_changes()


async def test_a_publisher_that_slept_does_not_overwrite_a_newer_list(issuer: IssuerInMemory) -> None:
    credentials = await issuer.issue(4)

    async def sleep_while_another_publishes() -> None:
        issuer.clock.moment += LEASE
        await change(issuer, "revoke")
        await publisher(issuer, "awake").publish_pending()

    await change(issuer, "suspend")
    asleep = publisher(issuer, "asleep", {"store_token": sleep_while_another_publishes})
    await asleep.publish_pending()
    assert {await issuer.published_status(one) for one in credentials} == {1}
    # and it does not go on from what it thought it had stored
    await asleep.publish_pending()
    assert {await issuer.published_status(one) for one in credentials} == {1}


async def test_publishers_that_work_at_once_lose_nothing(issuer: IssuerInMemory) -> None:
    credentials = [one for _ in range(6) for one in await issuer.issue(2)]
    publishers = [publisher(issuer, f"process-{number}") for number in range(3)]
    cards = [card.issuance_id for card in await issuer.store.issuances_of(MAYA)]

    async def revoke_one_by_one() -> None:
        for card in cards:
            await issuer.issuer.statuses.of_card(card, StatusChange.REVOKE, actor=CLERK, reason="lost")
            await asyncio.sleep(0)

    async def publish(one: PublishStatusLists) -> None:
        for _ in range(10):
            await one.publish_pending()
            issuer.clock.advance(seconds=4)  # leases end in the middle of somebody's work

    await asyncio.gather(revoke_one_by_one(), *(publish(one) for one in publishers))
    issuer.clock.advance(seconds=20)
    await publishers[0].publish_pending()
    assert {await issuer.published_status(one) for one in credentials} == {1}
    assert not await issuer.store.lists_with_changes()


async def test_a_list_that_cannot_be_signed_holds_up_no_other(issuer: IssuerInMemory) -> None:
    photo, age = await issuer.issue(8), await issuer.issue(8, PROOF_OF_AGE)
    broken = {list_of(one) for one in photo}
    told: list[ListId] = []
    sign = issuer.issuer.publisher.signer

    def signer_for_list(key_id: str, now: datetime) -> Signer:
        if key_id == "gone":
            raise KeyNotUsable(key_id)
        return sign.signer_for_list(key_id, now)

    class KeyGone(Interleaved):
        def __getattr__(self, name: str) -> Any:
            call = super().__getattr__(name)

            async def find_list(list_id: ListId) -> Any:
                row = await call(list_id)
                return replace(row, group=replace(row.group, key_id="gone")) if list_id in broken else row

            return find_list if name == "find_list" else call

    publish = replace(
        publisher(issuer, "ours"),
        store=KeyGone(issuer.store),
        signer=replace(sign, signer_for_list=signer_for_list),
        on_failure=lambda list_id, _error: told.append(list_id),
    )
    await change(issuer, "revoke")
    await publish.publish_pending()
    assert {await issuer.published_status(one) for one in age} == {1}
    assert {await issuer.published_status(one) for one in photo} == {0}
    assert set(told) == broken
    # it is neither forgotten nor tried twice a second
    await publish.publish_pending()
    assert len(told) == len(broken)
    issuer.clock.moment += max(PAUSE, LEASE)
    await issuer.issuer.publisher.publish_pending()
    assert {await issuer.published_status(one) for one in photo} == {1}


async def test_a_list_that_is_gone_is_no_failure(issuer: IssuerInMemory) -> None:
    assert await issuer.issuer.publisher._publish(ListId("nowhere")) is False


async def test_cards_of_a_replaced_key_are_revoked_with_that_key_among_decoys_of_its_lists(
    issuer: IssuerInMemory,
) -> None:
    """A list belongs to one credential key: wallets insist on it (decisions.md "Keys")."""
    credentials, old = await issuer.issue(4), issuer.key_id
    assert issuer.ring is not None
    issuer.ring.prepare_next(KeyPurpose.CREDENTIAL, issuer.clock.now())
    issuer.ring.rotate(KeyPurpose.CREDENTIAL, issuer.clock.now(), without_publication_lead=True)
    assert issuer.key_id != old
    [newer] = await issuer.issue()
    old_lists = {list_of(one) for one in credentials}
    assert list_of(newer) not in old_lists
    [card] = [one.issuance_id for one in await issuer.store.issuances_of(MAYA) if one.copies == 4]
    await issuer.issuer.statuses.of_card(card, StatusChange.REVOKE, actor=CLERK, reason="lost")
    await issuer.issuer.publisher.publish_pending()
    assert {await issuer.published_status(one) for one in credentials} == {1}
    changed = [
        (await issuer.store.find_list(list_id)).group.key_id
        for list_id, _ in await issuer.store.token_versions()
        for _ in await issuer.store.entries(list_id)
    ]
    assert changed == [old] * 8
