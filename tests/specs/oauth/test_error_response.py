"""Error answers (4.36; RFC 6749 section 5.2)."""

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import given

from specs.encoding import create_json
from specs.oauth import (
    ErrorResponse,
    InvalidClient,
    InvalidErrorResponse,
    InvalidGrant,
    InvalidRequest,
    InvalidToken,
    OAuthError,
    create_error_response,
    parse_error_response,
)
from tests.specs.oauth.strategies import bodies_with

CODES = json.loads((Path(__file__).parents[2] / "vectors/openid4vci/error_codes.json").read_bytes())
# They come with sender-constrained tokens and wallet attestations.
LATER = {"use_dpop_nonce", "use_attestation_challenge", "use_fresh_attestation", "invalid_client_attestation"}


def test_every_code_of_the_token_endpoint_has_a_class_4_18() -> None:
    ours = {error.code for error in (InvalidRequest, InvalidGrant, InvalidClient)}
    assert ours == set(CODES["token_endpoint"]) - LATER


def test_the_answer_holds_the_class_and_nothing_of_the_request() -> None:
    assert create_error_response(InvalidGrant("code 1234 of Ms Doe")) == {
        "error": "invalid_grant",
        "error_description": "The code is not valid.",
    }


@pytest.mark.parametrize("error", [InvalidRequest, InvalidGrant, InvalidClient, InvalidToken])
def test_what_a_server_creates_a_wallet_reads(error: type[OAuthError]) -> None:
    body = create_json(create_error_response(error()))
    assert parse_error_response(body) == ErrorResponse(error.code, error.text)


def test_other_members_are_ignored_and_the_description_may_be_missing() -> None:
    assert parse_error_response(b'{"error":"invalid_grant","error_uri":5}') == ErrorResponse("invalid_grant")
    assert parse_error_response(b'{"error":"x","error_description":7}') == ErrorResponse("x")


def test_a_description_is_made_harmless_and_short() -> None:
    body = create_json({"error": "x", "error_description": 'a"b\\c\u202e\n' + "d" * 2000})
    description = parse_error_response(body).error_description
    assert description is not None
    assert description.startswith("a?b?c??d")
    assert len(description) == 1000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"error":5}',
        b'{"error":""}',
        b'{"error":"a\\"b"}',
        b'{"error":"' + b"x" * 101 + b'"}',
    ],
)
def test_what_is_no_error_answer_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidErrorResponse):
        parse_error_response(body)


@given(bodies_with("error", "error_description"))
def test_nothing_but_a_refusal_is_raised(body: bytes) -> None:
    with contextlib.suppress(InvalidErrorResponse):
        parse_error_response(body)
