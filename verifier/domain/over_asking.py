"""The linter: does a preset ask for more than its purpose needs? (5.19, product.md rule 9)

Every finding comes with what to do instead, in both languages; a preset with one is not used.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from specs.dcql import (
    NEVER_WITHHELD,
    ClaimsPath,
    ClaimsQuery,
    CredentialQuery,
    DcqlQuery,
    Finding,
    lint_query,
    without_purpose_check,
)
from specs.sd_jwt_vc import show_path
from verifier.domain.known_types import KnownTypes
from verifier.domain.needs import (
    AGE_CLAIM,
    ALWAYS_ALLOWED,
    NEEDS,
    RECOGNITION,
    STABLE_SUBJECT_CLAIM,
    covers,
)
from verifier.domain.over_asking_texts import SUGGESTIONS, TEXTS, FindingKind, suggestion_for
from verifier.domain.verdict import Texts

OBJECTS_OF_ANSWERS: Final = frozenset(
    {(AGE_CLAIM,), ("address",), ("ca.on.licence_class",), ("place_of_birth",), ("ca.on.guardian",)}
)
"""Objects whose members are there to be shown one without the others."""


@dataclass(frozen=True, slots=True)
class OverAskingFinding:
    """One thing that is asked for too much, and what to do instead."""

    kind: FindingKind
    query_id: str | None = None
    path: ClaimsPath | None = None

    @property
    def text(self) -> Texts:
        """What is wrong."""
        return TEXTS[self.kind]

    @property
    def suggestion(self) -> Texts:
        """What to do instead."""
        if self.kind is FindingKind.BEYOND_PURPOSE and self.path is not None:
            return suggestion_for(self.path)
        return SUGGESTIONS[self.kind]

    @property
    def place(self) -> str:
        """Where it is, as ``query.claim.path``."""
        return show_path((self.query_id or "-", *(self.path or ())))


@dataclass(frozen=True, slots=True)
class RegisteredNeeds:
    """What a purpose needs: words of ``NEEDS``, and claims that no such word covers."""

    words: tuple[str, ...]
    further: tuple[ClaimsPath, ...] = ()

    def allow(self, path: ClaimsPath) -> bool:
        """Whether the purpose needs the claim."""
        return covers((*ALWAYS_ALLOWED, *self.further, *self._patterns()), path)

    def unused(self, asked: Sequence[ClaimsPath]) -> Iterator[ClaimsPath]:
        """Needs that nothing asks for: they would let a later change ask without anybody looking."""
        for word in self.words:
            if not any(covers(NEEDS[word], path) for path in asked):
                yield (word,)
        for further in self.further:
            if not any(covers((further,), path) for path in asked):
                yield further

    def _patterns(self) -> Iterable[ClaimsPath]:
        return (pattern for word in self.words for pattern in NEEDS[word])


def lint_preset(query: DcqlQuery, needs: RegisteredNeeds) -> tuple[OverAskingFinding, ...]:
    """Everything in a query that speaks against using it for this purpose."""
    found = [
        OverAskingFinding(_KINDS[one.finding], one.query_id, one.path)
        for one in lint_query(query, allows=without_purpose_check)
    ]
    for credential in query.credentials:
        for claim in credential.claims or ():
            kind = _against(claim, needs)
            if kind is not None and claim.path[0] not in NEVER_WITHHELD:
                found.append(OverAskingFinding(kind, credential.id, claim.path))
        found.extend(_several_ages(credential))
    asked = [claim.path for credential in query.credentials for claim in credential.claims or ()]
    found.extend(OverAskingFinding(FindingKind.UNUSED_NEED, None, path) for path in needs.unused(asked))
    return tuple(found)


def lint_types(query: DcqlQuery, types: KnownTypes) -> tuple[OverAskingFinding, ...]:
    """Claims that none of the types of a credential query has, where the types are described."""
    return tuple(
        OverAskingFinding(FindingKind.UNKNOWN_CLAIM, credential.id, claim.path)
        for credential in query.credentials
        for claim in credential.claims or ()
        if not types.has_claim(credential.types, _described(claim.path))
    )


def _described(path: ClaimsPath) -> ClaimsPath:
    """As Type Metadata writes it: every element of an array alike."""
    return tuple(None if isinstance(part, int) else part for part in path)


def _against(claim: ClaimsQuery, needs: RegisteredNeeds) -> FindingKind | None:
    if claim.path[0] == STABLE_SUBJECT_CLAIM and RECOGNITION not in needs.words:
        return FindingKind.STABLE_SUBJECT
    if claim.path in OBJECTS_OF_ANSWERS:
        return FindingKind.WHOLE_OBJECT
    if not needs.allow(claim.path):
        return FindingKind.BEYOND_PURPOSE
    # decisions.md, Age: whoever is too young shows nothing at all, instead of showing that they are.
    if claim.path[0] == AGE_CLAIM and claim.values is None:
        return FindingKind.AGE_WITHOUT_VALUE
    return None


def _several_ages(credential: CredentialQuery) -> Iterator[OverAskingFinding]:
    """Each further answer narrows the date of birth down."""
    for alternative in credential.alternatives():
        ages = [claim for claim in alternative if claim.path[0] == AGE_CLAIM]
        for claim in ages[1:]:
            yield OverAskingFinding(FindingKind.SEVERAL_AGES, credential.id, claim.path)


_KINDS: Final[Mapping[Finding, FindingKind]] = {
    Finding.NEVER_WITHHELD: FindingKind.NEVER_WITHHELD,
    Finding.CLAIM_IN_NO_SET: FindingKind.CLAIM_IN_NO_SET,
    Finding.QUERY_IN_NO_SET: FindingKind.QUERY_IN_NO_SET,
    Finding.CLAIM_TWICE: FindingKind.CLAIM_TWICE,
}
