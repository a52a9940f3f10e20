"""Policies: what must hold about presentations that are genuine, as values that are put together.

Each says what speaks against; nothing is good news. Several together are one (``AllOf``, ``AnyOf``). The
status is judged by itself (``StatusFresh``): it is looked up last, and handed in.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from specs.dcql import ClaimsPath, select_claims
from specs.jose import PublicJwk
from specs.sd_jwt_vc import show_path
from specs.token_status_list import StatusAnswer, StatusOutcome
from verifier.domain import reasons
from verifier.domain.verdict import Reason, ReasonKind

CIVIL_TIME: Final = ZoneInfo("America/Toronto")
"""Days end at midnight there (decisions.md, Age)."""

HOLDER_ROLE: Final = "ca.on.holder_role"
"""On a child's card in a guardian's hands; it can't be withheld."""

_STATUS_REASONS: Final[Mapping[StatusOutcome, ReasonKind]] = {
    StatusOutcome.INVALID: reasons.REVOKED,
    StatusOutcome.SUSPENDED: reasons.SUSPENDED,
    StatusOutcome.UNKNOWN: reasons.STATUS_UNKNOWN,
    StatusOutcome.STALE: reasons.STATUS_STALE,
}


class Presented(NamedTuple):
    """What a policy looks at in one presentation that passed every check of its own."""

    query_id: str
    issuer: str
    """The trusted issuer whose key verified."""
    claims: Mapping[str, Any]
    """All that is shown, also what was not asked for; markers for withheld elements of arrays, so that an
    index means what the issuer meant."""
    holder_key: PublicJwk | None = None

    def __repr__(self) -> str:
        """Without claims: it may get into a log."""
        return f"Presented({self.query_id!r}, {self.issuer!r})"


class Policy(Protocol):
    def check(self, presented: Sequence[Presented], now: datetime) -> Iterable[Reason]:
        """What speaks against accepting these together; nothing when the policy holds."""

    def is_about(self, presented: Sequence[Presented]) -> bool:
        """Whether it says anything about these; one whose card was not shown is no alternative that holds."""


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one of them holds; all reasons of all are told."""

    policies: tuple[Policy, ...] = ()

    def check(self, presented: Sequence[Presented], now: datetime) -> Iterator[Reason]:
        for policy in self.policies:
            yield from policy.check(presented, now)

    def is_about(self, presented: Sequence[Presented]) -> bool:
        return any(policy.is_about(presented) for policy in self.policies)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of them holds. When none does but one could not be decided, neither can this.

    Those about a card that was not shown do not count: a wallet would have all of it hold by leaving out the
    card that one of them is about. Where that is so for all of them, it is the query that says whether a card
    had to be shown.
    """

    policies: tuple[Policy, ...]

    def check(self, presented: Sequence[Presented], now: datetime) -> list[Reason]:
        if not self.policies:
            return [Reason(reasons.REQUIREMENT_NOT_MET, None, "no alternatives")]
        found = [list(one.check(presented, now)) for one in self.policies if one.is_about(presented)]
        if not all(found):
            return []
        open_ones = [one for one in found if all(reason.kind.is_undetermined for reason in one)]
        return [reason for one in open_ones or found for reason in one]

    def is_about(self, presented: Sequence[Presented]) -> bool:
        return any(policy.is_about(presented) for policy in self.policies)


@dataclass(frozen=True, slots=True)
class IssuedBy:
    """Only these issuers, of those who are trusted for the type (2.16)."""

    issuers: frozenset[str]
    query_id: str | None = None
    """``None``: holds for every presentation."""

    def check(self, presented: Sequence[Presented], now: datetime) -> Iterator[Reason]:
        for one in _those_of(presented, self.query_id):
            if one.issuer not in self.issuers:
                yield Reason(reasons.ISSUER_NOT_ACCEPTED, one.query_id)

    def is_about(self, presented: Sequence[Presented]) -> bool:
        return any(_those_of(presented, self.query_id))


@dataclass(frozen=True, slots=True)
class HeldInPerson:
    """Nobody shows the card of somebody else whom they may hold it for: a guardian is not the child."""

    def check(self, presented: Sequence[Presented], now: datetime) -> Iterator[Reason]:
        for one in presented:
            if HOLDER_ROLE in one.claims:
                yield Reason(reasons.HELD_BY_GUARDIAN, one.query_id)

    def is_about(self, presented: Sequence[Presented]) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class ClaimEquals:
    """Every value at a path is one of these, by type and value (OpenID4VP section 6.3)."""

    query_id: str
    path: ClaimsPath
    values: tuple[str | int | bool, ...]

    def check(self, presented: Sequence[Presented], now: datetime) -> Iterator[Reason]:
        for one in _those_of(presented, self.query_id):
            found = select_claims(one.claims, self.path)
            if not found or not all(self._is_wanted(selected.value) for selected in found):
                yield Reason(reasons.REQUIREMENT_NOT_MET, one.query_id, show_path(self.path))

    def is_about(self, presented: Sequence[Presented]) -> bool:
        return any(_those_of(presented, self.query_id))

    def _is_wanted(self, value: Any) -> bool:
        # To Python True == 1 == 1.0.
        return any(type(value) is type(wanted) and value == wanted for wanted in self.values)


@dataclass(frozen=True, slots=True)
class LastDayNotPassed:
    """The day at a path is today or later: a licence may run out before the credential that shows it."""

    query_id: str
    path: ClaimsPath

    def check(self, presented: Sequence[Presented], now: datetime) -> Iterator[Reason]:
        today = now.astimezone(CIVIL_TIME).date()
        for one in _those_of(presented, self.query_id):
            days = [_day(selected.value) for selected in select_claims(one.claims, self.path)]
            if not days or None in days:
                yield Reason(reasons.REQUIREMENT_NOT_MET, one.query_id, show_path(self.path))
            elif any(day < today for day in days if day is not None):
                yield Reason(reasons.LAST_DAY_PASSED, one.query_id, show_path(self.path))

    def is_about(self, presented: Sequence[Presented]) -> bool:
        return any(_those_of(presented, self.query_id))


@dataclass(frozen=True, slots=True)
class StatusFresh:
    """Not revoked and not suspended, by a list no older than this. Not looked up is not valid."""

    max_age: timedelta

    def check(self, query_id: str, status: StatusAnswer | None) -> list[Reason]:
        """What speaks against one presentation. ``status``: ``None`` when there is none to look up."""
        if status is None:
            return [Reason(reasons.NO_STATUS, query_id)]
        if status.outcome is StatusOutcome.VALID:
            return []
        kind = _STATUS_REASONS.get(status.outcome, reasons.STATUS_UNKNOWN)
        return [Reason(kind, query_id, status.detail)]


def _those_of(presented: Sequence[Presented], query_id: str | None) -> Iterator[Presented]:
    """Whether a query had to be answered is the query's business: alternatives are not missed here."""
    return (one for one in presented if query_id in (None, one.query_id))


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
