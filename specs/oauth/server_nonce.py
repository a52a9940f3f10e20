"""Nonces and challenges that a server hands out and recognises without storing them.

For `DPoP-Nonce` (RFC 9449 sections 8 and 9) and attestation challenges (attestation-based client
authentication section 6). Each is good for a time and not for once: the proof it is in carries a `jti` of
its own.

Layout before base64url: 12 random bytes, 8 bytes with the second it expires in (big endian), 16 bytes MAC.
"""

import hmac
from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Final

from specs.encoding import EncodingError, b64url_decode, b64url_encode, from_numeric_date, to_numeric_date

SERVER_NONCE_RANDOM_BYTES: Final = 12
_EXPIRY_BYTES: Final = 8
_MAC_BYTES: Final = 16
_SIGNED_BYTES: Final = SERVER_NONCE_RANDOM_BYTES + _EXPIRY_BYTES
_LENGTH: Final = (_SIGNED_BYTES + _MAC_BYTES) * 4 // 3

Mac = Callable[[bytes], bytes]
"""A keyed hash of at least 16 bytes, for example HMAC-SHA-256 with the `nonce` secret."""


class NonceUse(Enum):
    """What a nonce is good for; it is good for nothing else."""

    DPOP = b"dpop nonce 1\x00"
    CLIENT_ATTESTATION = b"client attestation challenge 1\x00"


def create_server_nonce(mac: Mac, *, use: NonceUse, random: bytes, expires_at: datetime) -> str:
    """A nonce of 48 characters. `random`: 12 fresh bytes from the generator (ValueError otherwise)."""
    if len(random) != SERVER_NONCE_RANDOM_BYTES:
        raise ValueError("12 random bytes are needed")
    signed = random + to_numeric_date(expires_at).to_bytes(_EXPIRY_BYTES, "big")
    return b64url_encode(signed + _mac(mac, use, signed))


def verify_server_nonce(nonce: str, mac: Mac, *, use: NonceUse, now: datetime) -> bool:
    """Whether a nonce is ours, for this use, and not too old."""
    if len(nonce) != _LENGTH:
        return False
    try:
        data = b64url_decode(nonce)
    except EncodingError:
        return False
    signed, found = data[:_SIGNED_BYTES], data[_SIGNED_BYTES:]
    if not hmac.compare_digest(_mac(mac, use, signed), found):
        return False
    return now < from_numeric_date(int.from_bytes(signed[SERVER_NONCE_RANDOM_BYTES:], "big"))


def _mac(mac: Mac, use: NonceUse, signed: bytes) -> bytes:
    tag = mac(use.value + signed)
    if len(tag) < _MAC_BYTES:
        raise ValueError("a MAC of at least 16 bytes is needed")
    return tag[:_MAC_BYTES]
