"""From the register's record of a resident to the claims of a credential type.

Every type picks from the same set of claims, by the paths in its type metadata; so a new type needs no code
as long as the register knows what it says.
"""

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from issuer.domain.age import age_statements
from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.resident import Resident
from issuer.errors import ClaimsDoNotFit
from specs.encoding import b64url_encode
from specs.sd_jwt_vc import RASTER_IMAGES, ClaimPath, parse_data_uri
from specs.sd_jwt_vc.errors import InvalidDataUri

AGES: Final = (14, 16, 18, 19, 21, 25, 65)
"""The ages that EUDI PID and provincial law ask about."""

DOCUMENT_NUMBER_BYTES: Final = 8
# Crockford's base 32: no letters that look like digits.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_NUMBER_LENGTH: Final = 12


@dataclass(frozen=True, slots=True)
class IssuanceFacts:
    """What an issuance adds to the register's record. The same for all copies of a batch."""

    today: date
    """The civil date in America/Toronto; ages are counted on it."""
    document_entropy: bytes
    """DOCUMENT_NUMBER_BYTES random bytes for the document number."""
    portrait: str | None = None
    """A photo as `data:` URI (PNG or JPEG), when the register has one."""


def claims_of(
    configuration: CredentialConfiguration, resident: Resident, facts: IssuanceFacts
) -> dict[str, Any]:
    """The claims of a credential, before `iss`, `vct`, times, status and key are added.

    A claim that the register does not have is left out. Raises ClaimsDoNotFit when the rest does not obey the
    schema of the type, for example because a mandatory claim is missing.
    """
    available = {**_available(resident, facts), **configuration.settings.fixed_claims}
    prefix = configuration.settings.document_number_prefix
    if prefix is not None:
        available["document_number"] = create_document_number(prefix, facts.document_entropy)
    claims: dict[str, Any] = {}
    for path in _leaves(configuration):
        _copy(path, available, claims)
    configuration.schema.check(claims)
    return claims


def create_document_number(prefix: str, entropy: bytes) -> str:
    """A random number for people to read out: `PC-7H3K-M9Q2-RT4X`. ValueError for too few random bytes."""
    if len(entropy) < DOCUMENT_NUMBER_BYTES:
        raise ValueError("too few random bytes")
    number = int.from_bytes(entropy[:DOCUMENT_NUMBER_BYTES], "big")
    digits = "".join(_ALPHABET[number >> 5 * place & 31] for place in range(_NUMBER_LENGTH))
    return "-".join((prefix, digits[:4], digits[4:8], digits[8:]))


def _available(resident: Resident, facts: IssuanceFacts) -> dict[str, Any]:
    """Everything the register can say about a person, by claim name; None: it does not know."""
    address = resident.address
    try:
        ages = age_statements(resident.birthdate, facts.today, AGES)
    except ValueError as error:
        raise ClaimsDoNotFit("birthdate") from error
    return {
        "family_name": _text(resident.family_name),
        "given_name": _text(resident.given_name),
        "birthdate": resident.birthdate.isoformat(),
        "sex": resident.sex.value if resident.sex else None,
        "address": {
            "street_address": _text(address.street_address),
            "locality": _text(address.locality),
            "region": _text(address.region),
            "postal_code": _text(address.postal_code),
            "country": _text(address.country),
        },
        "personal_administrative_number": _text(resident.personal_administrative_number),
        "age_equal_or_over": ages,
        "portrait": facts.portrait,
        "portrait_digest": _portrait_digest(facts.portrait),
    }


def _leaves(configuration: CredentialConfiguration) -> Iterator[ClaimPath]:
    """The paths of the type with nothing below them; an array is taken as a whole."""
    paths = {_before_null(claim.path): None for claim in configuration.metadata.claims}
    for path in paths:
        if not any(other[: len(path)] == path and len(other) > len(path) for other in paths):
            yield path


def _before_null(path: ClaimPath) -> ClaimPath:
    return path[: path.index(None)] if None in path else path


def _copy(path: ClaimPath, source: Mapping[str, Any], target: dict[str, Any]) -> None:
    """Copies one claim and the objects around it, when it is there."""
    value: Any = source
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    if value is None:
        return
    *parents, last = path
    for name in parents:
        target = target.setdefault(str(name), {})
    target[str(last)] = value


def _text(text: str | None) -> str | None:
    """In normal form C, whoever wrote it: the same name must give the same claim. Empty is unknown."""
    return unicodedata.normalize("NFC", text) if text else None


def _portrait_digest(portrait: str | None) -> str | None:
    """SHA-256 of the picture itself, base64url, for types too small to carry it (8.12)."""
    if portrait is None:
        return None
    try:
        picture = parse_data_uri(portrait, accepted=RASTER_IMAGES)
    except InvalidDataUri as error:
        raise ClaimsDoNotFit("portrait") from error
    return b64url_encode(hashlib.sha256(picture.data).digest())
