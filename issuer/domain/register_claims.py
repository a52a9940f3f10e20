"""What the register can say about a person, as claims; and what an issuance adds."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from issuer.domain.age import age_statements
from issuer.domain.normal_text import normal_text
from issuer.domain.registration_claims import REGISTRATION_CLAIMS, registration_claims
from issuer.domain.resident import Resident
from issuer.errors import ClaimsDoNotFit
from specs.encoding import b64url_encode
from specs.sd_jwt_vc import RASTER_IMAGES, ClaimPath, parse_data_uri
from specs.sd_jwt_vc.errors import InvalidDataUri

AGE_CLAIM: Final = "age_equal_or_over"
_AGE: Final = re.compile(r"[1-9][0-9]{0,2}")
_ADDRESS_PARTS: Final = ("street_address", "locality", "region", "postal_code", "country")

DOCUMENT_NUMBER_BYTES: Final = 8
# Crockford's base 32: no letters that look like digits.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_NUMBER_LENGTH: Final = 12

PERSON_CLAIMS: Final[frozenset[ClaimPath]] = REGISTRATION_CLAIMS | frozenset(
    {
        ("family_name",),
        ("given_name",),
        ("birthdate",),
        ("sex",),
        ("personal_administrative_number",),
        ("portrait",),
        ("portrait_digest",),
        *(("address", part) for part in _ADDRESS_PARTS),
    }
)
"""Beside any `age_equal_or_over.<age>`."""


@dataclass(frozen=True, slots=True)
class IssuanceFacts:
    """What an issuance adds to the register's record. The same for all copies of a batch."""

    today: date
    """The civil date in America/Toronto; ages are counted on it."""
    document_entropy: bytes
    """DOCUMENT_NUMBER_BYTES random bytes for the document number."""
    portrait: str | None = None
    """A photo as `data:` URI (PNG or JPEG), when the register has one."""


@lru_cache(1024)  # asked for every path of a type, for every credential
def age_of_path(path: ClaimPath) -> int | None:
    """The age that a path asks about: 19 for `age_equal_or_over.19`, otherwise None."""
    if len(path) == 2 and path[0] == AGE_CLAIM and isinstance(path[1], str) and _AGE.fullmatch(path[1]):
        return int(path[1])
    return None


def person_claims(resident: Resident, facts: IssuanceFacts, ages: Iterable[int]) -> dict[str, Any]:
    """Every claim of PERSON_CLAIMS and a statement for each age; None is what the register does not have.

    Raises ClaimsDoNotFit for a birth in the future, and for a portrait that is not a picture.
    """
    try:
        statements = age_statements(resident.birthdate, facts.today, ages)
    except ValueError as error:
        raise ClaimsDoNotFit("birthdate") from error
    return {
        **registration_claims(resident, facts.today),
        # The only name of a person who has one name is the family name; nothing is made up for the other.
        "family_name": normal_text(resident.family_name),
        "given_name": normal_text(resident.given_name),
        "birthdate": resident.birthdate.isoformat(),
        "sex": resident.sex.value if resident.sex else None,
        "address": {part: normal_text(getattr(resident.address, part)) for part in _ADDRESS_PARTS},
        "personal_administrative_number": normal_text(resident.personal_administrative_number),
        AGE_CLAIM: statements,
        "portrait": facts.portrait,
        "portrait_digest": _portrait_digest(facts.portrait),
    }


def create_document_number(prefix: str, entropy: bytes) -> str:
    """A random number for people to read out: `PC-7H3K-M9Q2-RT4X`. ValueError for too few random bytes."""
    if len(entropy) < DOCUMENT_NUMBER_BYTES:
        raise ValueError("too few random bytes")
    number = int.from_bytes(entropy[:DOCUMENT_NUMBER_BYTES], "big")
    digits = "".join(_ALPHABET[number >> 5 * place & 31] for place in range(_NUMBER_LENGTH))
    return "-".join((prefix, digits[:4], digits[4:8], digits[8:]))


def _portrait_digest(portrait: str | None) -> str | None:
    """SHA-256 of the picture itself, base64url, for types too small to carry it (8.12)."""
    if portrait is None:
        return None
    try:
        picture = parse_data_uri(portrait, accepted=RASTER_IMAGES)
    except InvalidDataUri as error:
        raise ClaimsDoNotFit("portrait") from error
    return b64url_encode(hashlib.sha256(picture.data).digest())
