"""One line of the report: what was measured, what it is compared with, and whether that is enough."""

from dataclasses import dataclass
from enum import StrEnum

from bench.interleave import Timing

_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


class Reached(StrEnum):
    """How a goal was met. On a machine that other work shares, the best round says what is possible."""

    YES = "yes"
    AT_BEST = "at best"
    NO = "NO"
    NO_GOAL = ""


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound on a value: a ratio, seconds, bytes."""

    bound: float
    at_most: bool = False

    def admits(self, value: float) -> bool:
        """Whether the value is on the right side of the bound."""
        return value <= self.bound if self.at_most else value >= self.bound


def at_least(bound: float) -> Goal:
    """Larger is better: ratios."""
    return Goal(bound)


def at_most(bound: float) -> Goal:
    """Smaller is better: times and sizes."""
    return Goal(bound, at_most=True)


@dataclass(frozen=True, slots=True)
class Figure:
    """`median` and `best` are in `unit`: "x" for a ratio, "s" for seconds (shown as ms, µs or ns), "MB".

    `ours` and `against` say the two sides in words and numbers, for people.
    """

    group: str
    path: str
    ours: str
    against: str
    median: float
    best: float
    unit: str = "x"
    goal: Goal | None = None

    @property
    def reached(self) -> Reached:
        """By the median; else by the best round; else not."""
        if self.goal is None:
            return Reached.NO_GOAL
        if self.goal.admits(self.median):
            return Reached.YES
        return Reached.AT_BEST if self.goal.admits(self.best) else Reached.NO

    @property
    def goal_text(self) -> str:
        if self.goal is None:
            return ""
        return f"{'≤' if self.goal.at_most else '≥'} {in_unit(self.goal.bound, self.unit)}"


def share_of(
    group: str, path: str, ours: Timing, other: tuple[str, Timing], goal: Goal | None = None
) -> Figure:
    """How fast ours is beside the other, measured in the same rounds."""
    label, theirs = other
    return Figure(
        group,
        path,
        duration(ours.median),
        f"{label} {duration(theirs.median)}",
        ours.share_of(theirs),
        ours.best_share_of(theirs),
        goal=goal,
    )


def time_of(group: str, path: str, ours: Timing, against: str = "", goal: Goal | None = None) -> Figure:
    """What one call takes, where the goal is a time."""
    took = duration(ours.median)
    return Figure(group, path, took, against, ours.median, ours.best, unit="s", goal=goal)


def in_unit(value: float, unit: str) -> str:
    """A value as people read it: `0.47`, `5.1`, `0.13 ms`, `84 ns`, `121 MB`."""
    if unit == "s":
        return duration(value)
    number = f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"
    return number if unit == "x" else f"{number} {unit}"


def duration(seconds: float) -> str:
    """Three digits and the unit that suits them."""
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.2g} ns"


def rate(per_second: float) -> str:
    """`1 234/s`."""
    return f"{per_second:,.0f}/s".replace(",", " ")
