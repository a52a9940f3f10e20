"""One disclosure: a salt, a claim name (not for array elements) and a value (RFC 9901 section 4.2)."""

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

import orjson

from specs.encoding import (
    EncodingError,
    InvalidBase64Url,
    JsonValue,
    b64url_decode,
    b64url_decode_all,
    parse_json,
)
from specs.sd_jwt.digest import DigestAlgorithm
from specs.sd_jwt.errors import ForbiddenClaimName, MalformedDisclosure, SdJwtError

Path: TypeAlias = tuple[str | int, ...]

RESERVED_NAMES: Final = frozenset({"_sd", "_sd_alg", "..."})

_OBJECT_PROPERTY: Final = 3
_ARRAY_ELEMENT: Final = 2
_MAX_DEPTH: Final = 32


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


def parse_disclosures(
    encoded: Sequence[str], algorithm: DigestAlgorithm
) -> tuple[dict[str, Disclosure], list[SdJwtError]]:
    """All disclosures by digest, in their order, and what is wrong with the others.

    Wrong is a disclosure that is not strict base64url of a strict JSON array of 2 or 3 elements with strings
    as salt and name (MalformedDisclosure; RFC 9901 sections 4.2.1, 4.2.2 and 7.1 step 3), or that has a
    reserved name (ForbiddenClaimName). One that was sent twice occurs once. Sizes were bounded when the SD-
    JWT was parsed.
    """
    if not encoded:
        return {}, []
    digests = algorithm.digests([text.encode("ascii", "replace") for text in encoded])
    found: dict[str, Disclosure] = {}
    refused: list[SdJwtError] = []
    contents = _contents_together(encoded) or [_content(text) for text in encoded]
    for text, digest, content in zip(encoded, digests, contents, strict=True):
        try:
            found[digest] = _disclosure(text, digest, content)
        except SdJwtError as error:
            refused.append(error)
    return found, refused


def _contents_together(encoded: Sequence[str]) -> list[JsonValue] | None:
    """The contents when all disclosures are written without white space, escapes and mistakes; otherwise
    None.
    """
    try:
        texts = b64url_decode_all(encoded)
        contents = [orjson.loads(text) for text in texts]
    except (InvalidBase64Url, orjson.JSONDecodeError):
        return None
    together = b"[" + b",".join(texts) + b"]"
    # What parse_json does, for all at once: few brackets can't be too deep, and the same bytes again mean
    # that no member name came twice and no number lost digits. Each text is JSON by itself, so equal bytes
    # are equal texts.
    if together.count(b"[") + together.count(b"{") > _MAX_DEPTH or orjson.dumps(contents) != together:
        return None
    return contents


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
