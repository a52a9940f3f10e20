"""One disclosure: a salt, a claim name (not for array elements) and a value (RFC 9901 section 4.2)."""

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Final, NamedTuple, TypeAlias

import orjson
from pybase64 import b64decode

from specs.encoding import EncodingError, JsonValue, b64url_decode, parse_json
from specs.sd_jwt.digest import DigestAlgorithm
from specs.sd_jwt.errors import ForbiddenClaimName, MalformedDisclosure, SdJwtError

Path: TypeAlias = tuple[str | int, ...]

RESERVED_NAMES: Final = frozenset({"_sd", "_sd_alg", "..."})

_OBJECT_PROPERTY: Final = 3
_ARRAY_ELEMENT: Final = 2
_MAX_DEPTH: Final = 32
# By the length of a text modulo 4: characters that fill up its last group with one, two or three line feeds,
# provided that the spare bits of its last character are zero. No text has the length that "." is for.
_LINE_FEEDS: Final = ("CgoK", ".", "oK", "K")


class Disclosure(NamedTuple):
    """A disclosure as it was sent, its digest and its content. `name` is None for an array element."""

    encoded: str
    digest: str
    salt: str
    name: str | None
    value: JsonValue

    def __repr__(self) -> str:
        """Without salt, name and value: they are personal data and must not get into logs by accident."""
        return f"Disclosure(digest={self.digest!r})"


def digests_of(encoded: Sequence[str], algorithm: DigestAlgorithm) -> list[str]:
    """The digest of each disclosure, over the ASCII of what was sent."""
    # What is not ASCII is no disclosure, and digests of something else do not make it one.
    return algorithm.digests(map(str.encode, encoded, repeat("ascii"), repeat("replace")))


def parse_disclosures(
    encoded: Sequence[str], digests: Sequence[str], contents: Sequence[JsonValue] | None
) -> tuple[dict[str, Disclosure], list[SdJwtError]]:
    """All disclosures by digest, in their order, and what is wrong with the others.

    Wrong is a disclosure that is not strict base64url of a strict JSON array of 2 or 3 elements with strings
    as salt and name (MalformedDisclosure; RFC 9901 sections 4.2.1, 4.2.2 and 7.1 step 3), or that has a
    reserved name (ForbiddenClaimName). One that was sent twice occurs once. Sizes were bounded when the SD-
    JWT was parsed. `digests`: digests_of them; `contents`: contents_together, None where that is.
    """
    if contents is None:
        contents = [_content(text) for text in encoded]
    found: dict[str, Disclosure] = {}
    refused: list[SdJwtError] = []
    for text, digest, content in zip(encoded, digests, contents, strict=True):
        try:
            found[digest] = _disclosure(text, digest, content)
        except SdJwtError as error:
            refused.append(error)
    return found, refused


def are_strings(values: Iterable[object]) -> bool:
    """Whether all values are strings: only those can be joined, and nothing asks faster."""
    try:
        "".join(values)  # type: ignore[arg-type]
    except TypeError:
        return False
    return True


def contents_together(encoded: Sequence[str]) -> list[list[JsonValue]] | None:
    """The contents when all disclosures are canonical base64url of arrays without mistakes, needless white
    space and escapes; otherwise None.

    One call of the decoder and one of the parser for all, which gives what _content gives for each.
    """
    if not encoded:
        return []
    together = "".join([text + _LINE_FEEDS[len(text) & 3] for text in encoded])
    # All begin as a bracket does in base64url, so none is an empty line; if the first and the last of them in
    # the order of the alphabet do, all do.
    if not min(encoded)[:1] == "W" == max(encoded)[:1]:
        return None
    # What the decoder lets through: the other alphabet, and padding.
    if "+" in together or "/" in together or "=" in together:
        return None
    try:
        texts = list(filter(None, b64decode(together, b"-_", True).split(b"\n")))
        array = b"[%b]" % b",".join(texts)
        # Each has a bracket of its own, so that none can be deeper than this.
        if len(array) - len(array.replace(b"[", b"").replace(b"{", b"")) > _MAX_DEPTH + len(encoded):
            return None
        contents: list[list[JsonValue]] = orjson.loads(array)
        # What parse_json does, for each: the same bytes again mean that no member name came twice and no
        # number lost digits. They also mean that each text is JSON by itself and ends with its disclosure,
        # and that no last character had loose bits, which would be another byte behind the array.
        same = len(texts) == len(encoded) and list(map(orjson.dumps, contents)) == texts
    except (ValueError, TypeError):  # not base64, not JSON, or together something too deep for the encoder
        return None
    return contents if same else None


def _content(encoded: str) -> JsonValue | MalformedDisclosure:
    try:
        return parse_json(b64url_decode(encoded), max_bytes=len(encoded), max_depth=_MAX_DEPTH)
    except EncodingError as error:
        return MalformedDisclosure(error.code)


def _disclosure(encoded: str, digest: str, content: JsonValue) -> Disclosure:
    if type(content) is not list:
        raise content if isinstance(content, MalformedDisclosure) else MalformedDisclosure("not an array")
    size = len(content)
    if size == _OBJECT_PROPERTY:
        salt, name, value = content
        if type(name) is not str:
            raise MalformedDisclosure("name is not a string")
        if name in RESERVED_NAMES:
            raise ForbiddenClaimName
    elif size == _ARRAY_ELEMENT:
        salt, value = content
        name = None
    else:
        raise MalformedDisclosure(f"{size} elements")
    if type(salt) is not str:
        raise MalformedDisclosure("salt is not a string")
    return Disclosure(encoded, digest, salt, name, value)
