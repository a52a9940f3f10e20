"""The byte array of section 4.1 (3.01, 3.06, 3.11), against the vectors, a plain list and another
implementation.
"""

import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import b64url_decode
from specs.token_status_list import (
    BITS,
    IndexOutOfRange,
    InvalidBits,
    StatusList,
    StatusType,
    create_status_list,
    decompress,
    parse_status_list,
)
from tests.specs.token_status_list.tokens import load

SHORT: list[dict[str, Any]] = load("encoding_short.json")["vectors"]
LONG: list[dict[str, Any]] = load("encoding_long.json")["vectors"]


def bits_of(vector: dict[str, Any]) -> str:
    return f"{vector['bits']}-bit"


@pytest.mark.parametrize("vector", SHORT, ids=bits_of)
def test_3_01_short_vectors_are_encoded_and_decoded(vector: dict[str, Any]) -> None:
    encoded = StatusList.from_statuses(vector["statuses"], bits=vector["bits"])
    decoded = parse_status_list({"bits": vector["bits"], "lst": vector["lst"]})

    assert encoded.data.hex() == decoded.data.hex() == vector["byte_array_hex"]
    assert list(decoded) == list(encoded) == vector["statuses"]
    assert zlib.decompress(encoded.compressed()) == bytes.fromhex(vector["byte_array_hex"])
    assert decompress(bytes.fromhex(vector["compressed_hex"])) == encoded.data


@pytest.mark.parametrize("vector", LONG, ids=bits_of)
def test_3_01_long_vectors_hold_the_same_statuses_at_all_2_to_the_20_positions(
    vector: dict[str, Any],
) -> None:
    decoded = parse_status_list({"bits": vector["bits"], "lst": vector["lst"]})
    expected = [0] * vector["size"]
    for index, status in vector["nonzero_or_listed"]:
        expected[index] = status

    assert list(decoded) == expected
    assert [decoded.get(index) for index in range(len(decoded))] == expected


@pytest.mark.parametrize("vector", LONG, ids=bits_of)
def test_3_03_a_long_list_built_from_its_entries_is_the_same_list(vector: dict[str, Any]) -> None:
    built = StatusList.empty(size=vector["size"], bits=vector["bits"])
    built.update((index, status) for index, status in vector["nonzero_or_listed"])

    created = create_status_list(built)
    assert created["bits"] == vector["bits"]
    assert zlib.decompress(b64url_decode(created["lst"])) == zlib.decompress(b64url_decode(vector["lst"]))


def test_3_01_index_0_is_in_the_least_significant_bits_of_byte_0() -> None:
    for bits in BITS:
        created = StatusList.empty(size=16, bits=bits)
        created.set(0, 1)
        created.set(8 // bits, 1)
        assert created.data[:2] == b"\x01\x01"
        assert StatusList(bits, bytearray(b"\x80")).get(8 // bits - 1) == 0x80 >> (8 - bits)


@pytest.mark.parametrize(
    ("size", "bits", "length"),
    [(1, 1, 1), (8, 1, 1), (9, 1, 2), (4, 2, 1), (5, 2, 2), (3, 4, 2), (3, 8, 3), (2**20, 1, 2**17)],
)
def test_3_11_a_new_list_is_valid_everywhere_and_whole_bytes_long(size: int, bits: int, length: int) -> None:
    created = StatusList.empty(size=size, bits=bits)

    assert len(created.data) == length
    assert len(created) == length * 8 // bits >= size
    assert set(created) == {StatusType.VALID}


@pytest.mark.parametrize("bits", [0, 3, 5, 16, -1, True, 1.0, "1", None])
def test_3_01_another_number_of_bits_is_refused(bits: Any) -> None:
    with pytest.raises(InvalidBits):
        StatusList(bits, bytearray(1))
    with pytest.raises(InvalidBits):
        StatusList.empty(size=8, bits=bits)


@pytest.mark.parametrize("bits", BITS)
def test_3_23_an_index_outside_the_list_is_refused_for_reading_and_writing(bits: int) -> None:
    entries = StatusList.empty(size=16, bits=bits)

    entries.set(15, 1)
    assert entries.get(15) == 1
    for index in (16, -1, -16, 2**70):
        with pytest.raises(IndexOutOfRange):
            entries.get(index)
        with pytest.raises(IndexOutOfRange):
            entries.set(index, 1)
        with pytest.raises(IndexOutOfRange):
            StatusList.from_indices([0, index], status=1, size=16, bits=bits)
    assert sum(entries) == 1


@pytest.mark.parametrize("bits", BITS)
def test_3_06_a_status_that_does_not_fit_in_the_bits_is_a_mistake_of_the_caller(bits: int) -> None:
    entries = StatusList.empty(size=16, bits=bits)

    entries.set(0, (1 << bits) - 1)
    for status in (1 << bits, -1):
        with pytest.raises(ValueError, match="does not fit"):
            entries.set(1, status)
        with pytest.raises(ValueError, match="does not fit"):
            StatusList.from_indices([1], status=status, size=16, bits=bits)
    with pytest.raises(ValueError, match="at least one"):
        StatusList.empty(size=0, bits=bits)


@st.composite
def lists(draw: st.DrawFn) -> tuple[int, list[int]]:
    bits = draw(st.sampled_from(BITS))
    statuses = st.integers(0, (1 << bits) - 1)
    return bits, draw(st.lists(statuses, min_size=1, max_size=80))


@given(lists())
def test_3_01_what_is_written_is_read_and_only_padding_is_added(case: tuple[int, list[int]]) -> None:
    bits, statuses = case
    created = StatusList.from_statuses(statuses, bits=bits)

    assert list(created)[: len(statuses)] == statuses
    assert not any(list(created)[len(statuses) :])
    assert list(parse_status_list(create_status_list(created))) == list(created)


@given(lists(), st.data())
def test_3_01_a_list_behaves_like_a_plain_list_under_any_changes(
    case: tuple[int, list[int]], data: st.DataObject
) -> None:
    bits, model = case
    entries = StatusList.from_statuses(model, bits=bits)
    places = st.integers(0, len(model) - 1)
    changes = data.draw(st.lists(st.tuples(places, st.integers(0, (1 << bits) - 1)), max_size=40))

    entries.update(changes)
    for index, status in changes:
        model[index] = status
    assert list(entries)[: len(model)] == model
    assert [entries.get(index) for index in range(len(model))] == model


@given(lists())
def test_building_from_indices_equals_setting_one_after_another(case: tuple[int, list[int]]) -> None:
    bits, statuses = case
    status = max(statuses)
    indices = [index for index, value in enumerate(statuses) if value == status]
    slow = StatusList.empty(size=len(statuses), bits=bits)
    slow.update((index, status) for index in indices)

    built = StatusList.from_indices(indices + indices[:1], status=status, size=len(statuses), bits=bits)

    assert built.data == slow.data


@given(lists())
def test_another_implementation_reads_the_same(case: tuple[int, list[int]]) -> None:
    other = pytest.importorskip("token_status_list")
    bits, statuses = case
    ours = StatusList.from_statuses(statuses, bits=bits)

    theirs = other.BitArray.load(create_status_list(ours))
    assert [theirs.get(index) for index in range(len(statuses))] == statuses
    theirs.set(0, 1)
    ours.set(0, 1)
    assert parse_status_list(theirs.dump()).data == ours.data
