"""Requirement 1.14: times of a batch are whole days, and say nothing about the person."""

import inspect
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer.domain.validity import validity_period

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_1_14_from_the_start_of_the_day_to_the_end_of_the_last() -> None:
    period = validity_period(datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), 1)

    assert period.issued_at == datetime(2026, 12, 31, tzinfo=UTC)
    assert period.expires_at == datetime(2027, 1, 2, tzinfo=UTC)


def test_1_14_the_day_is_that_of_utc_wherever_the_server_is() -> None:
    toronto = timezone(timedelta(hours=-5))

    period = validity_period(datetime(2026, 11, 22, 21, 0, tzinfo=toronto), 10)
    assert period.issued_at == datetime(2026, 11, 23, tzinfo=UTC)


@given(MOMENTS, st.integers(1, 3660))
def test_1_14_whole_days_that_cover_at_least_the_days_promised(now: datetime, days: int) -> None:
    period = validity_period(now, days)

    assert period.issued_at <= now
    assert now + timedelta(days=days) < period.expires_at <= now + timedelta(days=days + 1)
    for moment in (period.issued_at, period.expires_at):
        assert moment.timestamp() % 86_400 == 0


@given(MOMENTS, st.integers(0, 86_399), st.integers(1, 3660))
def test_1_14_everybody_who_asks_on_one_day_gets_the_same_times(
    now: datetime, second: int, days: int
) -> None:
    other = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(seconds=second)

    assert validity_period(now, days) == validity_period(other, days)


def test_exp_never_depends_on_the_birthday() -> None:
    """There is no parameter through which anything about a person could come in."""
    assert list(inspect.signature(validity_period).parameters) == ["now", "days"]


def test_a_moment_without_time_zone_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="time zone"):
        validity_period(datetime(2026, 11, 22), 1)  # noqa: DTZ001  (the defect under test)
