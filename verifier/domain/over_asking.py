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
    DcqlQuery,
    Finding,
    lint_query,
    without_purpose_check,
)
from specs.sd_jwt_vc import show_path
from verifier.domain.age_words import speak_of_an_age
from verifier.domain.known_types import KnownTypes
from verifier.domain.needs import (
    AGE,
    AGE_CLAIM,
    ALWAYS_ALLOWED,
    ANSWERS_ALONE,
    NEEDS,
    RECOGNITION,
    STABLE_SUBJECT_CLAIM,
    TELLS_AGE,
    WITHIN,
    covers,
)
from verifier.domain.over_asking_texts import (
    SUGGESTIONS,
    TEXTS,
    FindingKind,
    suggestion_for,
    suggestion_for_need,
)
from verifier.domain.verdict import Texts

LONG_DAYS: Final = 400
"""From here on a retention is told to whoever approves it; answers that let somebody in may not be kept as
long. A year and the weeks until somebody looks, as for evidence (decisions.md)."""

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
        if self.kind is FindingKind.NEED_WITHIN_ANOTHER and self.path is not None:
            return suggestion_for_need(str(self.path[0]))
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

    def within(self) -> Iterator[str]:
        """Needs that answer another one of these as well, so that one of the two is too much."""
        return (word for word in self.words if WITHIN.get(word) in self.words)

    def exceed_an_age(self, texts: Iterable[str]) -> Iterator[str]:
        """Needs that say when somebody was born, where these texts speak of being old enough (rule 9)."""
        if AGE not in self.words and speak_of_an_age(texts):
            yield from (word for word in self.words if word in TELLS_AGE)

    def _patterns(self) -> Iterable[ClaimsPath]:
        return (pattern for word in self.words for pattern in NEEDS[word])


def lint_preset(
    query: DcqlQuery, needs: RegisteredNeeds, texts: Iterable[str]
) -> tuple[OverAskingFinding, ...]:
    """Everything in a query that speaks against using it for this purpose, which ``texts`` tell people."""
    found = [
        OverAskingFinding(_KINDS[one.finding], one.query_id, one.path)
        for one in lint_query(query, allows=without_purpose_check)
    ]
    for credential in query.credentials:
        for claim in credential.claims or ():
            kind = _against(claim, needs)
            if kind is not None and claim.path[0] not in NEVER_WITHHELD:
                found.append(OverAskingFinding(kind, credential.id, claim.path))
    found.extend(_several_ages(query))
    asked = [claim.path for credential in query.credentials for claim in credential.claims or ()]
    found.extend(OverAskingFinding(FindingKind.UNUSED_NEED, None, path) for path in needs.unused(asked))
    found.extend(OverAskingFinding(FindingKind.NEED_WITHIN_ANOTHER, None, (word,)) for word in needs.within())
    found.extend(
        OverAskingFinding(FindingKind.AGE_IS_ENOUGH, None, (word,)) for word in needs.exceed_an_age(texts)
    )
    return tuple(found)


def lint_retention(days: int, needs: RegisteredNeeds) -> tuple[OverAskingFinding, ...]:
    """What speaks against keeping for so long what lets somebody in, and is of no use afterwards."""
    alone = not needs.further and ANSWERS_ALONE.issuperset(needs.words)
    if days > LONG_DAYS and alone:
        return (OverAskingFinding(FindingKind.KEPT_TOO_LONG),)
    return ()


def warnings_about(retention_days: int) -> tuple[OverAskingFinding, ...]:
    """What is not refused, and should be looked at by whoever approves the preset."""
    return (OverAskingFinding(FindingKind.KEPT_LONG),) if retention_days > LONG_DAYS else ()


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
    if _named_part(claim.path) in OBJECTS_OF_ANSWERS:
        return FindingKind.WHOLE_OBJECT
    if not needs.allow(claim.path):
        return FindingKind.BEYOND_PURPOSE
    # decisions.md, Age: whoever is too young shows nothing at all, instead of showing that they are.
    if claim.path[0] == AGE_CLAIM and not _is_true_alone(claim):
        return FindingKind.AGE_WITHOUT_VALUE if claim.values is None else FindingKind.AGE_NOT_TRUE
    return None


def _named_part(path: ClaimsPath) -> ClaimsPath:
    """Without what selects elements at its end: "every one of them" names no part."""
    end = len(path)
    while end > 1 and not isinstance(path[end - 1], str):
        end -= 1
    return path[:end]


def _is_true_alone(claim: ClaimsQuery) -> bool:
    # A list of one: `1 == True`, so that comparing lists would let a number through.
    return claim.values is not None and len(claim.values) == 1 and claim.values[0] is True


def _several_ages(query: DcqlQuery) -> Iterator[OverAskingFinding]:
    """Each further answer narrows the date of birth down.

    That goes for alternatives too: a wallet takes the first that it can answer, so that which one it took
    says between which of the ages somebody is. And for credentials, optional ones as well: all are of one
    person.
    """
    first: ClaimsPath | None = None
    told: set[tuple[str, ClaimsPath]] = set()
    for credential in query.credentials:
        for claim in credential.claims or ():
            if claim.path[0] != AGE_CLAIM:
                continue
            first = first or claim.path
            if claim.path != first and (credential.id, claim.path) not in told:
                told.add((credential.id, claim.path))
                yield OverAskingFinding(FindingKind.SEVERAL_AGES, credential.id, claim.path)


_KINDS: Final[Mapping[Finding, FindingKind]] = {
    Finding.NEVER_WITHHELD: FindingKind.NEVER_WITHHELD,
    Finding.CLAIM_IN_NO_SET: FindingKind.CLAIM_IN_NO_SET,
    Finding.QUERY_IN_NO_SET: FindingKind.QUERY_IN_NO_SET,
    Finding.CLAIM_TWICE: FindingKind.CLAIM_TWICE,
}
