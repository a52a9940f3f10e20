"""The list in use: taken over, kept, refused; and what is answered when there is none."""

import pytest

from tests.trillium.trust_list.material import (
    DAY,
    MemoryByHand,
    PlaceByHand,
    issuer,
    public,
    sandbox_anchors,
    signed,
    source_at,
    trust_list,
)
from tests.verifier.issuing import NOW
from trillium.runtime.trust_list import ListedAuthority, Standing, TrustListSource
from trillium.runtime.trust_list.errors import (
    ChangedTrustList,
    MalformedTrustList,
    NoTrustList,
    OlderTrustList,
    OtherTrustList,
    SandboxTrustList,
    StaleTrustList,
    TrustListError,
    TrustListFromTheFuture,
    TrustListUnreachable,
    WrongTrustListKey,
)


async def opened(token: bytes, memory: MemoryByHand | None = None) -> tuple[TrustListSource, PlaceByHand]:
    place = PlaceByHand(token)
    source = source_at(place, memory)
    source.open(NOW)
    await source.refresh(NOW)
    assert source.failure is None
    return source, place


def test_before_the_first_list_nothing_is_said_of_anybody() -> None:
    """eudiplo #860: a list that is not there trusts nobody, and is no reason to distrust anybody either."""
    source = source_at(PlaceByHand())
    source.open(NOW)
    with pytest.raises(NoTrustList):
        source.current(NOW)


async def test_a_list_that_cannot_be_fetched_trusts_nobody() -> None:
    source = source_at(PlaceByHand(error=TrustListUnreachable("planted")))
    await source.refresh(NOW)
    with pytest.raises(NoTrustList, match="trust_list_unreachable"):
        source.current(NOW)
    assert isinstance(source.failure, TrustListUnreachable)


async def test_the_answer_is_the_same_object_until_it_changes() -> None:
    source, place = await opened(signed())
    first = source.current(NOW)
    assert source.current(NOW + DAY) is first
    await source.refresh(NOW)
    assert source.current(NOW) is first
    place.token = signed(trust_list(version=2))
    await source.refresh(NOW)
    assert source.current(NOW) is not first
    assert source.current(NOW).version == 2
    assert source.token == place.token.decode()


async def test_a_withdrawn_issuer_is_gone_with_the_next_list() -> None:
    source, place = await opened(signed())
    assert len(source.current(NOW).issuers) == 2
    place.token = signed(trust_list(version=2, issuers=(issuer(standing=Standing.WITHDRAWN),)))
    await source.refresh(NOW)
    assert source.current(NOW).issuers == ()


REFUSED: dict[str, tuple[bytes, type[TrustListError]]] = {
    "older": (signed(trust_list(version=4)), OlderTrustList),
    "changed-without-a-version": (signed(trust_list(version=5, issuers=())), ChangedTrustList),
    "longer-without-a-version": (signed(trust_list(version=5, next_update=NOW + 60 * DAY)), ChangedTrustList),
    "another-list-of-the-operators": (signed(trust_list(version=9, id="urn:test:other")), OtherTrustList),
    "a-strangers": (signed(trust_list(version=9), who="stranger"), WrongTrustListKey),
    "not-a-list": (b"<html>", MalformedTrustList),
    "of-tomorrow": (signed(trust_list(version=9, issued_at=NOW + DAY)), TrustListFromTheFuture),
}


@pytest.mark.parametrize("defect", REFUSED)
async def test_what_must_not_take_over_leaves_the_list_in_use(defect: str) -> None:
    token, error = REFUSED[defect]
    memory = MemoryByHand()
    source, place = await opened(signed(trust_list(version=5)), memory)
    before = source.current(NOW)
    place.token = token
    await source.refresh(NOW)
    assert type(source.failure) is error
    assert source.current(NOW) is before
    assert len(memory.kept) == 1
    assert place.forgotten == 1, "it is read again, in case it was the clock"
    with pytest.raises(StaleTrustList):
        source.current(NOW + 30 * DAY)


@pytest.mark.parametrize("defect", REFUSED)
async def test_nor_after_a_restart(defect: str) -> None:
    """The memory on disk knows the newest version that was seen, even when the list itself is too old."""
    token, error = REFUSED[defect]
    memory = MemoryByHand(signed(trust_list(version=5, next_update=NOW - DAY / 2)))
    if error is ChangedTrustList:
        memory.token = signed(trust_list(version=5))
    source = source_at(PlaceByHand(token), memory)
    source.open(NOW)
    await source.refresh(NOW)
    assert type(source.failure) is error
    assert memory.kept == []


async def test_a_start_without_the_network_goes_by_the_remembered_list() -> None:
    memory = MemoryByHand()
    await opened(signed(trust_list(version=5)), memory)
    source = source_at(PlaceByHand(error=TrustListUnreachable()), memory)
    source.open(NOW)
    assert source.current(NOW).version == 5
    await source.refresh(NOW)
    assert source.current(NOW).version == 5


async def test_a_remembered_list_ends_like_any_other() -> None:
    memory = MemoryByHand(signed())
    source = source_at(PlaceByHand(error=TrustListUnreachable()), memory)
    source.open(NOW)
    with pytest.raises(StaleTrustList):
        source.current(NOW + 30 * DAY)


async def test_a_clock_that_was_set_back_does_not_bring_back_an_older_list() -> None:
    memory = MemoryByHand(signed(trust_list(version=5, issued_at=NOW + DAY)))
    source = source_at(PlaceByHand(signed(trust_list(version=4))), memory)
    source.open(NOW)
    await source.refresh(NOW)
    assert isinstance(source.failure, OlderTrustList)
    assert source.current(NOW).version == 5
    assert memory.kept == []


@pytest.mark.parametrize("remembered", [signed(who="stranger"), b"garbage"])
async def test_a_memory_that_cannot_be_believed_says_nothing(remembered: bytes) -> None:
    source, _ = await opened(signed(trust_list(version=1)), MemoryByHand(remembered))
    assert source.current(NOW).version == 1


async def test_a_key_that_was_taken_out_takes_its_list_along() -> None:
    """After a theft of the operator's key: what the thief showed us is nothing, however high its version."""
    memory = MemoryByHand(signed(trust_list(version=10**9), who="stolen"))
    source = source_at(PlaceByHand(signed(trust_list(version=8))), memory)
    source.open(NOW)
    await source.refresh(NOW)
    assert source.current(NOW).version == 8


async def test_two_processes_share_what_they_have_seen() -> None:
    memory = MemoryByHand()
    one, one_place = await opened(signed(trust_list(version=1)), memory)
    two, two_place = await opened(signed(trust_list(version=1)), memory)
    one_place.token = signed(trust_list(version=3))
    await one.refresh(NOW)
    two_place.token = signed(trust_list(version=2))
    await two.refresh(NOW)
    assert isinstance(two.failure, OlderTrustList)
    assert two.current(NOW).version == 3


@pytest.mark.parametrize(
    "named",
    [
        {"issuers": (issuer(anchors=sandbox_anchors()),)},
        {"issuers": (issuer(anchors=sandbox_anchors(), standing=Standing.WITHDRAWN),)},
        {"verifiers": (ListedAuthority({}, sandbox_anchors()),)},
    ],
    ids=["issuer", "withdrawn-issuer", "verifiers"],
)
async def test_production_takes_no_list_with_a_sandbox_authority(named: dict[str, object]) -> None:
    token = signed(trust_list(version=2, **named))
    place, memory = PlaceByHand(signed(trust_list(version=1))), MemoryByHand()
    source = source_at(place, memory, allow_sandbox=False)
    await source.refresh(NOW)
    place.token = token
    await source.refresh(NOW)
    assert isinstance(source.failure, SandboxTrustList)
    assert source.current(NOW).version == 1
    remembering = source_at(PlaceByHand(), MemoryByHand(token), allow_sandbox=False)
    remembering.open(NOW)
    with pytest.raises(NoTrustList):
        remembering.current(NOW)
    in_the_sandbox = source_at(PlaceByHand(token))
    await in_the_sandbox.refresh(NOW)
    assert in_the_sandbox.current(NOW).version == 2


async def test_trouble_is_over_when_the_list_is_in_order_again() -> None:
    source, place = await opened(signed())
    place.error = TrustListUnreachable("away")
    await source.refresh(NOW)
    assert source.failure is not None
    place.error, place.token = None, None
    await source.refresh(NOW)
    assert source.failure is None


async def test_the_keys_are_those_of_the_start() -> None:
    source = TrustListSource(PlaceByHand(signed()), [public("new")], MemoryByHand(), allow_sandbox=True)
    await source.refresh(NOW)
    assert isinstance(source.failure, WrongTrustListKey)


async def test_it_closes_its_place() -> None:
    source, place = await opened(signed())
    await source.close()
    assert place.closed
