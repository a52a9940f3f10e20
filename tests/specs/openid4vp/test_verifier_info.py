"""`verifier_info`: what others say about a verifier (5.10)."""

import contextlib
from typing import Any

import pytest
from hypothesis import given

from specs.openid4vp import VerifierInfo, create_verifier_info, parse_verifier_info
from specs.openid4vp.errors import InvalidVerifierInfo
from tests.specs.oauth.strategies import VALUES, objects_with

IDS = {"pid", "business"}
ENTRIES = (
    VerifierInfo("jwt", "eyJ.e30.x"),
    VerifierInfo("registration_cert", {"a": 1}, ("pid",)),
)


def parse(value: Any) -> tuple[VerifierInfo, ...]:
    return parse_verifier_info(value, credential_query_ids=IDS)


def test_what_a_verifier_says_a_wallet_reads_whatever_its_format_5_10() -> None:
    assert parse(create_verifier_info(ENTRIES)) == ENTRIES
    assert create_verifier_info(ENTRIES) == [
        {"format": "jwt", "data": "eyJ.e30.x"},
        {"format": "registration_cert", "data": {"a": 1}, "credential_ids": ["pid"]},
    ]


def test_unknown_members_are_ignored() -> None:
    assert parse([{"format": "jwt", "data": "x", "more": 5}]) == (VerifierInfo("jwt", "x"),)


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        [],
        "jwt",
        [None],
        ["jwt"],
        [{"format": "jwt"}],
        [{"data": "x"}],
        [{"format": "", "data": "x"}],
        [{"format": 5, "data": "x"}],
        [{"format": "jwt", "data": ""}],
        [{"format": "jwt", "data": {}}],
        [{"format": "jwt", "data": 5}],
        [{"format": "jwt", "data": ["x"]}],
        [{"format": "jwt", "data": "x", "credential_ids": []}],
        [{"format": "jwt", "data": "x", "credential_ids": "pid"}],
        [{"format": "jwt", "data": "x", "credential_ids": ["other"]}],
        [{"format": "jwt", "data": "x", "credential_ids": [["pid"]]}],
        [{"format": "jwt", "data": "x", "credential_ids": None}],
        [{"format": "x" * 600, "data": "x"}],
        [{"format": "jwt", "data": "x"}] * 17,
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_malformed_one_is_refused_5_10(value: Any) -> None:
    with pytest.raises(InvalidVerifierInfo) as raised:
        parse(value)
    assert raised.value.code == "invalid_request"


@pytest.mark.parametrize(
    "entries", [(), (VerifierInfo("", "x"),), (VerifierInfo("jwt", ""),), (VerifierInfo("jwt", "x", ()),)]
)
def test_what_says_nothing_is_not_made(entries: Any) -> None:
    with pytest.raises(ValueError, match="entry"):
        create_verifier_info(entries)


def test_what_it_says_does_not_show_in_a_log_line() -> None:
    assert "eyJ" not in repr(ENTRIES[0])


@given(VALUES | objects_with("format", "data", "credential_ids").map(lambda one: [one]))
def test_nothing_but_a_refusal_is_raised(value: Any) -> None:
    with contextlib.suppress(InvalidVerifierInfo):
        parse(value)
