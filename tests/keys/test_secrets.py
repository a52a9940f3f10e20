"""Secrets: `mac` is HMAC-SHA-256 and `derive` HKDF-SHA-256, as the libraries have them."""

import hmac
import os

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import PrivateKeyMismatch
from keys.providers.local import LocalSecret, generate_secret, hold_secret

VALUES = st.binary(min_size=32, max_size=32)


def hold(value: bytes) -> LocalSecret:
    return hold_secret(value, "nonce-1", 1)


@given(VALUES, st.binary())
def test_mac_is_hmac_sha_256(value: bytes, data: bytes) -> None:
    assert hold(value).mac(data) == hmac.digest(value, data, "sha256")


@given(VALUES, st.text(), st.integers(1, 300) | st.just(255 * 32))
def test_derive_is_hkdf_sha_256_with_the_context_as_info(value: bytes, context: str, length: int) -> None:
    expected = HKDF(SHA256(), length, salt=None, info=context.encode()).derive(value)

    assert hold(value).derive(context, length) == expected


@given(VALUES, st.text(), st.text())
def test_each_context_has_a_key_of_its_own(value: bytes, one: str, other: str) -> None:
    """decisions: a list's permutation key is derive(index_permutation[v], list_uri), never stored."""
    secret = hold(value)

    assert (secret.derive(one) == secret.derive(other)) is (one == other)


def test_a_mac_is_repeatable_and_leaves_no_trace_in_the_next() -> None:
    secret = hold(os.urandom(32))

    assert secret.mac(b"a") == secret.mac(b"a") != secret.mac(b"b")
    assert secret.derive("a", 64)[:32] == secret.derive("a")


@pytest.mark.parametrize("length", [-1, 0, 255 * 32 + 1])
def test_a_length_that_hkdf_cannot_give_is_our_mistake(length: int) -> None:
    """RFC 5869 section 2.3: L <= 255*HashLen."""
    with pytest.raises(ValueError, match="cannot be derived"):
        hold(bytes(32)).derive("x", length)


@pytest.mark.parametrize("size", [0, 16, 31, 33, 64])
def test_a_secret_has_32_bytes(size: int) -> None:
    with pytest.raises(PrivateKeyMismatch, match=f"{size} bytes"):
        hold(bytes(size))


def test_secrets_are_random() -> None:
    made = {generate_secret() for _ in range(100)}

    assert len(made) == 100
    assert {len(one) for one in made} == {32}
