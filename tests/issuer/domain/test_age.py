"""Age on the civil date in the province (decisions.md, "Age")."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer.domain.age import age_on, age_statements


@pytest.mark.parametrize(
    ("birthdate", "today", "age"),
    [
        (date(2007, 11, 22), date(2026, 11, 21), 18),
        (date(2007, 11, 22), date(2026, 11, 22), 19),
        (date(2007, 11, 22), date(2026, 11, 23), 19),
        (date(2007, 12, 31), date(2026, 12, 30), 18),
        (date(2007, 1, 1), date(2025, 12, 31), 18),
        (date(2007, 1, 1), date(2026, 1, 1), 19),
        (date(2026, 11, 22), date(2026, 11, 22), 0),
        (date(1900, 1, 1), date(2026, 11, 22), 126),
    ],
)
def test_an_age_is_reached_on_the_birthday(birthdate: date, today: date, age: int) -> None:
    assert age_on(birthdate, today) == age


@pytest.mark.parametrize(
    ("today", "age"),
    [
        (date(2027, 2, 27), 18),
        (date(2027, 2, 28), 18),
        (date(2027, 3, 1), 19),
        (date(2028, 2, 28), 19),
        (date(2028, 2, 29), 20),
        (date(2028, 3, 1), 20),
        (date(2100, 2, 28), 91),
        (date(2100, 3, 1), 92),
    ],
)
def test_a_birth_on_29_february_counts_from_1_march_in_common_years(today: date, age: int) -> None:
    assert age_on(date(2008, 2, 29), today) == age


def test_nobody_is_born_in_the_future() -> None:
    with pytest.raises(ValueError, match="future"):
        age_on(date(2026, 11, 23), date(2026, 11, 22))


def test_statements_about_the_ages_asked_for() -> None:
    assert age_statements(date(2007, 11, 22), date(2026, 11, 22), (18, 19, 21)) == {
        "18": True,
        "19": True,
        "21": False,
    }


DATES = st.dates(date(1900, 1, 1), date(2099, 12, 31))


@given(DATES, st.integers(0, 40_000))
def test_an_age_grows_by_one_a_year_and_never_shrinks(birthdate: date, days: int) -> None:
    today = birthdate + timedelta(days=days)
    age = age_on(birthdate, today)

    assert age_on(birthdate, today + timedelta(days=1)) - age in (0, 1)
    assert age_on(birthdate, date(today.year + 1, today.month, min(today.day, 28))) >= age
    assert 0 <= age <= days // 365


@given(DATES, DATES)
def test_who_has_reached_an_age_has_reached_the_younger_ones(birthdate: date, today: date) -> None:
    if birthdate > today:
        return
    statements = age_statements(birthdate, today, (14, 16, 18, 19, 21, 25, 65))

    answers = list(statements.values())
    assert answers == sorted(answers, reverse=True)
