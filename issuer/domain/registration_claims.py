"""Claims about a birth, a licence to drive, health coverage and residence.

Names: registered ones where there are any (`place_of_birth`, `birth_family_name` of OpenID Connect for
Identity Assurance), else our own under `ca.on.`.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from issuer.domain.normal_text import normal_text
from issuer.domain.registrations import LicenceClass
from issuer.domain.resident import Address, Resident
from specs.sd_jwt_vc import ClaimPath

CLASS_CLAIM: Final = "ca.on.licence_class"
PROVINCE: Final = "ON"

REGISTRATION_CLAIMS: Final[frozenset[ClaimPath]] = frozenset(
    {
        ("birth_family_name",),
        *(("place_of_birth", part) for part in ("locality", "region", "country")),
        ("ca.on.birth_registration_number",),
        ("ca.on.birth_registered_on",),
        ("ca.on.parents",),
        ("ca.on.licence_number",),
        *((CLASS_CLAIM, one.value) for one in LicenceClass),
        ("ca.on.licence_conditions",),
        ("ca.on.licence_issued_on",),
        ("ca.on.licence_expires_on",),
        ("ca.on.health_number",),
        ("ca.on.health_card_version",),
        ("ca.on.postal_prefix",),
    }
)


def registration_claims(person: Resident, today: date) -> dict[str, Any]:
    """Every claim of REGISTRATION_CLAIMS; None is what the register does not have.

    A licence that has run out is none.
    """
    return {
        **_birth(person),
        **_licence(person, today),
        "ca.on.health_number": person.health.number if person.health else None,
        "ca.on.health_card_version": person.health.version if person.health else None,
        "ca.on.postal_prefix": _postal_prefix(person.address),
    }


def _birth(person: Resident) -> Mapping[str, Any]:
    birth = person.birth
    if birth is None:
        return {}
    place = {"locality": birth.locality, "region": birth.region, "country": birth.country}
    return {
        "birth_family_name": normal_text(birth.family_name),
        "place_of_birth": {part: normal_text(value) for part, value in place.items()},
        "ca.on.birth_registration_number": birth.number,
        "ca.on.birth_registered_on": birth.registered_on.isoformat(),
        "ca.on.parents": [person_name(parent.family_name, parent.given_name) for parent in birth.parents],
    }


def _licence(person: Resident, today: date) -> Mapping[str, Any]:
    licence = person.licence
    if licence is None or licence.expires_on < today:
        return {}
    return {
        "ca.on.licence_number": licence.number,
        # Every class is answered, so that the number of answers does not tell which ones somebody has.
        CLASS_CLAIM: {one.value: one in licence.classes for one in LicenceClass},
        "ca.on.licence_conditions": list(licence.conditions),
        "ca.on.licence_issued_on": licence.issued_on.isoformat(),
        "ca.on.licence_expires_on": licence.expires_on.isoformat(),
    }


def person_name(family_name: str, given_name: str | None) -> dict[str, str]:
    """The name of somebody else as claims: a parent, a guardian, a director."""
    names = {"family_name": normal_text(family_name), "given_name": normal_text(given_name)}
    return {name: text for name, text in names.items() if text is not None}


def _postal_prefix(address: Address) -> str | None:
    """The first three characters stand for an area, not a street; None outside the province."""
    return address.postal_code[:3] if address.region == PROVINCE and address.postal_code else None
