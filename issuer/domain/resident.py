"""A resident as the ministry's register describes them. Never in the issuer's tables."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NewType

from issuer.domain.event import SubjectRef
from issuer.domain.registrations import BirthRegistration, DriversLicence, HealthCoverage

RegisterNumber = NewType("RegisterNumber", str)
"""The ministry's own number for a person, ``ON-`` and seven digits; never leaves the register."""


class Language(StrEnum):
    """The official language a resident asked to be served in."""

    ENGLISH = "en"
    FRENCH = "fr"


class Sex(StrEnum):
    """As printed on provincial cards."""

    FEMALE = "F"
    MALE = "M"
    UNSPECIFIED = "X"


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; members are those of the OpenID Connect ``address`` claim."""

    street_address: str
    locality: str
    region: str
    """Two letters of ISO 3166-2:CA, without the country."""
    postal_code: str
    """``A1A 1A1`` in Canada."""
    country: str
    """ISO 3166-1, two letters."""


@dataclass(frozen=True, slots=True)
class Resident:
    """One person. Texts are in Unicode normal form C, as long as the person's name is."""

    register_number: RegisterNumber
    family_name: str
    """The only name of a person who has one name."""
    given_name: str | None
    birthdate: date
    sex: Sex | None
    address: Address
    language: Language
    guardian: RegisterNumber | None = None
    personal_administrative_number: str = ""
    """Random, given by the register at first import, never reassigned; survives a change of name."""
    birth: BirthRegistration | None = None
    licence: DriversLicence | None = None
    health: HealthCoverage | None = None


@dataclass(frozen=True, slots=True)
class NewResident:
    """A resident on the way into the register, with the identifiers they get if they are new."""

    resident: Resident
    subject_ref: SubjectRef
    """Random, 128 bits."""
    guardian_subject_ref: SubjectRef | None = None
    """Random too: of this person's cards in the hands of the guardian. ``None``: there is no guardian."""


@dataclass(frozen=True, slots=True)
class PutCounts:
    """What an import did."""

    imported: int
    updated: int
    unchanged: int
