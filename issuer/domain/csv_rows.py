"""Reading a register's CSV file row by row; what all such files have in common.

Columns by name, in any order. UTF-8, with or without a byte order mark, decoded by the caller with
``errors="surrogateescape"`` so that a wrong byte is a bad cell and not the end of the reading.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from issuer.domain.bad_cells import MAX_CELL, BadCell, BadReason

EARLIEST: Final = date(1900, 1, 1)

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FORBIDDEN_CATEGORIES: Final = frozenset({"Cc", "Co"})
_DIRECTION_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They reorder the text around them on a page; joiners, which scripts need, are allowed."""


@dataclass(frozen=True, slots=True)
class Columns:
    """A file without an optional column is read as one whose cells there are empty."""

    required: Sequence[str]
    optional: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One row: every column's text in normal form C, or what is wrong with the row as a whole."""

    line: int
    """Line of the file where the row begins, from 1."""
    values: Mapping[str, str]
    bad: tuple[BadCell, ...] = ()


def read_rows(lines: Iterable[str], columns: Columns) -> Iterator[CsvRow]:
    """Rows of the file in order; a bad header gives one row (line 1) and ends the reading."""
    reader = csv.reader(lines, strict=True)
    header = _next_row(reader)
    if not isinstance(header, list):
        yield CsvRow(1, {}, (BadCell(1, "", header or BadReason.EMPTY),))
        return
    if bad := tuple(_bad_header(header, columns)):
        yield CsvRow(1, {}, bad)
        return
    absent = {name: "" for name in columns.optional if name not in header}
    while True:
        line = reader.line_num + 1
        cells = _next_row(reader)
        if cells is None:
            return
        if isinstance(cells, BadReason):
            yield CsvRow(line, {}, (BadCell(line, "", cells),))
        elif cells and len(cells) != len(header):  # a blank line is no row
            yield CsvRow(line, {}, (BadCell(line, "", BadReason.WRONG_NUMBER_OF_CELLS),))
        elif cells:
            texts = (unicodedata.normalize("NFC", cell) for cell in cells)
            yield CsvRow(line, dict(zip(header, texts, strict=True)) | absent)


def check_text(value: str) -> BadReason | None:
    """What is wrong with any text, most general first; an empty one is for the column to judge."""
    if len(value) > MAX_CELL:
        return BadReason.TOO_LONG
    categories = {unicodedata.category(character) for character in value}
    if "Cs" in categories:
        return BadReason.NOT_UTF8
    if not categories.isdisjoint(_FORBIDDEN_CATEGORIES) or not _DIRECTION_CONTROLS.isdisjoint(value):
        return BadReason.FORBIDDEN_CHARACTER
    return BadReason.SURROUNDING_SPACE if value != value.strip() else None


def check_date(value: str, latest: date | None) -> BadReason | None:
    """What is wrong with a date; ``latest``: a later one lies in the future."""
    if not _DATE.fullmatch(value):
        return BadReason.WRONG_FORM
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return BadReason.NO_SUCH_DATE
    if latest is not None and day > latest:
        return BadReason.DATE_IN_THE_FUTURE
    return BadReason.DATE_TOO_EARLY if day < EARLIEST else None


def _next_row(reader: Iterator[list[str]]) -> list[str] | BadReason | None:
    try:
        return next(reader, None)
    except csv.Error:
        return BadReason.BROKEN_QUOTING


def _bad_header(header: list[str], columns: Columns) -> Iterator[BadCell]:
    if header:
        header[0] = header[0].removeprefix("\ufeff")
    known = (*columns.required, *columns.optional)
    for column in columns.required:
        if column not in header:
            yield BadCell(1, column, BadReason.MISSING_COLUMN)
    for column in dict.fromkeys(header):
        if column not in known:
            yield BadCell(1, column[:MAX_CELL], BadReason.UNKNOWN_COLUMN)
        elif header.count(column) > 1:
            yield BadCell(1, column, BadReason.DUPLICATE_COLUMN)
