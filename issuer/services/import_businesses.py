"""Fills the register of businesses from a CSV file; like the residents, whom it has to know already."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial

from issuer.domain.business import Business, NewBusiness, NewCapacity
from issuer.domain.business_file import ReadBusiness, check_signatories, read_businesses
from issuer.domain.resident import RegisterNumber
from issuer.ports import Randomness, Register
from issuer.services.import_file import ImportReport, Reading, import_file, in_order
from issuer.services.import_residents import draw_subject_ref


@dataclass(frozen=True, slots=True)
class ImportBusinesses:
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

        ``today`` is the civil date in the province. Importing again updates: who is on the page of a business
        is what the last file said.
        """
        known = await self.register.known()
        read = partial(self._read, lines, today, known, progress)
        return await import_file(read, self.register.put_businesses, skip_bad=skip_bad)

    def _read(
        self,
        lines: Iterable[str],
        today: date,
        known: frozenset[RegisterNumber],
        progress: Callable[[int], None],
    ) -> Reading[NewBusiness]:
        rows: list[ReadBusiness] = []
        for row in read_businesses(lines, today=today):
            rows.append(row)
            progress(len(rows))
        strangers = list(check_signatories(rows, known))
        bad = [*(cell for row in rows for cell in row.bad), *strangers]
        unwanted = {cell.line for cell in strangers}
        good = (row.business for row in rows if row.business is not None and row.line not in unwanted)
        new = [self._new(business) for business in good]
        return Reading(new, in_order(bad))

    def _new(self, business: Business) -> NewBusiness:
        capacities = tuple(
            NewCapacity(one.register_number, draw_subject_ref(self.randomness))
            for one in business.signatories
        )
        return NewBusiness(business, draw_subject_ref(self.randomness), capacities)
