"""Token requests (4.18; RFC 6749 section 3.2)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.errors import ProtocolError
from specs.oauth import (
    PRE_AUTHORIZED_CODE_GRANT,
    InvalidRequest,
    MalformedParameter,
    MissingParameter,
    PreAuthorizedCodeRequest,
    RepeatedParameter,
    TooManyParameters,
    UnsupportedGrantType,
    create_token_request,
    parse_token_request,
)
from specs.oauth.form import MAX_PARAMETERS, parse_parameters
from tests.specs.oauth.strategies import fields_with

GRANT = ("grant_type", PRE_AUTHORIZED_CODE_GRANT)
CODE = ("pre-authorized_code", "SplxlOBeZQQYbYS6WxSbIA")
VISIBLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=60)


def test_a_code_alone_is_a_request_4_18() -> None:
    assert parse_token_request([GRANT, CODE]) == PreAuthorizedCodeRequest(CODE[1])


def test_code_transaction_code_and_client_are_read_4_18() -> None:
    request = parse_token_request([("client_id", "wallet"), CODE, ("tx_code", "493536"), GRANT])
    assert request == PreAuthorizedCodeRequest(CODE[1], tx_code="493536", client_id="wallet")


def test_unknown_parameters_and_the_pin_of_the_drafts_are_ignored_d10() -> None:
    fields = [GRANT, CODE, ("user_pin", "1234"), ("x_future", "1"), ("scope", "person")]
    assert parse_token_request(fields) == PreAuthorizedCodeRequest(CODE[1])


def test_resource_may_repeat_rfc_8707() -> None:
    twice = [("resource", "https://a.example"), ("resource", "https://b.example")]
    assert parse_token_request([GRANT, CODE, *twice]) == PreAuthorizedCodeRequest(CODE[1])


def test_a_parameter_without_a_value_counts_as_omitted() -> None:
    assert parse_token_request([GRANT, CODE, ("tx_code", "")]).tx_code is None
    with pytest.raises(MissingParameter):
        parse_token_request([GRANT, ("pre-authorized_code", "")])


@pytest.mark.parametrize(
    ("fields", "error", "code"),
    [
        pytest.param([CODE], MissingParameter, "invalid_request", id="no-grant-type"),
        pytest.param([GRANT], MissingParameter, "invalid_request", id="no-code"),
        pytest.param([GRANT, CODE, CODE], RepeatedParameter, "invalid_request", id="code-twice"),
        pytest.param([GRANT, GRANT, CODE], RepeatedParameter, "invalid_request", id="grant-type-twice"),
        pytest.param(
            [GRANT, CODE, ("tx_code", ""), ("tx_code", "1")],
            RepeatedParameter,
            "invalid_request",
            id="transaction-code-twice-once-empty",
        ),
        pytest.param(
            [GRANT, CODE, ("unknown", "1"), ("unknown", "2")],
            RepeatedParameter,
            "invalid_request",
            id="unknown-parameter-twice",
        ),
        pytest.param(
            [("grant_type", "password"), CODE],
            UnsupportedGrantType,
            "unsupported_grant_type",
            id="password-grant",
        ),
        pytest.param(
            [("grant_type", "authorization_code"), ("code", "x")],
            MissingParameter,
            "invalid_request",
            id="code-without-its-verifier",
        ),
        pytest.param(
            [GRANT, ("pre-authorized_code", "x" * 1025)],
            MalformedParameter,
            "invalid_request",
            id="code-too-long",
        ),
        pytest.param(
            [GRANT, ("pre-authorized_code", "a\x00b")],
            MalformedParameter,
            "invalid_request",
            id="code-with-control-character",
        ),
        pytest.param(
            [GRANT, CODE, ("tx_code", "1" * 65)], MalformedParameter, "invalid_request", id="pin-too-long"
        ),
        pytest.param(
            [GRANT, CODE, ("tx_code", "12\ud800")], MalformedParameter, "invalid_request", id="lone-surrogate"
        ),
        pytest.param(
            [GRANT, CODE, ("client_id", "wället")],
            MalformedParameter,
            "invalid_request",
            id="client-outside-ascii",
        ),
        pytest.param(
            [GRANT, CODE, ("x", "y" * 8193)], MalformedParameter, "invalid_request", id="value-too-long"
        ),
        pytest.param(
            [GRANT, CODE, ("x" * 129, "y")], MalformedParameter, "invalid_request", id="name-too-long"
        ),
    ],
)
def test_refused_with_the_registered_code_4_18(
    fields: list[tuple[str, str]], error: type[ProtocolError], code: str
) -> None:
    with pytest.raises(error) as raised:
        parse_token_request(fields)
    assert raised.value.code == code


def test_more_parameters_than_any_request_needs_are_refused() -> None:
    with pytest.raises(TooManyParameters):
        parse_parameters((f"p{number}", "x") for number in range(MAX_PARAMETERS + 1))
    assert len(parse_parameters((f"p{number}", "x") for number in range(MAX_PARAMETERS))) == MAX_PARAMETERS


def test_secrets_do_not_show_in_a_log_line() -> None:
    shown = repr(parse_token_request([GRANT, CODE, ("tx_code", "493536")]))
    assert CODE[1] not in shown
    assert "493536" not in shown


@given(st.builds(PreAuthorizedCodeRequest, VISIBLE, st.none() | VISIBLE, st.none() | VISIBLE))
def test_what_a_wallet_creates_a_server_reads(request: Any) -> None:
    assert parse_token_request(create_token_request(request)) == request


@given(fields_with("grant_type", "pre-authorized_code", "tx_code", "client_id"))
def test_nothing_but_a_refusal_is_raised(fields: list[tuple[str, str]]) -> None:
    try:
        parse_token_request([GRANT, CODE, *fields])
    except InvalidRequest as refusal:
        assert refusal.code == "invalid_request"  # noqa: PT017 (a property: some inputs are fine)
