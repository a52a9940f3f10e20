"""Whom a credential is about, and in what capacity it is held.

A ``SubjectRef`` names one of four: a person, a business, a person who acts for a business, or a person whose
guardian holds the card. Offers, grants and issuance records carry the reference alone, so nothing between
the back office and the register has to know which of the four it is.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, TypeAlias

from issuer.domain.age import age_on
from issuer.domain.business import Business, BusinessStatus, Signatory, Signing
from issuer.domain.event import SubjectRef
from issuer.domain.resident import Resident

GUARDIANSHIP_ENDS: Final = 18
"""The age of majority in the province: from that birthday on everybody holds their own cards."""


class SubjectKind(StrEnum):
    """What a credential type can be about; a member of ``type.json``."""

    PERSON = "person"
    BUSINESS = "business"
    SIGNING_AUTHORITY = "signing_authority"


@dataclass(frozen=True, slots=True)
class Guardianship:
    """A child whose card the guardian holds: the claims are the child's."""

    child: Resident
    guardian: Resident


@dataclass(frozen=True, slots=True)
class SigningAuthority:
    """A person who may act for a business."""

    business: Business
    person: Resident
    signatory: Signatory


Subject: TypeAlias = Resident | Guardianship | Business | SigningAuthority


@dataclass(frozen=True, slots=True)
class Holding:
    """Something that a signed-in person may hold credentials about, their own person included."""

    subject_ref: SubjectRef
    subject: Subject


def kind_of(subject: Subject) -> SubjectKind:
    """What a credential about this subject has to be made for."""
    if isinstance(subject, Business):
        return SubjectKind.BUSINESS
    if isinstance(subject, SigningAuthority):
        return SubjectKind.SIGNING_AUTHORITY
    return SubjectKind.PERSON


def is_in_force(subject: Subject, today: date) -> bool:
    """Whether the capacity stands today: a child under age, a business that exists, a signature that binds.

    ``today`` is the civil date in the province.
    """
    if isinstance(subject, Guardianship):
        child = subject.child
        # A birth in the future is for the claims to refuse; it is nobody's majority.
        return child.birthdate > today or age_on(child.birthdate, today) < GUARDIANSHIP_ENDS
    if isinstance(subject, SigningAuthority):
        return (
            subject.business.status is BusinessStatus.ACTIVE and subject.signatory.signing is not Signing.NONE
        )
    return not isinstance(subject, Business) or subject.status is BusinessStatus.ACTIVE


def name_of(subject: Subject) -> str:
    """How to call it on a page or in a letter: the person, the child, the business, the person for it."""
    if isinstance(subject, Business):
        return subject.name
    if isinstance(subject, SigningAuthority):
        return f"{_full_name(subject.person)}, {subject.business.name}"
    return _full_name(subject.child if isinstance(subject, Guardianship) else subject)


def _full_name(person: Resident) -> str:
    return " ".join(name for name in (person.given_name, person.family_name) if name)
