"""Issuing: from claims and a plan to the bytes to sign and the disclosures (RFC 9901 sections 4 and 4.2).

Signing is somebody else's: prepare here, sign there, attach here.
"""

from binascii import b2a_base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from pybase64 import b64encode_as_string

from specs.encoding import EncodingError, create_json, parse_json
from specs.jose import SigningInput, prepare_jws
from specs.sd_jwt.digest import ALGORITHMS, ISSUED_ALGORITHM
from specs.sd_jwt.disclosure import RESERVED_NAMES
from specs.sd_jwt.errors import IssuanceRefused
from specs.sd_jwt.plan import DisclosurePlan, PlanNode, check_shape, count_salts
from specs.sd_jwt.process import MAX_DEPTH

# RFC 9901 section 9.3 recommends at least 128 bits. With 18 bytes a salt is whole groups of base64, so that
# one call encodes all of them, at two characters more.
SALT_BYTES: Final = 18

_SALT_LENGTH: Final = 24

# A digest array or placeholder adds one level, so this is what every verifier with our own limit can still
# read.
_MAX_CLAIMS_DEPTH: Final = MAX_DEPTH - 1

_ABSENT: Final = object()
_TO_BASE64URL: Final = bytes.maketrans(b"+/", b"-_")
_SCALARS: Final = frozenset({str, int, float, bool, type(None)})
_JSON_OPTIONS: Final = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
"""As in create_json: what JSON has no form for is an error and not silently text."""


@dataclass(frozen=True, slots=True)
class PreparedSdJwt:
    """An SD-JWT that lacks only its signature."""

    payload: dict[str, Any]
    """The issuer-signed payload; shares its clear values with the claims that were handed in."""
    signing_input: SigningInput
    joined: str
    """The disclosures, each with a tilde after it."""

    @property
    def disclosures(self) -> tuple[str, ...]:
        return tuple(self.joined.split("~")[:-1])

    def attach(self, signature: bytes) -> str:
        """`<JWT>~<D1>~...~<Dn>~`; the first tilde is there without disclosures too (RFC 9901 section 4)."""
        return f"{self.signing_input.attach(signature)}~{self.joined}"


def entropy_length(claims: Mapping[str, Any], plan: DisclosurePlan) -> int:
    """How many random bytes `prepare_sd_jwt` needs for these claims; take them from one `os.urandom`."""
    return count_salts(claims, plan) * SALT_BYTES


def prepare_sd_jwt(
    claims: Mapping[str, Any], plan: DisclosurePlan, *, header: Mapping[str, Any], salts: bytes
) -> PreparedSdJwt:
    """Everything of an SD-JWT but the signature.

    `salts`: fresh random bytes, as many as entropy_length says, never used for another SD-JWT (section 9.3,
    10.1).
    `header`: with `alg` and a `typ` that ends in `+sd-jwt` (section 9.11).

    Raises IssuanceRefused when the claims use a reserved name, are nested too deeply, or do not fit the plan,
    and when a salt or digest would repeat (section 4.1); ValueError for too few salts or an unsuitable
    header; TypeError for values JSON can't hold.
    """
    if not str(header.get("typ", "")).endswith("+sd-jwt"):
        raise ValueError("an SD-JWT needs a typ that ends in +sd-jwt")
    _check_claims(claims)
    builder = _Builder(_salts(salts))
    try:
        payload = builder.object(claims, plan.root)
    except IndexError:
        raise ValueError("too few random bytes for the salts") from None
    payload["_sd_alg"] = ISSUED_ALGORITHM
    builder.disclosures.append(b"")
    joined = b"~".join(builder.disclosures).decode("ascii")
    return PreparedSdJwt(payload, prepare_jws(header, create_json(payload)), joined)


class _Builder:
    """Turns claims into payload, children first: a parent's disclosure holds the children's digests."""

    __slots__ = ("disclosures", "salts")

    def __init__(self, salts: list[str]) -> None:
        self.salts = salts
        self.disclosures: list[bytes] = []

    def object(self, claims: Mapping[str, Any], node: PlanNode) -> dict[str, Any]:
        check_shape(claims, node)
        payload: dict[Any, Any] = {**claims}
        own: list[tuple[Any, ...]] = []
        salts = self.salts
        for name, child in node.members.items():
            if child.leaf:
                value = payload.pop(name, _ABSENT)
                if value is _ABSENT:
                    continue
            elif name in payload:
                value = payload[name] = self.value(payload[name], child)
                if not child.disclosable:
                    continue
                del payload[name]
            else:
                continue
            own.append((salts.pop(), name, value))
        digests = self.add(_encoded(own), node)
        if digests:
            # Section 4.2.4.1: sorted, so that the order tells nothing about the claims.
            digests.sort()
            payload["_sd"] = digests
        return payload

    def array(self, claims: list[Any], node: PlanNode) -> list[Any]:
        check_shape(claims, node)
        result: list[Any] = []
        own: list[tuple[Any, ...]] = []
        places: list[int] = []
        for index, clear in enumerate(claims):
            child = node.element(index)
            value = clear if child is None or child.leaf else self.value(clear, child)
            if child is not None and child.disclosable:
                own.append((self.salts.pop(), value))
                places.append(index)
            result.append(value)
        placeholders = [{"...": digest} for digest in self.add(_encoded(own), node)]
        for index, placeholder in zip(places, placeholders, strict=False):
            result[index] = placeholder
        return result + placeholders[len(places) :]

    def value(self, value: Any, node: PlanNode) -> Any:
        return self.array(value, node) if isinstance(value, list) else self.object(value, node)

    def add(self, own: list[bytes], node: PlanNode) -> list[str]:
        """Digests of the disclosures of one place, followed by those of its decoys (section 4.2.5)."""
        self.disclosures += own
        if node.decoys:
            if len(own) > node.decoys:
                raise IssuanceRefused("more disclosures than the type shows digests")
            own += [self.salts.pop().encode("ascii") for _ in range(node.decoys - len(own))]
        return ALGORITHMS[ISSUED_ALGORITHM].digests(own)


def _encoded(contents: list[tuple[Any, ...]]) -> list[bytes]:
    """Disclosures from salt, name and value, base64url without padding; the alphabet is put right once."""
    if not contents:
        return []
    encoded = [b2a_base64(orjson.dumps(content, None, _JSON_OPTIONS)) for content in contents]
    return b"~".join(encoded).translate(_TO_BASE64URL, b"=\n").split(b"~")


def _salts(pool: bytes) -> list[str]:
    """The salts of a pool of random bytes; IssuanceRefused when one repeats (section 9.3).

    Different salts also mean that no two texts that are hashed are the same, so no digest repeats (section
    4.1).
    """
    text = b64encode_as_string(pool[: len(pool) - len(pool) % SALT_BYTES], b"-_")
    salts = [text[start : start + _SALT_LENGTH] for start in range(0, len(text), _SALT_LENGTH)]
    if len(set(salts)) != len(salts):
        raise IssuanceRefused("a salt repeats", section="RFC 9901 section 9.3")
    return salts


def _check_claims(claims: Mapping[str, Any]) -> None:
    """Reserved names and depth (sections 4.1, 4.2.1)."""
    if not RESERVED_NAMES.isdisjoint(claims):
        raise IssuanceRefused("reserved claim name", section="RFC 9901 section 4.2.1")
    # The text of what is inside the claims says cheaply that there is nothing to find.
    inside = create_json([value for value in claims.values() if type(value) not in _SCALARS])
    if b'"_sd' in inside or b'"..."' in inside:
        _refuse_reserved(claims)
    if len(inside) - len(inside.replace(b"[", b"").replace(b"{", b"")) > _MAX_CLAIMS_DEPTH:
        try:
            # The array of the values stands here for the object they are in.
            parse_json(inside, max_bytes=len(inside), max_depth=_MAX_CLAIMS_DEPTH)
        except EncodingError as error:
            raise IssuanceRefused(error.code) from error


def _refuse_reserved(value: Any) -> None:
    if isinstance(value, Mapping):
        if not RESERVED_NAMES.isdisjoint(value):
            raise IssuanceRefused("reserved claim name", section="RFC 9901 section 4.2.1")
        for member in value.values():
            _refuse_reserved(member)
    elif isinstance(value, list | tuple):
        for element in value:
            _refuse_reserved(element)
