"""The register of businesses as a CSV file: one pass, every bad cell reported, nothing guessed.

``signatories`` names the people who act for the business, each as register number, position and how they
sign, with semicolons between them: ``ON-1000003 director alone; ON-1007922 officer jointly``.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from issuer.domain.address_columns import ADDRESS_COLUMNS, check_address, read_address
from issuer.domain.bad_cells import BadCell, BadReason
from issuer.domain.business import (
    Business,
    BusinessKind,
    BusinessNumber,
    BusinessStatus,
    Position,
    Signatory,
    Signing,
)
from issuer.domain.csv_rows import Columns, CsvRow, check_date, check_text, read_rows
from issuer.domain.register_file import REGISTER_NUMBER
from issuer.domain.resident import RegisterNumber

BUSINESS_COLUMNS: Final = (
    "business_number",
    "name_en",
    "name_fr",
    "kind",
    "status",
    "registered_on",
    *ADDRESS_COLUMNS,
    "signatories",
)
MAX_SIGNATORIES: Final = 12
_MAX_SIGNATORIES_CELL: Final = 600
_BUSINESS_NUMBER: Final = re.compile(r"BR-[0-9]{9}")
_OPTIONAL_VALUES: Final = frozenset({"name_en", "name_fr", "signatories"})
_VALUES: Final[Mapping[str, frozenset[str]]] = {
    "kind": frozenset(BusinessKind),
    "status": frozenset(BusinessStatus),
}


@dataclass(frozen=True, slots=True)
class ReadBusiness:
    """One row: the business, or what is wrong with it."""

    line: int
    business: Business | None
    bad: tuple[BadCell, ...]


def read_businesses(lines: Iterable[str], *, today: date) -> Iterator[ReadBusiness]:
    """Rows of the file in order; a bad header gives one row (line 1) and ends the reading.

    ``today`` is the civil date in the province. Whether the register of residents has the people is for
    ``check_signatories``.
    """
    seen: set[str] = set()
    for row in read_rows(lines, Columns(BUSINESS_COLUMNS)):
        yield ReadBusiness(row.line, None, row.bad) if row.bad else _read_row(row, seen, today)


def check_signatories(rows: Iterable[ReadBusiness], known: frozenset[RegisterNumber]) -> Iterator[BadCell]:
    """Rows that name somebody whom the register of residents does not have."""
    for row in rows:
        people = row.business.signatories if row.business else ()
        if any(one.register_number not in known for one in people):
            yield BadCell(row.line, "signatories", BadReason.UNKNOWN_PERSON)


def _read_row(row: CsvRow, seen: set[str], today: date) -> ReadBusiness:
    values, line = row.values, row.line
    problems = {name: reason for name in BUSINESS_COLUMNS if (reason := _check(name, values[name], today))}
    if not values["name_en"] and not values["name_fr"]:
        problems["name_en"] = BadReason.NO_NAME
    number = values["business_number"]
    if "business_number" not in problems:
        if number in seen:
            problems["business_number"] = BadReason.DUPLICATE_REGISTER_NUMBER
        seen.add(number)
    if problems:
        bad = tuple(BadCell(line, name, reason) for name, reason in problems.items())
        return ReadBusiness(line, None, bad)
    return ReadBusiness(line, _business(values), ())


def _check(column: str, value: str, today: date) -> BadReason | None:
    if not value:
        return None if column in _OPTIONAL_VALUES else BadReason.EMPTY
    if column == "signatories":
        return _check_signatories_cell(value)
    if bad := check_text(value):
        return bad
    if column in ADDRESS_COLUMNS:
        return check_address(column, value)
    return _check_form(column, value, today)


def _check_form(column: str, value: str, today: date) -> BadReason | None:
    if column == "registered_on":
        return check_date(value, latest=today)
    if column == "business_number" and not _BUSINESS_NUMBER.fullmatch(value):
        return BadReason.WRONG_FORM
    allowed = _VALUES.get(column)
    return BadReason.UNKNOWN_VALUE if allowed is not None and value not in allowed else None


def _check_signatories_cell(value: str) -> BadReason | None:
    people = [one.split() for one in value.split(";")]
    if len(value) > _MAX_SIGNATORIES_CELL or len(people) > MAX_SIGNATORIES:
        return BadReason.TOO_LONG
    if any(len(one) != 3 or not REGISTER_NUMBER.fullmatch(one[0]) for one in people):
        return BadReason.WRONG_FORM
    if any(position not in set(Position) or signing not in set(Signing) for _, position, signing in people):
        return BadReason.UNKNOWN_VALUE
    return BadReason.NAMED_TWICE if len({one[0] for one in people}) < len(people) else None


def read_signatories(cell: str) -> tuple[Signatory, ...]:
    """The people in a good cell, which is also how the register keeps them."""
    people = (one.split() for one in cell.split(";") if one)
    return tuple(
        Signatory(RegisterNumber(number), Position(position), Signing(signing))
        for number, position, signing in people
    )


def write_signatories(signatories: Iterable[Signatory]) -> str:
    """The cell for some people; `read_signatories` reads it back."""
    return "; ".join(f"{one.register_number} {one.position} {one.signing}" for one in signatories)


def _business(values: Mapping[str, str]) -> Business:
    return Business(
        number=BusinessNumber(values["business_number"]),
        name_en=values["name_en"] or None,
        name_fr=values["name_fr"] or None,
        kind=BusinessKind(values["kind"]),
        status=BusinessStatus(values["status"]),
        registered_on=date.fromisoformat(values["registered_on"]),
        address=read_address(values),
        signatories=read_signatories(values["signatories"]),
    )
