"""The wallet's side: which of its credentials answer a query, and what each would show (section 6.4).

Nothing is chosen here beyond what the query leaves open to nobody: the person picks among what matched.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from specs.dcql.claims_path import ClaimsPath, Location
from specs.dcql.criteria import CredentialView, FoundClaim, Reason, examine_credential
from specs.dcql.query import CredentialQuery, CredentialSet, DcqlQuery


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate(CredentialView):
    """A credential in the wallet, with everything disclosed.

    `withholdable`: the places of the claims that are selectively disclosable; None when it is not known, then
    each one counts as such.
    """

    credential_id: str
    withholdable: frozenset[Location] | None = None

    def can_withhold(self, location: Location) -> bool:
        """Whether the claim at `location`, one above it or one in it is selectively disclosable."""
        if self.withholdable is None:
            return True
        return any(
            place[: len(location)] == location or location[: len(place)] == place
            for place in self.withholdable
        )


@dataclass(frozen=True, slots=True)
class Selection:
    """One credential that matches, and all that it will show beyond what it always shows."""

    credential_id: str
    claims: tuple[FoundClaim, ...]
    """Every claim of the query that will be shown, those that cannot be withheld included."""
    claim_set: int | None
    disclose: tuple[ClaimsPath, ...]
    """The paths, as in the query, that need a disclosure."""
    locations: tuple[Location, ...]
    """The same, place by place: what to disclose, whole values with all that is in them."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """One credential that does not match, and why."""

    credential_id: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class QueryMatch:
    """All candidates sorted for one credential query."""

    query: CredentialQuery
    selections: tuple[Selection, ...]
    rejections: tuple[Rejection, ...]


@dataclass(frozen=True, slots=True)
class SetMatch:
    """A credential set and the options that the wallet can fulfil, the verifier's favourite first."""

    credential_set: CredentialSet
    options: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Match:
    """What the wallet can answer. When not `satisfied`, nothing at all may be sent (section 6.4.2)."""

    query: DcqlQuery
    queries: tuple[QueryMatch, ...]
    """One for each credential query that is requested, in order; queries that no set names are left out."""
    sets: tuple[SetMatch, ...]

    @property
    def satisfied(self) -> bool:
        """Every required set can be answered, and there is something to send (section 8.1: never nothing)."""
        required = all(one.options for one in self.sets if one.credential_set.required)
        return required and any(one.options for one in self.sets)

    @property
    def return_ids(self) -> tuple[str, ...]:
        """Ids of the queries to answer if each required set gets its first possible option; () if not
        satisfied.
        """
        return self._first_options(required=True) if self.satisfied else ()

    @property
    def optional_ids(self) -> tuple[str, ...]:
        """Further ids that the first possible options of the optional sets add: for the person to decide."""
        if not self.satisfied:
            return ()
        needed = self.return_ids
        return tuple(name for name in self._first_options(required=False) if name not in needed)

    def of(self, query_id: str) -> QueryMatch:
        """The match for one requested credential query; KeyError for another id."""
        for one in self.queries:
            if one.query.id == query_id:
                return one
        raise KeyError(query_id)

    def _first_options(self, *, required: bool) -> tuple[str, ...]:
        chosen = {
            name
            for one in self.sets
            if one.credential_set.required is required and one.options
            for name in one.options[0]
        }
        return tuple(one.query.id for one in self.queries if one.query.id in chosen)


def match_query(query: DcqlQuery, candidates: Sequence[Candidate]) -> Match:
    """Sorts `candidates` for each requested credential query (requirements 5.13 to 5.18)."""
    requested = query.requested_ids()
    queries = tuple(_match_credentials(one, candidates) for one in query.credentials if one.id in requested)
    available = frozenset(one.query.id for one in queries if one.selections)
    sets = tuple(SetMatch(one, one.satisfied_options(available)) for one in query.sets())
    return Match(query, queries, sets)


def _match_credentials(query: CredentialQuery, candidates: Sequence[Candidate]) -> QueryMatch:
    selections: list[Selection] = []
    rejections: list[Rejection] = []
    for candidate in candidates:
        examined = examine_credential(query, candidate)
        if examined.fulfilled:
            selections.append(_select(candidate, examined.claims, examined.claim_set))
        else:
            rejections.append(Rejection(candidate.credential_id, examined.reasons))
    return QueryMatch(query, tuple(selections), tuple(rejections))


def _select(candidate: Candidate, claims: tuple[FoundClaim, ...], claim_set: int | None) -> Selection:
    """Section 6.4.1: never a selectively disclosable claim beyond those asked for; none asked for, none
    shown.
    """
    disclose: list[ClaimsPath] = []
    locations: list[Location] = []
    for one in claims:
        hidden = [found.location for found in one.found if candidate.can_withhold(found.location)]
        if hidden:
            disclose.append(one.claim.path)
            locations += hidden
    return Selection(
        candidate.credential_id, claims, claim_set, tuple(disclose), tuple(dict.fromkeys(locations))
    )
