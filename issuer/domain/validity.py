"""From when to when a credential is valid: whole days, so that times link nothing (RFC 9901 section 10.1).

Copies of a batch, and batches of everybody who asked on the same day, carry the same times. The end depends
on the day of issuance alone, never on anything about the person: an `exp` on a birthday would tell it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ValidityPeriod:
    """`iat` and `exp`, both at midnight UTC."""

    issued_at: datetime
    expires_at: datetime


def validity_period(now: datetime, days: int) -> ValidityPeriod:
    """The start of the current day, and the end of the day that is `days` days later.

    A credential is so valid for at least `days` days. ValueError for a moment without time zone.
    """
    if now.tzinfo is None:
        raise ValueError("a moment without time zone")
    start = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return ValidityPeriod(start, start + days * _DAY + _DAY)
