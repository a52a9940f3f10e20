"""Credential responses (4.32, 4.35, 4.45)."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import create_json
from specs.openid4vci import (
    CredentialResponse,
    DeferredCredentialResponse,
    create_credential_response,
    parse_credential_response,
)
from specs.openid4vci.wallet_errors import InvalidCredentialResponse, TooManyCredentials
from tests.specs.oauth.strategies import bodies_with
from tests.specs.openid4vci.material import load

VECTOR = load("credential_response_sd_jwt_vc.json")


def parse(body: Any, number_of_keys: int = 3) -> CredentialResponse | DeferredCredentialResponse:
    return parse_credential_response(create_json(body), number_of_keys=number_of_keys)


def test_the_example_of_the_standard_is_read_and_written_4_35() -> None:
    found = parse(VECTOR["body"])
    assert isinstance(found, CredentialResponse)
    assert found.credentials == (VECTOR["body"]["credentials"][0]["credential"],)
    assert create_credential_response(found.credentials) == VECTOR["body"]


def test_unknown_members_are_ignored_4_45() -> None:
    body = {"credentials": [{"credential": "a~", "x": 1}], "c_nonce": "old", "notification_id": "n"}
    assert parse(body) == CredentialResponse(("a~",), "n")


def test_fewer_credentials_than_keys_are_fine_and_more_are_not_4_32() -> None:
    body = create_credential_response(["a~", "b~"])
    assert parse(body, 2) == parse(body, 3)
    with pytest.raises(TooManyCredentials):
        parse(body, 1)


def test_a_promise_is_read_4_35() -> None:
    assert parse({"transaction_id": "t", "interval": 3600}) == DeferredCredentialResponse("t", 3600)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"credentials": []},
        {"credentials": {}},
        {"credentials": ["a~"]},
        {"credentials": [{"credential": ""}]},
        {"credentials": [{"credential": {"@context": []}}]},
        {"credentials": [{"credential": "a~"}, {}]},
        {"credential": "a~"},
        {"credentials": [{"credential": "a~"}], "transaction_id": "t", "interval": 5},
        {"credentials": [{"credential": "a~"}], "interval": 5},
        {"credentials": [{"credential": "a~"}], "notification_id": 5},
        {"credentials": [{"credential": "a~"}], "notification_id": "x" * 1025},
        {"transaction_id": "t"},
        {"transaction_id": "t", "interval": 0},
        {"transaction_id": "t", "interval": -5},
        {"transaction_id": "t", "interval": "5"},
        {"transaction_id": "t", "interval": True},
        {"transaction_id": "", "interval": 5},
        {"transaction_id": 7, "interval": 5},
        {"transaction_id": "t", "interval": 5, "notification_id": "n"},
        [],
    ],
    ids=str,
)
def test_neither_or_both_or_malformed_is_refused_4_35(body: Any) -> None:
    with pytest.raises(InvalidCredentialResponse):
        parse(body)


@pytest.mark.parametrize("body", [b"", b"\xff", b'{"credentials":[],"credentials":[]}'])
def test_a_body_that_is_no_strict_json_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidCredentialResponse):
        parse_credential_response(body, number_of_keys=1)


def test_an_answer_without_a_credential_is_not_created() -> None:
    with pytest.raises(ValueError, match="no credential"):
        create_credential_response([])


def test_credentials_do_not_show_in_a_log_line() -> None:
    assert "secret~" not in repr(parse(create_credential_response(["secret~"])))


@given(
    st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=5),
    st.none() | st.text(min_size=1, max_size=9),
)
def test_what_an_issuer_creates_a_wallet_reads(credentials: list[str], notification_id: str | None) -> None:
    body = create_credential_response(credentials, notification_id=notification_id)
    assert parse(body, 5) == CredentialResponse(tuple(credentials), notification_id)


@given(bodies_with("credentials", "transaction_id", "interval", "notification_id"))
def test_nothing_but_a_refusal_is_raised(body: bytes) -> None:
    with contextlib.suppress(InvalidCredentialResponse):
        parse_credential_response(body, number_of_keys=2)
