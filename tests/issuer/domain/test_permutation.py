"""The keyed permutation of status indices: one to one, the same everywhere, unpredictable (3.08, 3.10)."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issuer.domain.permutation import Permutation

KEY, OTHER_KEY = bytes(range(32)), bytes(32)
FULL = 2**20
GOLDEN_2_TO_THE_20 = [93634, 681983, 133487, 779460, 693676]
GOLDEN_2_TO_THE_17 = [54298, 128757, 67277, 96558, 59414]
keys = st.binary(min_size=32, max_size=32)


@pytest.mark.parametrize("bits", range(2, 15))
def test_3_10_every_index_is_hit_exactly_once_for_even_and_odd_numbers_of_bits(bits: int) -> None:
    permutation = Permutation(KEY, 2**bits)

    assert sorted(map(permutation.index, range(2**bits))) == list(range(2**bits))


@given(keys, st.integers(2, 9))
@settings(max_examples=40)
def test_3_10_it_is_one_to_one_under_every_key(key: bytes, bits: int) -> None:
    permutation = Permutation(key, 2**bits)

    assert sorted(map(permutation.index, range(2**bits))) == list(range(2**bits))


@pytest.mark.parametrize("bits", [17, 18, 19, 20, 24])
def test_3_10_samples_of_the_sizes_in_use_never_collide(bits: int) -> None:
    permutation, size = Permutation(KEY, 2**bits), 2**bits
    counters = [*range(4096), *range(size - 4096, size), *range(4096, size - 4096, size // 8192)]

    indices = [permutation.index(counter) for counter in counters]

    assert len(set(indices)) == len(counters)
    assert all(0 <= index < size for index in indices)


def test_an_index_is_the_same_on_every_machine_and_in_every_version() -> None:
    """Golden: a change here would hand out indices twice in lists that are already in use."""
    permutation = Permutation(KEY, FULL)

    assert [permutation.index(counter) for counter in (0, 1, 2, 3, FULL - 1)] == GOLDEN_2_TO_THE_20
    assert [
        Permutation(KEY, 2**17).index(counter) for counter in (0, 1, 2, 3, 2**17 - 1)
    ] == GOLDEN_2_TO_THE_17


def test_3_08_another_key_or_size_gives_another_order() -> None:
    ours = [Permutation(KEY, FULL).index(counter) for counter in range(64)]
    theirs = [Permutation(OTHER_KEY, FULL).index(counter) for counter in range(64)]
    smaller = [Permutation(KEY, FULL // 2).index(counter) for counter in range(64)]

    assert not set(ours) & set(theirs)
    assert len(set(ours) & set(smaller)) < 3


def test_3_08_a_block_of_counters_is_spread_over_the_whole_list() -> None:
    """Each eighth of the list gets about an eighth of a leased block; neighbours are not kept together."""
    indices = [Permutation(KEY, FULL).index(counter) for counter in range(4096)]
    eighths = [sum(index * 8 // FULL == part for index in indices) for part in range(8)]
    rises = sum(after > before for before, after in itertools.pairwise(indices))

    assert all(400 < found < 630 for found in eighths)
    assert 1900 < rises < 2200
    assert not any(abs(after - before) == 1 for before, after in itertools.pairwise(indices))


def test_3_08_no_three_indices_of_a_batch_are_in_arithmetic_progression() -> None:
    """What the conformance suite looks for in a batch."""
    indices = [Permutation(KEY, FULL).index(counter) for counter in range(30)]
    present = set(indices)

    assert not any(
        2 * middle - first in present for first in indices for middle in indices if first != middle
    )


def test_3_08_one_changed_bit_of_the_key_changes_everything() -> None:
    changed = bytes([KEY[0] ^ 1, *KEY[1:]])

    same = sum(
        Permutation(KEY, FULL).index(counter) == Permutation(changed, FULL).index(counter)
        for counter in range(16)
    )
    assert same == 0


@pytest.mark.parametrize("counter", [-1, FULL, FULL + 1])
def test_a_counter_past_the_end_is_a_mistake_of_the_caller(counter: int) -> None:
    with pytest.raises(ValueError, match="past the end"):
        Permutation(KEY, FULL).index(counter)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 1000, 2**20 - 1, 2**25, -4])
def test_a_size_that_is_no_power_of_two_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        Permutation(KEY, size)


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33)])
def test_a_short_key_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Permutation(key, FULL)
