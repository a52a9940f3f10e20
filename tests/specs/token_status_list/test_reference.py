"""The status claim (3.07), status types (3.06) and aggregation (3.21)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import EncodingError
from specs.token_status_list import (
    InvalidAggregation,
    InvalidStatusReference,
    StatusReference,
    StatusType,
    UnsupportedStatusMechanism,
    create_status_claim,
    create_status_list_aggregation,
    is_application_specific,
    is_reserved,
    parse_status_list_aggregation,
    parse_status_reference,
    required_bits,
)
from tests.specs.token_status_list.tokens import URI, VECTORS, load


@given(st.integers(0, 2**53 - 1))
def test_3_07_a_reference_comes_back(index: int) -> None:
    reference = StatusReference(URI, index)

    assert parse_status_reference(create_status_claim(reference)) == reference


def test_3_07_other_mechanisms_beside_it_are_ignored() -> None:
    claim = {"status_list": {"idx": 3, "uri": URI, "future": 1}, "other": {"x": 1}}

    assert parse_status_reference(claim) == StatusReference(URI, 3)


@pytest.mark.parametrize("claim", [{}, {"identifier_list": {"id": "x"}}])
def test_3_07_a_status_that_we_cannot_read_is_not_no_status(claim: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedStatusMechanism):
        parse_status_reference(claim)


@pytest.mark.parametrize(
    "claim",
    [
        None,
        "valid",
        [],
        {"status_list": None},
        {"status_list": []},
        {"status_list": {}},
        {"status_list": {"idx": 1}},
    ],
)
def test_3_07_a_claim_of_the_wrong_shape_is_refused(claim: object) -> None:
    with pytest.raises(InvalidStatusReference):
        parse_status_reference(claim)


@pytest.mark.parametrize("index", [-1, 1.0, True, False, "1", None, 2**53])
def test_3_07_idx_is_a_non_negative_integer(index: object) -> None:
    with pytest.raises(InvalidStatusReference):
        parse_status_reference({"status_list": {"idx": index, "uri": URI}})


@pytest.mark.parametrize(
    "uri",
    [
        None,
        1,
        "",
        "https://",
        "statuslists/1",
        "//example.com/1",
        "file:///etc/passwd",
        "urn:example:1",
        "https://example.com/a b",
        "https://example.com/\n",
        "https://example.com/é",
        "https://" + "a" * 2048,
    ],
)
def test_3_07_uri_is_a_web_address(uri: object) -> None:
    with pytest.raises(InvalidStatusReference):
        parse_status_reference({"status_list": {"idx": 1, "uri": uri}})


def test_3_07_a_claim_that_nobody_accepts_is_not_made() -> None:
    for reference in (StatusReference(URI, -1), StatusReference("x", 1)):
        with pytest.raises(InvalidStatusReference):
            create_status_claim(reference)


def test_3_06_the_registered_values() -> None:
    assert {one.name: one.value for one in StatusType} == {"VALID": 0, "INVALID": 1, "SUSPENDED": 2}
    assert [value for value in range(256) if is_application_specific(value)] == [3, 12, 13, 14, 15]
    assert all(
        is_reserved(value) is not (value in (0, 1, 2) or is_application_specific(value))
        for value in range(256)
    )
    assert is_reserved(0x0B)  # defined by older drafts only (D3)


@pytest.mark.parametrize(
    ("statuses", "bits"),
    [([], 1), ([0, 1], 1), ([2], 2), ([0, 3], 2), ([4], 4), ([15], 4), ([16], 8), ([255], 8)],
)
def test_3_06_bits_are_large_enough_for_the_statuses(statuses: list[int], bits: int) -> None:
    assert required_bits(statuses) == bits


@pytest.mark.parametrize("status", [-1, 256])
def test_3_06_no_size_holds_such_a_status(status: int) -> None:
    with pytest.raises(ValueError, match="0 to 255"):
        required_bits([status])


def test_3_21_the_aggregation_of_the_draft_is_read_and_written() -> None:
    uris = tuple(load("aggregation.json")["status_lists"])

    assert parse_status_list_aggregation((VECTORS / "aggregation.json").read_bytes()) == uris
    assert parse_status_list_aggregation(create_status_list_aggregation(uris)) == uris


def test_3_21_a_bad_entry_does_not_stop_the_others() -> None:
    body = b'{"status_lists":["https://a.example/1",7,null,"nonsense","https://a.example/1","https://b.example/2"]}'

    assert parse_status_list_aggregation(body) == ("https://a.example/1", "https://b.example/2")


@pytest.mark.parametrize("body", [b"{}", b'{"status_lists":null}', b'{"status_lists":"https://a.example"}'])
def test_3_21_a_body_without_a_list_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidAggregation):
        parse_status_list_aggregation(body)


def test_3_21_an_endless_list_and_what_is_no_json_are_refused() -> None:
    with pytest.raises(InvalidAggregation):
        parse_status_list_aggregation(
            create_status_list_aggregation([f"https://a.example/{n}" for n in range(4097)])
        )
    with pytest.raises(EncodingError):
        parse_status_list_aggregation(b"[]")
    with pytest.raises(InvalidStatusReference):
        create_status_list_aggregation(["nonsense"])
