"""Revoking, suspending and reinstating cards: all copies at once, among entries that never were (3.14)."""

import asyncio
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from issuer.domain.event import EventName, SubjectRef
from issuer.domain.records import IssuanceId
from issuer.domain.status import StatusChange
from issuer.domain.subject import Guardianship
from issuer.errors import StatusChangeRefused, UnknownIssuance
from issuer.services.change_status import StatusChanged
from tests.issuer.domain.type_folders import changed as changed_folder
from tests.issuer.services.issuer_in_memory import CLERK, MAYA, PHOTO_CARD, PROOF_OF_AGE, IssuerInMemory
from tests.issuer.surroundings import Interleaved, resident

REVOKE, SUSPEND, REINSTATE = StatusChange.REVOKE, StatusChange.SUSPEND, StatusChange.REINSTATE
CHANGES = (EventName.CREDENTIAL_REVOKED, EventName.CREDENTIAL_SUSPENDED, EventName.CREDENTIAL_REINSTATED)


@pytest.fixture
def issuer() -> IssuerInMemory:
    return IssuerInMemory()


async def change_all(issuer: IssuerInMemory, change: StatusChange, reason: str = "lost") -> StatusChanged:
    return await issuer.issuer.statuses.of_person(MAYA, change, actor=CLERK, reason=reason)


async def only_card(issuer: IssuerInMemory) -> IssuanceId:
    [card] = await issuer.store.issuances_of(MAYA)
    return card.issuance_id


async def values(issuer: IssuerInMemory) -> dict[tuple[str, int], int]:
    """Every entry of every list that is not valid."""
    lists = [list_id for list_id, _ in await issuer.store.token_versions()]
    return {
        (list_id, index): value for list_id in lists for index, value in await issuer.store.entries(list_id)
    }


async def test_all_copies_of_a_card_change_together_and_as_many_decoys_with_them(
    issuer: IssuerInMemory,
) -> None:
    credentials = await issuer.issue(10)
    changed = await change_all(issuer, REVOKE, "stolen_phone")
    assert changed == StatusChanged((await only_card(issuer),), 10)
    found = await values(issuer)
    assert len(found) == 20
    assert set(found.values()) == {1}
    real = {(one.status.uri.rpartition("/")[2], one.status.index) for one in credentials if one.status}
    assert real < set(found)


async def test_a_stolen_phone_ends_also_what_its_owner_holds_for_a_child(issuer: IssuerInMemory) -> None:
    maya = issuer.register.residents[MAYA]
    child = resident(given_name="Arjun", birthdate=date(2015, 9, 30), guardian=maya.register_number)
    arjun = SubjectRef("arjun-in-mayas-hands")
    issuer.register.capacities[arjun] = Guardianship(child, maya)
    [own], [held] = await issuer.issue(1), await issuer.issue(1, start=1, about=arjun)
    changed = await issuer.issuer.statuses.of_holder(MAYA, SUSPEND, actor=CLERK, reason="stolen_phone")
    assert (len(changed.issuance_ids), changed.changed_copies) == (2, 2)
    await issuer.issuer.publisher.publish_pending()
    assert [await issuer.published_status(one) for one in (own, held)] == [2, 2]
    await change_all(issuer, REINSTATE, "found")
    await issuer.issuer.publisher.publish_pending()
    assert [await issuer.published_status(one) for one in (own, held)] == [0, 2], "her own cards alone"


async def test_who_holds_nothing_has_nothing_changed(issuer: IssuerInMemory) -> None:
    for somebody in (MAYA, SubjectRef("nobody")):
        with pytest.raises(UnknownIssuance):
            await issuer.issuer.statuses.of_holder(somebody, REVOKE, actor=CLERK, reason="lost")


async def test_3_14_decoys_are_on_the_lists_of_the_copies_and_between_them(issuer: IssuerInMemory) -> None:
    """Otherwise who compares two editions of a list would see which entries belong together."""
    credentials = await issuer.issue(10)
    await change_all(issuer, REVOKE)
    real = {(one.status.uri.rpartition("/")[2], one.status.index) for one in credentials if one.status}
    decoys = set(await values(issuer)) - real
    assert {list_id for list_id, _ in decoys} & {list_id for list_id, _ in real}
    in_order = sorted([(entry, True) for entry in real] + [(entry, False) for entry in decoys])
    assert sum(one[1] != other[1] for one, other in pairwise(in_order)) > 4


async def test_decoys_are_never_issued_afterwards(issuer: IssuerInMemory) -> None:
    await issuer.issue(5)
    await change_all(issuer, REVOKE)
    revoked = set(await values(issuer))
    later = [one.status for one in await issuer.issue(10) + await issuer.issue(10) if one.status]
    assert revoked.isdisjoint({(one.uri.rpartition("/")[2], one.index) for one in later})


async def test_a_suspended_card_comes_back_with_its_decoys_and_keeps_them(issuer: IssuerInMemory) -> None:
    await issuer.issue(3)
    await change_all(issuer, SUSPEND)
    suspended = await values(issuer)
    assert (len(suspended), set(suspended.values())) == (6, {2})
    await change_all(issuer, REINSTATE, "found")
    assert not await values(issuer)
    await change_all(issuer, REVOKE, "fraud")
    assert set(await values(issuer)) == set(suspended)  # new decoys would tell the real ones from them


async def test_3_06_revoked_is_final(issuer: IssuerInMemory) -> None:
    await issuer.issue()
    await change_all(issuer, SUSPEND)
    await change_all(issuer, REVOKE)
    before = (await values(issuer), len(issuer.store.events))
    for change in StatusChange:
        with pytest.raises(StatusChangeRefused):
            await change_all(issuer, change)
        with pytest.raises(StatusChangeRefused):
            await issuer.issuer.statuses.of_card(await only_card(issuer), change, actor=CLERK, reason="error")
    assert (await values(issuer), len(issuer.store.events)) == before


@pytest.mark.parametrize("change", [SUSPEND, REINSTATE])
async def test_only_a_valid_card_is_suspended_and_only_a_suspended_one_reinstated(
    issuer: IssuerInMemory, change: StatusChange
) -> None:
    await issuer.issue()
    if change is SUSPEND:
        await change_all(issuer, SUSPEND)
    with pytest.raises(StatusChangeRefused):
        await change_all(issuer, change)


async def test_of_a_persons_cards_those_change_that_can(issuer: IssuerInMemory) -> None:
    await issuer.issue(2)
    first = await only_card(issuer)
    await issuer.issuer.statuses.of_card(first, REVOKE, actor=CLERK, reason="lost")
    await issuer.issue(3, PROOF_OF_AGE)
    await issuer.issue(4, PHOTO_CARD)
    changed = await change_all(issuer, REVOKE, "deceased")
    assert first not in changed.issuance_ids
    assert (len(changed.issuance_ids), changed.changed_copies) == (2, 7)
    assert {card.status for card in await issuer.store.issuances_of(MAYA)} == {1}


async def test_one_card_is_changed_and_no_other(issuer: IssuerInMemory) -> None:
    await issuer.issue(2)
    first = await only_card(issuer)
    await issuer.issue(2)
    await issuer.issuer.statuses.of_card(first, SUSPEND, actor=CLERK, reason="lost")
    cards = {card.issuance_id: card.status for card in await issuer.store.issuances_of(MAYA)}
    assert cards.pop(first) == 2
    assert set(cards.values()) == {0}


async def test_who_has_no_card_has_nothing_to_change(issuer: IssuerInMemory) -> None:
    await issuer.issue()
    statuses = issuer.issuer.statuses
    with pytest.raises(UnknownIssuance):
        await statuses.of_person(SubjectRef("nobody"), REVOKE, actor=CLERK, reason="lost")
    with pytest.raises(UnknownIssuance):
        await statuses.of_card(IssuanceId("none"), REVOKE, actor=CLERK, reason="lost")
    assert not any(issuer.events(name) for name in CHANGES)


async def test_every_change_is_on_record_with_who_why_and_how_many(issuer: IssuerInMemory) -> None:
    await issuer.issue(3)
    for change, reason in ((SUSPEND, "lost"), (REINSTATE, "found"), (REVOKE, "fraud")):
        issuer.clock.advance(hours=1)
        await change_all(issuer, change, reason)
    written = [event for event in issuer.store.events if event.name in CHANGES]
    assert [(event.name, event.reason) for event in written] == [
        (EventName.CREDENTIAL_SUSPENDED, "lost"),
        (EventName.CREDENTIAL_REINSTATED, "found"),
        (EventName.CREDENTIAL_REVOKED, "fraud"),
    ]
    assert {(event.actor, event.subject_ref, event.count) for event in written} == {(CLERK, MAYA, 3)}
    assert written[-1].at == issuer.clock.now()


async def test_a_change_needs_neither_the_type_nor_the_key_that_issues_today(issuer: IssuerInMemory) -> None:
    """A card is revoked by what its lists say: the type may be gone, the certificate may have ended."""
    [credential] = await issuer.issue()
    statuses = issuer.issuer.statuses
    issuer.clock.advance(hours=1)
    forgetful = replace(statuses, allocate=replace(statuses.allocate, _leases={}))
    await forgetful.of_person(MAYA, SUSPEND, actor=CLERK, reason="fraud")
    await issuer.issuer.publisher.publish_pending()
    assert await issuer.published_status(credential) == 2


async def test_3_06_a_suspension_that_the_lists_have_no_room_for_is_refused(tmp_path: Path) -> None:
    """Its value could never be published, and would hold up every other change of the list."""
    write_type(tmp_path, status_bits=1)
    issuer = IssuerInMemory(settings={"credential_types_dir": tmp_path})
    [credential] = await issuer.issue()
    with pytest.raises(StatusChangeRefused):
        await change_all(issuer, SUSPEND)
    assert not any(issuer.events(name) for name in CHANGES)
    await change_all(issuer, REVOKE)
    await issuer.issuer.publisher.publish_pending()
    assert await issuer.published_status(credential) == 1


async def test_3_06_cards_from_before_their_type_got_a_second_bit_are_still_not_suspended(
    tmp_path: Path,
) -> None:
    write_type(tmp_path, status_bits=1)
    before = IssuerInMemory(settings={"credential_types_dir": tmp_path})
    await before.issue()
    old = await only_card(before)
    after = replace(before, settings={}).another_process()
    await after.issue()
    changed = await change_all(after, SUSPEND)
    assert old not in changed.issuance_ids
    assert await after.issuer.publisher.publish_pending() >= 1
    assert not await after.store.lists_with_changes()


def write_type(folder: Path, **settings: object) -> None:
    """The photo card with other settings."""
    for name, files in changed_folder(
        "photo-card", "type.json", lambda members: members.update(settings)
    ).items():
        (folder / name).mkdir()
        for file, content in files.items():
            (folder / name / file).write_bytes(content)


async def test_of_two_revocations_at_once_one_is_told_that_it_came_too_late(issuer: IssuerInMemory) -> None:
    await issuer.issue(2)
    slow = replace(
        issuer.issuer.statuses, issuances=Interleaved(issuer.store), statuses=Interleaved(issuer.store)
    )
    outcomes = await asyncio.gather(
        *(slow.of_person(MAYA, REVOKE, actor=CLERK, reason="lost") for _ in range(4)), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "StatusChangeRefused",
        "StatusChangeRefused",
        "StatusChangeRefused",
        "StatusChanged",
    ]
    assert issuer.events(EventName.CREDENTIAL_REVOKED) == 1
    assert len(await values(issuer)) == 4


async def test_what_was_never_signed_is_no_card(issuer: IssuerInMemory) -> None:
    await issuer.issue(2)
    await issuer.store.mark_unsigned(await only_card(issuer), issuer.store.events[-1])
    with pytest.raises(UnknownIssuance):
        await change_all(issuer, REVOKE)
