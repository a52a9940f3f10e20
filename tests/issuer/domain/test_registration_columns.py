"""Births, licences and health coverage in the file of residents: all of a group or none, each cell judged."""

import io
from datetime import date

import pytest

from issuer.domain.bad_cells import BadReason
from issuer.domain.register_file import COLUMNS, REGISTRATION_COLUMNS, ReadRow, read_register
from issuer.domain.registration_columns import has_check_digit
from issuer.domain.registrations import (
    BirthRegistration,
    DriversLicence,
    HealthCoverage,
    LicenceClass,
    PersonName,
)

TODAY = date(2026, 11, 22)
PERSON = {
    "register_number": "ON-1234567",
    "family_name": "L'Écuyer",
    "given_name": "Zoé",
    "birthdate": "2004-02-29",
    "sex": "F",
    "street_address": "1450 rue Notre-Dame",
    "locality": "Sudbury",
    "region": "ON",
    "postal_code": "P3E 4L6",
    "country": "CA",
    "language": "fr",
    "guardian_register_number": "",
}
BIRTH = {
    "birth_registration_number": "2004123456",
    "birth_registered_on": "2004-03-05",
    "birth_locality": "Hearst",
    "birth_region": "ON",
    "birth_country": "CA",
    "birth_family_name": "",
    "parent1_family_name": "L'Écuyer",
    "parent1_given_name": "Hélène",
    "parent2_family_name": "Suharto",
    "parent2_given_name": "",
}
LICENCE = {
    "licence_number": "L1234-12345-12345",
    "licence_classes": "G M2",
    "licence_conditions": "X",
    "licence_issued_on": "2024-02-29",
    "licence_expires_on": "2029-02-28",
}
HEALTH = {"health_number": "9493739644", "health_version": "BD"}
EMPTY = dict.fromkeys(REGISTRATION_COLUMNS, "")


def row(**changes: str) -> ReadRow:
    values = {**PERSON, **EMPTY, **changes}
    text = f"{','.join(values)}\n{','.join(values.values())}\n"
    [found] = read_register(io.StringIO(text, newline=""), today=TODAY)
    return found


def bad(**changes: str) -> dict[str, BadReason]:
    return {cell.column: cell.reason for cell in row(**changes).bad}


def test_a_person_with_everything_on_file() -> None:
    resident = row(**BIRTH, **LICENCE, **HEALTH).resident

    assert resident is not None
    assert resident.birth == BirthRegistration(
        number="2004123456",
        registered_on=date(2004, 3, 5),
        locality="Hearst",
        region="ON",
        country="CA",
        parents=(PersonName("L'Écuyer", "Hélène"), PersonName("Suharto")),
    )
    assert resident.licence == DriversLicence(
        "L1234-12345-12345",
        (LicenceClass.G, LicenceClass.M2),
        ("X",),
        date(2024, 2, 29),
        date(2029, 2, 28),
    )
    assert resident.health == HealthCoverage("9493739644", "BD")


def test_a_person_with_nothing_on_file_and_a_file_without_the_columns_say_the_same() -> None:
    text = f"{','.join(COLUMNS)}\n{','.join(PERSON.values())}\n"
    [old] = read_register(io.StringIO(text, newline=""), today=TODAY)

    assert old.resident == row().resident
    assert old.resident is not None
    assert (old.resident.birth, old.resident.licence, old.resident.health) == (None, None, None)


def test_no_conditions_no_region_of_birth_and_no_parents_are_possible() -> None:
    none = dict.fromkeys((name for name in BIRTH if name.startswith("parent")), "")
    resident = row(**{**BIRTH, **none, "birth_region": ""}, **{**LICENCE, "licence_conditions": ""}).resident

    assert resident is not None
    assert resident.birth is not None
    assert (resident.birth.parents, resident.birth.region) == ((), None)
    assert resident.licence is not None
    assert resident.licence.conditions == ()


@pytest.mark.parametrize("group", [BIRTH, LICENCE, HEALTH], ids=["birth", "licence", "health"])
def test_half_a_group_is_none(group: dict[str, str]) -> None:
    optional = ("birth_region", "birth_family_name", "licence_conditions")
    needed = [name for name in group if name not in optional and not name.startswith("parent")]
    assert bad(**{needed[0]: group[needed[0]]}) == dict.fromkeys(needed[1:], BadReason.INCOMPLETE)
    for name in needed:
        assert bad(**{**group, name: ""}) == {name: BadReason.INCOMPLETE}


@pytest.mark.parametrize(
    ("group", "column", "value", "reason"),
    [
        (BIRTH, "birth_registration_number", "200412345", BadReason.WRONG_FORM),
        (BIRTH, "birth_registered_on", "2004-02-28", BadReason.DATES_OUT_OF_ORDER),
        (BIRTH, "birth_registered_on", "2026-11-23", BadReason.DATE_IN_THE_FUTURE),
        (BIRTH, "birth_registered_on", "2004-02-30", BadReason.NO_SUCH_DATE),
        (BIRTH, "birth_region", "Ontario", BadReason.WRONG_FORM),
        (BIRTH, "birth_country", "Canada", BadReason.WRONG_FORM),
        (BIRTH, "birth_locality", "a\u202eb", BadReason.FORBIDDEN_CHARACTER),
        (BIRTH, "birth_locality", "x" * 201, BadReason.TOO_LONG),
        (BIRTH, "parent1_family_name", "", BadReason.INCOMPLETE),
        (BIRTH, "parent2_family_name", "\udcff", BadReason.NOT_UTF8),
        (LICENCE, "licence_number", "L1234-1234-12345", BadReason.WRONG_FORM),
        (LICENCE, "licence_classes", "H", BadReason.UNKNOWN_VALUE),
        (LICENCE, "licence_classes", "G  M", BadReason.UNKNOWN_VALUE),
        (LICENCE, "licence_classes", "G G", BadReason.NAMED_TWICE),
        (LICENCE, "licence_classes", "g", BadReason.UNKNOWN_VALUE),
        (LICENCE, "licence_conditions", "X X", BadReason.NAMED_TWICE),
        (LICENCE, "licence_conditions", "glasses", BadReason.WRONG_FORM),
        (LICENCE, "licence_issued_on", "2027-01-01", BadReason.DATE_IN_THE_FUTURE),
        (LICENCE, "licence_expires_on", "2024-02-28", BadReason.DATES_OUT_OF_ORDER),
        (LICENCE, "licence_expires_on", "soon", BadReason.WRONG_FORM),
        (HEALTH, "health_number", "9493739645", BadReason.WRONG_CHECK_DIGIT),
        (HEALTH, "health_number", "0493739644", BadReason.WRONG_FORM),
        (HEALTH, "health_version", "B1", BadReason.WRONG_FORM),
        (HEALTH, "health_version", " BD", BadReason.SURROUNDING_SPACE),
    ],
)
def test_a_bad_cell_is_named(group: dict[str, str], column: str, value: str, reason: BadReason) -> None:
    assert bad(**{**group, column: value}) == {column: reason}


def test_a_bad_date_of_birth_is_one_problem_and_not_two() -> None:
    assert bad(**BIRTH, birthdate="2004-02-30") == {"birthdate": BadReason.NO_SUCH_DATE}


@pytest.mark.parametrize("place", range(10))
def test_one_wrong_digit_of_a_health_number_is_noticed(place: int) -> None:
    good = "9493739644"
    assert has_check_digit(good)
    for digit in "0123456789":
        changed = good[:place] + digit + good[place + 1 :]
        assert has_check_digit(changed) is (changed == good)
