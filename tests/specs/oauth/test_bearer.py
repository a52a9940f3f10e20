"""Access tokens in requests and the challenge (4.22, 4.23, 4.36, 4.38; RFC 6750, RFC 9449 section 7)."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.oauth import (
    BEARER,
    DPOP,
    AccessTokenInQuery,
    BoundTokenAsBearer,
    DpopNonceNeeded,
    ExpiredToken,
    InsufficientScope,
    InvalidAuthorization,
    InvalidToken,
    MissingAccessToken,
    OAuthError,
    PresentedToken,
    create_challenge,
    parse_presented_token,
)

ALGS = 'algs="ES256 ES384 ES512 EdDSA"'


@pytest.mark.parametrize(
    ("header", "scheme"),
    [
        ("Bearer abc.DEF-_~+/==", BEARER),
        ("bearer abc.DEF-_~+/==", BEARER),
        ("BEARER   abc.DEF-_~+/==", BEARER),
        ("DPoP abc.DEF-_~+/==", DPOP),
        ("dpop abc.DEF-_~+/==", DPOP),
        ("DPOP  abc.DEF-_~+/==", DPOP),
    ],
)
def test_4_22_the_token_is_read_whatever_the_case_of_the_scheme(header: str, scheme: str) -> None:
    assert parse_presented_token([header], query_names=("x",)) == PresentedToken(scheme, "abc.DEF-_~+/==")


def test_a_token_in_the_query_is_refused_4_38() -> None:
    with pytest.raises(AccessTokenInQuery) as raised:
        parse_presented_token([], query_names=("access_token",))
    assert raised.value.code == "invalid_request"


def test_a_token_in_the_query_is_refused_beside_a_good_header_4_38() -> None:
    with pytest.raises(AccessTokenInQuery):
        parse_presented_token(["Bearer abc"], query_names=("access_token", "x"))


@pytest.mark.parametrize("header", [None, "", "Basic YTpi", "DPoPabc", "Bearerabc", "Negotiate"])
def test_no_token_is_missing_rather_than_invalid(header: str | None) -> None:
    with pytest.raises(MissingAccessToken):
        parse_presented_token([] if header is None else [header], query_names=())


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
        "DPoP",
        "DPoP a, DPoP b",
    ],
    ids=["bare", "blank", "two", "comma", "letter", "newline", "padding", "long", "dpop-bare", "dpop-two"],
)
def test_a_malformed_header_is_refused(header: str) -> None:
    with pytest.raises(InvalidAuthorization) as raised:
        parse_presented_token([header], query_names=())
    assert raised.value.code == "invalid_request"


def test_a_second_header_is_refused() -> None:
    with pytest.raises(InvalidAuthorization):
        parse_presented_token(["Bearer abc", "DPoP abc"], query_names=())


@pytest.mark.parametrize(
    ("error", "challenge"),
    [
        (MissingAccessToken(), f"Bearer, DPoP {ALGS}"),
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
        (
            DpopNonceNeeded(nonce="n"),
            'DPoP error="use_dpop_nonce", '
            f'error_description="The DPoP proof needs the nonce of this answer.", {ALGS}',
        ),
        (
            BoundTokenAsBearer(),
            'DPoP error="invalid_token", '
            f'error_description="The access token is bound to a key and needs a DPoP proof.", {ALGS}',
        ),
    ],
)
def test_the_challenge_names_the_registered_code_4_36(error: OAuthError, challenge: str) -> None:
    assert create_challenge(error) == challenge


def test_4_23_a_bad_token_is_told_in_the_scheme_it_was_sent_under() -> None:
    error = ExpiredToken()
    error.scheme = DPOP
    assert create_challenge(error).startswith('DPoP error="invalid_token"')
    assert create_challenge(ExpiredToken()).startswith("Bearer ")


def test_the_detail_stays_out_of_the_challenge() -> None:
    assert "secret" not in create_challenge(InvalidToken("secret"))


@given(
    st.lists(st.text(max_size=40) | st.text("Bearer =abc", max_size=40), max_size=3),
    st.lists(st.text(max_size=12)),
)
def test_nothing_but_a_refusal_is_raised(headers: list[str], names: list[str]) -> None:
    with contextlib.suppress(OAuthError):
        parse_presented_token(headers, query_names=names)
