"""The zlib stream of section 4.1 (3.02): any level is read, ours is short, a change costs one block, bombs
are refused.
"""

import random
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.token_status_list import (
    BITS,
    BlockCompressor,
    InvalidCompression,
    StatusList,
    StatusListTooLarge,
    decompress,
)
from tests.specs.token_status_list.tokens import load

BLOCK = 16 * 1024
ENTRIES = 2**20


def scattered(share: float, *, size: int = ENTRIES, bits: int = 1) -> StatusList:
    chosen = random.Random(1).sample(range(size), int(size * share))
    return StatusList.from_indices(chosen, status=1, size=size, bits=bits)


@pytest.mark.parametrize("level", range(10))
def test_3_02_every_level_is_read(level: int) -> None:
    assert decompress(zlib.compress(b"\x01\x02" * 500, level)) == b"\x01\x02" * 500


@pytest.mark.parametrize(
    ("share", "limit"), [(0.0, 1.1), (0.01, 1.10), (0.05, 0.88), (0.25, 1.0), (0.5, 1.01), (1.0, 1.7)]
)
def test_3_02_the_stream_is_about_as_short_as_at_the_highest_level(share: float, limit: float) -> None:
    """Targets: 1.10 at 1 % revoked, 1.0 at 5 % (measured: 0.84). At the ends it is a few hundred bytes."""
    entries = scattered(share)

    highest = zlib.compress(bytes(entries.data), 9)
    assert len(entries.compressed()) <= len(highest) * limit + 300


@pytest.mark.parametrize(("row", "size"), [("100k", 100_000), ("1M", 1_000_000)])
def test_3_28_sizes_stay_near_the_table_of_the_draft(row: str, size: int) -> None:
    table = load("size_table_1bit.json")
    for percent, printed in zip(table["columns_revoked_percent"], table["rows"][row], strict=True):
        number, unit = printed.split()
        expected = float(number) * {"B": 1, "KB": 1024}[unit]
        found = len(scattered(percent / 100, size=size).compressed())
        assert found <= expected * 1.13 + 400, f"{percent} %"


@given(st.binary(max_size=200), st.integers(0, 3 * BLOCK), st.sampled_from([0, 0x55, 0xFF]))
@settings(max_examples=60)
def test_3_02_any_bytes_come_back_through_zlib_and_through_our_reader(
    data: bytes, pad: int, fill: int
) -> None:
    plain = data + bytes([fill]) * pad + data

    packed = BlockCompressor().compress(plain)

    assert zlib.decompress(packed) == plain
    assert decompress(packed) == plain


@given(
    st.sampled_from(BITS),
    st.lists(st.lists(st.tuples(st.integers(0, 5 * BLOCK), st.integers(0, 255)), max_size=6), max_size=6),
)
@settings(max_examples=60)
def test_a_changed_list_compresses_to_what_it_holds_after_every_change(
    bits: int, rounds: list[list[tuple[int, int]]]
) -> None:
    """Property: blocks kept from before never show in the stream of a list that has changed."""
    entries = StatusList.empty(size=5 * BLOCK, bits=bits)
    for changes in rounds:
        for index, status in changes:
            entries.set(index % len(entries), status & ((1 << bits) - 1))
        packed = entries.compressed()
        assert zlib.decompress(packed) == entries.data
        assert packed == StatusList(bits, entries.data).compressed()  # the same bytes give the same stream


@given(st.lists(st.integers(0, 4 * BLOCK), min_size=1, max_size=5))
@settings(max_examples=30)
def test_one_compressor_serves_lists_that_grow_and_shrink(lengths: list[int]) -> None:
    compressor = BlockCompressor()
    for number, length in enumerate(lengths):
        data = bytes([number]) * length
        assert zlib.decompress(compressor.compress(data)) == data


def test_a_change_compresses_only_its_own_block_again() -> None:
    entries = scattered(0.01)
    entries.compressed()
    before = list(entries._compressor._blocks)

    entries.set(3 * BLOCK * 8 + 5, 1 - entries.get(3 * BLOCK * 8 + 5))
    entries.compressed()

    after = entries._compressor._blocks
    assert [number for number, block in enumerate(after) if block is not before[number]] == [3]


def test_a_change_taken_back_gives_the_first_stream_again() -> None:
    entries = scattered(0.05)
    first = entries.compressed()

    entries.set(77, 1 - entries.get(77))
    assert entries.compressed() != first
    entries.set(77, 1 - entries.get(77))
    assert entries.compressed() == first


BOMB = zlib.compress(bytes(64 * 2**20), 9)


def test_3_25_a_bomb_is_refused_after_its_first_bytes() -> None:
    with pytest.raises(StatusListTooLarge):
        decompress(BOMB, max_bytes=1000)
    with pytest.raises(StatusListTooLarge):
        decompress(BOMB)
    assert len(decompress(BOMB, max_bytes=64 * 2**20)) == 64 * 2**20


@pytest.mark.parametrize(("limit", "fits"), [(999, False), (1000, True), (1001, True)])
def test_3_25_the_limit_is_exact(limit: int, fits: bool) -> None:
    packed = zlib.compress(b"x" * 1000)

    if fits:
        assert len(decompress(packed, max_bytes=limit)) == 1000
    else:
        with pytest.raises(StatusListTooLarge):
            decompress(packed, max_bytes=limit)


def with_dictionary() -> bytes:
    packer = zlib.compressobj(zdict=b"status")
    return packer.compress(b"status") + packer.flush()


GOOD = zlib.compress(b"\xb9\xa3", 9)


@pytest.mark.parametrize(
    "defect",
    {
        "nothing": b"",
        "header-only": GOOD[:2],
        "no-checksum": GOOD[:-4],
        "half-a-checksum": GOOD[:-1],
        "wrong-checksum": GOOD[:-1] + bytes([GOOD[-1] ^ 1]),
        "one-byte-after-the-end": GOOD + b"\0",
        "a-second-stream-after-the-end": GOOD + GOOD,
        "raw-deflate": GOOD[2:-4],
        "gzip": zlib.compress(b"\xb9\xa3", wbits=31),
        "preset-dictionary": with_dictionary(),
        "reserved-block-type": b"\x78\xda\x07\x00",
        "text": b"[0,1,1]",
    }.items(),
    ids=lambda item: item[0],
)
def test_3_02_what_is_no_complete_zlib_stream_is_refused(defect: tuple[str, bytes]) -> None:
    with pytest.raises(InvalidCompression):
        decompress(defect[1])


@given(st.binary(max_size=60), st.data())
def test_3_02_no_changed_byte_goes_unnoticed(data: bytes, choice: st.DataObject) -> None:
    """The checksum covers the data; a change in the container alone may leave the same data."""
    packed = bytearray(BlockCompressor().compress(data))
    position = choice.draw(st.integers(0, len(packed) - 1))
    packed[position] ^= choice.draw(st.integers(1, 255))

    try:
        unpacked = decompress(bytes(packed))
    except InvalidCompression:
        return
    assert unpacked == data
