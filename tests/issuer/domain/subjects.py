"""Subjects of every kind: with everything that a credential may ask for, and with as little as may be."""

from dataclasses import replace
from datetime import date
from typing import Final

from issuer.domain.business import (
    Business,
    BusinessKind,
    BusinessNumber,
    BusinessStatus,
    Position,
    Signatory,
    Signing,
)
from issuer.domain.registrations import (
    BirthRegistration,
    DriversLicence,
    HealthCoverage,
    LicenceClass,
    PersonName,
)
from issuer.domain.resident import Address, Language, RegisterNumber, Resident, Sex
from issuer.domain.subject import Guardianship, SigningAuthority, Subject, SubjectKind

TODAY: Final = date(2026, 11, 22)

MAYA: Final = Resident(
    register_number=RegisterNumber("ON-1000003"),
    family_name="Tremblay-O'Connor",
    given_name="Maya Élise",
    birthdate=date(1994, 6, 14),
    sex=Sex.FEMALE,
    address=Address("Unit 4, 118 Spadina Ave", "Toronto", "ON", "M5V 2K9", "CA"),
    language=Language.ENGLISH,
    personal_administrative_number="Zm9vYmFyYmF6cXV4cXV1eA",
    birth=BirthRegistration(
        number="1994983690",
        registered_on=date(1994, 6, 21),
        locality="Toronto",
        region="ON",
        country="CA",
        parents=(PersonName("Tremblay", "Hélène"), PersonName("O'Connor", "Owen")),
        family_name="Tremblay",
    ),
    licence=DriversLicence(
        number="T5468-48745-26859",
        classes=(LicenceClass.G, LicenceClass.M),
        conditions=("X",),
        issued_on=date(2025, 7, 31),
        expires_on=date(2030, 7, 28),
    ),
    health=HealthCoverage("9493739644", "BD"),
)
"""With everything."""

SILA: Final = Resident(
    register_number=RegisterNumber("ON-1000004"),
    family_name="Nanook",
    given_name=None,
    birthdate=date(1988, 11, 5),
    sex=None,
    address=Address("", "Moosonee", "ON", "P0L 1Y0", "CA"),
    language=Language.ENGLISH,
    personal_administrative_number="QmFyZm9vYmFyYmF6cXV4cQ",
    birth=BirthRegistration("1988123456", date(1988, 11, 9), "Moosonee", None, "CA", ()),
    licence=DriversLicence("N1234-12345-12345", (LicenceClass.G1,), (), date(2026, 1, 2), date(2026, 11, 22)),
    health=HealthCoverage("1636224618", "KY"),
)
"""One name, one parent fewer than two, a licence on its last day: what may be absent is."""

NOBODY_KNOWS: Final = replace(
    SILA, birth=None, licence=None, health=None, address=Address("", "", "", "", "")
)
"""No registration at all and no address."""

ARJUN: Final = replace(
    MAYA,
    register_number=RegisterNumber("ON-1015841"),
    family_name="Singh",
    given_name="Arjun",
    birthdate=date(2012, 9, 30),
    guardian=MAYA.register_number,
    licence=None,
)
IN_MAYAS_HANDS: Final = Guardianship(child=ARJUN, guardian=MAYA)

_DIRECTOR: Final = Signatory(
    MAYA.register_number, Position.DIRECTOR, Signing.ALONE, PersonName("Tremblay-O'Connor", "Maya Élise")
)
BAKERY: Final = Business(
    number=BusinessNumber("BR-100303247"),
    name_en="Golden Ear Bakery Inc.",
    name_fr="Boulangerie L’Épi doré inc.",
    kind=BusinessKind.CORPORATION,
    status=BusinessStatus.ACTIVE,
    registered_on=date(2009, 3, 2),
    address=Address("1450, rue Notre-Dame", "Sudbury", "ON", "P3E 4L6", "CA"),
    signatories=(
        _DIRECTOR,
        Signatory(SILA.register_number, Position.OFFICER, Signing.JOINTLY, PersonName("Nanook")),
    ),
)
STALL: Final = replace(BAKERY, name_en=None, kind=BusinessKind.SOLE_PROPRIETORSHIP, signatories=())
"""One name, and nobody on its page."""

FULL: Final[dict[SubjectKind, Subject]] = {
    SubjectKind.PERSON: MAYA,
    SubjectKind.BUSINESS: BAKERY,
    SubjectKind.SIGNING_AUTHORITY: SigningAuthority(BAKERY, MAYA, _DIRECTOR),
}
SPARSE: Final[dict[SubjectKind, Subject]] = {
    SubjectKind.PERSON: SILA,
    SubjectKind.BUSINESS: STALL,
    SubjectKind.SIGNING_AUTHORITY: SigningAuthority(STALL, SILA, _DIRECTOR),
}
