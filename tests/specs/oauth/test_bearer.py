"""Bearer tokens in requests and the challenge (4.36, 4.38; RFC 6750)."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.oauth import (
    AccessTokenInQuery,
    ExpiredToken,
    InsufficientScope,
    InvalidAuthorization,
    InvalidToken,
    MissingAccessToken,
    OAuthError,
    create_challenge,
    parse_bearer,
)


@pytest.mark.parametrize(
    "header", ["Bearer abc.DEF-_~+/==", "bearer abc.DEF-_~+/==", "BEARER   abc.DEF-_~+/=="]
)
def test_the_token_is_read_whatever_the_case_of_the_scheme(header: str) -> None:
    assert parse_bearer([header], query_names=("x",)) == "abc.DEF-_~+/=="


def test_a_token_in_the_query_is_refused_4_38() -> None:
    with pytest.raises(AccessTokenInQuery) as raised:
        parse_bearer([], query_names=("access_token",))
    assert raised.value.code == "invalid_request"


def test_a_token_in_the_query_is_refused_beside_a_good_header_4_38() -> None:
    with pytest.raises(AccessTokenInQuery):
        parse_bearer(["Bearer abc"], query_names=("access_token", "x"))


@pytest.mark.parametrize("header", [None, "", "Basic YTpi", "DPoP abc", "Bearerabc", "Negotiate"])
def test_no_bearer_token_is_missing_rather_than_invalid(header: str | None) -> None:
    with pytest.raises(MissingAccessToken):
        parse_bearer([] if header is None else [header], query_names=())


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Bearer a,b",
        "Bearer é",
        "Bearer a\n",
        "Bearer =",
        "Bearer " + "a" * 9000,
    ],
    ids=["bare", "blank", "two", "comma", "letter", "newline", "padding", "long"],
)
def test_a_malformed_header_is_refused(header: str) -> None:
    with pytest.raises(InvalidAuthorization) as raised:
        parse_bearer([header], query_names=())
    assert raised.value.code == "invalid_request"


def test_a_second_header_is_refused() -> None:
    with pytest.raises(InvalidAuthorization):
        parse_bearer(["Bearer abc", "Bearer abc"], query_names=())


@pytest.mark.parametrize(
    ("error", "challenge"),
    [
        (MissingAccessToken(), "Bearer"),
        (
            InvalidToken("kid"),
            'Bearer error="invalid_token", error_description="The access token is not valid."',
        ),
        (ExpiredToken(), 'Bearer error="invalid_token", error_description="The access token has expired."'),
        (
            InsufficientScope(),
            'Bearer error="insufficient_scope", '
            'error_description="The access token does not allow this request."',
        ),
        (
            AccessTokenInQuery(),
            'Bearer error="invalid_request", '
            'error_description="An access token in the query is not accepted."',
        ),
    ],
)
def test_the_challenge_names_the_registered_code_4_36(error: OAuthError, challenge: str) -> None:
    assert create_challenge(error) == challenge


def test_the_detail_stays_out_of_the_challenge() -> None:
    assert "secret" not in create_challenge(InvalidToken("secret"))


@given(
    st.lists(st.text(max_size=40) | st.text("Bearer =abc", max_size=40), max_size=3),
    st.lists(st.text(max_size=12)),
)
def test_nothing_but_a_refusal_is_raised(headers: list[str], names: list[str]) -> None:
    with contextlib.suppress(OAuthError):
        parse_bearer(headers, query_names=names)
