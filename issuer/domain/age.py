"""Age in whole years on a civil date.

The date is the civil date in America/Toronto and is handed in: a person turns 19 at midnight there, not in
UTC. A birth on 29 February counts from 1 March in common years.
"""

from collections.abc import Iterable
from datetime import date


def age_on(birthdate: date, today: date) -> int:
    """Whole years since birth; ValueError for a birth in the future."""
    if birthdate > today:
        raise ValueError("born in the future")
    # In a common year 28 February is before, and 1 March after, the birthday of 29 February.
    before_birthday = (today.month, today.day) < (birthdate.month, birthdate.day)
    return today.year - birthdate.year - before_birthday


def age_statements(birthdate: date, today: date, ages: Iterable[int]) -> dict[str, bool]:
    """`age_equal_or_over`: for each age whether it is reached, by the age as text."""
    reached = age_on(birthdate, today)
    return {str(age): reached >= age for age in ages}
