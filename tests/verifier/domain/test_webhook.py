"""When messages are tried again, and when not any more."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.issuing import NOW
from verifier.domain.presentation import RequestId
from verifier.domain.relying_service import ClientId
from verifier.domain.webhook import (
    FIRST_DELAY,
    GIVE_UP_AFTER,
    LONGEST_DELAY,
    LONGEST_LOOK,
    SHORTEST_LOOK,
    MessageId,
    WebhookMessage,
    next_attempt,
    next_look,
)


def message(attempts: int = 0) -> WebhookMessage:
    return WebhookMessage(MessageId("m"), RequestId("r"), ClientId("shop"), NOW, NOW, attempts)


def test_each_pause_is_twice_the_one_before_up_to_an_hour() -> None:
    pauses = []
    for attempts in range(12):
        due = next_attempt(message(attempts), NOW, jitter=0.5)
        assert due is not None
        pauses.append(due - NOW)
    assert pauses[0] == FIRST_DELAY
    assert all(later in (2 * earlier, LONGEST_DELAY) for earlier, later in pairwise(pauses))
    assert pauses[-1] == LONGEST_DELAY


@pytest.mark.parametrize("past", [timedelta(0), timedelta(days=3)])
def test_after_a_day_nobody_tries_any_more(past: timedelta) -> None:
    assert next_attempt(message(), NOW + GIVE_UP_AFTER + past, jitter=0) is None


def test_until_then_somebody_does() -> None:
    assert next_attempt(message(40), NOW + GIVE_UP_AFTER - timedelta(seconds=1), jitter=1) is not None


@given(st.integers(0, 10_000), st.floats(0, 1), st.floats(0, 86_399))
def test_every_pause_is_bounded(attempts: int, jitter: float, seconds: float) -> None:
    now = NOW + timedelta(seconds=seconds)
    due = next_attempt(message(attempts), now, jitter=jitter)
    assert due is not None
    assert FIRST_DELAY * 0.75 <= due - now <= LONGEST_DELAY * 1.25
    look = next_look(message(attempts), now) - now
    assert SHORTEST_LOOK <= look <= LONGEST_LOOK
