"""Allowed status changes, drawing of lists, spans of expiry (3.06, 3.08, 3.12, 3.14)."""

from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from hashlib import shake_256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer.domain.status import OPEN_LISTS, StatusChange, draw_lists, expiry_bucket
from specs.token_status_list import StatusType

VALID, INVALID, SUSPENDED = StatusType.VALID, StatusType.INVALID, StatusType.SUSPENDED


@pytest.mark.parametrize(
    ("change", "sources", "target"),
    [
        (StatusChange.REVOKE, {VALID, SUSPENDED}, INVALID),
        (StatusChange.SUSPEND, {VALID}, SUSPENDED),
        (StatusChange.REINSTATE, {SUSPENDED}, VALID),
    ],
)
def test_3_06_which_changes_are_allowed(
    change: StatusChange, sources: set[StatusType], target: StatusType
) -> None:
    assert change.target is target
    assert {status for status in StatusType if change.allowed_from(status)} == set(change.sources) == sources


def test_3_06_revoked_is_final_and_a_value_without_meaning_is_never_changed() -> None:
    for status in (INVALID, 3, 12, 255, -1):
        assert not any(change.allowed_from(status) for change in StatusChange)


@given(st.lists(st.sampled_from(StatusChange)))
def test_3_06_no_sequence_of_allowed_changes_leads_out_of_revoked(changes: list[StatusChange]) -> None:
    status, revoked = VALID, False
    for change in changes:
        if change.allowed_from(status):
            assert not revoked
            status = change.target
            revoked = change is StatusChange.REVOKE


def test_a_change_is_found_by_its_verb() -> None:
    assert [StatusChange(verb) for verb in ("revoke", "suspend", "reinstate")] == list(StatusChange)


@pytest.mark.parametrize(
    ("bits", "fitting"), [(1, {"revoke", "reinstate"}), (2, {"revoke", "suspend", "reinstate"})]
)
def test_3_06_a_suspension_needs_two_bits(bits: int, fitting: set[str]) -> None:
    assert {change.value for change in StatusChange if change.fits(bits)} == fitting


def test_3_14_a_batch_falls_on_a_few_lists_and_shares_some() -> None:
    """The conformance suite warns when every copy has a list of its own."""
    assert 2 <= OPEN_LISTS <= 4
    drawn = draw_lists(OPEN_LISTS, 30, seed(30))

    assert set(drawn) == set(range(OPEN_LISTS))
    assert max(Counter(drawn).values()) > 1


def test_3_08_each_copy_draws_on_its_own_and_evenly() -> None:
    drawn = draw_lists(OPEN_LISTS, 8000, seed(8000))

    assert all(1800 < count < 2200 for count in Counter(drawn).values())
    pairs = Counter(zip(drawn[::2], drawn[1::2], strict=True))
    assert all(180 < count < 330 for count in pairs.values())
    assert len(pairs) == OPEN_LISTS**2


@given(st.integers(1, 10), st.integers(0, 40), st.binary(min_size=160, max_size=170))
def test_3_08_a_draw_names_an_open_list_for_every_copy(
    open_lists: int, count: int, drawn_from: bytes
) -> None:
    drawn = draw_lists(open_lists, count, drawn_from)

    assert len(drawn) == count
    assert set(drawn) <= set(range(open_lists))
    assert draw_lists(open_lists, count, drawn_from) == drawn


@pytest.mark.parametrize(("open_lists", "count", "length"), [(0, 1, 4), (-1, 1, 4), (2, 2, 7), (2, 1, 0)])
def test_3_08_without_lists_or_randomness_there_is_no_draw(open_lists: int, count: int, length: int) -> None:
    with pytest.raises(ValueError, match="draw"):
        draw_lists(open_lists, count, bytes(length))


@pytest.mark.parametrize(
    ("expires_at", "bucket"),
    [
        (datetime(2031, 12, 31, 23, 59, 59, tzinfo=UTC), "2031"),
        (datetime(2032, 1, 1, tzinfo=UTC), "2032"),
        (datetime(2031, 12, 31, 20, tzinfo=timezone(timedelta(hours=-5))), "2032"),
    ],
)
def test_3_12_lists_are_kept_apart_by_the_year_of_expiry(expires_at: datetime, bucket: str) -> None:
    assert expiry_bucket(expires_at) == bucket


def test_3_12_a_moment_without_time_zone_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="time zone"):
        expiry_bucket(datetime(2031, 1, 1))  # noqa: DTZ001  # the defect under test


def seed(draws: int) -> bytes:
    return shake_256(b"seed").digest(4 * draws)
