"""How long a fetched token may be relied on, and what the value in it means to a consumer.

Token Status List section 8.3 (resolve again after `ttl`), section 11.5 (absurd lifetimes), section 8.4
(historical tokens). `ttl` and `exp` go before HTTP caching headers (section 8.2), which are not looked at
here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import Final, NamedTuple

from specs.token_status_list.errors import TimeNotCovered
from specs.token_status_list.status_types import StatusType


class StatusOutcome(StrEnum):
    """What a consumer may say about a credential (requirement 3.27). Only VALID is good news."""

    VALID = "valid"
    INVALID = "invalid"
    SUSPENDED = "suspended"
    UNKNOWN = "unknown"  # no list could be had, or the value has no meaning here
    STALE = "stale"  # the only list at hand is older than allowed


class StatusAnswer(NamedTuple):
    """What a list says about one entry, for whoever asked a reader of lists."""

    outcome: StatusOutcome
    detail: str = ""
    """For the log: why no list could be used."""
    token: str | None = None
    """The token that decided, as it was received; nothing when none was fresh enough to decide."""


class Freshness(Enum):
    """Whether a copy may still be used."""

    FRESH = "fresh"
    STALE = "stale"  # fetch again (or revalidate) before relying on it
    EXPIRED = "expired"  # no statement can be made with it at all


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenTimes:
    """What a token says about its own life: `iat`, and `exp` and `ttl` where it has them."""

    issued_at: datetime
    expires_at: datetime | None
    ttl: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LifetimeLimits:
    """Bounds on what a token may claim, in both directions (section 11.5).

    A ttl of a second would turn every verifier into a polling client, one of ten years would hide
    revocations; a token without `exp`, or with one in the next century, could be replayed by whoever serves
    the list.
    """

    min_ttl: timedelta = timedelta(seconds=10)
    max_ttl: timedelta = timedelta(days=7)
    max_lifetime: timedelta = timedelta(days=400)
    clock_skew: timedelta = timedelta(seconds=60)


DEFAULT_LIMITS: Final = LifetimeLimits()


def usable_ttl(ttl: timedelta | None, limits: LifetimeLimits = DEFAULT_LIMITS) -> timedelta:
    """`ttl` brought between the bounds; the upper bound when the token names none."""
    if ttl is None:
        return limits.max_ttl
    return max(limits.min_ttl, min(ttl, limits.max_ttl))


def usable_until(times: TokenTimes, limits: LifetimeLimits = DEFAULT_LIMITS) -> datetime:
    """The moment from which the token counts as expired: `exp`, but no later than the longest lifetime."""
    latest = times.issued_at + limits.max_lifetime
    return latest if times.expires_at is None else min(times.expires_at, latest)


def decide_freshness(
    times: TokenTimes,
    *,
    resolved_at: datetime,
    max_age: timedelta,
    now: datetime,
    limits: LifetimeLimits = DEFAULT_LIMITS,
) -> Freshness:
    """Whether a copy fetched (or revalidated) at `resolved_at` may be used at `now`.

    `max_age` is the reader's own rule and only shortens: zero means that every use needs a fetch of its own.
    A copy from the future by more than the clock skew is stale: a clock was wrong, then or now.
    """
    if now >= usable_until(times, limits):
        return Freshness.EXPIRED
    # section 8.3: resolve again when resolved time + ttl < now; in that very second it may still be used
    age = now - resolved_at
    if age > min(usable_ttl(times.ttl, limits), max_age) or age < -limits.clock_skew:
        return Freshness.STALE
    return Freshness.FRESH


def decide_outcome(status: int | None, freshness: Freshness) -> StatusOutcome:
    """The outcome for the value read from a list (`None`: there is no list), fail-closed.

    Application-specific and reserved values are UNKNOWN: whoever gives them a meaning must do so explicitly,
    and reading them as VALID would accept what an issuer marked (section 7.1).
    """
    if status is None:
        return StatusOutcome.UNKNOWN
    if freshness is not Freshness.FRESH:
        return StatusOutcome.STALE
    return _OUTCOMES.get(status, StatusOutcome.UNKNOWN)


_OUTCOMES: Final[dict[int, StatusOutcome]] = {
    StatusType.VALID: StatusOutcome.VALID,
    StatusType.INVALID: StatusOutcome.INVALID,
    StatusType.SUSPENDED: StatusOutcome.SUSPENDED,
}


def verify_time_covered(times: TokenTimes, moment: datetime) -> None:
    """The check on the answer to a request with `time` (section 8.4): raises TimeNotCovered.

    A server may ignore the parameter and answer with the newest token; that one speaks about another time.
    """
    if moment < times.issued_at or (times.expires_at is not None and moment >= times.expires_at):
        raise TimeNotCovered
