"""Scope (RFC 6749 section 3.3) and the URLs that strangers may name (4.01, 2.14)."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.oauth import InvalidScope, InvalidUrl, check_identifier, check_url, create_scope, parse_scope


def test_scope_tokens_come_out_in_order_and_once() -> None:
    assert parse_scope("person licence person") == ("person", "licence")


@pytest.mark.parametrize("scope", ["", " ", "a  b", " a", "a ", 'a"b', "a\\b", "é", "a\tb", "x" * 2049])
def test_what_is_no_scope_is_refused(scope: str) -> None:
    with pytest.raises(InvalidScope) as raised:
        parse_scope(scope)
    assert raised.value.code == "invalid_scope"


@pytest.mark.parametrize("tokens", [(), ("",), ("a b",), ('"',)])
def test_what_is_no_token_is_not_written(tokens: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="scope"):
        create_scope(tokens)


@given(st.lists(st.from_regex(r"[!#-\[\]-~]{1,10}", fullmatch=True), min_size=1, max_size=6, unique=True))
def test_scope_survives_the_way(tokens: list[str]) -> None:
    assert list(parse_scope(create_scope(tokens))) == tokens


@pytest.mark.parametrize(
    "url",
    [
        "https://h.example",
        "https://h.example:8443/a/b?c=d&e=%20",
        "https://[2001:db8::1]/x",
        "https://localhost/x",
    ],
)
def test_an_https_address_is_taken(url: str) -> None:
    assert check_url(url).scheme == "https"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/path",
        "//h.example",
        "http://h.example",
        "HTTPS://h.example",
        "https:h.example",
        "https:///path",
        "https://",
        "https://:443/",
        "https://h.example:0/",
        "https://h.example:65536/",
        "https://h.example:port/",
        "https://user:password@h.example",
        "https://@h.example",
        "https://h.example/#",
        "https://h.example/#fragment",
        "https://h.example/a b",
        "https://h.example\\@evil.example",
        "https://h.example/\n",
        "https://h.exämple",
        "https://[::1",
        "https://h.example/" + "a" * 2048,
        None,
        5,
        b"https://h.example",
    ],
    ids=str,
)
def test_everything_else_is_refused(url: object) -> None:
    with pytest.raises(InvalidUrl):
        check_url(url)


def test_http_needs_a_long_word() -> None:
    assert check_url("http://localhost:8000/x", insecure_allow_http=True).port == 8000
    with pytest.raises(InvalidUrl):
        check_url("ftp://localhost/x", insecure_allow_http=True)


def test_a_fragment_only_where_the_standard_has_one() -> None:
    assert check_url("https://h.example/cb#code=1", with_fragment=True).fragment == "code=1"


@pytest.mark.parametrize(
    "identifier", ["https://h.example?", "https://h.example/t?x=1", "https://h.example#x"]
)
def test_an_identifier_has_neither_query_nor_fragment_4_01(identifier: str) -> None:
    with pytest.raises(InvalidUrl):
        check_identifier(identifier)


def test_an_identifier_comes_back_as_it_was_4_01() -> None:
    assert check_identifier("https://H.example/Tenant/") == "https://H.example/Tenant/"


@given(st.text(max_size=60) | st.from_regex(r"https?://[\x00-\x7f]{0,30}", fullmatch=True))
def test_nothing_but_a_refusal_is_raised(url: str) -> None:
    with contextlib.suppress(InvalidUrl):
        check_url(url)
