"""The circuit breaker: when it opens, who is let through, and what late answers change (nothing)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer.domain.circuit import (
    FAILURES,
    LONGEST_PAUSE,
    PAUSE,
    Circuit,
    CircuitOpen,
    admit,
    failed,
    succeeded,
)

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TRIAL = timedelta(seconds=4)


def call(circuit: Circuit, now: datetime, *, answered: bool, wait: timedelta = timedelta(0)) -> Circuit:
    admitted = admit(circuit, now, trial=TRIAL)
    if answered:
        return succeeded(admitted, admitted.generation)
    return failed(admitted, admitted.generation, now, wait=wait)


def opened(now: datetime = NOW) -> Circuit:
    circuit = Circuit()
    for _ in range(FAILURES):
        circuit = call(circuit, now, answered=False)
    return circuit


def test_it_opens_after_so_many_failures_in_a_row_and_not_before() -> None:
    circuit = Circuit()
    for _ in range(FAILURES - 1):
        circuit = call(circuit, NOW, answered=False)
    assert not circuit.is_open_at(NOW)
    assert call(circuit, NOW, answered=False).is_open_at(NOW)
    after_one_answer = call(circuit, NOW, answered=True)
    assert after_one_answer.failures == 0
    assert not call(after_one_answer, NOW, answered=False).is_open_at(NOW)


def test_while_it_is_open_nobody_calls_and_everybody_hears_for_how_long() -> None:
    circuit = opened()
    with pytest.raises(CircuitOpen) as refused:
        admit(circuit, NOW, trial=TRIAL)
    assert refused.value.retry_after == PAUSE.total_seconds()
    with pytest.raises(CircuitOpen) as refused:
        admit(circuit, NOW + PAUSE - timedelta(milliseconds=1), trial=TRIAL)
    assert refused.value.retry_after == 1
    assert not circuit.is_open_at(NOW + PAUSE)


def test_after_the_pause_one_caller_tries_and_its_answer_closes_the_circuit() -> None:
    now = NOW + PAUSE
    trying = admit(opened(), now, trial=TRIAL)
    with pytest.raises(CircuitOpen):
        admit(trying, now, trial=TRIAL)
    closed = succeeded(trying, trying.generation)
    assert (closed.open_until, closed.failures, closed.pause) == (None, 0, PAUSE)
    assert admit(closed, now, trial=TRIAL) == closed


def test_every_trial_that_fails_doubles_the_pause_up_to_a_limit() -> None:
    circuit, now, pauses = opened(), NOW, []
    for _ in range(8):
        assert circuit.open_until is not None
        pauses.append(circuit.open_until - now)
        now = circuit.open_until
        circuit = call(circuit, now, answered=False)
    assert pauses[:4] == [PAUSE, 2 * PAUSE, 4 * PAUSE, 8 * PAUSE]
    assert pauses[-1] == LONGEST_PAUSE


def test_a_trial_that_is_never_reported_keeps_nobody_out_for_good() -> None:
    now = NOW + PAUSE
    trying = admit(opened(), now, trial=TRIAL)
    with pytest.raises(CircuitOpen):
        admit(trying, now + TRIAL - SECOND, trial=TRIAL)
    second = admit(trying, now + TRIAL, trial=TRIAL)
    assert succeeded(second, trying.generation) == second  # the first one's answer comes too late
    assert succeeded(second, second.generation).open_until is None


def test_calls_that_end_after_the_circuit_has_opened_change_nothing() -> None:
    early, circuit = Circuit(), opened()
    assert failed(circuit, early.generation, NOW + SECOND) == circuit
    assert succeeded(circuit, early.generation) == circuit


def test_a_system_that_says_how_long_is_believed_within_reason() -> None:
    waiting = call(Circuit(), NOW, answered=False, wait=timedelta(seconds=40))
    assert waiting.open_until == NOW + timedelta(seconds=40)
    hours = call(Circuit(), NOW, answered=False, wait=timedelta(hours=9))
    assert hours.open_until == NOW + LONGEST_PAUSE
    short = call(Circuit(), NOW, answered=False, wait=SECOND)
    assert short.open_until == NOW + PAUSE


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 200)), max_size=60))
def test_it_never_stays_open_longer_than_the_longest_pause(history: list[tuple[bool, int]]) -> None:
    circuit, now = Circuit(), NOW
    for answered, seconds in history:
        now += timedelta(seconds=seconds)
        refused: CircuitOpen | None = None
        try:
            circuit = call(circuit, now, answered=answered)
        except CircuitOpen as error:
            refused = error
        if refused is not None:
            assert 1 <= refused.retry_after <= LONGEST_PAUSE.total_seconds()
        if circuit.open_until is not None:
            assert circuit.open_until - now <= LONGEST_PAUSE
    later = admit(circuit, now + LONGEST_PAUSE, trial=TRIAL)
    assert succeeded(later, later.generation) == replace(Circuit(), generation=later.generation + 1) or (
        circuit.open_until is None
    )
