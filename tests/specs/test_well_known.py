"""Well-known URLs: inserted (2.11, 4.02) and appended (7.01)."""

import pytest

from specs.well_known import InvalidIdentifier, appended, appended_path, inserted, inserted_path

CASES = [
    ("https://issuer.example.com", "https://issuer.example.com/.well-known/x"),
    ("https://issuer.example.com/", "https://issuer.example.com/.well-known/x"),
    ("https://issuer.example.com/tenant", "https://issuer.example.com/.well-known/x/tenant"),
    ("https://issuer.example.com/tenant/", "https://issuer.example.com/.well-known/x/tenant"),
    ("https://issuer.example.com:8443/a/b", "https://issuer.example.com:8443/.well-known/x/a/b"),
    ("http://127.0.0.1:8000/t", "http://127.0.0.1:8000/.well-known/x/t"),
    ("http://[::1]:8000/t", "http://[::1]:8000/.well-known/x/t"),
    ("https://h/a%20b", "https://h/.well-known/x/a%20b"),
    ("https://h/a//", "https://h/.well-known/x/a/"),
    ("https://h/a/.well-known/b", "https://h/.well-known/x/a/.well-known/b"),
]


@pytest.mark.parametrize(("identifier", "url"), CASES)
def test_inserted_between_host_and_path(identifier: str, url: str) -> None:
    """4.02, 2.11; one slash at the end is removed (conflict D4)."""
    assert inserted(identifier, "x") == url


@pytest.mark.parametrize(
    ("identifier", "url"),
    [
        ("https://op.example.com", "https://op.example.com/.well-known/openid-configuration"),
        ("https://op.example.com/tenant", "https://op.example.com/tenant/.well-known/openid-configuration"),
        ("https://op.example.com/tenant/", "https://op.example.com/tenant/.well-known/openid-configuration"),
    ],
)
def test_appended_to_the_identifier(identifier: str, url: str) -> None:
    """7.01: OpenID Connect Discovery does it the other way."""
    assert appended(identifier, "openid-configuration") == url


def test_the_two_differ_where_there_is_a_path() -> None:
    assert inserted("https://h/t", "x") != appended("https://h/t", "x")
    assert inserted("https://h", "x") == appended("https://h", "x")


@pytest.mark.parametrize("path", ["", "/", "/t", "/t/", "/a/b"])
def test_paths_for_routing_agree_with_the_urls(path: str) -> None:
    assert inserted(f"https://h{path}", "x") == f"https://h{inserted_path(path, 'x')}"
    assert appended(f"https://h{path}", "x") == f"https://h{appended_path(path, 'x')}"


NOT_IDENTIFIERS = [
    "h/t",
    "ftp://h/t",
    "https://",
    "https:///t",
    "https://h?x=1",
    "https://h/t?",
    "https://h/t#f",
    "https://h#",
    "https://user@h/t",
    "https://h\\t",
    "HTTPS://h",
    "https://h/é",
    "//h/t",
    "https:h",
]


@pytest.mark.parametrize(
    "identifier", [*NOT_IDENTIFIERS, "", "https://h/a b", "https://h/t\n", "\nhttps://h"]
)
def test_what_is_no_identifier_is_refused(identifier: str) -> None:
    """4.02, 2.11: no query, no fragment, no user information."""
    with pytest.raises(InvalidIdentifier):
        inserted(identifier, "x")
    with pytest.raises(InvalidIdentifier):
        appended(identifier, "x")
