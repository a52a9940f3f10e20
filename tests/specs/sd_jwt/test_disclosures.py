"""Many disclosures read with few calls, beside each read strictly by itself (RFC 9901 section 4.2)."""

import json
import random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from specs.encoding import EncodingError, b64url_decode, b64url_encode, create_json, parse_json
from specs.sd_jwt.digest import ALGORITHMS
from specs.sd_jwt.disclosure import (
    RESERVED_NAMES,
    Disclosure,
    contents_together,
    digests_of,
    parse_disclosures,
)
from specs.sd_jwt.errors import SdJwtError
from tests.specs.sd_jwt.material import disclosure

SHA_256 = ALGORITHMS["sha-256"]
_scalars = st.none() | st.booleans() | st.integers(-(2**64), 2**65) | st.floats() | st.text(max_size=4)
_values = st.recursive(_scalars, lambda inner: st.lists(inner, max_size=3), max_leaves=6)
_arrays = st.lists(_values, min_size=1, max_size=4) | st.tuples(
    st.text(max_size=6), st.sampled_from(["name", "other", "_sd", "..."]), _values
).map(list)


def _compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")


_PIECES = [
    b'["salt","a",1],["salt"',
    b'"b",2]',
    b'["salt","a",["x"]',
    b'["y"],2]',
    b'["salt","a",1]\n["salt","b",2]',
    b'["salt"\n,"a",1]',
    b"\n",
    b"\n\n\n",
    b"",
    b'["salt","a",1]\n',
    b'\n["salt","a",1]',
    b'["salt","a",{"b":1,"b":1}]',
    b'["salt","\\u0061",1]',
    b'["salt", "a", 1.0]',
    b'["salt","a",1e2]',
    b'"salt"',
    b"{}",
    b'["salt","a",' + b"[" * 31 + b"]" * 31 + b"]",
    b'["salt","a",' + b"[" * 32 + b"]" * 32 + b"]",
    b'["salt","a","' + b"[" * 40 + b'"]',
]
_texts = (_arrays.map(_compact) | st.sampled_from(_PIECES)).map(b64url_encode)
_spoilt = st.tuples(
    _texts, st.sampled_from(["A", "_", "=", "==", "+", "/", " ", "\n", "é", "~", "CgoK"])
).map("".join)


def _other_ending(text: str) -> str:
    """The same bytes to a decoder that overlooks the spare bits of the last character."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return text[:-1] + alphabet[alphabet.index(text[-1]) | 1] if text else text


def _by_itself(text: str) -> tuple[str, str | None, Any] | None:
    """Salt, name and value; None for what must be refused."""
    try:
        content = parse_json(b64url_decode(text), max_bytes=len(text))
    except EncodingError:
        return None
    match content:
        case [str(salt), value]:
            return salt, None, value
        case [str(salt), str(name), value] if name not in RESERVED_NAMES:
            return salt, name, value
    return None


def _parsed(texts: list[str]) -> tuple[dict[str, Disclosure], list[SdJwtError]]:
    return parse_disclosures(texts, digests_of(texts, SHA_256), contents_together(texts))


def _agree(texts: list[str]) -> None:
    found, refused = _parsed(texts)
    expected = {}
    for text in texts:
        content = _by_itself(text)
        if content is not None:
            expected[SHA_256.digest(text.encode())] = (text, SHA_256.digest(text.encode()), *content)
    assert {digest: tuple(one) for digest, one in found.items()} == expected
    assert list(found) == list(expected)
    assert len(refused) == sum(_by_itself(text) is None for text in texts)


@given(st.lists(_texts | _texts.map(_other_ending) | _spoilt, max_size=6))
@example([b64url_encode(b"\n"), b64url_encode(b'["salt","a",1]\n["salt","b",2]')])
@example([b64url_encode(b'["salt","a",' + b"[" * depth + b"]" * depth + b"]") for depth in (1, 31, 32)])
@example([b64url_encode(b'["salt","a",' + b"[" * 32 + b"]" * 32 + b"]")])
@example(["", b64url_encode(b'["salt","a",1]\n["salt","b",2]')])
@example([b64url_encode(b'["salt","a",["x"]'), b64url_encode(b'["y"],2]')])
@example([b64url_encode(b'["salt","a",1]'), _other_ending(b64url_encode(b'["salt","b",22]'))])
def test_together_as_each_by_itself(texts: list[str]) -> None:
    """1.33: whatever arrives beside it, a disclosure means the same and is refused for the same."""
    _agree(texts)


@given(st.lists(_arrays.map(_compact).map(b64url_encode)))
def test_arrays_as_we_write_them(texts: list[str]) -> None:
    _agree(texts)


@pytest.mark.parametrize("length", range(40, 44))
@pytest.mark.parametrize("bit", [1, 2, 4, 8, 16, 32])
def test_no_bit_of_a_last_character_is_loose(length: int, bit: int) -> None:
    """1.33: whichever bit differs, it is another disclosure or none."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    text = b64url_encode(create_json(["s" * length, "name", 1]))
    spoilt = text[:-1] + alphabet[alphabet.index(text[-1]) ^ bit]
    _agree([spoilt])
    _agree([text, spoilt, text + "A"])


def test_a_presentation_of_very_many() -> None:
    """As many as are accepted, with values as deep as is accepted, in any order."""
    deep: list[Any] = []
    for _ in range(30):
        deep = [deep]
    values: list[Any] = [deep, [deep], *range(254)]
    random.Random(1).shuffle(values)
    texts = [b64url_encode(create_json([f"salt-{n}", f"name-{n}", value])) for n, value in enumerate(values)]
    found, refused = _parsed(texts)
    assert (len(found), len(refused)) == (255, 1)
    _agree(texts)


def test_disclosures_do_not_show_values_when_printed() -> None:
    encoded, its_digest = disclosure("salty", "given_name", "Aida")
    found, _ = _parsed([encoded])
    shown = repr(found[its_digest])
    assert "Aida" not in shown
    assert "salty" not in shown
