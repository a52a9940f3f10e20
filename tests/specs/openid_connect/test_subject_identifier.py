"""Pairwise subjects: per sector, not invertible, never two people in one (7.08, 7.09, 5.33)."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.openid_connect import (
    InvalidSector,
    check_sector_list,
    ephemeral_subject,
    sector_of,
    subject_from_mac,
    subject_input,
)

PARTS = st.text(min_size=1, max_size=12)
SECRET = b"k" * 32


def mac(data: bytes) -> bytes:
    return hmac.digest(SECRET, data, hashlib.sha256)


def subject(*parts: Any) -> str:
    sector, issuer, claim, preset = parts
    return subject_from_mac(mac(subject_input(sector, issuer, claim, preset)))


def test_7_08_the_same_person_is_the_same_to_one_sector_and_another_to_the_next() -> None:
    person = ("https://issuer.example", "number")
    found = {
        subject("shop.example", *person, None),
        subject("clinic.example", *person, None),
        subject("shop.example", "https://other.example", "number", None),
        subject("shop.example", "https://issuer.example", "another", None),
        subject("shop.example", *person, "sign-in"),
        subject("shop.example", *person, "other"),
    }
    assert len(found) == 6
    assert subject("shop.example", *person, None) in found
    assert all(len(one) == 43 and "number" not in one for one in found)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("ab", "c", "d", None), ("a", "bc", "d", None)),
        (("a", "bc", "d", None), ("a", "b", "cd", None)),
        (("a", "b", "cd", "e"), ("a", "b", "c", "de")),
        (("a", "b", "c", "d"), ("a", "b", "cd", None)),
    ],
)
def test_7_08_characters_do_not_move_between_parts(one: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    assert subject_input(*one) != subject_input(*other)


@given(st.tuples(PARTS, PARTS, PARTS, st.none() | PARTS), st.tuples(PARTS, PARTS, PARTS, st.none() | PARTS))
def test_7_08_other_parts_are_other_bytes(one: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    """No way of moving characters from one part to its neighbour gives the same person."""
    assert (subject_input(*one) == subject_input(*other)) == (one == other)


@pytest.mark.parametrize(
    "parts", [("", "i", "c", None), ("s", "", "c", None), ("s", "i", "", None), ("s", "i", "c", "")]
)
def test_5_33_everybody_without_a_number_would_be_one_person(parts: Any) -> None:
    with pytest.raises(ValueError, match="empty"):
        subject_input(*parts)


@pytest.mark.parametrize("make", [subject_from_mac, ephemeral_subject])
def test_short_randomness_and_short_keyed_hashes_are_refused(make: Callable[[bytes], str]) -> None:
    with pytest.raises(ValueError, match="32"):
        make(bytes(31))


def test_7_09_a_subject_for_once_looks_like_any_other() -> None:
    once, again = ephemeral_subject(bytes(32)), ephemeral_subject(b"\xff" * 32)
    assert once != again
    assert len(once) == len(again) == len(subject("a", "b", "c", None))


@pytest.mark.parametrize(
    ("uris", "listed_at", "sector"),
    [
        (["https://shop.example/cb"], None, "shop.example"),
        (["https://Shop.Example:8443/cb", "https://shop.example/other"], None, "shop.example"),
        (["https://a.example/cb", "https://b.example/cb"], "https://sector.example/uris", "sector.example"),
        (["http://127.0.0.1:9001/cb"], None, "127.0.0.1:9001"),
        (["http://localhost/cb"], None, "localhost:80"),
        (["ca.example.app:/cb", "ca.example.app:/again"], None, "ca.example.app:"),
    ],
)
def test_7_08_the_sector_of_a_client(uris: list[str], listed_at: str | None, sector: str) -> None:
    assert sector_of(uris, listed_at) == sector


@pytest.mark.parametrize(
    "uris",
    [
        [],
        ["https://a.example/cb", "https://b.example/cb"],
        ["https://a.example/cb", "a.example:/cb"],
        ["http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb"],
    ],
)
def test_7_08_several_hosts_need_a_list(uris: list[str]) -> None:
    with pytest.raises(InvalidSector) as refused:
        sector_of(uris, None)
    assert refused.value.code == "invalid_client_metadata"


def test_7_08_the_list_of_a_sector_has_all_redirect_uris() -> None:
    uris = ["https://a.example/cb", "https://b.example/cb"]
    check_sector_list(uris, [*uris, "https://c.example/cb", 7])
    for listed in (uris[:1], [], {}, None, "https://a.example/cb https://b.example/cb", [uris]):
        with pytest.raises(InvalidSector):
            check_sector_list(uris, listed)
