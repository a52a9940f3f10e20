"""Nonces and challenges that nobody stores (4.23, 4.26)."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.oauth import NonceUse, create_server_nonce, verify_server_nonce

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
END = NOW + timedelta(minutes=5)


def mac(data: bytes) -> bytes:
    return hmac.digest(b"secret", data, hashlib.sha256)


def another_mac(data: bytes) -> bytes:
    return hmac.digest(b"another", data, hashlib.sha256)


def nonce(random: bytes = bytes(12), use: NonceUse = NonceUse.DPOP) -> str:
    return create_server_nonce(mac, use=use, random=random, expires_at=END)


def good(text: str, *, use: NonceUse = NonceUse.DPOP, now: datetime = NOW) -> bool:
    return verify_server_nonce(text, mac, use=use, now=now)


@given(st.binary(min_size=12, max_size=12), st.sampled_from(NonceUse))
def test_ours_is_recognised_until_its_end_and_for_its_use_alone(random: bytes, use: NonceUse) -> None:
    text = nonce(random, use)
    assert good(text, use=use)
    assert good(text, use=use, now=END - timedelta(milliseconds=1))
    assert not good(text, use=use, now=END)
    assert not any(good(text, use=other) for other in NonceUse if other is not use)


def test_it_fits_a_header_and_two_differ() -> None:
    """RFC 9449 section 8.1: NQCHAR."""
    assert nonce().isascii()
    assert all(character.isalnum() or character in "-_" for character in nonce())
    assert nonce() != nonce(bytes(11) + b"\x01")


def test_that_of_another_secret_is_not_ours() -> None:
    assert not verify_server_nonce(nonce(), another_mac, use=NonceUse.DPOP, now=NOW)


@given(st.integers(0, 47), st.characters(codec="ascii"))
def test_any_changed_character_is_noticed(place: int, character: str) -> None:
    text = nonce()
    changed = text[:place] + character + text[place + 1 :]
    assert good(changed) is (changed == text)


@given(st.text(max_size=60))
def test_anything_else_is_not_ours(text: str) -> None:
    assert not good(text)
    assert not good(text.ljust(48, "A")[:48])


def test_wrong_use_of_it_is_our_own_fault() -> None:
    with pytest.raises(ValueError, match="12 random bytes"):
        create_server_nonce(mac, use=NonceUse.DPOP, random=bytes(11), expires_at=END)
    with pytest.raises(ValueError, match="MAC of at least"):
        create_server_nonce(lambda _data: b"short", use=NonceUse.DPOP, random=bytes(12), expires_at=END)
