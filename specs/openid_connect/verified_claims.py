"""Claims with what somebody vouches for them by (OpenID Connect for Identity Assurance 1.0 section 5).

How they are asked for in the `claims` parameter, and what may be answered. The claim's own form is that of
OpenID Identity Assurance Schema Definition 1.0, here called the schema.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from specs.openid_connect.errors import InvalidClaimsRequest

VERIFIED_CLAIMS: Final = "verified_claims"
DOCUMENT: Final = "document"
"""The type of evidence that a credential is: what the person brought, not what we looked up elsewhere."""

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
# What the schema calls required: where anything of it is said, that is too.
_REQUIRED: Final = MappingProxyType({"evidence": ("type",), "document_details": ("type",)})
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


@dataclass(frozen=True, slots=True)
class DocumentEvidence:
    """A credential that was verified. `type`: what it is; `issuer`: whose it is."""

    type: str
    issuer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownVerification:
    """What is known of a verification. `verified_at`: aware; told to the second."""

    trust_framework: str
    verified_at: datetime
    evidence: Sequence[DocumentEvidence] = ()


class _Unmet(Exception):
    """Something that is asked for is not so."""


_Element: TypeAlias = dict[str, Any] | list[Any] | str | None


def parse_verified_claims_request(value: object) -> VerifiedClaimsRequest:
    """The member `verified_claims` of `userinfo` or `id_token`: one set, or an array of them (section 5.6).

    Members that the standard does not know are ignored. Raises InvalidClaimsRequest.
    """
    found = value if isinstance(value, list) else [value]
    if not 0 < len(found) <= MAX_SETS:
        raise _malformed("number of sets")
    return VerifiedClaimsRequest(value, tuple(_set(one) for one in found), isinstance(value, list))


def answer_verified_claims(
    request: VerifiedClaimsRequest, known: KnownVerification, claims: Mapping[str, Any], *, asked_at: datetime
) -> dict[str, Any] | list[Any] | None:
    """The claim `verified_claims`; None when no set that is asked for can be answered.

    Nothing that was not asked for (section 7), nothing but `claims` and what is known. Each set is answered
    by itself (section 5.6). `asked_at`: the time of the request, which `max_age` counts from.
    """
    answers = [_answer_set(one, _members_of(known), claims, asked_at) for one in request.sets]
    found = [one for one in answers if one is not None]
    if request.is_list:
        return found or None
    return found[0] if found else None


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
    evidence = wanted.members.get("evidence", WantedElement())
    if value.get("evidence") is not None and evidence.entries is None:
        raise _malformed("evidence")
    for entry in evidence.entries or ():
        # Section 5.4: by its type, with `value` alone.
        kind = entry.members.get("type", WantedElement()).among
        if len(kind) != 1 or len(kind[0]) != 1 or not isinstance(kind[0][0], str):
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


def _members_of(known: KnownVerification) -> dict[str, Any]:
    evidence = [
        {"type": DOCUMENT, "document_details": {"type": one.type, "issuer": {"name": one.issuer}}}
        for one in known.evidence
    ]
    at = known.verified_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"trust_framework": known.trust_framework, "time": at, "evidence": evidence}


def _answer_set(
    wanted: WantedSet, known: dict[str, Any], claims: Mapping[str, Any], asked_at: datetime
) -> dict[str, Any] | None:
    try:
        # Section 5.7: what is not so within the verification takes the whole set with it.
        verification = _answer("verification", wanted.verification, known, asked_at)
    except _Unmet:
        return None
    # Section 5.7: of claims only those that are not there, or are not so, essential or not.
    found = dict(_answer_claims(wanted.claims, claims, asked_at))
    if wanted.claims and not found:
        return None
    return {"verification": verification, "claims": found}


def _answer_claims(
    wanted: Mapping[str, WantedElement], claims: Mapping[str, Any], asked_at: datetime
) -> Iterator[tuple[str, Any]]:
    for name, element in wanted.items():
        if claims.get(name) is not None and _fits(element, claims[name], asked_at):
            yield name, claims[name]


def _answer(name: str, wanted: WantedElement, known: _Element, asked_at: datetime) -> _Element:
    """What may be said of one element; None: nothing. Raises _Unmet."""
    if not known:
        if wanted.demands:
            raise _Unmet
        return None
    if isinstance(known, list):
        return _answer_entries(name, wanted, known, asked_at)
    if isinstance(known, str):
        if not _fits(wanted, known, asked_at):
            raise _Unmet
        return known
    if wanted.among or wanted.max_age is not None or wanted.entries is not None:
        raise _Unmet
    found: dict[str, Any] = {one: known[one] for one in _REQUIRED.get(name, ())}
    for one, inner in wanted.members.items():
        value = _answer(one, inner, known.get(one), asked_at)
        if value is not None:
            found[one] = value
    if not found and wanted.essential:
        raise _Unmet
    return found or None


def _answer_entries(name: str, wanted: WantedElement, known: list[Any], asked_at: datetime) -> _Element:
    """Every entry of ours that fits one of those that are asked for, as that one asks (section 5.4)."""
    if wanted.entries is None:
        return None
    found = []
    for one in known:
        for entry in wanted.entries:
            try:
                found.append(_answer(name, entry, one, asked_at))
            except _Unmet:
                continue
            break
    if not found:
        raise _Unmet
    return found


def _fits(wanted: WantedElement, value: Any, asked_at: datetime) -> bool:
    if any(inner.demands for inner in wanted.members.values()) or wanted.entries is not None:
        # Parts of a claim cannot be asked for (section 5.3): whatever they have to be, we do not say so.
        return False
    if not all(any(_is_same(value, one) for one in among) for among in wanted.among):
        return False
    return wanted.max_age is None or _is_young(value, wanted.max_age, asked_at)


def _is_same(value: Any, wanted: Any) -> bool:
    # In Python true is 1.
    return type(value) is type(wanted) and bool(value == wanted)


def _is_young(value: Any, max_age: float, asked_at: datetime) -> bool:
    moment = _moment(value)
    return moment is not None and (asked_at - moment).total_seconds() <= max_age


def _moment(value: Any) -> datetime | None:
    """When it was; of a date its last second (section 5.5). None: it says no time."""
    if not isinstance(value, str):
        return None
    try:
        return datetime.combine(date.fromisoformat(value), time(23, 59, 59), UTC)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment
