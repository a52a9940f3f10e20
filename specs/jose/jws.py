"""Signed tokens in compact form (RFC 7515 section 7.1), read as RFC 8725 asks.

Making one takes two steps, so that nothing here ever holds a private key: prepare the bytes to sign, then
attach the signature. Reading one takes two steps too: parse (trust nothing), then verify with a key that
the caller chose. A header names an algorithm and perhaps a key; neither is believed.
"""

from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from pybase64 import b64decode

from specs.encoding import (
    ENDINGS,
    EncodingError,
    TooLarge,
    b64url_decode,
    b64url_encode,
    create_json,
    parse_json_object,
)
from specs.jose.algorithms import ALLOWED, Algorithm, Use
from specs.jose.errors import AlgorithmNotAllowed, InvalidJws, UnsupportedHeader, WrongType
from specs.jose.jwk import PublicJwk
from specs.jose.signatures import verify_signature

_MAX_HEADER_BYTES: Final = 65_536
_HEADER_DEPTH: Final = 8
# Two hundred issuers' headers and some thousand wallets' stay parsed; larger ones are parsed each time.
_MEMOISED_HEADERS: Final = 1024
_MEMOISED_HEADER_BYTES: Final = 4096
_NAMES: Final = frozenset(Algorithm)
_UNSUPPORTED: Final = frozenset({"crit", "b64", "zip"})


@dataclass(frozen=True, slots=True)
class SigningInput:
    """Header and payload, encoded: the bytes a signer signs (RFC 7515 section 5.1)."""

    data: bytes

    def attach(self, signature: bytes) -> str:
        """The compact JWS. `signature` in JWS form: r and s side by side for ES*."""
        return f"{self.data.decode('ascii')}.{b64url_encode(signature)}"


class UnverifiedJws(NamedTuple):
    """A token as it came. Nothing in it is known to be true.

    `header` is shared between tokens and therefore immutable all the way down: its objects are read-only
    mappings and its arrays tuples.
    """

    header: Mapping[str, Any]
    payload: bytes
    signature: bytes
    signing_input: bytes


_SEAL: Final = object()


@dataclass(frozen=True, slots=True)
class VerifiedJws:
    """A token whose signature is `key`'s. Only verify_jws makes one.

    Not checked: whose key it is, times, audience and every other claim.
    """

    header: Mapping[str, Any]
    payload: bytes
    key: PublicJwk
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise RuntimeError("only verify_jws makes a VerifiedJws")

    def claims(self, *, max_depth: int = 32) -> dict[str, Any]:
        """The payload as JSON object (RFC 7519 section 7.2), strictly parsed; raises EncodingError."""
        return parse_json_object(self.payload, max_bytes=len(self.payload), max_depth=max_depth)


def prepare_jws(header: Mapping[str, Any], payload: bytes) -> SigningInput:
    """The bytes to sign. ValueError when the header lacks a supported `alg` or asks for an extension."""
    if header.get("alg") not in _NAMES or not _UNSUPPORTED.isdisjoint(header):
        raise ValueError("a header that we would not accept ourselves")
    encoded = b64url_encode(create_json(header if isinstance(header, dict) else dict(header)))
    return SigningInput(f"{encoded}.{b64url_encode(payload)}".encode("ascii"))


def parse_jws(compact: str, *, max_bytes: int) -> UnverifiedJws:
    """A compact JWS, taken apart. Raises TooLarge, InvalidJws or UnsupportedHeader.

    Refused: other than three parts, base64url in another spelling than the canonical, a header that is not
    a JSON object with a string `alg`, and any of `crit`, `b64`, `zip` in it: what we do not process we must
    not ignore (RFC 7515 section 4.1.11, RFC 7797, RFC 8725 section 3.10).
    """
    if len(compact) > max_bytes:
        raise TooLarge(f"{len(compact)} characters, {max_bytes} allowed")
    signing_input, _, encoded_signature = compact.rpartition(".")
    encoded_header, dot, encoded_payload = signing_input.partition(".")
    if not dot or "." in encoded_payload:
        raise InvalidJws("not three parts")
    memoised = len(encoded_header) <= _MEMOISED_HEADER_BYTES
    header = _memoised_header(encoded_header) if memoised else _parse_header(encoded_header)
    # b64url_decode, of both at once.
    padding, last_characters = ENDINGS[len(encoded_payload) & 3]
    filling, last_of_signature = ENDINGS[len(encoded_signature) & 3]
    if (
        "+" in compact
        or "/" in compact
        or encoded_payload[-1:] not in last_characters
        or encoded_signature[-1:] not in last_of_signature
    ):
        raise InvalidJws("payload or signature is not the canonical spelling")
    try:
        payload = b64decode(encoded_payload + padding, b"-_", True)
        signature = b64decode(encoded_signature + filling, b"-_", True)
    except ValueError as error:
        raise InvalidJws("payload or signature is not base64url") from error
    # Header and payload are base64url, hence ASCII, hence the bytes that were signed.
    return tuple.__new__(UnverifiedJws, (header, payload, signature, signing_input.encode()))


def verify_jws(jws: UnverifiedJws, key: PublicJwk, *, use: Use, typ: str | None) -> VerifiedJws:
    """The token, known to be signed by `key`.

    `typ`: the type it must name, compared without regard to case and to a leading `application/` (RFC 7515
    section 4.1.9); None says that this kind of token has no type. Raises AlgorithmNotAllowed, WrongType,
    InvalidSignature.
    """
    check_jws(jws, key, use=use, typ=typ)
    return VerifiedJws(jws.header, jws.payload, key, _SEAL)


def check_jws(jws: UnverifiedJws, key: PublicJwk, *, use: Use, typ: str | None) -> None:
    """Returns where verify_jws would, and raises the same: for tokens that are parts of something larger."""
    header, _, signature, signing_input = jws
    # RFC 8725 section 3.1: the algorithm is the key's, and one of those accepted for this use.
    algorithm = key.algorithm
    if header["alg"] != algorithm or algorithm not in ALLOWED[use]:
        raise AlgorithmNotAllowed(f"{use.value}: key is {algorithm}")
    # RFC 8725 section 3.11: a token of one kind never passes for another.
    if typ is not None and not _same_type(header.get("typ"), typ):
        raise WrongType(f"not {typ}")
    verify_signature(key, signature, signing_input)


def _same_type(found: object, expected: str) -> bool:
    if found == expected:
        return True
    if not isinstance(found, str):
        return False
    return found.lower().removeprefix("application/") == expected.lower().removeprefix("application/")


def _parse_header(encoded: str) -> Mapping[str, Any]:
    try:
        header = parse_json_object(
            b64url_decode(encoded), max_bytes=_MAX_HEADER_BYTES, max_depth=_HEADER_DEPTH
        )
    except EncodingError as error:
        raise InvalidJws(f"header: {error.code}") from error
    if not isinstance(header.get("alg"), str):
        raise InvalidJws("header without alg")
    if not _UNSUPPORTED.isdisjoint(header):
        raise UnsupportedHeader(", ".join(sorted(_UNSUPPORTED.intersection(header))))
    return MappingProxyType({name: _frozen(value) for name, value in header.items()})


_memoised_header: Final = lru_cache(_MEMOISED_HEADERS)(_parse_header)


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return MappingProxyType({name: _frozen(member) for name, member in value.items()})
    if isinstance(value, list):
        return tuple(_frozen(element) for element in value)
    return value
