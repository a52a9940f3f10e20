"""What a verifier should not ask although the grammar allows it (requirement 5.19).

Run before a query is published. A wallet's owner sees each request as one question; a claim that cannot be
withheld, that nothing uses, or that the purpose does not need has no place in it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from specs.dcql.claims_path import ClaimsPath
from specs.dcql.query import SD_JWT_VC, ClaimsQuery, CredentialQuery, DcqlQuery

NEVER_WITHHELD: Final = frozenset({"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status", "aka_vcts"})
"""Claims of an SD-JWT VC that every presentation shows (SD-JWT VC section 3.2.2.2)."""

Allows = Callable[[CredentialQuery, ClaimsQuery], bool]
"""Whether the registered purpose needs this claim of this credential."""


class Finding(StrEnum):
    """What is wrong with a query that could be sent."""

    NEVER_WITHHELD = "never_withheld"
    CLAIM_IN_NO_SET = "claim_in_no_set"
    QUERY_IN_NO_SET = "query_in_no_set"
    CLAIM_TWICE = "claim_twice"  # one path lies within another
    BEYOND_PURPOSE = "beyond_purpose"


@dataclass(frozen=True, slots=True)
class Lint:
    """One finding, and where."""

    finding: Finding
    query_id: str
    path: ClaimsPath | None = None


def lint_query(query: DcqlQuery, *, allows: Allows) -> tuple[Lint, ...]:
    """Everything that speaks against publishing `query`; empty when nothing does.

    `allows` compares with the purpose that was registered; `without_purpose_check` where there is none.
    """
    findings: list[Lint] = []
    requested = query.requested_ids()
    for one in query.credentials:
        if one.id not in requested:
            findings.append(Lint(Finding.QUERY_IN_NO_SET, one.id))
        findings.extend(_lint_claims(one, allows))
    return tuple(findings)


def without_purpose_check(query: CredentialQuery, claim: ClaimsQuery) -> bool:
    """Allows everything: for queries that belong to no registered purpose, such as those of a test tool."""
    return True


def _lint_claims(query: CredentialQuery, allows: Allows) -> Iterator[Lint]:
    claims = query.claims or ()
    used = {claim.path for alternative in query.alternatives() for claim in alternative}
    for claim in claims:
        if query.format == SD_JWT_VC and claim.path[0] in NEVER_WITHHELD:
            yield Lint(Finding.NEVER_WITHHELD, query.id, claim.path)
        if claim.path not in used:
            yield Lint(Finding.CLAIM_IN_NO_SET, query.id, claim.path)
        if any(_repeats(claim, alternative) for alternative in query.alternatives()):
            yield Lint(Finding.CLAIM_TWICE, query.id, claim.path)
        if not allows(query, claim):
            yield Lint(Finding.BEYOND_PURPOSE, query.id, claim.path)


def _repeats(claim: ClaimsQuery, alternative: tuple[ClaimsQuery, ...]) -> bool:
    others = [other for other in alternative if other is not claim]
    return len(others) < len(alternative) and any(_lies_within(claim.path, other.path) for other in others)


def _lies_within(path: ClaimsPath, outer: ClaimsPath) -> bool:
    """Whether whatever `path` selects is part of what `outer` selects; None stands for every index."""
    return len(path) >= len(outer) and all(
        one == other or (other is None and isinstance(one, int))
        for one, other in zip(path, outer, strict=False)
    )
