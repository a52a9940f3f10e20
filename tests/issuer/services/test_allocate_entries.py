"""Places in status lists: never twice, not to be guessed, spread over a few lists (3.08–3.12)."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import pytest

from issuer.domain.event import EventName
from issuer.domain.records import StatusEntry, StatusGroup
from issuer.domain.status import OPEN_LISTS, expiry_bucket
from issuer.services.allocate_entries import AllocateEntries
from tests.issuer.services.issuer_in_memory import PHOTO_CARD, PROOF_OF_AGE, IssuerInMemory
from tests.issuer.surroundings import NOW, Interleaved


def allocator(issuer: IssuerInMemory, store: object | None = None) -> AllocateEntries:
    """An allocator of its own, as each process has one."""
    made = issuer.issuer.credentials.copies.allocate
    return replace(made, store=store or issuer.store, _leases={})


async def take(allocate: AllocateEntries, issuer: IssuerInMemory, count: int) -> Sequence[StatusEntry]:
    return await allocate.take(StatusGroup(PHOTO_CARD, issuer.key_id, "2027"), 2, count)


def has_arithmetic_progression(indices: Sequence[int]) -> bool:
    """What the conformance suite looks for: three indices of a batch at equal distances, in their order."""
    return any(b - a == c - b for a, b, c in zip(indices, indices[1:], indices[2:], strict=False))


@pytest.mark.parametrize("seed", range(20))
async def test_3_08_the_indices_of_a_batch_are_distinct_and_follow_no_pattern(seed: int) -> None:
    issuer = IssuerInMemory(settings={"status_list_size": 2**20})
    issuer.randomness.seed = str(seed)
    entries = await take(allocator(issuer), issuer, 10)
    assert len(set(entries)) == 10
    assert not has_arithmetic_progression([entry.index for entry in entries])
    # neither in the order of the lists: neighbours of a batch are as far apart as anybody's
    gaps = [abs(a.index - b.index) for a, b in combinations(entries, 2)]
    assert min(gaps) > 1
    assert max(gaps) > 2**17


async def test_3_12_a_batch_is_spread_over_two_to_four_lists_and_shares_some() -> None:
    issuer = IssuerInMemory()
    allocate, spread = allocator(issuer), Counter[int]()
    for _ in range(50):
        batch = await take(allocate, issuer, 10)
        spread[len({entry.list_id for entry in batch})] += 1
    assert set(spread) <= {2, 3, 4}
    assert spread[4] > spread[3] > 0
    # and few lists hold many credentials: 500 credentials, four lists with room for 1024 each
    assert len(await issuer.store.token_versions()) == OPEN_LISTS


async def test_every_open_list_is_drawn_about_equally_often() -> None:
    issuer = IssuerInMemory()
    drawn = Counter(entry.list_id for entry in await take(allocator(issuer), issuer, 1000))
    assert len(drawn) == OPEN_LISTS
    assert all(200 < count < 300 for count in drawn.values())


async def test_3_10_a_list_that_is_full_is_followed_by_the_next_generation() -> None:
    issuer = IssuerInMemory(settings={"status_list_size": 16}, block=8)
    allocate = allocator(issuer)
    entries = [entry for _ in range(20) for entry in await take(allocate, issuer, 10)]
    assert len(set(entries)) == 200
    per_list = Counter(entry.list_id for entry in entries)
    assert max(per_list.values()) == 16
    rows = [await issuer.store.find_list(list_id) for list_id in per_list]
    assert {row.slot for row in rows} == set(range(OPEN_LISTS))
    assert max(row.generation for row in rows) >= 2
    # every index of a full list was used once: the permutation leaves no holes
    full = next(list_id for list_id, count in per_list.items() if count == 16)
    assert {entry.index for entry in entries if entry.list_id == full} == set(range(16))


async def test_a_batch_larger_than_what_is_left_of_all_lists_goes_on_in_new_ones() -> None:
    issuer = IssuerInMemory(settings={"status_list_size": 16}, block=3)
    entries = await take(allocator(issuer), issuer, 200)
    assert len(set(entries)) == 200


async def test_3_10_two_allocators_on_one_store_never_share_an_entry() -> None:
    issuer = IssuerInMemory(settings={"status_list_size": 64}, block=5)
    allocators = [allocator(issuer, Interleaved(issuer.store)) for _ in range(3)]
    batches = await asyncio.gather(*(take(allocators[n % 3], issuer, 10) for n in range(60)))
    entries = [entry for batch in batches for entry in batch]
    assert len(set(entries)) == 600


async def test_allocators_that_open_a_list_at_once_end_up_with_the_same_one() -> None:
    issuer = IssuerInMemory()
    allocators = [allocator(issuer, Interleaved(issuer.store)) for _ in range(4)]
    await asyncio.gather(*(take(one, issuer, 10) for one in allocators))
    assert len(await issuer.store.token_versions()) == OPEN_LISTS
    assert issuer.events(EventName.STATUS_LIST_OPENED) == OPEN_LISTS


async def test_requests_of_one_process_that_come_at_once_lease_one_block_of_each_list() -> None:
    """Otherwise a busy start throws away most of what it leases, and small lists are full at once."""
    issuer = IssuerInMemory(settings={"status_list_size": 2048}, block=64)
    allocate = allocator(issuer, Interleaved(issuer.store))
    await asyncio.gather(*(take(allocate, issuer, 5) for _ in range(16)))
    [group] = allocate._leases
    leased = [await issuer.store.lease_block(row.list_id, 1) for row in await issuer.store.open_lists(group)]
    assert [block.start for block in leased if block is not None] == [64] * OPEN_LISTS


async def test_after_a_crash_what_was_leased_is_lost_and_nothing_is_given_out_again() -> None:
    issuer = IssuerInMemory(block=50)
    before = await take(allocator(issuer), issuer, 10)
    after = await take(allocator(issuer), issuer, 10)
    assert set(before).isdisjoint(after)
    assert {entry.list_id for entry in before} & {entry.list_id for entry in after}


async def test_types_keys_and_years_of_expiry_do_not_share_lists() -> None:
    issuer = IssuerInMemory()
    groups = [
        StatusGroup(PHOTO_CARD, issuer.key_id, "2027"),
        StatusGroup(PROOF_OF_AGE, issuer.key_id, "2027"),
        StatusGroup(PHOTO_CARD, issuer.key_id, "2028"),
    ]
    allocate = allocator(issuer)
    batches = [await allocate.take(group, 2, 20) for group in groups]
    lists = [{entry.list_id for entry in batch} for batch in batches]
    assert all(one.isdisjoint(other) for one, other in combinations(lists, 2))


async def test_3_11_a_new_list_is_published_at_once_with_every_entry_valid() -> None:
    issuer = IssuerInMemory()
    entry = (await take(allocator(issuer), issuer, 1))[0]
    token = await issuer.store.token(entry.list_id)
    uri = issuer.issuer.publisher.signer.list_uri(entry.list_id)
    checked = issuer.inspector.status_list(token.token, uri)
    assert (token.version, len(checked)) == (1, 1024)
    assert {checked.status_at(index) for index in range(1024)} == {0}


@pytest.mark.parametrize("month", [1, 12])
async def test_a_list_outlives_every_credential_on_it(month: int) -> None:
    issuer = IssuerInMemory()
    expires_at = NOW.replace(year=2028, month=month, day=31, hour=23, minute=59)
    group = StatusGroup(PHOTO_CARD, issuer.key_id, expiry_bucket(expires_at))
    [entry] = await allocator(issuer).take(group, 2, 1)
    assert (await issuer.store.find_list(entry.list_id)).last_expiry > expires_at


async def test_3_12_the_address_of_a_list_says_nothing_about_who_is_on_it() -> None:
    issuer = IssuerInMemory()
    entries = await take(allocator(issuer), issuer, 40)
    uris = {issuer.issuer.publisher.signer.list_uri(entry.list_id) for entry in entries}
    for uri in uris:
        name = uri.removeprefix("https://issuer.example/tenant/status-lists/")
        assert len(name) == 22
        assert "?" not in uri


async def test_lists_of_fewer_bits_are_left_when_the_type_needs_more() -> None:
    """An entry must have room for every status its card may get, or it could never be published (3.06)."""
    issuer = IssuerInMemory()
    group, allocate = StatusGroup(PHOTO_CARD, issuer.key_id, "2027"), allocator(issuer)
    batches = [await allocate.take(group, bits, 20) for bits in (1, 2, 1)]
    bits = [{(await issuer.store.find_list(entry.list_id)).bits for entry in batch} for batch in batches]
    assert bits == [{1}, {2}, {2}]
