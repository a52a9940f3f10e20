"""Rows of the register and what they mean."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol

from pydantic import TypeAdapter

from issuer.domain.business import (
    Business,
    BusinessKind,
    BusinessNumber,
    BusinessStatus,
    NewBusiness,
)
from issuer.domain.business_file import read_signatories, write_signatories
from issuer.domain.registrations import BirthRegistration, DriversLicence, HealthCoverage
from issuer.domain.resident import Address, Language, NewResident, RegisterNumber, Resident, Sex


class Row(Protocol):
    """A row of either database, by column name."""

    def __getitem__(self, column: str, /) -> Any: ...


@dataclass(frozen=True, slots=True)
class _Records:
    """The column `records`: what else the province has on file about a person."""

    birth: BirthRegistration | None = None
    licence: DriversLicence | None = None
    health: HealthCoverage | None = None


_RECORDS: Final = TypeAdapter(_Records)


def search_form(text: str) -> str:
    """Case and accents removed, so that ``lecuyer`` finds ``L'Écuyer``; other scripts stay as they are."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    kept = (character for character in decomposed if unicodedata.category(character)[0] in "LNZ")
    return " ".join("".join(kept).split())


def search_pattern(text: str) -> str:
    """For ``LIKE``: the text as text, wherever it stands."""
    return "%" + search_form(text).replace("\\", "").replace("%", "").replace("_", "") + "%"


def resident_row(new: NewResident) -> tuple[str | None, ...]:
    """In the order of ``RESIDENT_COLUMNS``."""
    resident, address = new.resident, new.resident.address
    return (
        resident.register_number,
        new.subject_ref,
        resident.personal_administrative_number,
        resident.family_name,
        resident.given_name,
        resident.birthdate.isoformat(),
        resident.sex,
        *_address_cells(address),
        resident.language,
        resident.guardian,
        search_form(f"{resident.given_name or ''} {resident.family_name}"),
        _records_text(resident),
    )


def read_resident(row: Row) -> Resident:
    records = _RECORDS.validate_json(row["records"]) if row["records"] else _Records()
    return Resident(
        register_number=RegisterNumber(row["register_number"]),
        family_name=row["family_name"],
        given_name=row["given_name"],
        birthdate=date.fromisoformat(row["birthdate"]),
        sex=None if row["sex"] is None else Sex(row["sex"]),
        address=_address(row),
        language=Language(row["language"]),
        guardian=None if row["guardian"] is None else RegisterNumber(row["guardian"]),
        personal_administrative_number=row["personal_administrative_number"],
        birth=records.birth,
        licence=records.licence,
        health=records.health,
    )


def business_row(new: NewBusiness) -> tuple[str | None, ...]:
    """In the order of ``BUSINESS_COLUMNS``."""
    business = new.business
    return (
        business.number,
        new.subject_ref,
        business.name_en,
        business.name_fr,
        business.kind,
        business.status,
        business.registered_on.isoformat(),
        *_address_cells(business.address),
        write_signatories(business.signatories),
        search_form(f"{business.name_en or ''} {business.name_fr or ''}"),
    )


def read_business(row: Row) -> Business:
    return Business(
        number=BusinessNumber(row["business_number"]),
        name_en=row["name_en"],
        name_fr=row["name_fr"],
        kind=BusinessKind(row["kind"]),
        status=BusinessStatus(row["status"]),
        registered_on=date.fromisoformat(row["registered_on"]),
        address=_address(row),
        signatories=read_signatories(row["signatories"]),
    )


def _records_text(resident: Resident) -> str | None:
    if resident.birth is None and resident.licence is None and resident.health is None:
        return None
    records = _Records(resident.birth, resident.licence, resident.health)
    return _RECORDS.dump_json(records, exclude_none=True).decode()


def _address_cells(address: Address) -> tuple[str, ...]:
    return (
        address.street_address,
        address.locality,
        address.region,
        address.postal_code,
        address.country,
    )


def _address(row: Row) -> Address:
    return Address(row["street_address"], row["locality"], row["region"], row["postal_code"], row["country"])
