"""`c_nonce` (OpenID4VCI 1.0 section 7) that needs no storage until it is used.

Layout before base64url: 16 random bytes, 8 bytes with the second it expires in (big endian), 16 bytes MAC
over both. So nobody can fill a table by asking for nonces; what is stored is the random part of a nonce once
used, until the nonce expires.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from specs.encoding import (
    EncodingError,
    b64url_decode,
    b64url_encode,
    from_numeric_date,
    parse_json_object,
    to_numeric_date,
)
from specs.openid4vci.errors import ExpiredNonce, UnknownNonce
from specs.openid4vci.wallet_errors import InvalidNonceResponse

NONCE_RANDOM_BYTES: Final = 16
_EXPIRY_BYTES: Final = 8
_MAC_BYTES: Final = 16
_SIGNED_BYTES: Final = NONCE_RANDOM_BYTES + _EXPIRY_BYTES
# Keeps the MAC apart from whatever else the same secret may authenticate.
_CONTEXT: Final = b"openid4vci c_nonce 1\x00"
_MAX_RESPONSE_BYTES: Final = 8192
MAX_NONCE_LENGTH: Final = 1024

Mac = Callable[[bytes], bytes]
"""A keyed hash of at least 16 bytes, for example HMAC-SHA-256 with the `nonce` secret."""


@dataclass(frozen=True, slots=True)
class NonceClaims:
    """A nonce of ours, not expired. `nonce_id`: what a table of used ones keeps, until `expires_at`."""

    nonce_id: bytes
    expires_at: datetime


def create_nonce(mac: Mac, *, random: bytes, expires_at: datetime) -> str:
    """A nonce of 54 characters. `random`: 16 fresh bytes from the generator (ValueError otherwise)."""
    if len(random) != NONCE_RANDOM_BYTES:
        raise ValueError("16 random bytes are needed")
    signed = random + to_numeric_date(expires_at).to_bytes(_EXPIRY_BYTES, "big")
    return b64url_encode(signed + _mac(mac, signed))


def verify_nonce(nonce: str, mac: Mac, *, now: datetime) -> NonceClaims:
    """The nonce, known to be ours and in time. Raises UnknownNonce, ExpiredNonce.

    That it was not used before is for the store, in the transaction that uses it.
    """
    if len(nonce) > MAX_NONCE_LENGTH:
        raise UnknownNonce
    try:
        data = b64url_decode(nonce)
    except EncodingError as error:
        raise UnknownNonce from error
    signed, found = data[:_SIGNED_BYTES], data[_SIGNED_BYTES:]
    if len(found) != _MAC_BYTES or not hmac.compare_digest(_mac(mac, signed), found):
        raise UnknownNonce
    expires_at = from_numeric_date(int.from_bytes(signed[NONCE_RANDOM_BYTES:], "big"))
    if now >= expires_at:
        raise ExpiredNonce
    return NonceClaims(signed[:NONCE_RANDOM_BYTES], expires_at)


def create_nonce_response(nonce: str) -> dict[str, Any]:
    """The body of the nonce endpoint's answer (section 7.2); it goes out with `Cache-Control: no-store`."""
    return {"c_nonce": nonce}


def parse_nonce_response(body: bytes) -> str:
    """The nonce in an issuer's answer, opaque to a wallet. Raises InvalidNonceResponse."""
    try:
        nonce = parse_json_object(body, max_bytes=_MAX_RESPONSE_BYTES).get("c_nonce")
    except EncodingError as error:
        raise InvalidNonceResponse(error.code) from error
    if not isinstance(nonce, str) or not nonce or len(nonce) > MAX_NONCE_LENGTH:
        raise InvalidNonceResponse("c_nonce")
    return nonce


def _mac(mac: Mac, signed: bytes) -> bytes:
    tag = mac(_CONTEXT + signed)
    if len(tag) < _MAC_BYTES:
        raise ValueError("a MAC of at least 16 bytes is needed")
    return tag[:_MAC_BYTES]
