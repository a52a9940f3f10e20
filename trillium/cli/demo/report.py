"""What the demonstration found, step by step: in plain words for people, as JSON for machines."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.padding import Padding


class Unexpected(Exception):
    """A step did not end as it must; the text says how it ended instead."""


@dataclass(slots=True)
class Step:
    """One step of the story."""

    title: str
    lines: list[str] = field(default_factory=list)
    milliseconds: float = 0.0
    expected: bool = False
    problem: str = ""

    def say(self, text: str) -> None:
        """Adds a line to what people read."""
        self.lines.append(text)

    def expect(self, found: object, wanted: object, what: str) -> None:
        """Raises Unexpected unless the step ended as it must."""
        if found != wanted:
            raise Unexpected(f"{what}: expected {wanted!r}, found {found!r}")


@dataclass(slots=True)
class Report:
    """All steps; ``console`` is None when a machine reads."""

    console: Console | None
    steps: list[Step] = field(default_factory=list)

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        """Runs one step, times it and tells it. A step that fails is told, and the story goes on."""
        step = Step(title)
        self.steps.append(step)
        if self.console is not None:
            self.console.print(f"\n[bold]{len(self.steps):>2}. {title}[/]")
        started = time.perf_counter()
        try:
            yield step
            step.expected = True
        except Exception as error:  # the report must tell every end of a step
            step.problem = f"{type(error).__name__}: {error}"
        step.milliseconds = (time.perf_counter() - started) * 1000
        self._tell(step)

    @property
    def ended_as_expected(self) -> bool:
        """Whether every step had the expected outcome."""
        return all(step.expected for step in self.steps)

    def as_dictionary(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "ok": self.ended_as_expected,
            "steps": [
                {
                    "title": step.title,
                    "expected": step.expected,
                    "milliseconds": round(step.milliseconds, 1),
                    "lines": step.lines,
                    "problem": step.problem,
                }
                for step in self.steps
            ],
        }

    def _tell(self, step: Step) -> None:
        if self.console is None:
            return
        for line in step.lines:
            self.console.print(Padding(line, (0, 0, 0, 4)), markup=False)
        mark = "[green]✓ as expected[/]" if step.expected else f"[bold red]✗ {step.problem}[/]"
        self.console.print(Padding(f"{mark}  [dim]{step.milliseconds:.0f} ms[/]", (0, 0, 0, 4)))
