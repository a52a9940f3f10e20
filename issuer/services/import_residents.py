"""Fills the register of residents from a CSV file.

Nothing is imported unless every row is good, or the caller says to skip bad rows; then the good ones
are. Importing again updates; nobody is there twice.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from issuer.domain.event import SubjectRef
from issuer.domain.register_file import ReadRow, check_guardians, read_register
from issuer.domain.resident import NewResident, RegisterNumber, Resident
from issuer.ports import Randomness, Register
from issuer.services.import_file import ImportReport, Reading, import_file, in_order
from specs.encoding import b64url_encode

SUBJECT_REF_BYTES = 16
ADMINISTRATIVE_NUMBER_BYTES = 16


def draw_subject_ref(randomness: Randomness) -> SubjectRef:
    """A new name for somebody, which tells nothing about them."""
    return SubjectRef(b64url_encode(randomness.token_bytes(SUBJECT_REF_BYTES)))


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
        """``today`` is the civil date in the province."""
        known = await self.register.known()
        read = partial(self._read, lines, today, known, progress)
        return await import_file(read, self.register.put, skip_bad=skip_bad)

    def _read(
        self,
        lines: Iterable[str],
        today: date,
        known: frozenset[RegisterNumber],
        progress: Callable[[int], None],
    ) -> Reading[NewResident]:
        rows: list[ReadRow] = []
        for row in read_register(lines, today=today):
            rows.append(row)
            progress(len(rows))
        orphans = list(check_guardians(rows, known))
        bad = [*(cell for row in rows for cell in row.bad), *orphans]
        unwanted = {cell.line for cell in orphans}
        good = (row.resident for row in rows if row.resident is not None and row.line not in unwanted)
        new = [self._new(resident) for resident in good]
        return Reading(new, in_order(bad))

    def _new(self, resident: Resident) -> NewResident:
        number = b64url_encode(self.randomness.token_bytes(ADMINISTRATIVE_NUMBER_BYTES))
        return NewResident(
            replace(resident, personal_administrative_number=number),
            draw_subject_ref(self.randomness),
            draw_subject_ref(self.randomness) if resident.guardian else None,
        )
