"""The derived malformed lists and bounds (3.01 to 3.03, 3.23, 3.25), each refused for its own reason."""

from typing import Any

import pytest

from specs.encoding import InvalidBase64Url
from specs.errors import ProtocolError
from specs.token_status_list import (
    IndexOutOfRange,
    InvalidBits,
    InvalidCompression,
    InvalidStatusReference,
    MalformedStatusList,
    StatusListTooLarge,
    parse_status_list,
    parse_status_reference,
)
from tests.specs.token_status_list.tokens import URI, load

CASES: list[dict[str, Any]] = load("decoding_cases.json")["cases"]

REASONS: dict[str, type[ProtocolError]] = {
    "raw-deflate": InvalidCompression,
    "gzip": InvalidCompression,
    "standard-base64-padding": InvalidBase64Url,
    "bits-3": InvalidBits,
    "bits-string": InvalidBits,
    "bits-missing": MalformedStatusList,
    "truncated": InvalidBase64Url,  # cut within a byte; test_compression.py cuts between bytes
    "bad-adler": InvalidCompression,
    "idx-out-of-bounds": IndexOutOfRange,
    "idx-negative": InvalidStatusReference,
    "bomb": StatusListTooLarge,
}


def status(case: dict[str, Any]) -> int:
    reference = parse_status_reference({"status_list": {"idx": case.get("idx", 0), "uri": URI}})
    return parse_status_list(case["status_list"]).get(reference.index)


def test_every_case_is_run() -> None:
    assert {case["id"] for case in CASES if case["expect"] != "accept"} == set(REASONS)


@pytest.mark.parametrize(
    "case", [one for one in CASES if one["expect"] == "accept"], ids=lambda one: one["id"]
)
def test_3_02_an_accepted_case_has_its_status(case: dict[str, Any]) -> None:
    assert status(case) == case["status"]


@pytest.mark.parametrize(
    "case", [one for one in CASES if one["expect"] != "accept"], ids=lambda one: one["id"]
)
def test_3_23_a_refused_case_has_its_reason(case: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError) as refused:
        status(case)
    assert type(refused.value) is REASONS[case["id"]]


def test_3_25_the_bomb_is_read_where_the_bound_allows_it() -> None:
    (bomb,) = (case for case in CASES if case["id"] == "bomb")

    assert len(parse_status_list(bomb["status_list"], max_bytes=64 * 2**20)) == 64 * 2**23


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, MalformedStatusList),
        ("eNrbuRgAAhcBXQ", MalformedStatusList),
        ({"bits": 1}, MalformedStatusList),
        ({"bits": 1, "lst": None}, MalformedStatusList),
        ({"bits": 1, "lst": [1, 0]}, MalformedStatusList),
        ({"bits": True, "lst": "eNrbuRgAAhcBXQ"}, InvalidBits),
        ({"bits": 2.0, "lst": "eNrbuRgAAhcBXQ"}, InvalidBits),
        ({"bits": 1, "lst": ""}, InvalidCompression),
        ({"bits": 1, "lst": "eNrbuRgAAhcBXR"}, InvalidBase64Url),  # a second spelling of the last byte
        ({"bits": 1, "lst": " eNrbuRgAAhcBXQ"}, InvalidBase64Url),
    ],
)
def test_3_03_a_malformed_status_list_is_refused(value: object, expected: type[ProtocolError]) -> None:
    with pytest.raises(ProtocolError) as refused:
        parse_status_list(value)
    assert type(refused.value) is expected
