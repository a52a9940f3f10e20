"""Measuring things in turn, so that whatever disturbs the machine disturbs all of them alike.

One round runs every case for a moment, the next round runs them in the opposite order: A B C … C B A. Ratios
are taken round by round and their median is reported: a slow moment of the machine falls on both sides.
"""

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

_FIRST_LOOPS = 1
_MOST_LOOPS = 1_000_000


@dataclass(frozen=True, slots=True)
class Case:
    """A name and what to call again and again."""

    name: str
    run: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure: rounds, and seconds for each case in each round."""

    rounds: int
    slice_seconds: float


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds for one call, round by round."""

    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.rounds)

    @property
    def best(self) -> float:
        return min(self.rounds)

    def share_of(self, limit: "Timing") -> float:
        """How much of the limit is reached: 1.0 is as fast as it."""
        return median(theirs / ours for ours, theirs in zip(self.rounds, limit.rounds, strict=True))

    def best_share_of(self, limit: "Timing") -> float:
        """The same from the fastest round of each."""
        return limit.best / self.best


def measure(cases: Sequence[Case], effort: Effort) -> Mapping[str, Timing]:
    """Processor time per call of each case.

    Processor time of this thread, not the time on the wall: a call that another process pushed aside is not
    slower for it. All that is measured here computes; what waits is measured over the wall clock elsewhere.
    """
    loops = {case.name: _loops_for(case, effort.slice_seconds) for case in cases}
    found: dict[str, list[float]] = {case.name: [] for case in cases}
    gc.collect()
    for number in range(effort.rounds):
        for case in cases if number % 2 == 0 else reversed(cases):
            count = loops[case.name]
            found[case.name].append(_timed(case.run, count) / count)
    return {name: Timing(tuple(rounds)) for name, rounds in found.items()}


def _loops_for(case: Case, seconds: float) -> int:
    """How many calls fill a slice; also the warming up of caches."""
    loops = _FIRST_LOOPS
    while True:
        taken = _timed(case.run, loops)
        if taken >= seconds / 4 or loops >= _MOST_LOOPS:
            return max(1, min(_MOST_LOOPS, round(loops * seconds / max(taken, 1e-9))))
        loops *= 2


def _timed(run: Callable[[], object], loops: int) -> float:
    begin = time.thread_time()
    for _ in range(loops):
        run()
    return time.thread_time() - begin
