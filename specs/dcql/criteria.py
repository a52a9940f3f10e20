"""One credential against one credential query (OpenID4VP 1.0 sections 6.1, 6.3 and 6.4.1).

Both sides ask this: the wallet about what it holds, the verifier about what it got. The verifier asks again
because a wallet that skips a constraint must not get by (section 14.11).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from specs.dcql.claims_path import ClaimsPath, Selected, select_claims
from specs.dcql.query import ClaimsQuery, ClaimValue, CredentialQuery


class Mismatch(StrEnum):
    """Why a credential does not match, in words a page can translate."""

    FORMAT = "format"
    TYPE = "type"
    HOLDER_BINDING = "holder_binding"
    AUTHORITY = "authority"
    CLAIM_ABSENT = "claim_absent"
    CLAIM_VALUE = "claim_value"


@dataclass(frozen=True, slots=True)
class Reason:
    """One mismatch; `path` for the two that are about a claim. Never a value."""

    mismatch: Mismatch
    path: ClaimsPath | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialView:
    """What matching looks at in a credential.

    `types`: its own type first, then those it extends (section B.3.5); for an mdoc its doctype. `claims`: as
    issued, undisclosed array elements replaced by any marker that is no JSON value; for an mdoc elements by
    namespace. `holder_bound`: held, the credential has a key to bind to; presented, the binding was verified.
    `authority_key_ids`: base64url KeyIdentifiers of the certificates above it (section 6.1.1.1).
    """

    format: str
    types: tuple[str, ...]
    claims: Mapping[str, Any]
    holder_bound: bool
    authority_key_ids: frozenset[str] = frozenset()


class FoundClaim(NamedTuple):
    """A claim of the query and what it selects, at least one; with `values`, only what has one of them."""

    claim: ClaimsQuery
    found: tuple[Selected, ...]


class Examined(NamedTuple):
    """Either the claims that fulfil the query, or the reasons why it is not fulfilled."""

    claims: tuple[FoundClaim, ...] = ()
    claim_set: int | None = None
    """Position of the claim set that is fulfilled; None when the query has none."""
    reasons: tuple[Reason, ...] = ()

    @property
    def fulfilled(self) -> bool:
        return not self.reasons


def examine_credential(query: CredentialQuery, credential: CredentialView) -> Examined:
    """Whether `credential` fulfils `query`, by the first combination of claims it has (section 6.4.1)."""
    reasons = _kind_mismatches(query, credential)
    if reasons:
        return Examined(reasons=reasons)
    found = {claim.path: _look_up(claim, credential.claims) for claim in query.claims or ()}
    missing: dict[Reason, None] = {}
    for position, alternative in enumerate(query.alternatives()):
        absent = [claim for claim in alternative if not found[claim.path]]
        if not absent:
            claims = tuple([FoundClaim(claim, found[claim.path]) for claim in alternative])
            return Examined(claims, None if query.claim_sets is None else position)
        missing |= dict.fromkeys([_claim_mismatch(claim, credential.claims) for claim in absent])
    return Examined(reasons=tuple(missing))


def _kind_mismatches(query: CredentialQuery, credential: CredentialView) -> tuple[Reason, ...]:
    if credential.format != query.format:
        return (Reason(Mismatch.FORMAT),)
    # section B.3.5: a type that extends a requested one is one of them
    if set(query.types).isdisjoint(credential.types):
        return (Reason(Mismatch.TYPE),)
    reasons = []
    if query.require_holder_binding and not credential.holder_bound:
        reasons.append(Reason(Mismatch.HOLDER_BINDING))
    if not _has_authority(query, credential):
        reasons.append(Reason(Mismatch.AUTHORITY))
    return tuple(reasons)


def _has_authority(query: CredentialQuery, credential: CredentialView) -> bool:
    """Section 6.1.1: one of the values of one of the entries; types other than `aki` never match here."""
    if query.trusted_authorities is None:
        return True
    wanted = {value for one in query.trusted_authorities if one.type == "aki" for value in one.values}
    return not wanted.isdisjoint(credential.authority_key_ids)


def _look_up(claim: ClaimsQuery, claims: Mapping[str, Any]) -> tuple[Selected, ...]:
    """What counts for the claim; nothing when it counts as absent."""
    selected = select_claims(claims, claim.path)
    if claim.values is None:
        return selected
    # section 6.4.1: a claim with another value counts as absent, each element of an array for itself
    return tuple([one for one in selected if _is_one_of(one.value, claim.values)])


def _claim_mismatch(claim: ClaimsQuery, claims: Mapping[str, Any]) -> Reason:
    """Whether a claim that counts as absent is there with another value."""
    there = bool(select_claims(claims, claim.path))
    return Reason(Mismatch.CLAIM_VALUE if there else Mismatch.CLAIM_ABSENT, claim.path)


def _is_one_of(value: Any, values: tuple[ClaimValue, ...]) -> bool:
    # section 6.3: type and value both; to Python True == 1 == 1.0
    return any(type(value) is type(wanted) and value == wanted for wanted in values)
