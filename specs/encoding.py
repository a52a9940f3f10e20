"""Strict base64url, strict JSON and NumericDate: the only places where bytes become values.

Strict means that two parsers can never read two meanings out of one message (requirement 1.33): no
duplicate member names, no numbers that lose digits, no second spelling of a base64url string.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

import orjson
from pybase64 import b64decode, b64encode_as_string

from specs.errors import ProtocolError

JsonValue: TypeAlias = Any

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS_OF_A_DAY: Final = 86_400
MIN_INTEGER: Final = -(2**63)
MAX_INTEGER: Final = 2**64 - 1
_INTEGER_DIGITS: Final = 20  # as many as MAX_INTEGER has, and MIN_INTEGER with its sign

_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
ENDINGS: Final = (("", _ALPHABET), ("", ""), ("==", "AQgw"), ("=", "AEIMQUYcgkosw048"))
"""Of base64url, by the length of the text modulo 4: the padding to add, and the last characters whose spare
bits are zero. Of the length that no text has, no character is the last.
"""
# The closing mark is optional, so that an unclosed string is read once, not again from every mark in it.
_STRING: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_OPENING_CLOSING: Final = bytes.maketrans(b"{}", b"[]")
_NOT_BRACKETS: Final = bytes(byte for byte in range(256) if byte not in b"[]{}")


class EncodingError(ProtocolError):
    """Bytes that are not a value in the encoding they claim to be in."""

    code = "invalid_encoding"
    text = "The message is not encoded correctly."


class InvalidBase64Url(EncodingError):
    """Not the one base64url spelling of some bytes."""

    code = "invalid_base64url"
    text = "A value is not base64url without padding."
    section = "RFC 7515 section 2"


class InvalidJson(EncodingError):
    """Not JSON, or not the JSON value that is asked for."""

    code = "invalid_json"
    text = "The message is not valid JSON."
    section = "RFC 8259"


class DuplicateMember(InvalidJson):
    """One object with two members of the same name."""

    code = "duplicate_member"
    text = "The message contains a JSON object with two members of one name."
    section = "RFC 8259 section 4"


class TooDeep(InvalidJson):
    """Arrays and objects nested deeper than allowed."""

    code = "too_deep"
    text = "The message is nested too deeply."


class TooLarge(EncodingError):
    """More bytes than allowed."""

    code = "too_large"
    text = "The message is too large."


class InvalidNumericDate(EncodingError):
    """Not a number of seconds that is a date."""

    code = "invalid_numeric_date"
    text = "A time is not a valid number of seconds."
    section = "RFC 7519 section 2"


def b64url_encode(data: bytes) -> str:
    """Base64url without padding (RFC 7515 section 2)."""
    return b64encode_as_string(data, b"-_").rstrip("=")


def b64url_decode(text: str) -> bytes:
    """The bytes of a base64url string; raises InvalidBase64Url for every spelling but the canonical one.

    Refused: padding, other alphabets, white space, an impossible length, and a last character with bits
    that no byte takes up (RFC 4648 section 3.5: otherwise one signature has several spellings).
    """
    padding, last_characters = ENDINGS[len(text) & 3]
    # What the decoder lets through: two characters of the other alphabet, padding of its own, loose bits.
    if "+" in text or "/" in text or text[-1:] not in last_characters:
        raise InvalidBase64Url("not the canonical spelling")
    try:
        return b64decode(text + padding, b"-_", True)
    except ValueError as error:  # binascii.Error is one
        raise InvalidBase64Url from error


def parse_json(data: bytes | str, *, max_bytes: int, max_depth: int = 32) -> JsonValue:
    """The value of a JSON text, read so that no other parser can read another one.

    Refused: more than `max_bytes` bytes (TooLarge), more than `max_depth` nested arrays and objects
    (TooDeep), a name twice in one object (DuplicateMember), and as InvalidJson: a byte order mark, other
    encodings than UTF-8, lone surrogates, NaN and infinities, numbers too large for a double, anything
    after the value. Integers are accepted from -2^63 to 2^64 - 1 and come back exact; beyond that parsers
    silently round, so those are refused. (RFC 8259 and its section 6, RFC 7493 sections 2.1 to 2.3.)
    """
    raw = data if isinstance(data, bytes) else _utf8(data)
    size = len(raw)
    if size > max_bytes:
        raise TooLarge(f"{size} bytes, {max_bytes} allowed")
    # Most texts have too few brackets to be too deep. (To remove them is four times as fast as to count.)
    if size - len(raw.replace(b"[", b"").replace(b"{", b"")) > max_depth:
        _check_depth(raw, max_depth)
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InvalidJson(error.msg) from error
    # The same bytes again: every member came out once and every number kept its digits. Otherwise (spaces,
    # escapes, or something to refuse) the slower strict reader decides.
    if orjson.dumps(value) == raw:
        return value
    return _parse_strictly(raw)


def parse_json_object(data: bytes | str, *, max_bytes: int, max_depth: int = 32) -> dict[str, Any]:
    """Like parse_json, for a text that must hold an object."""
    value = parse_json(data, max_bytes=max_bytes, max_depth=max_depth)
    if not isinstance(value, dict):
        raise InvalidJson("not an object")
    return value


def create_json(value: JsonValue) -> bytes:
    """Compact UTF-8 JSON; members stay in their order. TypeError for what JSON cannot hold."""
    return orjson.dumps(value, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS)


def to_numeric_date(moment: datetime) -> int:
    """Whole seconds since 1970 (RFC 7519 section 2), rounded down. `moment` must be aware (ValueError)."""
    if moment.tzinfo is None:
        raise ValueError("a moment without time zone")
    since = moment - EPOCH
    return since.days * _SECONDS_OF_A_DAY + since.seconds


def from_numeric_date(number: object) -> datetime:
    """The moment in UTC. InvalidNumericDate for what is not a number or not in the years 1970 to 9999."""
    if isinstance(number, bool) or not isinstance(number, int | float) or not number >= 0:
        raise InvalidNumericDate("not a number of seconds since 1970")
    try:
        return EPOCH + timedelta(seconds=number)
    except (OverflowError, ValueError) as error:
        raise InvalidNumericDate("beyond the year 9999") from error


def _utf8(data: str) -> bytes:
    try:
        return data.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidJson("lone surrogate") from error


def _check_depth(raw: bytes, max_depth: int) -> None:
    """Before any parser runs, so that none can be made to recurse."""
    brackets = _STRING.sub(b"", raw).translate(_OPENING_CLOSING, _NOT_BRACKETS)
    for _ in range(max_depth):
        shorter = brackets.replace(b"[]", b"")
        if len(shorter) == len(brackets):
            break
        brackets = shorter
    # Each round took away the innermost level. What is left without a pair is broken, and the parser says so.
    if b"[]" in brackets:
        raise TooDeep(f"deeper than {max_depth}")


def _parse_strictly(raw: bytes) -> JsonValue:
    try:
        return _STRICT.decode(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise InvalidJson("refused by the strict reader") from error


def _object_without_duplicates(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) != len(members):
        raise DuplicateMember
    return found


def _exact_integer(digits: str) -> int:
    if len(digits) > _INTEGER_DIGITS or not MIN_INTEGER <= int(digits) <= MAX_INTEGER:
        raise InvalidJson("integer out of range")
    return int(digits)


# NaN, numbers beyond a double and lone surrogates never come here: the first reader refuses them.
_STRICT: Final = json.JSONDecoder(object_pairs_hook=_object_without_duplicates, parse_int=_exact_integer)
