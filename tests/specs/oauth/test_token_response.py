"""Token responses (4.18, 4.19, 4.28; RFC 6749 section 5.1)."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import create_json
from specs.oauth import (
    InvalidTokenResponse,
    TokenResponse,
    UnsupportedTokenType,
    create_token_response,
    parse_token_response,
)
from tests.specs.oauth.strategies import bodies_with

GOOD: dict[str, Any] = {"access_token": "eyJ.a-b_c.d~/+==", "token_type": "Bearer", "expires_in": 300}


def parse(**changes: Any) -> TokenResponse:
    members = GOOD | changes
    return parse_token_response(create_json({name: value for name, value in members.items() if value != "-"}))


def test_a_bearer_token_is_read_whatever_the_case_of_its_type() -> None:
    assert parse(token_type="bearer") == TokenResponse(GOOD["access_token"], 300)


def test_unknown_members_and_the_nonce_of_the_drafts_are_ignored_4_28() -> None:
    assert parse(c_nonce="old", c_nonce_expires_in=60, x=1) == TokenResponse(GOOD["access_token"], 300)


def test_what_a_server_need_not_say_may_be_missing_or_null() -> None:
    assert parse(expires_in="-").expires_in is None
    assert parse(scope=None, refresh_token=None, authorization_details=None) == parse()


def test_scope_refresh_token_and_details_are_read_4_19() -> None:
    details = [
        {
            "type": "openid_credential",
            "credential_configuration_id": "person",
            "credential_identifiers": ["a"],
        }
    ]
    found = parse(scope="person licence", refresh_token="r", authorization_details=details)
    assert (found.scope, found.refresh_token) == (("person", "licence"), "r")
    assert found.authorization_details == tuple(details)


@pytest.mark.parametrize(
    "changes",
    [
        {"access_token": "-"},
        {"access_token": 5},
        {"access_token": ""},
        {"access_token": "a b"},
        {"access_token": "a\r\nX-Injected: 1"},
        {"token_type": "-"},
        {"token_type": 1},
        {"expires_in": "300"},
        {"expires_in": -1},
        {"expires_in": 0},
        {"expires_in": True},
        {"expires_in": 2**62},
        {"scope": 7},
        {"scope": "a  b"},
        {"refresh_token": ""},
        {"refresh_token": 5},
        {"authorization_details": {}},
        {"authorization_details": []},
        {"authorization_details": ["x"]},
    ],
    ids=str,
)
def test_known_members_with_bad_values_are_refused_d10(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidTokenResponse):
        parse(**changes)


@pytest.mark.parametrize("token_type", ["DPoP", "mac", ""])
def test_a_token_that_cannot_be_used_is_refused(token_type: str) -> None:
    with pytest.raises(UnsupportedTokenType):
        parse(token_type=token_type)


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b'{"access_token":"a","access_token":"b"}', b"{" * 40])
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidTokenResponse):
        parse_token_response(body)


def test_a_response_that_nobody_could_use_is_not_created() -> None:
    with pytest.raises(ValueError, match="access token"):
        create_token_response(access_token="a b", expires_in=300)
    with pytest.raises(ValueError, match="access token"):
        create_token_response(access_token="a", expires_in=0)


def test_the_token_does_not_show_in_a_log_line() -> None:
    assert GOOD["access_token"] not in repr(parse())


@given(
    st.from_regex(r"[A-Za-z0-9._~+/-]{1,50}={0,2}", fullmatch=True),
    st.integers(1, 3600),
    st.none() | st.from_regex(r"[a-z]{1,5}( [A-Z]{1,5}){0,2}", fullmatch=True),
)
def test_what_a_server_creates_a_wallet_reads(token: str, seconds: int, scope: str | None) -> None:
    found = parse_token_response(
        create_json(create_token_response(access_token=token, expires_in=seconds, scope=scope))
    )
    assert (found.access_token, found.expires_in) == (token, seconds)
    assert found.scope == (() if scope is None else tuple(dict.fromkeys(scope.split(" "))))


@given(
    bodies_with("access_token", "token_type", "expires_in", "scope", "refresh_token", "authorization_details")
)
def test_nothing_but_a_refusal_is_raised(body: bytes) -> None:
    with contextlib.suppress(InvalidTokenResponse):
        parse_token_response(body)
