"""How much is kept, and what has to go first."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.errors import ProtocolError
from specs.jose import ChainCache, UntrustedChain
from specs.token_status_list import StatusList, StatusOutcome, StatusReference, WrongStatusListSubject
from tests.verifier.issuing import LIST, NOW, SimulatedIssuer, list_with, stranger
from trillium.runtime.status_lists import (
    KeptLimits,
    KeptList,
    KeptLists,
    OlderStatusList,
    StatusListClient,
    fetch_nothing,
    read_token,
)

ISSUER = SimulatedIssuer()
MINUTE = timedelta(minutes=1)


def kept_list(entries: StatusList | None = None, **claims: Any) -> KeptList:
    token = ISSUER.status_list(entries, **claims)
    return read_token(token, LIST, ISSUER.anchors, now=NOW, chains=ChainCache())


def place(number: int) -> tuple[str, str]:
    return f"{LIST}/{number}", ISSUER.anchors.version


SMALL = kept_list()
LARGE = kept_list(StatusList.empty(size=2**20, bits=8))


def test_a_list_counts_with_what_it_unpacks_to() -> None:
    assert LARGE.size > 2**20 > 100 * SMALL.size
    assert SMALL.size > len(SMALL.text)


def test_few_large_lists_fill_the_memory_as_many_small_ones_do() -> None:
    lists = KeptLists(KeptLimits(lists=100, bytes=3 * LARGE.size))
    for number in range(5):
        lists.keep(place(number), LARGE)
    assert [number for number in range(5) if lists.find(place(number), NOW)] == [2, 3, 4]
    for number in range(5, 200):
        lists.keep(place(number), SMALL)
    assert len(lists) == 100
    assert lists.size == 100 * SMALL.size


def test_a_list_that_is_kept_again_counts_once() -> None:
    lists = KeptLists()
    for _ in range(10):
        lists.keep(place(1), LARGE)
    assert lists.size == LARGE.size
    lists.keep(place(1), SMALL)
    assert (len(lists), lists.size) == (1, SMALL.size)


def test_one_list_is_kept_whatever_the_limit() -> None:
    lists = KeptLists(KeptLimits(lists=10, bytes=1))
    lists.keep(place(1), LARGE)
    assert lists.find(place(1), NOW) is LARGE


def test_what_was_used_longest_ago_goes_first() -> None:
    lists = KeptLists(KeptLimits(lists=2))
    lists.keep(place(1), SMALL)
    lists.keep(place(2), SMALL)
    lists.note_use(place(1), NOW)
    lists.keep(place(3), SMALL)
    assert lists.find(place(2), NOW) is None
    assert {found for found, _ in lists.used_since(NOW)} == {place(1), place(3)}
    lists.note_use(place(2), NOW)
    assert len(list(lists.used_since(NOW))) == 2


def test_the_memory_of_what_was_newest_is_bounded_too() -> None:
    lists = KeptLists(KeptLimits(lists=2))
    for number in range(100):
        lists.keep(place(number), SMALL)
    assert lists.newest(place(99)) == SMALL.token.times.issued_at
    assert sum(lists.newest(place(number)) is not None for number in range(100)) == 32


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=60))
def test_the_size_is_always_that_of_what_is_there(steps: list[tuple[int, bool]]) -> None:
    lists = KeptLists(KeptLimits(lists=4, bytes=2 * LARGE.size))
    for number, large in steps:
        lists.keep(place(number), LARGE if large else SMALL)
        there = lists.below(ISSUER.anchors.version)
        assert lists.size == sum(one.size for one in there)
        assert len(there) <= 4
        assert len(there) == 1 or lists.size <= 2 * LARGE.size


class TestSeeds:
    """Lists that came another way, such as in an offline bundle."""

    def lists(self) -> StatusListClient:
        return StatusListClient(fetch_nothing)

    def seed(self, lists: StatusListClient, token: bytes, *, age: timedelta = MINUTE) -> KeptList:
        return lists.seed(token.decode(), LIST, anchors=ISSUER.anchors, resolved_at=NOW - age, now=NOW)

    async def outcome(self, lists: StatusListClient, max_age: timedelta) -> StatusOutcome:
        reference = StatusReference(LIST, 42)
        return (await lists.status_of(reference, anchors=ISSUER.anchors, max_age=max_age, now=NOW)).outcome

    async def test_it_is_as_old_as_it_says(self) -> None:
        lists = self.lists()
        self.seed(lists, ISSUER.status_list(list_with(1)))
        assert await self.outcome(lists, MINUTE) is StatusOutcome.INVALID
        assert await self.outcome(lists, MINUTE / 2) is StatusOutcome.STALE

    async def test_none_comes_from_the_future(self) -> None:
        lists = self.lists()
        assert self.seed(lists, ISSUER.status_list(), age=-MINUTE).resolved_at == NOW

    def test_it_does_not_replace_a_newer_one(self) -> None:
        lists = self.lists()
        newer = self.seed(lists, ISSUER.status_list(list_with(1)))
        assert self.seed(lists, ISSUER.status_list(), age=2 * MINUTE) is newer

    def test_nor_one_that_was_issued_later(self) -> None:
        lists = self.lists()
        self.seed(lists, ISSUER.status_list(), age=2 * MINUTE)
        with pytest.raises(OlderStatusList):
            self.seed(lists, ISSUER.status_list(now=NOW - MINUTE))

    def test_it_is_checked_like_any_other(self) -> None:
        lists = self.lists()
        with pytest.raises(WrongStatusListSubject):
            self.seed(lists, ISSUER.status_list(sub=f"{LIST}0"))
        with pytest.raises(UntrustedChain):
            lists.seed(
                ISSUER.status_list().decode(),
                LIST,
                anchors=stranger().anchors,
                resolved_at=NOW,
                now=NOW,
            )
        assert not lists.kept

    async def test_a_whole_list_can_be_had_for_a_bundle(self) -> None:
        lists = self.lists()
        seeded = self.seed(lists, ISSUER.status_list())
        found = await lists.list_at(LIST, anchors=ISSUER.anchors, max_age=MINUTE, now=NOW)
        assert found is seeded
        assert lists.lists_at_hand(ISSUER.anchors, NOW) == [seeded]
        with pytest.raises(ProtocolError):
            await lists.list_at(LIST, anchors=ISSUER.anchors, max_age=MINUTE / 2, now=NOW)
