"""The columns of births, licences and health coverage in the file of residents: all of a group, or none."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from issuer.domain.address_columns import REGION
from issuer.domain.bad_cells import BadReason
from issuer.domain.csv_rows import check_date, check_text
from issuer.domain.registrations import (
    BirthRegistration,
    DriversLicence,
    HealthCoverage,
    LicenceClass,
    PersonName,
)

_PARENTS: Final = ("parent1", "parent2")
_PARENT_COLUMNS: Final = tuple(f"{one}_{part}" for one in _PARENTS for part in ("family_name", "given_name"))
_BIRTH: Final = (
    "birth_registration_number",
    "birth_registered_on",
    "birth_locality",
    "birth_region",
    "birth_country",
    "birth_family_name",
    *_PARENT_COLUMNS,
)
_LICENCE: Final = (
    "licence_number",
    "licence_classes",
    "licence_conditions",
    "licence_issued_on",
    "licence_expires_on",
)
_HEALTH: Final = ("health_number", "health_version")
REGISTRATION_COLUMNS: Final = (*_BIRTH, *_LICENCE, *_HEALTH)

_OPTIONAL_VALUES: Final = frozenset(
    {"birth_region", "birth_family_name", "licence_conditions", *_PARENT_COLUMNS}
)
_FORMS: Final = {
    "birth_registration_number": re.compile(r"[0-9]{10}"),
    "birth_region": REGION,
    "birth_country": re.compile(r"[A-Z]{2}"),
    "licence_number": re.compile(r"[A-Z][0-9]{4}-[0-9]{5}-[0-9]{5}"),
    "health_number": re.compile(r"[1-9][0-9]{9}"),
    "health_version": re.compile(r"[A-Z]{2}"),
}
_CONDITION: Final = re.compile(r"[A-Z][A-Z0-9]{0,2}")
_ORDER: Final = {
    _BIRTH: ("birth_registered_on", "birthdate"),
    _LICENCE: ("licence_expires_on", "licence_issued_on"),
}
_DATES: Final = ("birth_registered_on", "licence_issued_on", "licence_expires_on")


def check_registrations(values: Mapping[str, str], today: date) -> Iterator[tuple[str, BadReason]]:
    """What is wrong with the cells of a row, by column."""
    for group in (_BIRTH, _LICENCE, _HEALTH):
        if any(values[column] for column in group):
            bad = {column: reason for column in group if (reason := _check(column, values[column], today))}
            yield from bad.items()
            yield from _check_together(group, values, bad)


def read_birth(values: Mapping[str, str]) -> BirthRegistration | None:
    """The registration of the birth in the cells of a good row."""
    if not values["birth_registration_number"]:
        return None
    return BirthRegistration(
        number=values["birth_registration_number"],
        registered_on=date.fromisoformat(values["birth_registered_on"]),
        locality=values["birth_locality"],
        region=values["birth_region"] or None,
        country=values["birth_country"],
        parents=tuple(
            PersonName(family_name, values[f"{one}_given_name"] or None)
            for one in _PARENTS
            if (family_name := values[f"{one}_family_name"])
        ),
        family_name=values["birth_family_name"] or None,
    )


def read_licence(values: Mapping[str, str]) -> DriversLicence | None:
    """The driver's licence in the cells of a good row."""
    if not values["licence_number"]:
        return None
    return DriversLicence(
        number=values["licence_number"],
        classes=tuple(LicenceClass(one) for one in values["licence_classes"].split(" ")),
        conditions=tuple(values["licence_conditions"].split()),
        issued_on=date.fromisoformat(values["licence_issued_on"]),
        expires_on=date.fromisoformat(values["licence_expires_on"]),
    )


def read_health(values: Mapping[str, str]) -> HealthCoverage | None:
    """The health coverage in the cells of a good row."""
    if not values["health_number"]:
        return None
    return HealthCoverage(values["health_number"], values["health_version"])


def has_check_digit(digits: str) -> bool:
    """Whether the last digit checks the others (ISO/IEC 7812-1 annex B), as in a health number."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 * (doubled > 9)
    return total % 10 == 0


def _check(column: str, value: str, today: date) -> BadReason | None:
    if not value:
        return None if column in _OPTIONAL_VALUES else BadReason.INCOMPLETE
    if bad := check_text(value):
        return bad
    if column in _DATES:
        # A licence may have run out, or not yet; everything else has happened.
        return check_date(value, latest=None if column == "licence_expires_on" else today)
    if column in ("licence_classes", "licence_conditions"):
        return _check_list(column, value.split(" "))
    form = _FORMS.get(column)
    if form is not None and not form.fullmatch(value):
        return BadReason.WRONG_FORM
    wrong = column == "health_number" and not has_check_digit(value)
    return BadReason.WRONG_CHECK_DIGIT if wrong else None


def _check_list(column: str, codes: list[str]) -> BadReason | None:
    """Codes with one space between them, each once."""
    if column == "licence_classes" and not set(codes) <= set(LicenceClass):
        return BadReason.UNKNOWN_VALUE
    if not all(_CONDITION.fullmatch(code) for code in codes):
        return BadReason.WRONG_FORM
    return BadReason.NAMED_TWICE if len(set(codes)) < len(codes) else None


def _is_date(value: str) -> bool:
    return check_date(value, latest=None) is None


def _check_together(
    group: tuple[str, ...], values: Mapping[str, str], bad: Mapping[str, BadReason]
) -> Iterator[tuple[str, BadReason]]:
    """Cells that are good alone and wrong beside one another."""
    later, earlier = _ORDER.get(group, ("", ""))
    if later and later not in bad and _is_date(values[earlier]) and values[later] < values[earlier]:
        yield later, BadReason.DATES_OUT_OF_ORDER
    for one in _PARENTS if group is _BIRTH else ():
        if values[f"{one}_given_name"] and not values[f"{one}_family_name"]:
            yield f"{one}_family_name", BadReason.INCOMPLETE
