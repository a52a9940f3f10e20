"""Fills the register of residents from a CSV file.

Nothing is imported unless every row is good, or the caller says to skip bad rows; then the good ones
are. Importing again updates; nobody is there twice.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from issuer.domain.event import SubjectRef
from issuer.domain.register_file import BadCell, ReadRow, check_guardians, read_register
from issuer.domain.resident import NewResident, PutCounts, Resident
from issuer.ports import Randomness, Register
from specs.encoding import b64url_encode

SUBJECT_REF_BYTES = 16
ADMINISTRATIVE_NUMBER_BYTES = 16


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What happened, and every bad cell of the file in the order of its lines."""

    counts: PutCounts
    bad: tuple[BadCell, ...]
    refused: bool
    """True when bad rows kept everything out."""


@dataclass(frozen=True, slots=True)
class ImportResidents:
    """``progress`` is told the number of rows read so far."""

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

        ``today`` is the civil date in the province.
        """
        rows: list[ReadRow] = []
        for row in read_register(lines, today=today):
            rows.append(row)
            progress(len(rows))
        bad = [cell for row in rows for cell in row.bad]
        orphans = list(check_guardians(rows, await self.register.known()))
        bad = sorted([*bad, *orphans], key=lambda cell: (cell.line, cell.column))
        if bad and not skip_bad:
            return ImportReport(PutCounts(0, 0, 0), tuple(bad), refused=True)
        unwanted = {cell.line for cell in orphans}
        good = [row.resident for row in rows if row.resident is not None and row.line not in unwanted]
        counts = await self.register.put([self._new(resident) for resident in good])
        return ImportReport(counts, tuple(bad), refused=False)

    def _new(self, resident: Resident) -> NewResident:
        random = self.randomness.token_bytes(SUBJECT_REF_BYTES + ADMINISTRATIVE_NUMBER_BYTES)
        subject_ref = SubjectRef(b64url_encode(random[:SUBJECT_REF_BYTES]))
        number = b64url_encode(random[SUBJECT_REF_BYTES:])
        return NewResident(replace(resident, personal_administrative_number=number), subject_ref)
