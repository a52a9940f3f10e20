"""How long a copy may be used and what its value means (3.19, 3.20, 3.24, 3.27), to the second."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.token_status_list import (
    Freshness,
    LifetimeLimits,
    StatusOutcome,
    TimeNotCovered,
    TokenTimes,
    decide_freshness,
    decide_outcome,
    usable_ttl,
    usable_until,
    verify_time_covered,
)

ISSUED = datetime(2026, 11, 22, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
LONG = timedelta(days=365)
TIMES = TokenTimes(issued_at=ISSUED, expires_at=ISSUED + DAY, ttl=timedelta(minutes=5))


def freshness(age: timedelta, *, times: TokenTimes = TIMES, max_age: timedelta = LONG) -> Freshness:
    return decide_freshness(times, resolved_at=ISSUED + SECOND, max_age=max_age, now=ISSUED + SECOND + age)


def times(*, ttl: timedelta | None, expires_at: datetime | None = None) -> TokenTimes:
    return TokenTimes(issued_at=ISSUED, expires_at=expires_at, ttl=ttl)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(0), Freshness.FRESH),
        (timedelta(minutes=5) - SECOND, Freshness.FRESH),
        (timedelta(minutes=5), Freshness.FRESH),
        (timedelta(minutes=5) + SECOND, Freshness.STALE),
        (DAY - 2 * SECOND, Freshness.STALE),
        (DAY - SECOND, Freshness.EXPIRED),
        (DAY, Freshness.EXPIRED),
    ],
)
def test_3_24_a_copy_is_fresh_for_ttl_then_stale_then_expired(age: timedelta, expected: Freshness) -> None:
    assert freshness(age) is expected


def test_3_24_expiry_counts_even_inside_ttl() -> None:
    short = times(ttl=timedelta(minutes=5), expires_at=ISSUED + 2 * SECOND)

    assert freshness(timedelta(0), times=short) is Freshness.FRESH
    assert freshness(SECOND, times=short) is Freshness.EXPIRED


def test_the_readers_own_rule_only_shortens() -> None:
    assert freshness(61 * SECOND, max_age=60 * SECOND) is Freshness.STALE
    assert freshness(60 * SECOND, max_age=60 * SECOND) is Freshness.FRESH
    assert freshness(timedelta(minutes=6), max_age=LONG) is Freshness.STALE


def test_a_rule_of_zero_asks_for_a_fetch_each_time() -> None:
    assert freshness(timedelta(0), max_age=timedelta(0)) is Freshness.FRESH
    assert freshness(timedelta(milliseconds=1), max_age=timedelta(0)) is Freshness.STALE


def test_a_copy_from_the_future_is_stale_beyond_the_clock_skew() -> None:
    assert freshness(timedelta(seconds=-1)) is Freshness.FRESH  # two readings of the clock in one request
    assert freshness(timedelta(seconds=-60)) is Freshness.FRESH
    assert freshness(timedelta(seconds=-61)) is Freshness.STALE


@pytest.mark.parametrize(
    ("ttl", "usable"),
    [
        (SECOND, timedelta(seconds=10)),
        (timedelta(seconds=10), timedelta(seconds=10)),
        (timedelta(hours=1), timedelta(hours=1)),
        (timedelta(days=8), timedelta(days=7)),
        (timedelta(days=10**6), timedelta(days=7)),
        (None, timedelta(days=7)),
    ],
)
def test_3_24_an_absurd_ttl_is_clamped_both_ways(ttl: timedelta | None, usable: timedelta) -> None:
    assert usable_ttl(ttl) == usable


@pytest.mark.parametrize(
    "expires_at", [None, ISSUED + timedelta(days=4000), datetime(9999, 12, 31, tzinfo=UTC)]
)
def test_3_24_a_token_without_an_end_or_an_absurd_one_ends_all_the_same(expires_at: datetime | None) -> None:
    """Otherwise whoever serves the list could show a year-old one for ever."""
    endless = times(ttl=None, expires_at=expires_at)
    limits = LifetimeLimits(max_lifetime=timedelta(days=30))

    assert usable_until(endless, limits) == ISSUED + timedelta(days=30)
    for offset, expected in ((-SECOND, Freshness.FRESH), (timedelta(0), Freshness.EXPIRED)):
        now = ISSUED + timedelta(days=30) + offset
        found = decide_freshness(endless, resolved_at=now, max_age=LONG, now=now, limits=limits)
        assert found is expected


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (0, StatusOutcome.VALID),
        (1, StatusOutcome.INVALID),
        (2, StatusOutcome.SUSPENDED),
        (None, StatusOutcome.UNKNOWN),
    ],
)
def test_3_27_outcomes_are_distinct(status: int | None, outcome: StatusOutcome) -> None:
    assert decide_outcome(status, Freshness.FRESH) is outcome


@pytest.mark.parametrize("status", range(3, 256))
def test_3_27_a_value_without_a_meaning_here_is_never_valid(status: int) -> None:
    assert decide_outcome(status, Freshness.FRESH) is StatusOutcome.UNKNOWN


@given(st.none() | st.integers(0, 255), st.sampled_from([Freshness.STALE, Freshness.EXPIRED]))
def test_3_27_without_a_fresh_copy_nothing_is_valid(status: int | None, state: Freshness) -> None:
    expected = StatusOutcome.UNKNOWN if status is None else StatusOutcome.STALE

    assert decide_outcome(status, state) is expected


@pytest.mark.parametrize(
    ("moment", "covered"),
    [
        (ISSUED - SECOND, False),
        (ISSUED, True),
        (ISSUED + DAY - SECOND, True),
        (ISSUED + DAY, False),
        (ISSUED + DAY + SECOND, False),
    ],
)
def test_3_20_the_time_asked_about_lies_between_issue_and_expiry(moment: datetime, covered: bool) -> None:
    if covered:
        verify_time_covered(TIMES, moment)
    else:
        with pytest.raises(TimeNotCovered):
            verify_time_covered(TIMES, moment)


def test_3_20_a_token_without_an_end_covers_everything_after_its_issue() -> None:
    verify_time_covered(times(ttl=None), ISSUED + LONG)
    with pytest.raises(TimeNotCovered):
        verify_time_covered(times(ttl=None), ISSUED - SECOND)
