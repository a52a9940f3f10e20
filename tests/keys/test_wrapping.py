"""Small secrets at rest: what opens, and what does not."""

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import UnwrapFailed
from keys.providers.local import LocalSecret, hold_secret
from keys.wrapping import MAX_PLAINTEXT_BYTES, NONCE_BYTES, unwrap, wrap, wrapped_version


def secret(version: int = 1, fill: int = 7) -> LocalSecret:
    return hold_secret(bytes([fill]) * 32, f"wrapping-{version}", version)


@given(st.binary(max_size=300), st.binary(max_size=50), st.integers(1, 2**32 - 1))
def test_what_is_wrapped_opens_again(plaintext: bytes, context: bytes, version: int) -> None:
    wrapped = wrap(secret(version), plaintext, context)

    assert unwrap(secret(version), wrapped, context) == plaintext
    assert wrapped_version(wrapped) == version
    assert len(wrapped) == len(plaintext) + 45


@given(st.data())
def test_any_changed_byte_is_refused(data: st.DataObject) -> None:
    wrapped = bytearray(wrap(secret(), b"plaintext", b"row 1"))
    wrapped[data.draw(st.integers(0, len(wrapped) - 1))] ^= data.draw(st.integers(1, 255))

    with pytest.raises(UnwrapFailed):
        unwrap(secret(), bytes(wrapped), b"row 1")


@given(st.integers(0, 53))
def test_anything_cut_short_is_refused(length: int) -> None:
    with pytest.raises(UnwrapFailed):
        unwrap(secret(), wrap(secret(), b"plaintext", b"")[:length], b"")


def test_bytes_moved_to_another_row_do_not_open() -> None:
    wrapped = wrap(secret(), b"plaintext", b"wallet_key:1")

    with pytest.raises(UnwrapFailed):
        unwrap(secret(), wrapped, b"wallet_key:2")


def test_the_border_between_prefix_and_context_cannot_be_moved() -> None:
    """Both are authenticated as one string; the prefix has a fixed length."""
    wrapped = wrap(secret(), b"plaintext", b"\x01\x00\x00\x00\x01context")

    with pytest.raises(UnwrapFailed):
        unwrap(secret(), wrapped, b"context")


def test_another_secret_of_the_same_version_does_not_open_it() -> None:
    with pytest.raises(UnwrapFailed):
        unwrap(secret(fill=8), wrap(secret(fill=7), b"plaintext", b""), b"")


def test_the_wrong_version_is_named_before_anything_is_tried() -> None:
    with pytest.raises(UnwrapFailed, match="version 3"):
        unwrap(secret(2), wrap(secret(3), b"plaintext", b""), b"")


def test_the_same_plaintext_is_never_wrapped_alike() -> None:
    assert len({wrap(secret(), b"plaintext", b"") for _ in range(100)}) == 100


def test_the_nonce_can_be_handed_in_and_each_has_a_key_of_its_own() -> None:
    """No number of wrappings under one secret is too many: a 192-bit nonce, half of it in the key."""
    nonces = [bytes(24), bytes(23) + b"\1", b"\1" + bytes(23)]
    wrapped = [wrap(secret(), bytes(16), b"", nonce=nonce) for nonce in nonces]

    assert wrapped[0] == wrap(secret(), bytes(16), b"", nonce=nonces[0])
    assert len({one[29:] for one in wrapped}) == 3
    key = secret().derive(f"trillium wrapping 1:{'00' * 12}")
    assert wrapped[0][29:] == AESGCM(key).encrypt(bytes(12), bytes(16), wrapped[0][:5])


@pytest.mark.parametrize("size", [0, 12, 23, 25])
def test_a_nonce_of_another_length_is_our_mistake(size: int) -> None:
    assert NONCE_BYTES == 24
    with pytest.raises(ValueError, match="24 bytes"):
        wrap(secret(), b"", b"", nonce=bytes(size))


def test_only_small_secrets_are_wrapped() -> None:
    assert unwrap(secret(), wrap(secret(), bytes(MAX_PLAINTEXT_BYTES), b""), b"") == bytes(65536)
    with pytest.raises(ValueError, match="not a small secret"):
        wrap(secret(), bytes(MAX_PLAINTEXT_BYTES + 1), b"")
