"""Claims about a business, and about somebody who may act for it; names of our own under `ca.on.`."""

from typing import Any, Final

from issuer.domain.business import Business, Signatory
from issuer.domain.normal_text import normal_text
from issuer.domain.registration_claims import person_name
from issuer.domain.subject import SigningAuthority
from specs.sd_jwt_vc import ClaimPath

ADDRESS_PARTS: Final = ("street_address", "locality", "region", "postal_code", "country")

_NAMING: Final[frozenset[ClaimPath]] = frozenset(
    {("ca.on.business_number",), ("ca.on.business_name", "en"), ("ca.on.business_name", "fr")}
)
BUSINESS_CLAIMS: Final[frozenset[ClaimPath]] = _NAMING | {
    ("ca.on.business_type",),
    ("ca.on.business_registered_on",),
    ("ca.on.directors",),
    *(("address", part) for part in ADDRESS_PARTS),
}
AUTHORITY_CLAIMS: Final[frozenset[ClaimPath]] = _NAMING | {
    ("family_name",),
    ("given_name",),
    ("birthdate",),
    ("ca.on.position",),
    ("ca.on.signing",),
}


def business_claims(business: Business) -> dict[str, Any]:
    """Every claim of BUSINESS_CLAIMS; None is what the register does not have."""
    return {
        **_naming(business),
        "ca.on.business_type": business.kind.value,
        "ca.on.business_registered_on": business.registered_on.isoformat(),
        "address": {part: normal_text(getattr(business.address, part)) for part in ADDRESS_PARTS},
        "ca.on.directors": [
            director for one in business.signatories if (director := _director(one)) is not None
        ],
    }


def authority_claims(authority: SigningAuthority) -> dict[str, Any]:
    """Every claim of AUTHORITY_CLAIMS; None is what the register does not have."""
    return {
        **_naming(authority.business),
        "family_name": normal_text(authority.person.family_name),
        "given_name": normal_text(authority.person.given_name),
        # Names alone do not say whose authority it is: somebody else may have the same.
        "birthdate": authority.person.birthdate.isoformat(),
        "ca.on.position": authority.signatory.position.value,
        "ca.on.signing": authority.signatory.signing.value,
    }


def _naming(business: Business) -> dict[str, Any]:
    names = {"en": normal_text(business.name_en), "fr": normal_text(business.name_fr)}
    return {"ca.on.business_number": business.number, "ca.on.business_name": names}


def _director(signatory: Signatory) -> dict[str, str] | None:
    if signatory.name is None:
        return None
    name = person_name(signatory.name.family_name, signatory.name.given_name)
    return {**name, "position": signatory.position.value}
