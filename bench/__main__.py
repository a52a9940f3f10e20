"""`python -m bench [--quick] [--to-the-end] [--json | --markdown FILE]`."""

import argparse
import gc
import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bench import (
    allocation_paths,
    credential_paths,
    flow_paths,
    http_paths,
    jwe_paths,
    jws_paths,
    login_paths,
    memory_paths,
    presentation_paths,
    report,
    status_list_paths,
)
from bench.allocation_paths import Lists
from bench.figures import Figure
from bench.http_paths import Load
from bench.interleave import Effort


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of everything."""

    rounds: Effort
    large_lists: bool
    http: Load
    lists: Lists
    presenting_seconds: float


FULL = Extent(
    Effort(rounds=40, slice_seconds=0.02),
    large_lists=True,
    http=Load(rounds=10, requests=400),
    lists=Lists(size=2**16, rounds=8, places=400),
    presenting_seconds=60.0,
)
QUICK = Extent(
    Effort(rounds=14, slice_seconds=0.012),
    large_lists=False,
    http=Load(rounds=4, requests=160),
    lists=Lists(size=2**14, rounds=4, places=160),
    presenting_seconds=15.0,
)


def main(arguments: Sequence[str]) -> None:
    """Measures and prints."""
    options = _parse(arguments)
    about = report.machine()
    begin = time.monotonic()
    figures = []
    extent = QUICK if options.quick else FULL
    if options.to_the_end:
        extent = replace(extent, presenting_seconds=math.inf)
    for figure in _figures(extent):
        figures.append(figure)
        if sys.stderr.isatty():
            print(f"\r{figure.group}: {figure.path}\033[K", end="", file=sys.stderr, flush=True)
    about.append(f"{'quick' if options.quick else 'full'} run, {time.monotonic() - begin:.0f} s")
    print(report.as_json(figures, about) if options.json else report.as_text(figures, about))
    if options.markdown:
        report.write_between_marks(options.markdown, report.as_markdown(figures, about))


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less than a minute, more noise")
    parser.add_argument(
        "--to-the-end",
        action="store_true",
        help="all 100,000 presentations of the memory figure: ten minutes more",
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument(
        "--markdown", type=Path, metavar="FILE", help="also put the table between its marks there"
    )
    return parser.parse_args(arguments)


def _figures(extent: Extent) -> Iterator[Figure]:
    gc.freeze()  # what is imported is not looked through again and again
    yield from jws_paths.figures(extent.rounds)
    yield from jwe_paths.figures(extent.rounds)
    yield from credential_paths.figures(extent.rounds)
    yield from status_list_paths.figures(extent.rounds, large=extent.large_lists)
    yield from http_paths.figures(extent.http)
    yield from flow_paths.figures(extent.http)
    yield from presentation_paths.figures(extent.http)
    yield from login_paths.figures(extent.http)
    yield from allocation_paths.figures(extent.lists)
    yield from memory_paths.figures(extent.presenting_seconds)


if __name__ == "__main__":
    main(sys.argv[1:])
