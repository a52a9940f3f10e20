"""The register of residents as a CSV file: one pass, every bad cell reported, nothing guessed.

Columns by name, in any order: ``register_number, family_name, given_name, birthdate, sex,
street_address, locality, region, postal_code, country, language, guardian_register_number``.
UTF-8, with or without a byte order mark, decoded by the caller with ``errors="surrogateescape"`` so that
a wrong byte is a bad cell and not the end of the reading. ``given_name``, ``sex`` and
``guardian_register_number`` may be empty.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from issuer.domain.resident import Address, Language, RegisterNumber, Resident, Sex

COLUMNS = (
    "register_number",
    "family_name",
    "given_name",
    "birthdate",
    "sex",
    "street_address",
    "locality",
    "region",
    "postal_code",
    "country",
    "language",
    "guardian_register_number",
)
MAX_CELL = 200
"""Characters; the longest names on record in the province are well below."""

EARLIEST_BIRTH = date(1900, 1, 1)

_REGISTER_NUMBER = re.compile(r"ON-[0-9]{7}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_POSTAL_CODE = re.compile(r"[ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z] [0-9][ABCEGHJ-NPRSTV-Z][0-9]")
_REGION = re.compile(r"[A-Z]{2}")
_FORBIDDEN_CATEGORIES = frozenset({"Cc", "Co"})
_DIRECTION_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They reorder the text around them on a page; joiners, which scripts need, are allowed."""


class BadReason(StrEnum):
    """Why a cell or a row was refused; stable codes."""

    MISSING_COLUMN = "missing_column"
    UNKNOWN_COLUMN = "unknown_column"
    DUPLICATE_COLUMN = "duplicate_column"
    WRONG_NUMBER_OF_CELLS = "wrong_number_of_cells"
    BROKEN_QUOTING = "broken_quoting"
    NOT_UTF8 = "not_utf8"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    FORBIDDEN_CHARACTER = "forbidden_character"
    SURROUNDING_SPACE = "surrounding_space"
    WRONG_FORM = "wrong_form"
    NO_SUCH_DATE = "no_such_date"
    DATE_IN_THE_FUTURE = "date_in_the_future"
    DATE_TOO_EARLY = "date_too_early"
    UNKNOWN_VALUE = "unknown_value"
    DUPLICATE_REGISTER_NUMBER = "duplicate_register_number"
    UNKNOWN_GUARDIAN = "unknown_guardian"
    OWN_GUARDIAN = "own_guardian"


REASON_TEXTS: Mapping[BadReason, str] = {
    BadReason.MISSING_COLUMN: "this column is missing",
    BadReason.UNKNOWN_COLUMN: "there is no such column",
    BadReason.DUPLICATE_COLUMN: "this column is there twice",
    BadReason.WRONG_NUMBER_OF_CELLS: "the row has more or fewer cells than the header",
    BadReason.BROKEN_QUOTING: "the quotation marks of this row do not match",
    BadReason.NOT_UTF8: "this is not UTF-8",
    BadReason.EMPTY: "a value is needed here",
    BadReason.TOO_LONG: f"longer than {MAX_CELL} characters",
    BadReason.FORBIDDEN_CHARACTER: "holds a control character or one that changes the direction of writing",
    BadReason.SURROUNDING_SPACE: "begins or ends with white space",
    BadReason.WRONG_FORM: "does not have the form that this column needs",
    BadReason.NO_SUCH_DATE: "there is no such date",
    BadReason.DATE_IN_THE_FUTURE: "lies in the future",
    BadReason.DATE_TOO_EARLY: "lies before 1900",
    BadReason.UNKNOWN_VALUE: "is not one of the values of this column",
    BadReason.DUPLICATE_REGISTER_NUMBER: "an earlier row has the same register number",
    BadReason.UNKNOWN_GUARDIAN: "neither this file nor the register has this person",
    BadReason.OWN_GUARDIAN: "nobody is their own guardian",
}


@dataclass(frozen=True, slots=True)
class BadCell:
    """Where and why; never what stands there, which may be a person's data."""

    line: int
    """Line of the file where the row begins, from 1."""
    column: str
    """Column name; empty when the whole row is meant."""
    reason: BadReason

    @property
    def text(self) -> str:
        """One English sentence for the operator."""
        return REASON_TEXTS[self.reason]


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
    reader = csv.reader(lines, strict=True)
    header = _next_row(reader)
    if not isinstance(header, list):
        yield ReadRow(1, None, (BadCell(1, "", header or BadReason.EMPTY),))
        return
    if bad := tuple(_bad_header(header)):
        yield ReadRow(1, None, bad)
        return
    seen: set[str] = set()
    while True:
        line = reader.line_num + 1
        cells = _next_row(reader)
        if cells is None:
            return
        if isinstance(cells, BadReason):
            yield ReadRow(line, None, (BadCell(line, "", cells),))
        elif cells:  # a blank line is no row
            yield _read_row(line, header, cells, seen, today)


def check_guardians(rows: Iterable[ReadRow], known: frozenset[RegisterNumber]) -> Iterator[BadCell]:
    """Guardians that are neither in the register nor among the good rows of the file."""
    good = [(row.line, row.resident) for row in rows if row.resident is not None]
    present = known | {resident.register_number for _, resident in good}
    for line, resident in good:
        if resident.guardian is not None and resident.guardian not in present:
            yield BadCell(line, "guardian_register_number", BadReason.UNKNOWN_GUARDIAN)


def _next_row(reader: Iterator[list[str]]) -> list[str] | BadReason | None:
    try:
        return next(reader, None)
    except csv.Error:
        return BadReason.BROKEN_QUOTING


def _bad_header(header: list[str]) -> Iterator[BadCell]:
    if header:
        header[0] = header[0].removeprefix("\ufeff")
    for column in COLUMNS:
        if column not in header:
            yield BadCell(1, column, BadReason.MISSING_COLUMN)
    for column in dict.fromkeys(header):
        if column not in COLUMNS:
            yield BadCell(1, column[:MAX_CELL], BadReason.UNKNOWN_COLUMN)
        elif header.count(column) > 1:
            yield BadCell(1, column, BadReason.DUPLICATE_COLUMN)


def _read_row(line: int, header: list[str], cells: list[str], seen: set[str], today: date) -> ReadRow:
    if len(cells) != len(header):
        return ReadRow(line, None, (BadCell(line, "", BadReason.WRONG_NUMBER_OF_CELLS),))
    values = {name: unicodedata.normalize("NFC", cell) for name, cell in zip(header, cells, strict=True)}
    problems = {name: reason for name in COLUMNS if (reason := _check(name, values[name], today))}
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
    optional = column in ("given_name", "sex", "guardian_register_number")
    if not value:
        return None if optional else BadReason.EMPTY
    if len(value) > MAX_CELL:
        return BadReason.TOO_LONG
    if bad := _bad_characters(value):
        return bad
    if value != value.strip():
        return BadReason.SURROUNDING_SPACE
    if column == "birthdate":
        return _check_date(value, today)
    return _check_form(column, value)


def _bad_characters(value: str) -> BadReason | None:
    categories = {unicodedata.category(character) for character in value}
    if "Cs" in categories:
        return BadReason.NOT_UTF8
    if not categories.isdisjoint(_FORBIDDEN_CATEGORIES) or not _DIRECTION_CONTROLS.isdisjoint(value):
        return BadReason.FORBIDDEN_CHARACTER
    return None


def _check_date(value: str, today: date) -> BadReason | None:
    if not _DATE.fullmatch(value):
        return BadReason.WRONG_FORM
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return BadReason.NO_SUCH_DATE
    if day > today:
        return BadReason.DATE_IN_THE_FUTURE
    return BadReason.DATE_TOO_EARLY if day < EARLIEST_BIRTH else None


_FORMS = {
    "register_number": _REGISTER_NUMBER,
    "guardian_register_number": _REGISTER_NUMBER,
    "postal_code": _POSTAL_CODE,
    "region": _REGION,
}
_VALUES: Mapping[str, frozenset[str]] = {
    "sex": frozenset(Sex),
    "language": frozenset(Language),
    "country": frozenset({"CA"}),
}


def _check_form(column: str, value: str) -> BadReason | None:
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
        address=Address(
            street_address=values["street_address"],
            locality=values["locality"],
            region=values["region"],
            postal_code=values["postal_code"],
            country=values["country"],
        ),
        language=Language(values["language"]),
        guardian=RegisterNumber(guardian) if guardian else None,
    )
