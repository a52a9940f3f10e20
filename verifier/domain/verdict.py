"""Three-valued truth: accepted, rejected with all reasons, or undetermined with what could not be checked.

Rejected wins over undetermined: a presentation with a bad signature is not "cannot tell" because a list was
out of reach as well. Nothing that could not be checked is ever accepted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class ClerkOutcome(StrEnum):
    """The one word a person acts on (decisions.md, Verdicts)."""

    VALID = "valid"
    DOES_NOT_MEET_THE_REQUIREMENT = "does_not_meet_the_requirement"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUSPENDED = "suspended"
    NOT_GENUINE = "not_genuine"
    NOT_TRUSTED = "not_trusted"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class Texts:
    """The same in both languages, for a person."""

    english: str
    french: str

    @property
    def by_language(self) -> dict[str, str]:
        """By language tag, as in JSON."""
        return {"en-CA": self.english, "fr-CA": self.french}


@dataclass(frozen=True, slots=True)
class ReasonKind:
    """A reason as it stands in the table of all reasons."""

    code: str
    """Stable, snake_case."""
    outcome: ClerkOutcome
    english: str
    french: str
    advice: Texts
    """What to do about it, for the service."""
    next_step: Texts | None = None
    """What the person can do, where that is not what the outcome usually leads to; ``advice`` then also takes
    the place of the outcome's."""

    @property
    def is_undetermined(self) -> bool:
        """The check could not be made; every other reason says that it failed."""
        return self.outcome is ClerkOutcome.CANNOT_TELL


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a presentation was not accepted."""

    kind: ReasonKind
    query_id: str | None = None
    """The credential query (OpenID4VP section 6.1) it concerns; ``None`` for the response as a whole."""
    detail: str = ""
    """For the log: what exactly failed; never a claim value."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Every check was made and held. ``claims``: by query id, exactly what the preset asked for."""

    claims: Mapping[str, Mapping[str, Any]]
    outcome = ClerkOutcome.VALID


@dataclass(frozen=True, slots=True)
class Rejected:
    """At least one check failed; ``reasons`` holds everything found, undetermined checks included."""

    reasons: tuple[Reason, ...]

    @property
    def outcome(self) -> ClerkOutcome:
        """The gravest reason decides: a forged credential that has also expired is a forgery."""
        return outcome_of(reason.kind for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Undetermined:
    """No check failed, but not all could be made."""

    reasons: tuple[Reason, ...]
    outcome = ClerkOutcome.CANNOT_TELL


Verdict = Accepted | Rejected | Undetermined

_GRAVITY = (
    ClerkOutcome.NOT_GENUINE,
    ClerkOutcome.NOT_TRUSTED,
    ClerkOutcome.REVOKED,
    ClerkOutcome.SUSPENDED,
    ClerkOutcome.EXPIRED,
    ClerkOutcome.DOES_NOT_MEET_THE_REQUIREMENT,
)


def outcome_of(kinds: Iterable[ReasonKind]) -> ClerkOutcome:
    """The gravest of what was found; what could not be checked counts only where nothing failed."""
    found = {kind.outcome for kind in kinds}
    return next((outcome for outcome in _GRAVITY if outcome in found), ClerkOutcome.CANNOT_TELL)


def decide(reasons: Iterable[Reason], claims: Mapping[str, Mapping[str, Any]]) -> Verdict:
    """The verdict that follows from everything that was found."""
    found = tuple(reasons)
    if not found:
        return Accepted(claims)
    if all(reason.kind.is_undetermined for reason in found):
        return Undetermined(found)
    return Rejected(found)
