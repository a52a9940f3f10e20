"""Reading the file of businesses: one pass, every bad cell with line, column and reason."""

import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer.domain.bad_cells import BadReason
from issuer.domain.business import BusinessKind, BusinessStatus, Position, Signatory, Signing
from issuer.domain.business_file import (
    BUSINESS_COLUMNS,
    MAX_SIGNATORIES,
    ReadBusiness,
    check_signatories,
    read_businesses,
    read_signatories,
    write_signatories,
)
from issuer.domain.resident import RegisterNumber

TODAY = date(2026, 11, 22)
HEADER = ",".join(BUSINESS_COLUMNS)
GOOD = {
    "business_number": "BR-100303247",
    "name_en": "",
    "name_fr": "Boulangerie L’Épi doré inc.",
    "kind": "corporation",
    "status": "active",
    "registered_on": "2009-03-02",
    "street_address": '"1450, rue Notre-Dame"',
    "locality": "Sudbury",
    "region": "ON",
    "postal_code": "P3E 4L6",
    "country": "CA",
    "signatories": "ON-1007922 director alone; ON-1000003 officer jointly",
}


def line(**changes: str) -> str:
    return ",".join({**GOOD, **changes}.values())


def rows(*lines: str, header: str = HEADER) -> list[ReadBusiness]:
    text = "".join(f"{one}\n" for one in (header, *lines))
    return list(read_businesses(io.StringIO(text, newline=""), today=TODAY))


def reasons(*lines: str, header: str = HEADER) -> set[tuple[int, str, BadReason]]:
    return {(cell.line, cell.column, cell.reason) for row in rows(*lines, header=header) for cell in row.bad}


def test_a_good_row_becomes_a_business() -> None:
    [row] = rows(line())
    business = row.business

    assert business is not None
    assert (business.name_en, business.name_fr) == (None, "Boulangerie L’Épi doré inc.")
    assert business.name == "Boulangerie L’Épi doré inc."
    assert (business.kind, business.status) == (BusinessKind.CORPORATION, BusinessStatus.ACTIVE)
    assert business.address.street_address == "1450, rue Notre-Dame"
    assert business.signatories == (
        Signatory(RegisterNumber("ON-1007922"), Position.DIRECTOR, Signing.ALONE),
        Signatory(RegisterNumber("ON-1000003"), Position.OFFICER, Signing.JOINTLY),
    )
    assert business.signatory(RegisterNumber("ON-1000003")) == business.signatories[1]
    assert business.signatory(RegisterNumber("ON-1000004")) is None


def test_a_business_may_have_nobody_on_its_page() -> None:
    [row] = rows(line(signatories=""))
    assert row.business is not None
    assert row.business.signatories == ()


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("business_number", "BR-1", BadReason.WRONG_FORM),
        ("business_number", "", BadReason.EMPTY),
        ("name_fr", "a\x07b", BadReason.FORBIDDEN_CHARACTER),
        ("name_fr", " inc.", BadReason.SURROUNDING_SPACE),
        ("name_fr", "x" * 201, BadReason.TOO_LONG),
        ("name_fr", "\udcff", BadReason.NOT_UTF8),
        ("kind", "club", BadReason.UNKNOWN_VALUE),
        ("status", "asleep", BadReason.UNKNOWN_VALUE),
        ("registered_on", "2026-11-23", BadReason.DATE_IN_THE_FUTURE),
        ("registered_on", "2009-02-29", BadReason.NO_SUCH_DATE),
        ("postal_code", "P3E4L6", BadReason.WRONG_FORM),
        ("country", "US", BadReason.UNKNOWN_VALUE),
        ("locality", "", BadReason.EMPTY),
        ("signatories", "ON-1007922 director", BadReason.WRONG_FORM),
        ("signatories", "ON-1007922 director alone;", BadReason.WRONG_FORM),
        ("signatories", "1007922 director alone", BadReason.WRONG_FORM),
        ("signatories", "ON-1007922 king alone", BadReason.UNKNOWN_VALUE),
        ("signatories", "ON-1007922 director sometimes", BadReason.UNKNOWN_VALUE),
        ("signatories", "ON-1007922 director alone; ON-1007922 owner alone", BadReason.NAMED_TWICE),
        ("signatories", "; ".join(["ON-1007922 director alone"] * 13), BadReason.TOO_LONG),
        ("signatories", "\udcff director alone", BadReason.WRONG_FORM),
    ],
)
def test_a_bad_cell_is_named(column: str, value: str, reason: BadReason) -> None:
    assert reasons(line(**{column: value})) == {(2, column, reason)}


def test_a_business_without_any_name_is_none() -> None:
    assert reasons(line(name_fr="")) == {(2, "name_en", BadReason.NO_NAME)}


def test_every_bad_cell_of_every_row_is_reported_in_one_pass() -> None:
    assert reasons(line(), line(kind="?", country="?"), line(), "too,few") == {
        (3, "business_number", BadReason.DUPLICATE_REGISTER_NUMBER),
        (3, "kind", BadReason.UNKNOWN_VALUE),
        (3, "country", BadReason.UNKNOWN_VALUE),
        (4, "business_number", BadReason.DUPLICATE_REGISTER_NUMBER),
        (5, "", BadReason.WRONG_NUMBER_OF_CELLS),
    }


@pytest.mark.parametrize(
    ("header", "column", "reason"),
    [
        (HEADER.replace("kind", "form"), "kind", BadReason.MISSING_COLUMN),
        (HEADER.replace("kind", "form"), "form", BadReason.UNKNOWN_COLUMN),
        (f"{HEADER},kind", "kind", BadReason.DUPLICATE_COLUMN),
    ],
)
def test_a_bad_header_ends_the_reading(header: str, column: str, reason: BadReason) -> None:
    found = reasons(line(), header=header)
    assert (1, column, reason) in found
    assert {place for place, _, _ in found} == {1}


def test_people_are_looked_for_in_the_register_of_residents() -> None:
    read = rows(line(), line(business_number="BR-100000000", signatories=""))
    everybody = frozenset({RegisterNumber("ON-1007922"), RegisterNumber("ON-1000003")})

    assert list(check_signatories(read, everybody)) == []
    [cell] = check_signatories(read, frozenset({RegisterNumber("ON-1007922")}))
    assert (cell.line, cell.column, cell.reason) == (2, "signatories", BadReason.UNKNOWN_PERSON)
    assert cell.text


@given(
    st.lists(
        st.builds(
            Signatory,
            st.integers(0, 9_999_999).map(lambda number: RegisterNumber(f"ON-{number:07d}")),
            st.sampled_from(Position),
            st.sampled_from(Signing),
        ),
        max_size=MAX_SIGNATORIES,
        unique_by=lambda one: one.register_number,
    )
)
def test_people_are_read_as_they_were_written(people: list[Signatory]) -> None:
    assert read_signatories(write_signatories(people)) == tuple(people)
