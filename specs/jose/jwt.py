"""Registered claims (RFC 7519 section 4.1): times and audience, with the time and the leeway handed in."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from specs.jose.errors import (
    ClaimMissing,
    Expired,
    InvalidClaims,
    IssuedInTheFuture,
    NotYetValid,
    WrongAudience,
)

_LAST_SECOND: Final = 253_402_300_799  # of the year 9999: later numbers are no dates


def verify_times(
    claims: Mapping[str, Any], *, now: datetime, leeway: timedelta, require: Collection[str] = ()
) -> None:
    """Returns when `exp`, `nbf` and `iat`, as far as present, allow the use at `now`.

    Raises Expired from `exp` + leeway on, NotYetValid before `nbf` - leeway, IssuedInTheFuture before `iat` -
    leeway, InvalidClaims when one is not a number of seconds, and ClaimMissing when one named in `require` is
    not there. `now` must be aware (ValueError).
    """
    if now.tzinfo is None:
        raise ValueError("a moment without time zone")
    for name in require:
        if name not in claims:
            raise ClaimMissing(name)
    moment, tolerance = now.timestamp(), leeway.total_seconds()
    exp, nbf, iat = claims.get("exp", _LAST_SECOND), claims.get("nbf", 0), claims.get("iat", 0)
    # None of them may be malformed, whatever the others say. All at once first: what has a sign or too many
    # bits gives them to what they are together.
    if not type(exp) is type(nbf) is type(iat) is int or not 0 <= exp | nbf | iat <= _LAST_SECOND:
        for name, value in (("exp", exp), ("nbf", nbf), ("iat", iat)):
            _require_numeric_date(name, value)
    # RFC 7519 section 4.1.4: "on or after" the expiration time it must not be accepted.
    if moment >= exp + tolerance:
        raise Expired
    if moment < nbf - tolerance:
        raise NotYetValid
    if moment < iat - tolerance:
        raise IssuedInTheFuture


def verify_audience(claims: Mapping[str, Any], expected: str, *, sole: bool = False) -> None:
    """Returns when `aud` is or contains `expected`; with `sole`, when it names nobody else.

    Plain comparison of strings. Raises WrongAudience, or InvalidClaims when `aud` is missing or malformed.
    """
    found = claims.get("aud")
    audiences: Sequence[Any] = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    if not audiences or not all(isinstance(audience, str) for audience in audiences):
        raise InvalidClaims("aud is missing or malformed")
    if expected not in audiences or (sole and len(audiences) > 1):
        raise WrongAudience


def _require_numeric_date(name: str, value: object) -> None:
    # A bool is an int to Python, hence the exact type. NaN fails both comparisons.
    if (type(value) is not int and type(value) is not float) or not 0 <= value <= _LAST_SECOND:
        raise InvalidClaims(f"{name} is not a number of seconds")
