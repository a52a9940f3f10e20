"""Fills the register of residents from a CSV file.

Nothing is imported unless every row is good, or the caller says to skip bad rows; then the good ones
are. Importing again updates; nobody is there twice.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from issuer.domain.event import SubjectRef
from issuer.domain.register_file import BadCell, ReadRow, check_guardians, read_register
from issuer.domain.resident import NewResident, PutCounts, RegisterNumber, Resident
from issuer.ports import Randomness, Register
from specs.encoding import b64url_encode

SUBJECT_REF_BYTES = 16
ADMINISTRATIVE_NUMBER_BYTES = 16


def draw_subject_ref(randomness: Randomness) -> SubjectRef:
    """A new name for somebody, which tells nothing about them."""
    return SubjectRef(b64url_encode(randomness.token_bytes(SUBJECT_REF_BYTES)))


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What happened, and every bad cell of the file in the order of its lines."""

    counts: PutCounts
    bad: tuple[BadCell, ...]
    refused: bool
    """True when bad rows kept everything out."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a file says: the people who may go in, and every bad cell in the order of its lines."""

    new: list[NewResident]
    bad: tuple[BadCell, ...]


@dataclass(frozen=True, slots=True)
class ImportResidents:
    """``progress`` is told the number of rows read so far, in the thread that reads."""

    register: Register
    randomness: Randomness

    async def __call__(
        self,
        lines: Iterable[str],
        *,
        today: date,
        skip_bad: bool,
        progress: Callable[[int], None] = lambda _count: None,
    ) -> ImportReport:
        """Reads the whole file first, so that one run reports everything that is wrong with it.

        In a thread: a province's register takes half a minute, and wallets are served meanwhile. ``today`` is
        the civil date in the province.
        """
        known = await self.register.known()
        reading = await asyncio.to_thread(self._read, lines, today, known, progress)
        if reading.bad and not skip_bad:
            return ImportReport(PutCounts(0, 0, 0), reading.bad, refused=True)
        counts = await self.register.put(reading.new)
        return ImportReport(counts, reading.bad, refused=False)

    def _read(
        self,
        lines: Iterable[str],
        today: date,
        known: frozenset[RegisterNumber],
        progress: Callable[[int], None],
    ) -> _Reading:
        rows: list[ReadRow] = []
        for row in read_register(lines, today=today):
            rows.append(row)
            progress(len(rows))
        orphans = list(check_guardians(rows, known))
        bad = [*(cell for row in rows for cell in row.bad), *orphans]
        unwanted = {cell.line for cell in orphans}
        good = (row.resident for row in rows if row.resident is not None and row.line not in unwanted)
        new = [self._new(resident) for resident in good]
        return _Reading(new, tuple(sorted(bad, key=lambda cell: (cell.line, cell.column))))

    def _new(self, resident: Resident) -> NewResident:
        number = b64url_encode(self.randomness.token_bytes(ADMINISTRATIVE_NUMBER_BYTES))
        return NewResident(
            replace(resident, personal_administrative_number=number),
            draw_subject_ref(self.randomness),
            draw_subject_ref(self.randomness) if resident.guardian else None,
        )
