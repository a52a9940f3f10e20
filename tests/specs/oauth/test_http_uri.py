"""When two spellings are one address (4.22; RFC 3986 section 6.2)."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.oauth import normalise_http_uri

SAME = [
    ("https://a.example", "https://a.example/"),
    ("https://A.Example/Path", "https://a.example/Path"),
    ("https://a.example:443/x", "https://a.example/x"),
    ("http://a.example:80/x", "http://a.example/x"),
    ("https://a.example/%7euser", "https://a.example/~user"),
    ("https://a.example/%c3%a9", "https://a.example/%C3%A9"),
    ("https://a.example/b/../c", "https://a.example/c"),
    ("https://a.example/b/.", "https://a.example/b/"),
    ("https://a.example/b/..", "https://a.example/"),
    ("https://a.example/../../c", "https://a.example/c"),
    ("https://a.example/%2e%2e/c", "https://a.example/c"),
    ("https://a.example/x?q=1#f", "https://a.example/x"),
    ("https://[::1]:443/x", "https://[::1]/x"),
]
DIFFERENT = [
    ("https://a.example/x", "http://a.example/x"),
    ("https://a.example/x", "https://a.example/X"),
    ("https://a.example/x", "https://a.example/x/"),
    ("https://a.example/x", "https://a.example//x"),
    ("https://a.example/x", "https://a.example:8443/x"),
    ("https://a.example/a%2Fb", "https://a.example/a/b"),
    ("https://a.example/x", "https://a.example.attacker.example/x"),
    ("http://a.example:443/x", "http://a.example/x"),
]
NONE = [
    "",
    "a.example/x",
    "/x",
    "ftp://a.example/x",
    "https:///x",
    "https://u@a.example/x",
    "https://a.example:port/x",
    "https://a.example/%zz",
    "https://a.example/%",
    "https://a.example/é",
    "https://a.example/ x",
    "https://a.example\\@b.example/",
    "https://[::1/x",
    "https://a.example/" + "x" * 2048,
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same(one: str, other: str) -> None:
    assert normalise_http_uri(one) == normalise_http_uri(other) == normalise_http_uri(normalise_http_uri(one))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_not_the_same(one: str, other: str) -> None:
    assert normalise_http_uri(one) != normalise_http_uri(other)


@pytest.mark.parametrize("uri", NONE)
def test_no_address_at_all(uri: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        normalise_http_uri(uri)


@given(st.text("abAB%2eF./:~-", max_size=30))
def test_once_is_enough(rest: str) -> None:
    with contextlib.suppress(ValueError):
        spelled = normalise_http_uri(f"https://a.example/{rest}")
        assert normalise_http_uri(spelled) == spelled
        assert "/../" not in spelled
        assert spelled.startswith("https://a.example/")


@given(st.text(max_size=60))
def test_nothing_but_a_value_error(text: str) -> None:
    for uri in (text, f"https://{text}", f"https://a.example/{text}"):
        with contextlib.suppress(ValueError):
            normalise_http_uri(uri)
