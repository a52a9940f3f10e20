"""The claim `verified_claims`: what may be answered (OpenID Connect for Identity Assurance 1.0 section 5).

It is asked for in `specs.openid_connect.verified_claims`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from specs.openid_connect.verified_claims import VerifiedClaimsRequest, WantedElement, WantedSet

DOCUMENT: Final = "document"
"""The type of evidence that a credential is: what the person brought, not what we looked up elsewhere."""
# What the schema calls required: where anything of it is said, that is too.
_REQUIRED: Final = MappingProxyType({"evidence": ("type",), "document_details": ("type",)})


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
