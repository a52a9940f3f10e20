"""The stateless `c_nonce` (4.28)."""

import contextlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import b64url_decode, b64url_encode, create_json
from specs.openid4vci import (
    NONCE_RANDOM_BYTES,
    NonceClaims,
    create_nonce,
    create_nonce_response,
    parse_nonce_response,
    verify_nonce,
)
from specs.openid4vci.errors import ExpiredNonce, InvalidNonce, UnknownNonce
from specs.openid4vci.wallet_errors import InvalidNonceResponse
from tests.specs.oauth.strategies import bodies_with
from tests.specs.openid4vci.material import NOW, mac, nonce

RANDOM = bytes(range(NONCE_RANDOM_BYTES))
EXPIRES_AT = NOW + timedelta(minutes=5)


def test_a_nonce_is_random_then_expiry_then_mac() -> None:
    data = b64url_decode(create_nonce(mac, random=RANDOM, expires_at=EXPIRES_AT))
    assert data[:16] == RANDOM
    assert int.from_bytes(data[16:24], "big") == int(EXPIRES_AT.timestamp())
    assert len(data) == 40


@given(st.binary(min_size=16, max_size=16), st.integers(1, 86_400))
def test_what_is_created_is_known_until_it_expires_4_28(random: bytes, seconds: int) -> None:
    expires_at = NOW + timedelta(seconds=seconds)
    created = create_nonce(mac, random=random, expires_at=expires_at)
    assert verify_nonce(created, mac, now=NOW) == NonceClaims(random, expires_at)
    with pytest.raises(ExpiredNonce):
        verify_nonce(created, mac, now=expires_at)


@given(st.integers(0, 39), st.integers(1, 255))
def test_any_changed_byte_makes_it_a_strangers(position: int, difference: int) -> None:
    data = bytearray(b64url_decode(nonce()))
    data[position] ^= difference
    with pytest.raises(UnknownNonce) as raised:
        verify_nonce(b64url_encode(bytes(data)), mac, now=NOW)
    assert raised.value.code == "invalid_nonce"


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(nonce()[:-1], id="cut-short"),
        pytest.param(nonce() + "A", id="with-more"),
        pytest.param(nonce() + "==", id="padded"),
        pytest.param("", id="empty"),
        pytest.param("é" * 54, id="outside-ascii"),
        pytest.param("A" * 2000, id="very-long"),
        pytest.param(b64url_encode(b64url_decode(nonce())[:24]), id="mac-cut-off"),
    ],
)
def test_another_spelling_is_a_strangers(changed: str) -> None:
    with pytest.raises(UnknownNonce):
        verify_nonce(changed, mac, now=NOW)


def test_another_secret_knows_nothing_of_it() -> None:
    with pytest.raises(UnknownNonce):
        verify_nonce(nonce(), lambda data: mac(b"other" + data), now=NOW)


def test_an_expiry_that_cannot_be_read_is_not_read_before_its_mac() -> None:
    beyond = b64url_encode(RANDOM + b"\xff" * 8 + b"\x00" * 16)
    with pytest.raises(UnknownNonce):
        verify_nonce(beyond, mac, now=NOW)


@pytest.mark.parametrize("size", [0, 15, 17, 32])
def test_too_little_or_too_much_randomness_is_a_mistake_of_ours(size: int) -> None:
    with pytest.raises(ValueError, match="16 random bytes"):
        create_nonce(mac, random=b"x" * size, expires_at=EXPIRES_AT)


def test_a_short_mac_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="MAC"):
        create_nonce(lambda _: b"short", random=RANDOM, expires_at=EXPIRES_AT)


def test_what_the_endpoint_answers_a_wallet_reads_4_28() -> None:
    body = create_json(create_nonce_response(nonce()))
    assert body == b'{"c_nonce":"' + nonce().encode() + b'"}'
    assert parse_nonce_response(body) == nonce()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"c_nonce":""}', b'{"c_nonce":5}', b'{"c_nonce":"' + b"x" * 1025 + b'"}']
)
def test_an_answer_without_a_usable_nonce_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidNonceResponse):
        parse_nonce_response(body)


@given(st.text(max_size=80))
def test_nothing_but_a_refusal_is_raised_for_a_nonce(text: str) -> None:
    with pytest.raises(InvalidNonce):
        verify_nonce(text, mac, now=NOW)


@given(bodies_with("c_nonce"))
def test_nothing_but_a_refusal_is_raised_for_an_answer(body: bytes) -> None:
    with contextlib.suppress(InvalidNonceResponse):
        parse_nonce_response(body)
