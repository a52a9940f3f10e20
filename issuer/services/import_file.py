"""How a file becomes entries of the register, whatever it is about.

Nothing is imported unless every row is good, or the caller says to skip bad rows; then the good ones are.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from issuer.domain.bad_cells import BadCell
from issuer.domain.resident import PutCounts

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What happened, and every bad cell of the file in the order of its lines."""

    counts: PutCounts
    bad: tuple[BadCell, ...]
    refused: bool
    """True when bad rows kept everything out."""


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """What a file says: what may go in, and every bad cell in the order of its lines."""

    new: Sequence[T]
    bad: tuple[BadCell, ...]


def in_order(bad: Iterable[BadCell]) -> tuple[BadCell, ...]:
    """By line, then by column."""
    return tuple(sorted(bad, key=lambda cell: (cell.line, cell.column)))


async def import_file(
    read: Callable[[], Reading[T]], put: Callable[[Sequence[T]], Awaitable[PutCounts]], *, skip_bad: bool
) -> ImportReport:
    """Reads the whole file first, so that one run reports everything that is wrong with it.

    In a thread: a province's register takes half a minute, and wallets are served meanwhile.
    """
    reading = await asyncio.to_thread(read)
    if reading.bad and not skip_bad:
        return ImportReport(PutCounts(0, 0, 0), reading.bad, refused=True)
    return ImportReport(await put(reading.new), reading.bad, refused=False)
