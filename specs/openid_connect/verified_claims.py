"""How claims are asked for with what vouches for them (OpenID Connect for Identity Assurance 1.0 section 5).

The claim's own form is that of OpenID Identity Assurance Schema Definition 1.0, here called the schema. What
may be answered: `specs.openid_connect.verified_claims_answer`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from specs.openid_connect.errors import InvalidClaimsRequest

VERIFIED_CLAIMS: Final = "verified_claims"

MAX_SETS: Final = 8
_MAX_MEMBERS: Final = 64
_MAX_ENTRIES: Final = 16
_MAX_VALUES: Final = 32
_MAX_NAME_LENGTH: Final = 256
_MAX_DEPTH: Final = 8
_MAX_SECONDS: Final = 10**11
_QUERY_MEMBERS: Final = frozenset({"essential", "value", "values", "max_age", "purpose"})
_ELEMENTS: Final = frozenset(
    {"trust_framework", "assurance_level", "assurance_process", "time", "verification_process", "evidence"}
    | {"type", "check_details", "document_details", "record", "attestation", "issuer", "source", "name"}
)
_NONE: Final[Mapping[str, "WantedElement"]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class WantedElement:
    """How one element, or claim, is wanted. `among`: each is a list of which the value has to be one.

    `max_age`: in seconds, at the time of the request. `members`: what is wanted inside of it. `entries`: of
    an array, any of which is enough.
    """

    essential: bool = False
    among: tuple[tuple[Any, ...], ...] = field(default=(), repr=False)
    max_age: float | None = None
    members: Mapping[str, "WantedElement"] = field(default_factory=lambda: _NONE)
    entries: tuple["WantedElement", ...] | None = None

    @property
    def demands(self) -> bool:
        """It, or something inside of it, has to be there, or to be so."""
        inner = (*self.members.values(), *(self.entries or ()))
        return self.essential or bool(self.among) or self.max_age is not None or any(x.demands for x in inner)


@dataclass(frozen=True, slots=True)
class WantedSet:
    """One verification, and the claims that are wanted with it; none: the verification alone."""

    verification: WantedElement
    claims: Mapping[str, WantedElement]


@dataclass(frozen=True, slots=True)
class VerifiedClaimsRequest:
    """`asked`: the JSON that it was made of. `is_list`: several sets may be answered, and are in an array."""

    asked: Any = field(repr=False)
    sets: tuple[WantedSet, ...]
    is_list: bool


def parse_verified_claims_request(value: object) -> VerifiedClaimsRequest:
    """The member `verified_claims` of `userinfo` or `id_token`: one set, or an array of them (section 5.6).

    Members that the standard does not know are ignored. Raises InvalidClaimsRequest.
    """
    found = value if isinstance(value, list) else [value]
    if not 0 < len(found) <= MAX_SETS:
        raise _malformed("number of sets")
    return VerifiedClaimsRequest(value, tuple(_set(one) for one in found), isinstance(value, list))


def _set(value: object) -> WantedSet:
    if not isinstance(value, dict):
        raise _malformed("a set is an object")
    verification = value.get("verification")
    if not isinstance(verification, dict) or "trust_framework" not in verification:
        raise _malformed("no trust framework")
    if "claims" not in value:
        raise _malformed("no claims")
    return WantedSet(_verification(verification), _claims(value["claims"]))


def _claims(value: object) -> Mapping[str, WantedElement]:
    # Null and empty ask for the verification alone: the schema lets `claims` be empty.
    if value is None:
        return _NONE
    if not isinstance(value, dict) or len(value) > _MAX_MEMBERS:
        raise _malformed("claims")
    for name, wish in value.items():
        if not 0 < len(name) <= _MAX_NAME_LENGTH or not isinstance(wish, dict | None):
            raise _malformed("claim")
    return MappingProxyType({name: _element(wish) for name, wish in value.items()})


def _verification(value: dict[str, Any]) -> WantedElement:
    wanted = _element(value)
    evidence = value.get("evidence")
    if not isinstance(evidence, list | None):
        raise _malformed("evidence")
    for entry in evidence or ():
        # Section 5.4: by its type, and of that one with `value`.
        kind = entry.get("type")
        if not isinstance(kind, dict) or not isinstance(kind.get("value"), str) or kind.get("values"):
            raise _malformed("type of evidence")
    return wanted


def _element(value: object, depth: int = 0) -> WantedElement:
    if value is None:
        return WantedElement()
    if depth > _MAX_DEPTH:
        raise _malformed("depth")
    if isinstance(value, list):
        if not 0 < len(value) <= _MAX_ENTRIES or not all(isinstance(one, dict) for one in value):
            raise _malformed("array")
        return WantedElement(entries=tuple(_element(one, depth + 1) for one in value))
    if not isinstance(value, dict) or len(value) > _MAX_MEMBERS:
        raise _malformed("element")
    members = {name: _element(inner, depth + 1) for name, inner in value.items() if _is_member(name, inner)}
    essential = value.get("essential")
    if not isinstance(essential, bool | None):
        raise _malformed("essential")
    return WantedElement(essential or False, _among(value), _max_age(value), MappingProxyType(members))


def _is_member(name: str, value: object) -> bool:
    """Whether it asks for something inside; other members of a query are ignored (Core section 5.5.1)."""
    if not 0 < len(name) <= _MAX_NAME_LENGTH:
        raise _malformed("name")
    return name not in _QUERY_MEMBERS and (name in _ELEMENTS or isinstance(value, dict | list | None))


def _among(value: dict[str, Any]) -> tuple[tuple[Any, ...], ...]:
    one, several = value.get("value"), value.get("values")
    if several is None:
        return () if one is None else ((one,),)
    if not isinstance(several, list) or not 0 < len(several) <= _MAX_VALUES:
        raise _malformed("values")
    return (tuple(several),) if one is None else ((one,), tuple(several))


def _max_age(value: dict[str, Any]) -> float | None:
    seconds = value.get("max_age")
    if seconds is None:
        return None
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or not 0 <= seconds <= _MAX_SECONDS:
        raise _malformed("max_age")
    return seconds


def _malformed(what: str) -> InvalidClaimsRequest:
    section = "OpenID Connect for Identity Assurance 1.0 section 5"
    return InvalidClaimsRequest(f"verified_claims: {what}", section=section)
