"""The verifier's side: do the presentations answer the query? (OpenID4VP 1.0 sections 6.4, 8.1, 8.6 and
14.11)

Each presentation has been verified by itself before it comes here. What it says about the issuer being
trusted, not revoked and so on is not asked here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

from specs.dcql.claims_path import Selected
from specs.dcql.criteria import CredentialView, FoundClaim, Reason, examine_credential
from specs.dcql.errors import DcqlError
from specs.dcql.query import CredentialQuery, DcqlQuery

_CONTAINERS: Final = frozenset({dict, list})


class Fault(StrEnum):
    """What can be wrong with an answer."""

    EMPTY = "empty"  # no presentation at all, or an entry without one (section 8.1)
    UNKNOWN_QUERY = "unknown_query"  # an entry for an id that the query does not have
    NOT_REQUESTED = "not_requested"  # an entry for a query that no credential set names
    TOO_MANY = "too_many"  # two presentations where `multiple` is false (section 8.1)
    MISMATCH = "mismatch"  # a presentation that does not fulfil its credential query
    MISSING = "missing"  # a required credential set without a complete option


@dataclass(frozen=True, slots=True)
class Defect:
    """One fault, where it is, and the reasons for a mismatch. Never a value."""

    fault: Fault
    query_id: str | None = None
    position: int | None = None
    """Which presentation of the entry, from 0; for MISSING, which credential set."""
    reasons: tuple[Reason, ...] = ()


class AcceptedPresentation(NamedTuple):
    """A presentation that fulfils its query, with the claims that were asked for and no others."""

    query_id: str
    position: int
    claim_set: int | None
    claims: tuple[FoundClaim, ...]


class CheckedAnswer(NamedTuple):
    """An answer to the whole query. `discarded` says which presentations do not count (section 8.6)."""

    accepted: tuple[AcceptedPresentation, ...]
    discarded: tuple[Defect, ...]


class QueryNotAnswered(DcqlError):
    """Raised by check_answer; `defects` is everything that was found wrong."""

    code = "query_not_answered"
    text = "The credentials that were presented do not answer the request."
    section = "OpenID4VP 1.0 section 8.6"

    def __init__(self, defects: tuple[Defect, ...]) -> None:
        super().__init__(", ".join(defect.fault for defect in defects))
        self.defects = defects


def check_answer(query: DcqlQuery, presented: Mapping[str, Sequence[CredentialView]]) -> CheckedAnswer:
    """The presentations that answer `query`, by query id as in `vp_token`; raises QueryNotAnswered.

    `claims` of a presentation are what it discloses (with markers for withheld array elements, so that an
    index means the same to both sides). A presentation that does not fulfil its query is discarded; the
    answer as a whole is refused when it is not in the form that section 8.1 asks for, or when what remains is
    not enough.
    """
    malformed = _form_defects(query, presented)
    if malformed:
        raise QueryNotAnswered(malformed)
    accepted: list[AcceptedPresentation] = []
    discarded: list[Defect] = []
    for one in query.credentials:
        for position, credential in enumerate(presented.get(one.id, ())):
            result = _check_presentation(query, one, position, credential)
            if isinstance(result, Defect):
                discarded.append(result)
            else:
                accepted.append(result)
    missing = _missing_sets(query, frozenset([one.query_id for one in accepted]))
    if missing or not accepted:
        raise QueryNotAnswered((*discarded, *missing))
    return CheckedAnswer(tuple(accepted), tuple(discarded))


def _form_defects(query: DcqlQuery, presented: Mapping[str, Sequence[CredentialView]]) -> tuple[Defect, ...]:
    """Requirement 5.20: keys are ids of the query, values non-empty arrays, of one unless `multiple`."""
    if not presented:
        return (Defect(Fault.EMPTY),)
    defects = []
    for query_id, presentations in presented.items():
        one = query.credential(query_id)
        if one is None:
            defects.append(Defect(Fault.UNKNOWN_QUERY))  # without the id: it is the sender's text, not ours
        elif not presentations:
            defects.append(Defect(Fault.EMPTY, query_id))
        elif len(presentations) > 1 and not one.multiple:
            defects.append(Defect(Fault.TOO_MANY, query_id))
    return tuple(defects)


def _check_presentation(
    query: DcqlQuery, one: CredentialQuery, position: int, credential: CredentialView
) -> AcceptedPresentation | Defect:
    if one.id not in query.requested_ids():
        return Defect(Fault.NOT_REQUESTED, one.id, position)
    examined = examine_credential(one, credential)
    if not examined.fulfilled:
        return Defect(Fault.MISMATCH, one.id, position, examined.reasons)
    return AcceptedPresentation(one.id, position, examined.claim_set, _without_markers(examined.claims))


def _missing_sets(query: DcqlQuery, available: frozenset[str]) -> tuple[Defect, ...]:
    return tuple(
        [
            Defect(Fault.MISSING, position=position)
            for position, one in enumerate(query.sets())
            if one.required and not one.satisfied_options(available)
        ]
    )


def _without_markers(claims: tuple[FoundClaim, ...]) -> tuple[FoundClaim, ...]:
    """Claims as data again: withheld elements left out of their arrays (RFC 9901 section 7.1)."""
    if _CONTAINERS.isdisjoint([type(one.value) for _, found in claims for one in found]):
        return claims
    return tuple(
        FoundClaim(claim, tuple(Selected(location, _plain(value)) for location, value in found))
        for claim, found in claims
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [
            _plain(element)
            for element in value
            if element is None or isinstance(element, str | int | float | dict | list)
        ]
    return value
