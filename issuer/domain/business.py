"""A business as the ministry's business register describes it, and the people who act for it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NewType

from issuer.domain.event import SubjectRef
from issuer.domain.registrations import PersonName
from issuer.domain.resident import Address, RegisterNumber

BusinessNumber = NewType("BusinessNumber", str)
"""The registration number, ``BR-`` and nine digits; public, unlike a person's register number."""


class BusinessKind(StrEnum):
    """The legal form."""

    CORPORATION = "corporation"
    COOPERATIVE = "cooperative"
    PARTNERSHIP = "partnership"
    SOLE_PROPRIETORSHIP = "sole_proprietorship"
    NOT_FOR_PROFIT = "not_for_profit"


class BusinessStatus(StrEnum):
    """Whether it may still act."""

    ACTIVE = "active"
    DISSOLVED = "dissolved"


class Position(StrEnum):
    """What somebody is to a business."""

    DIRECTOR = "director"
    OFFICER = "officer"
    PARTNER = "partner"
    OWNER = "owner"
    AGENT = "agent"
    """Acts for the business without a seat on it."""


class Signing(StrEnum):
    """How somebody's signature binds the business."""

    ALONE = "alone"
    JOINTLY = "jointly"
    """Together with another one who may sign."""
    NONE = "none"
    """On record, but not to sign."""


@dataclass(frozen=True, slots=True)
class Signatory:
    """A resident on the register's page of a business."""

    register_number: RegisterNumber
    position: Position
    signing: Signing
    name: PersonName | None = None
    """As the register of residents has it; the file of businesses gives numbers alone."""


@dataclass(frozen=True, slots=True)
class Business:
    """One business. A business has a name in English, in French, or in both."""

    number: BusinessNumber
    name_en: str | None
    name_fr: str | None
    kind: BusinessKind
    status: BusinessStatus
    registered_on: date
    address: Address
    """The registered office."""
    signatories: tuple[Signatory, ...]

    @property
    def name(self) -> str:
        """The name to show where there is room for one."""
        return self.name_en or self.name_fr or ""

    def signatory(self, register_number: RegisterNumber) -> Signatory | None:
        """What somebody is to this business; ``None``: nothing."""
        return next((one for one in self.signatories if one.register_number == register_number), None)


@dataclass(frozen=True, slots=True)
class NewCapacity:
    """Somebody on the way into the register in a capacity, with the reference it gets if it is new."""

    register_number: RegisterNumber
    subject_ref: SubjectRef
    """Random, 128 bits."""


@dataclass(frozen=True, slots=True)
class NewBusiness:
    """A business on the way into the register, with the identifiers it gets if it is new."""

    business: Business
    subject_ref: SubjectRef
    capacities: tuple[NewCapacity, ...]
    """One for each signatory."""
