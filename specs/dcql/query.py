"""The Digital Credentials Query Language: what a query says (OpenID4VP 1.0 section 6). Parsed by
specs.dcql.parse.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from specs.dcql.claims_path import ClaimsPath

SD_JWT_VC: Final = "dc+sd-jwt"
MDOC: Final = "mso_mdoc"

ClaimValue: TypeAlias = str | int | bool


@dataclass(frozen=True, slots=True)
class ClaimsQuery:
    """One claim (section 6.3); with `values`, a claim with any other value counts as absent."""

    path: ClaimsPath
    id: str | None = None
    values: tuple[ClaimValue, ...] | None = None


@dataclass(frozen=True, slots=True)
class TrustedAuthority:
    """Which issuers are wanted (section 6.1.1); no more than a filter, it grants no trust."""

    type: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialQuery:
    """One kind of credential (section 6.1)."""

    id: str
    format: str
    types: tuple[str, ...]
    """`vct_values`, or the one `doctype_value`; empty for a format we do not know, which then never matches.
    """
    multiple: bool = False
    require_holder_binding: bool = True
    trusted_authorities: tuple[TrustedAuthority, ...] | None = None
    claims: tuple[ClaimsQuery, ...] | None = None
    """None: no claim that could be withheld is asked for."""
    claim_sets: tuple[tuple[str, ...], ...] | None = None
    """Ids of claims, the preferred combination first; None: all `claims` are needed."""
    # What follows from the claims, for every credential anew: a verifier asks the same thing all day.
    _alternatives: tuple[tuple[ClaimsQuery, ...], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        claims = self.claims or ()
        alternatives: tuple[tuple[ClaimsQuery, ...], ...] = (claims,)
        if self.claim_sets is not None:
            by_id = {claim.id: claim for claim in claims}
            alternatives = tuple(tuple(by_id[name] for name in names) for names in self.claim_sets)
        object.__setattr__(self, "_alternatives", alternatives)

    def alternatives(self) -> tuple[tuple[ClaimsQuery, ...], ...]:
        """The combinations of claims of which one is enough, in the verifier's order (section 6.4.1)."""
        return self._alternatives


@dataclass(frozen=True, slots=True)
class CredentialSet:
    """Combinations of credential queries of which one is enough (section 6.2)."""

    options: tuple[tuple[str, ...], ...]
    required: bool = True

    def satisfied_options(self, available: frozenset[str]) -> tuple[tuple[str, ...], ...]:
        """The options for which every id is in `available`, in the verifier's order."""
        return tuple(filter(available.issuperset, self.options))


@dataclass(frozen=True, slots=True)
class DcqlQuery:
    """A whole query; only parse_dcql_query makes one from untrusted input."""

    credentials: tuple[CredentialQuery, ...]
    credential_sets: tuple[CredentialSet, ...] | None = None
    # What follows from both, made once as well.
    _by_id: Mapping[str, CredentialQuery] = field(init=False, repr=False, compare=False)
    _sets: tuple[CredentialSet, ...] = field(init=False, repr=False, compare=False)
    _requested: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {query.id: query for query in reversed(self.credentials)})
        every = CredentialSet(options=(tuple(query.id for query in self.credentials),))
        sets = (every,) if self.credential_sets is None else self.credential_sets
        object.__setattr__(self, "_sets", sets)
        requested = frozenset(name for one in sets for option in one.options for name in option)
        object.__setattr__(self, "_requested", requested)

    def credential(self, query_id: str) -> CredentialQuery | None:
        """The credential query with this id."""
        return self._by_id.get(query_id)

    def sets(self) -> tuple[CredentialSet, ...]:
        """The credential sets; without any, one that needs every query (section 6.4.2)."""
        return self._sets

    def requested_ids(self) -> frozenset[str]:
        """The ids of queries that some set names; the others are not requested (section 6.4.2)."""
        return self._requested

    def is_satisfied_by(self, available: frozenset[str]) -> bool:
        """Whether every required set has an option within `available`, and anything is asked for at all."""
        return all(one.satisfied_options(available) for one in self.sets() if one.required)


def create_dcql_query(query: DcqlQuery) -> dict[str, Any]:
    """The JSON object of a query, with no other members than those of section 6."""
    created: dict[str, Any] = {"credentials": [_credential_json(one) for one in query.credentials]}
    if query.credential_sets is not None:
        created["credential_sets"] = [
            {"options": [list(option) for option in one.options], "required": one.required}
            for one in query.credential_sets
        ]
    return created


def _credential_json(query: CredentialQuery) -> dict[str, Any]:
    created: dict[str, Any] = {"id": query.id, "format": query.format, "meta": _meta_json(query)}
    if query.multiple:
        created["multiple"] = True
    if not query.require_holder_binding:
        created["require_cryptographic_holder_binding"] = False
    if query.trusted_authorities is not None:
        created["trusted_authorities"] = [
            {"type": one.type, "values": list(one.values)} for one in query.trusted_authorities
        ]
    if query.claims is not None:
        created["claims"] = [_claim_json(claim) for claim in query.claims]
    if query.claim_sets is not None:
        created["claim_sets"] = [list(names) for names in query.claim_sets]
    return created


def _meta_json(query: CredentialQuery) -> dict[str, Any]:
    if query.format == MDOC:
        return {"doctype_value": query.types[0]}
    return {"vct_values": list(query.types)} if query.types else {}


def _claim_json(claim: ClaimsQuery) -> dict[str, Any]:
    created: dict[str, Any] = {} if claim.id is None else {"id": claim.id}
    created["path"] = list(claim.path)
    if claim.values is not None:
        created["values"] = list(claim.values)
    return created
