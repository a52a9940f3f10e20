"""Reading the register file: one pass, every bad cell with line, column and reason."""

import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer.domain.register_file import COLUMNS, BadReason, ReadRow, check_guardians, read_register
from issuer.domain.resident import Language, RegisterNumber, Sex

TODAY = date(2026, 11, 22)
HEADER = ",".join(COLUMNS)
GOOD = {
    "register_number": "ON-1234567",
    "family_name": "L'Écuyer",
    "given_name": "Zoé",
    "birthdate": "2004-02-29",
    "sex": "F",
    "street_address": '"app. 3, 1450, rue Notre-Dame"',
    "locality": "Sudbury",
    "region": "ON",
    "postal_code": "P3E 4L6",
    "country": "CA",
    "language": "fr",
    "guardian_register_number": "",
}


def rows(*lines: str, header: str = HEADER) -> list[ReadRow]:
    text = "".join(f"{line}\n" for line in (header, *lines))
    return list(read_register(io.StringIO(text, newline=""), today=TODAY))


def line(**changes: str) -> str:
    return ",".join({**GOOD, **changes}.values())


def reasons(*lines: str, header: str = HEADER) -> set[tuple[int, str, BadReason]]:
    return {(cell.line, cell.column, cell.reason) for row in rows(*lines, header=header) for cell in row.bad}


def test_a_good_row_becomes_a_resident() -> None:
    [row] = rows(line())
    resident = row.resident
    assert resident is not None
    assert (resident.family_name, resident.given_name) == ("L'Écuyer", "Zoé")
    assert resident.birthdate == date(2004, 2, 29)
    assert resident.sex is Sex.FEMALE
    assert resident.language is Language.FRENCH
    assert resident.address.street_address == "app. 3, 1450, rue Notre-Dame"
    assert resident.guardian is None


def test_a_person_with_one_name_has_no_given_name() -> None:
    [row] = rows(line(given_name="", sex=""))
    assert row.resident is not None
    assert row.resident.given_name is None
    assert row.resident.sex is None


@pytest.mark.parametrize(
    "name", ["ᐊᓚᓱᐊᖅ", "王", "O’Connor", "முருகன்", "ʔəy̓alməxʷ", "Ng'ang'a", "Guðmundsdóttir", "می‌خواهم"]
)
def test_names_as_people_have_them_are_kept(name: str) -> None:
    [row] = rows(line(family_name=name))
    assert row.resident is not None
    assert row.resident.family_name == name


def test_decomposed_accents_are_composed() -> None:
    [row] = rows(line(family_name="L'E\u0301cuyer"))
    assert row.resident is not None
    assert row.resident.family_name == "L'Écuyer"


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("register_number", "", BadReason.EMPTY),
        ("register_number", "1234567", BadReason.WRONG_FORM),
        ("register_number", "ON-1234567\u0661", BadReason.WRONG_FORM),
        ("family_name", "", BadReason.EMPTY),
        ("family_name", " Roy", BadReason.SURROUNDING_SPACE),
        ("family_name", "x" * 201, BadReason.TOO_LONG),
        ("family_name", "a\x07b", BadReason.FORBIDDEN_CHARACTER),
        ("family_name", "a\u202eb", BadReason.FORBIDDEN_CHARACTER),
        ("given_name", "a\udcffb", BadReason.NOT_UTF8),
        ("birthdate", "29-02-2004", BadReason.WRONG_FORM),
        ("birthdate", "2003-02-29", BadReason.NO_SUCH_DATE),
        ("birthdate", "2026-11-23", BadReason.DATE_IN_THE_FUTURE),
        ("birthdate", "1899-12-31", BadReason.DATE_TOO_EARLY),
        ("sex", "female", BadReason.UNKNOWN_VALUE),
        ("region", "Ontario", BadReason.WRONG_FORM),
        ("postal_code", "P3E4L6", BadReason.WRONG_FORM),
        ("postal_code", "D3E 4L6", BadReason.WRONG_FORM),
        ("country", "US", BadReason.UNKNOWN_VALUE),
        ("language", "de", BadReason.UNKNOWN_VALUE),
        ("guardian_register_number", "mother", BadReason.WRONG_FORM),
        ("guardian_register_number", "ON-1234567", BadReason.OWN_GUARDIAN),
    ],
)
def test_a_bad_cell_is_named(column: str, value: str, reason: BadReason) -> None:
    assert reasons(line(**{column: value})) == {(2, column, reason)}


def test_today_is_a_birthday_and_tomorrow_is_not() -> None:
    assert not reasons(line(birthdate="2026-11-22"))


def test_every_bad_cell_of_every_row_is_reported_in_one_pass() -> None:
    found = reasons(
        line(sex="?", birthdate="2003-02-29"),
        line(register_number="ON-7654321"),
        line(register_number="ON-7654321", country=""),
        "too,few,cells",
    )
    assert found == {
        (2, "sex", BadReason.UNKNOWN_VALUE),
        (2, "birthdate", BadReason.NO_SUCH_DATE),
        (4, "register_number", BadReason.DUPLICATE_REGISTER_NUMBER),
        (4, "country", BadReason.EMPTY),
        (5, "", BadReason.WRONG_NUMBER_OF_CELLS),
    }


def test_lines_are_counted_over_quoted_line_breaks() -> None:
    found = reasons(line(street_address='"1 Main St\nUnit 2"'), line(register_number="x"))
    assert (2, "street_address", BadReason.FORBIDDEN_CHARACTER) in found
    assert (4, "register_number", BadReason.WRONG_FORM) in found


def test_a_quotation_mark_that_is_never_closed_is_one_bad_row() -> None:
    assert reasons(line(street_address='"1 Main St')) == {(2, "", BadReason.BROKEN_QUOTING)}


@pytest.mark.parametrize(
    ("header", "column", "reason"),
    [
        (HEADER.replace("sex", "gender"), "sex", BadReason.MISSING_COLUMN),
        (HEADER.replace("sex", "gender"), "gender", BadReason.UNKNOWN_COLUMN),
        (HEADER + ",sex", "sex", BadReason.DUPLICATE_COLUMN),
        ("", "sex", BadReason.MISSING_COLUMN),
    ],
)
def test_a_bad_header_ends_the_reading(header: str, column: str, reason: BadReason) -> None:
    assert (1, column, reason) in reasons(line(), header=header)
    assert all(row.resident is None for row in rows(line(), header=header))


def test_an_empty_file_is_one_bad_row() -> None:
    [row] = read_register([], today=TODAY)
    assert [(cell.line, cell.reason) for cell in row.bad] == [(1, BadReason.EMPTY)]


def test_columns_may_come_in_any_order_after_a_byte_order_mark() -> None:
    names = list(reversed(COLUMNS))
    text = ",".join(GOOD[name] for name in names)
    [row] = rows(text, header="\ufeff" + ",".join(names))
    assert row.resident is not None


def test_blank_lines_are_no_rows() -> None:
    assert len(rows(line(), "", line(register_number="ON-7654321"), "")) == 2


def test_a_guardian_is_in_the_file_or_in_the_register() -> None:
    read = rows(
        line(guardian_register_number="ON-7654321"),
        line(register_number="ON-7654321"),
        line(register_number="ON-1111111", guardian_register_number="ON-2222222"),
        line(register_number="ON-3333333", guardian_register_number="ON-4444444"),
    )
    [cell] = check_guardians(read, frozenset({RegisterNumber("ON-2222222")}))
    assert (cell.line, cell.reason) == (5, BadReason.UNKNOWN_GUARDIAN)


@given(st.lists(st.text(max_size=60), max_size=8))
def test_no_text_whatever_breaks_the_reading(lines: list[str]) -> None:
    for row in read_register([HEADER + "\n", *lines], today=TODAY):
        assert (row.resident is None) == bool(row.bad)
