"""Times and audience: the boundary, one second before and one after (2.10)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.jose import (
    Expired,
    InvalidClaims,
    IssuedInTheFuture,
    NotYetValid,
    WrongAudience,
    verify_audience,
    verify_times,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
NO_LEEWAY = timedelta(0)
MINUTE = timedelta(minutes=1)
INFINITE = float("inf")
NOT_SECONDS = [True, False, "1", None, [], {}, float("nan"), INFINITE, -INFINITE, -1, -0.5, -(10**400)]
NOT_SECONDS += [253_402_300_800, 2**63, 1e300, 10**400]  # beyond the year 9999


def check(claims: dict[str, Any], leeway: timedelta = NO_LEEWAY, **more: Any) -> None:
    verify_times(claims, now=NOW, leeway=leeway, **more)


@pytest.mark.parametrize("leeway", [NO_LEEWAY, MINUTE])
class TestBoundaries:
    def test_exp(self, leeway: timedelta) -> None:
        """2.10. RFC 7519 section 4.1.4: "on or after" it is too late."""
        last = SECONDS - int(leeway.total_seconds())
        check({"exp": last + 1}, leeway)
        check({"exp": last + 0.001}, leeway)
        for exp in (last, last - 1, last - 0.001):
            with pytest.raises(Expired):
                check({"exp": exp}, leeway)

    def test_nbf(self, leeway: timedelta) -> None:
        """2.10. RFC 7519 section 4.1.5: from `nbf` on it is valid."""
        first = SECONDS + int(leeway.total_seconds())
        check({"nbf": first}, leeway)
        check({"nbf": first - 1}, leeway)
        for nbf in (first + 1, first + 0.001):
            with pytest.raises(NotYetValid):
                check({"nbf": nbf}, leeway)

    def test_iat(self, leeway: timedelta) -> None:
        first = SECONDS + int(leeway.total_seconds())
        check({"iat": first}, leeway)
        check({"iat": first - 1}, leeway)
        check({"iat": 0}, leeway)
        with pytest.raises(IssuedInTheFuture):
            check({"iat": first + 1}, leeway)


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", NOT_SECONDS)
def test_what_is_no_number_of_seconds_is_refused(name: str, value: object) -> None:
    with pytest.raises(InvalidClaims) as refused:
        check({name: value})
    assert type(refused.value) is InvalidClaims
    assert name in refused.value.detail


def test_absent_claims_are_no_limits_unless_required() -> None:
    check({})
    for name in ("exp", "nbf", "iat", "jti"):
        with pytest.raises(InvalidClaims) as refused:
            check({}, require=[name])
        assert name in refused.value.detail
    check({"exp": SECONDS + 1, "iat": SECONDS, "jti": "x"}, require=("exp", "iat", "jti"))


def test_moment_without_time_zone_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="time zone"):
        verify_times({}, now=datetime(2026, 1, 1), leeway=NO_LEEWAY)  # noqa: DTZ001 (that is the case)


@given(
    st.dictionaries(
        st.sampled_from(["exp", "nbf", "iat"]), st.none() | st.integers() | st.floats() | st.text()
    )
)
def test_any_claims_are_accepted_or_refused_cleanly(claims: dict[str, Any]) -> None:
    try:
        check(claims)
    except InvalidClaims:
        return
    assert claims.get("exp", SECONDS + 1) > SECONDS
    assert claims.get("nbf", 0) <= SECONDS
    assert claims.get("iat", 0) <= SECONDS


class TestAudience:
    @pytest.mark.parametrize("audience", ["https://a", ["https://a"], ["https://b", "https://a"]])
    def test_named(self, audience: object) -> None:
        verify_audience({"aud": audience}, "https://a")

    @pytest.mark.parametrize(
        "audience",
        ["https://b", ["https://b"], "https://a/", "https://a b", "https://A", "", ["https://a/x"]],
    )
    def test_another_is_refused(self, audience: object) -> None:
        """Plain comparison: neither a prefix nor a spelling that a server treats alike."""
        with pytest.raises(WrongAudience):
            verify_audience({"aud": audience}, "https://a")

    @pytest.mark.parametrize(
        "claims", [{}, {"aud": None}, {"aud": 1}, {"aud": []}, {"aud": {}}, {"aud": ["https://a", 1]}]
    )
    def test_missing_or_malformed_is_refused(self, claims: dict[str, Any]) -> None:
        with pytest.raises(InvalidClaims):
            verify_audience(claims, "https://a")

    def test_sole(self) -> None:
        verify_audience({"aud": ["https://a"]}, "https://a", sole=True)
        with pytest.raises(WrongAudience):
            verify_audience({"aud": ["https://a", "https://b"]}, "https://a", sole=True)
