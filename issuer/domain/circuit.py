"""A circuit breaker: a system that does not answer is left alone for a while, then asked by one caller.

Pure: a state and functions of ``now``. Whoever calls the other system asks ``admit`` first and says with
``succeeded`` or ``failed`` how it went. Nothing is queued: a caller that is not admitted fails at once,
instead of holding a connection and a person's patience until a time-out.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Final

FAILURES: Final = 5
"""In a row, before the circuit opens."""
PAUSE: Final = timedelta(seconds=5)
"""The first one; each trial that fails doubles it."""
LONGEST_PAUSE: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Circuit:
    """Closed without ``open_until``. ``generation`` counts changes, so that late answers change nothing."""

    failures: int = 0
    pause: timedelta = PAUSE
    open_until: datetime | None = None
    generation: int = 0

    def is_open_at(self, now: datetime) -> bool:
        """Nobody is admitted."""
        return self.open_until is not None and now < self.open_until


class CircuitOpen(Exception):
    """Not admitted. ``retry_after``: whole seconds until somebody may try."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"left alone for {retry_after} s")
        self.retry_after = retry_after


def admit(circuit: Circuit, now: datetime, *, trial: timedelta) -> Circuit:
    """The circuit for a caller who may call; its ``generation`` goes with the call. Raises CircuitOpen.

    After a pause one caller is admitted for a trial; others wait until it has ended, for ``trial`` at most,
    so that a caller who was cancelled and never reports keeps nobody out for good.
    """
    if circuit.open_until is None:
        return circuit
    if now < circuit.open_until:
        raise CircuitOpen(max(1, ceil((circuit.open_until - now).total_seconds())))
    return replace(circuit, open_until=now + trial, generation=circuit.generation + 1)


def succeeded(circuit: Circuit, generation: int) -> Circuit:
    """An answer, be it a refusal: the system is there. One from before the last change counts for nothing."""
    if generation != circuit.generation:
        return circuit
    if circuit.open_until is None:
        return replace(circuit, failures=0) if circuit.failures else circuit
    return Circuit(generation=circuit.generation + 1)


def failed(circuit: Circuit, generation: int, now: datetime, *, wait: timedelta = timedelta(0)) -> Circuit:
    """No usable answer. ``wait``: what the system itself asked for; the pause is at least as long."""
    if generation != circuit.generation:
        return circuit
    if circuit.open_until is not None:  # the trial
        return _opened(circuit, min(circuit.pause * 2, LONGEST_PAUSE), wait, now)
    if circuit.failures + 1 >= FAILURES or wait:
        return _opened(circuit, PAUSE, wait, now)
    return replace(circuit, failures=circuit.failures + 1)


def _opened(circuit: Circuit, pause: timedelta, wait: timedelta, now: datetime) -> Circuit:
    longest = max(pause, min(wait, LONGEST_PAUSE))
    return Circuit(FAILURES, pause, now + longest, circuit.generation + 1)
