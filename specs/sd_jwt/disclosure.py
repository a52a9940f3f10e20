"""One disclosure: a salt, a claim name (not for array elements) and a value (RFC 9901 section 4.2)."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from specs.encoding import EncodingError, JsonValue, b64url_decode, parse_json
from specs.sd_jwt.digest import DigestAlgorithm
from specs.sd_jwt.errors import ForbiddenClaimName, MalformedDisclosure, SdJwtError

Path: TypeAlias = tuple[str | int, ...]

RESERVED_NAMES: Final = frozenset({"_sd", "_sd_alg", "..."})

_OBJECT_PROPERTY: Final = 3
_ARRAY_ELEMENT: Final = 2


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


def parse_disclosure(encoded: str, digest: str) -> Disclosure:
    """The content of one disclosure (RFC 9901 sections 4.2.1, 4.2.2 and 7.1 step 3).

    Raises MalformedDisclosure when it is not strict base64url of a strict JSON array of 2 or 3 elements with
    strings as salt and name, ForbiddenClaimName for a reserved name. Size was bounded when the SD-JWT was
    parsed.
    """
    try:
        content = parse_json(b64url_decode(encoded), max_bytes=len(encoded))
    except EncodingError as error:
        raise MalformedDisclosure(error.code) from error
    return _disclosure(encoded, digest, content)


def parse_disclosures(
    encoded: Sequence[str], algorithm: DigestAlgorithm
) -> tuple[dict[str, Disclosure], list[tuple[str, SdJwtError]]]:
    """All disclosures by digest, and what is wrong with the others: pairs of digest and error.

    Order is kept. A disclosure that was sent twice occurs once.
    """
    digests = algorithm.digests([text.encode("ascii", "replace") for text in encoded])
    found: dict[str, Disclosure] = {}
    refused: list[tuple[str, SdJwtError]] = []
    for text, digest in zip(encoded, digests, strict=True):
        try:
            found[digest] = parse_disclosure(text, digest)
        except SdJwtError as error:
            refused.append((digest, error))
    return found, refused


def _disclosure(encoded: str, digest: str, content: Any) -> Disclosure:
    if type(content) is not list:
        raise MalformedDisclosure("not an array")
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
