"""What else the province has on file about a person: a birth, a licence to drive, health coverage."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class LicenceClass(StrEnum):
    """What a driver's licence allows to drive (Ontario Regulation 340/94)."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"
    G = "G"
    G1 = "G1"
    G2 = "G2"
    M = "M"
    M1 = "M1"
    M2 = "M2"


@dataclass(frozen=True, slots=True)
class PersonName:
    """Of somebody who need not be in the register."""

    family_name: str
    given_name: str | None = None


@dataclass(frozen=True, slots=True)
class BirthRegistration:
    """The registration of a birth in the province."""

    number: str
    """Ten digits: the year, and six of the registrar."""
    registered_on: date
    locality: str
    region: str | None
    """Two letters within Canada."""
    country: str
    parents: tuple[PersonName, ...]
    """None, one or two, in the order of the registration."""
    family_name: str | None = None
    """At birth, where it was another one than today."""


@dataclass(frozen=True, slots=True)
class DriversLicence:
    """What somebody may drive, until when, and under which conditions."""

    number: str
    """A letter and fourteen digits, in the groups that are printed."""
    classes: tuple[LicenceClass, ...]
    conditions: tuple[str, ...]
    """Codes, such as ``X`` for corrective lenses; often none."""
    issued_on: date
    expires_on: date


@dataclass(frozen=True, slots=True)
class HealthCoverage:
    """Coverage by the province's health insurance."""

    number: str
    """Ten digits, the last one checks the others."""
    version: str
    """Two letters; changes with every new card, so that an old one can be told."""
