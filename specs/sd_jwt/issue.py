"""Issuing: from claims and a plan to the bytes to sign and the disclosures (RFC 9901 sections 4 and 4.2).

Signing is somebody else's: prepare here, sign there, attach here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pybase64

from specs.encoding import EncodingError, create_json, parse_json
from specs.jose import SigningInput, prepare_jws
from specs.sd_jwt.digest import ALGORITHMS, ISSUED_ALGORITHM
from specs.sd_jwt.disclosure import RESERVED_NAMES
from specs.sd_jwt.errors import IssuanceRefused
from specs.sd_jwt.plan import DisclosurePlan, PlanNode, check_shape, count_salts
from specs.sd_jwt.process import MAX_DEPTH

SALT_BYTES: Final = 16  # 128 bits, RFC 9901 section 9.3

_SALT_FILLER: Final = (
    b"\0\0"  # 16 + 2 bytes are whole groups of three, so that one base64 call serves all salts
)
_SALT_STEP: Final = 24
_SALT_LENGTH: Final = 22

# A digest array or placeholder adds one level, so this is what every verifier with our own limit can still
# read.
_MAX_CLAIMS_DEPTH: Final = MAX_DEPTH - 1


@dataclass(frozen=True, slots=True)
class PreparedSdJwt:
    """An SD-JWT that lacks only its signature."""

    payload: dict[str, Any]
    """The issuer-signed payload; shares its clear values with the claims that were handed in."""
    disclosures: tuple[str, ...]
    signing_input: SigningInput

    def attach(self, signature: bytes) -> str:
        """`<JWT>~<D1>~...~<Dn>~`; the last tilde is there without disclosures too (RFC 9901 section 4)."""
        return "~".join((self.signing_input.attach(signature), *self.disclosures, ""))


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
    builder = _Builder(_encoded_salts(salts))
    payload = builder.object(claims, plan.root)
    # Section 4.1: a digest that occurs twice makes every verifier refuse the whole.
    if len(set(builder.digests)) != len(builder.digests):
        raise IssuanceRefused("a digest repeats", section="RFC 9901 section 4.1")
    payload["_sd_alg"] = ISSUED_ALGORITHM
    disclosures = (
        tuple(b"~".join(builder.disclosures).decode("ascii").split("~")) if builder.disclosures else ()
    )
    return PreparedSdJwt(payload, disclosures, prepare_jws(header, create_json(payload)))


class _Builder:
    """Turns claims into payload, children first: a parent's disclosure holds the children's digests."""

    __slots__ = ("digests", "disclosures", "salts")

    def __init__(self, salts: Iterator[str]) -> None:
        self.salts = salts
        self.disclosures: list[bytes] = []
        self.digests: list[str] = []

    def object(self, claims: Mapping[str, Any], node: PlanNode) -> dict[str, Any]:
        check_shape(claims, node)
        payload: dict[str, Any] = {}
        own: list[bytes] = []
        members = node.members
        for name, clear in claims.items():
            child = members.get(name)
            if child is None:
                payload[name] = clear
                continue
            value = clear if child.leaf else self.value(clear, child)
            if child.disclosable:
                own.append(_encoded([self.salt(), name, value]))
            else:
                payload[name] = value
        digests = self.add(own, node)
        if digests:
            # Section 4.2.4.1: sorted, so that the order tells nothing about the claims.
            payload["_sd"] = sorted(digests)
        return payload

    def array(self, claims: list[Any], node: PlanNode) -> list[Any]:
        check_shape(claims, node)
        result: list[Any] = []
        own: list[bytes] = []
        places: list[int] = []
        for index, clear in enumerate(claims):
            child = node.element(index)
            value = clear if child is None or child.leaf else self.value(clear, child)
            if child is not None and child.disclosable:
                own.append(_encoded([self.salt(), value]))
                places.append(index)
            result.append(value)
        digests = self.add(own, node)
        for index, digest in zip(places, digests, strict=False):
            result[index] = {"...": digest}
        result.extend({"...": digest} for digest in digests[len(places) :])
        return result

    def value(self, value: Any, node: PlanNode) -> Any:
        return self.array(value, node) if isinstance(value, list) else self.object(value, node)

    def add(self, own: list[bytes], node: PlanNode) -> list[str]:
        """Digests of the disclosures of one place, followed by those of its decoys (section 4.2.5)."""
        self.disclosures += own
        texts = own
        if node.decoys:
            if len(own) > node.decoys:
                raise IssuanceRefused("more disclosures than the type shows digests")
            texts = own + [self.salt().encode("ascii") for _ in range(node.decoys - len(own))]
        digests = ALGORITHMS[ISSUED_ALGORITHM].digests(texts)
        self.digests += digests
        return digests

    def salt(self) -> str:
        salt = next(self.salts, None)
        if salt is None:
            raise ValueError("too few random bytes for the salts")
        return salt


def _encoded(content: list[Any]) -> bytes:
    return pybase64.b64encode(create_json(content), altchars=b"-_").rstrip(b"=")


def _encoded_salts(pool: bytes) -> Iterator[str]:
    """The salts of a pool of random bytes; IssuanceRefused when one repeats (section 9.3)."""
    pieces = [pool[start : start + SALT_BYTES] for start in range(0, len(pool) - SALT_BYTES + 1, SALT_BYTES)]
    if len(set(pieces)) != len(pieces):
        raise IssuanceRefused("a salt repeats", section="RFC 9901 section 9.3")
    filled = _SALT_FILLER.join(pieces) + _SALT_FILLER if pieces else b""
    text = pybase64.b64encode(filled, altchars=b"-_").decode("ascii")
    return iter([text[start : start + _SALT_LENGTH] for start in range(0, len(text), _SALT_STEP)])


def _check_claims(claims: Mapping[str, Any]) -> None:
    """Reserved names and depth (sections 4.1, 4.2.1)."""
    # The text of the claims says cheaply that there is nothing to find.
    text = create_json(claims if isinstance(claims, dict) else dict(claims))
    if b'"_sd' in text or b'"..."' in text:
        _refuse_reserved(claims)
    if text.count(b"[") + text.count(b"{") > _MAX_CLAIMS_DEPTH:
        try:
            parse_json(text, max_bytes=len(text), max_depth=_MAX_CLAIMS_DEPTH)
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
