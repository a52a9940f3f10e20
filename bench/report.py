"""The report: a plain table, the same as Markdown, or JSON."""

import json
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from bench.figures import Figure, in_unit

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
COLUMNS = ("path", "ours", "limit or peer", "ratio", "best", "goal", "reached")
_RIGHT = frozenset({"ratio", "best", "goal"})
_LIBRARIES = (
    *("cryptography", "orjson", "pybase64", "uvicorn", "uvloop", "httptools", "starlette", "fastapi"),
    *("sd-jwt", "jwcrypto", "joserfc", "pyjwt", "token-status-list"),
)

READ_IT = (
    "Ratios inside one run are what to keep; rates belong to this machine at this hour. A ratio is the "
    "median of rounds in which ours and the other side took turns; `best` compares the fastest round of each."
)


def machine() -> list[str]:
    """What the figures were measured on."""
    cores = len(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return [
        f"{_processor()}, {cores} {'core' if cores == 1 else 'cores'}, load {load:.1f} at the start; "
        f"{platform.system()}, {_interpreter()}",
        libraries,
    ]


def _interpreter() -> str:
    """With how it was built: one that was not trained and linked as a whole takes a fifth longer."""
    _, built = platform.python_build()
    return (
        f"Python {platform.python_version()} of {' '.join(built.split()[:3])}, {platform.python_compiler()}"
    )


def as_text(figures: Sequence[Figure], about: Sequence[str]) -> str:
    """A table in columns of equal width."""
    rows = [_cells(figure) for figure in figures]
    widths = [max(map(len, column)) for column in zip(COLUMNS, *rows, strict=True)]
    lines = [*about, READ_IT, "", _line(COLUMNS, widths), "  ".join("─" * width for width in widths)]
    group = ""
    for figure, row in zip(figures, rows, strict=True):
        if figure.group != group:
            group = figure.group
            lines += ["", group]
        lines.append(_line(row, widths))
    return "\n".join(lines)


def as_markdown(figures: Sequence[Figure], about: Sequence[str]) -> str:
    """The same for the documentation."""
    lines = [*(f"{line}  " for line in about), "", READ_IT]
    group = ""
    for figure in figures:
        if figure.group != group:
            group = figure.group
            lines += ["", f"### {group}", "", f"| {' | '.join(COLUMNS)} |"]
            lines.append("|" + "|".join(" ---: " if name in _RIGHT else " --- " for name in COLUMNS) + "|")
        lines.append(f"| {' | '.join(_cells(figure))} |")
    return "\n".join(lines)


def as_json(figures: Sequence[Figure], about: Sequence[str]) -> str:
    """For programs."""
    found = [{**asdict(figure), "reached": figure.reached.value} for figure in figures]
    return json.dumps({"machine": list(about), "figures": found}, indent=1, ensure_ascii=False)


def _cells(figure: Figure) -> tuple[str, ...]:
    median, best = in_unit(figure.median, figure.unit), in_unit(figure.best, figure.unit)
    return figure.path, figure.ours, figure.against, median, best, figure.goal_text, figure.reached.value


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    aligned = [
        cell.rjust(width) if name in _RIGHT else cell.ljust(width)
        for name, cell, width in zip(COLUMNS, cells, widths, strict=True)
    ]
    return "  ".join(aligned).rstrip()


def _processor() -> str:
    if sys.platform == "linux":
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    return platform.machine()


def write_between_marks(file: Path, table: str) -> None:
    """Replaces what stands between the two marks of a document."""
    text = file.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{file} has no place for the table: {BEGIN} … {END}")
    file.write_text(f"{before}{begin}\n{table}\n{end}{after}", encoding="utf-8")
