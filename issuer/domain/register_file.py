"""The register of residents as a CSV file: one pass, every bad cell reported, nothing guessed.

Columns that have to be there: ``COLUMNS``. Those that may be: ``REGISTRATION_COLUMNS``, with what else the
province has on file about a person; the file says all there is, so a person without values there has none.
``given_name``, ``sex`` and ``guardian_register_number`` may be empty.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from issuer.domain.address_columns import ADDRESS_COLUMNS, check_address, read_address
from issuer.domain.bad_cells import MAX_CELL, REASON_TEXTS, BadCell, BadReason
from issuer.domain.csv_rows import Columns, CsvRow, check_date, check_text, read_rows
from issuer.domain.registration_columns import (
    REGISTRATION_COLUMNS,
    check_registrations,
    read_birth,
    read_health,
    read_licence,
)
from issuer.domain.resident import Language, RegisterNumber, Resident, Sex

__all__ = [
    "COLUMNS",
    "MAX_CELL",
    "REASON_TEXTS",
    "REGISTER_NUMBER",
    "REGISTRATION_COLUMNS",
    "BadCell",
    "BadReason",
    "ReadRow",
    "check_guardians",
    "read_register",
]

COLUMNS: Final = (
    "register_number",
    "family_name",
    "given_name",
    "birthdate",
    "sex",
    *ADDRESS_COLUMNS,
    "language",
    "guardian_register_number",
)
REGISTER_NUMBER: Final = re.compile(r"ON-[0-9]{7}")

_OPTIONAL_VALUES: Final = frozenset({"given_name", "sex", "guardian_register_number"})
_FORMS: Final = {"register_number": REGISTER_NUMBER, "guardian_register_number": REGISTER_NUMBER}
_VALUES: Final[Mapping[str, frozenset[str]]] = {"sex": frozenset(Sex), "language": frozenset(Language)}


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row: the resident, or what is wrong with it."""

    line: int
    resident: Resident | None
    bad: tuple[BadCell, ...]


def read_register(lines: Iterable[str], *, today: date) -> Iterator[ReadRow]:
    """Rows of the file in order; a bad header gives one row (line 1) and ends the reading.

    ``today`` is the civil date in the province. Guardians are checked by the caller, who knows the
    register: see ``check_guardians``.
    """
    seen: set[str] = set()
    for row in read_rows(lines, Columns(COLUMNS, REGISTRATION_COLUMNS)):
        yield ReadRow(row.line, None, row.bad) if row.bad else _read_row(row, seen, today)


def check_guardians(rows: Iterable[ReadRow], known: frozenset[RegisterNumber]) -> Iterator[BadCell]:
    """Guardians that are neither in the register nor among the good rows of the file."""
    good = [(row.line, row.resident) for row in rows if row.resident is not None]
    present = known | {resident.register_number for _, resident in good}
    for line, resident in good:
        if resident.guardian is not None and resident.guardian not in present:
            yield BadCell(line, "guardian_register_number", BadReason.UNKNOWN_GUARDIAN)


def _read_row(row: CsvRow, seen: set[str], today: date) -> ReadRow:
    values, line = row.values, row.line
    problems = {name: reason for name in COLUMNS if (reason := _check(name, values[name], today))}
    problems.update(check_registrations(values, today))
    number = values["register_number"]
    if "register_number" not in problems:
        if number in seen:
            problems["register_number"] = BadReason.DUPLICATE_REGISTER_NUMBER
        seen.add(number)
    if values["guardian_register_number"] == number and number:
        problems["guardian_register_number"] = BadReason.OWN_GUARDIAN
    if problems:
        return ReadRow(line, None, tuple(BadCell(line, name, reason) for name, reason in problems.items()))
    return ReadRow(line, _resident(values), ())


def _check(column: str, value: str, today: date) -> BadReason | None:
    """What is wrong with one cell, most general first."""
    if not value:
        return None if column in _OPTIONAL_VALUES else BadReason.EMPTY
    if bad := check_text(value):
        return bad
    if column == "birthdate":
        return check_date(value, latest=today)
    if column in ADDRESS_COLUMNS:
        return check_address(column, value)
    form = _FORMS.get(column)
    if form is not None and not form.fullmatch(value):
        return BadReason.WRONG_FORM
    allowed = _VALUES.get(column)
    return BadReason.UNKNOWN_VALUE if allowed is not None and value not in allowed else None


def _resident(values: Mapping[str, str]) -> Resident:
    guardian = values["guardian_register_number"]
    return Resident(
        register_number=RegisterNumber(values["register_number"]),
        family_name=values["family_name"],
        given_name=values["given_name"] or None,
        birthdate=date.fromisoformat(values["birthdate"]),
        sex=Sex(values["sex"]) if values["sex"] else None,
        address=read_address(values),
        language=Language(values["language"]),
        guardian=RegisterNumber(guardian) if guardian else None,
        birth=read_birth(values),
        licence=read_licence(values),
        health=read_health(values),
    )
