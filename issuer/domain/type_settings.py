"""`type.json`: how credentials of a type are issued. Data only, and every member is checked."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from issuer.domain.problems import Problem
from issuer.domain.subject import SubjectKind
from specs.encoding import EncodingError, parse_json_object
from specs.jose import Algorithm

TYPE_FILE: Final = "type.json"
MAX_FILE_BYTES: Final = 256 * 1024

_Path = Annotated[tuple[str | None, ...], Field(max_length=8)]


class IssuerKeyReference(StrEnum):
    """How a credential says which key signed it."""

    X5C = "x5c"
    """The certificate chain is in the header; any verifier with the anchor can check it."""
    KID = "kid"
    """Only the name of the key: short enough for a QR code, keys come from metadata or a bundle (8.07)."""


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class KeyAttestation(_Settings):
    """What a key attestation has to say (OpenID4VCI 1.0 appendix D). Empty: any will do."""

    key_storage: tuple[str, ...] = ()
    user_authentication: tuple[str, ...] = ()


class HolderKeyPolicy(_Settings):
    """Which keys a credential may be bound to."""

    proof_algorithms: Annotated[tuple[Algorithm, ...], Field(min_length=1)]
    server_held_in_production: bool
    """Whether a wallet server may hold the key for the resident in production."""
    attestation: KeyAttestation | None = None
    """None: no key attestation is asked for."""


class DigestTotal(_Settings):
    """How many digests an object shows in every credential; decoys fill up (RFC 9901 section 10.4)."""

    path: _Path
    digests: Annotated[int, Field(ge=1, le=256)]


class DeferralPolicy(_Settings):
    """Somebody decides before a credential of the type is issued (OpenID4VCI 1.0 section 9)."""

    reason: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    """Why, as a code that the back office sees: `registry_review`."""


class TypeSettings(_Settings):
    """The whole file."""

    version: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3}$")]
    """Last segment of `vct`. A change that breaks readers needs a new one (SD-JWT VC section 2.2.2.1)."""
    scope: Annotated[str, Field(pattern=r"^[a-z][a-z0-9:._-]{0,63}$")]
    subject: SubjectKind = SubjectKind.PERSON
    """What a credential of the type is about."""
    guardian_may_hold: bool = False
    """Whether a guardian may hold the card of a child; the card then says so to everybody it is shown to."""
    identity: bool
    """Says who somebody is. In production such a type is not offered by pre-authorized code alone."""
    offline: bool
    """May be shown as a QR code without network (8.01)."""
    haip: bool
    """Meets the High Assurance Interoperability Profile; a type without x5c does not and says so (8.08)."""
    issuer_key: IssuerKeyReference
    validity_days: Annotated[int, Field(ge=1, le=3660)]
    batch_size: Annotated[int, Field(ge=1, le=100)]
    status_bits: Annotated[int, Field(ge=1, le=8)]
    """Bits per entry in the status list: 1 can revoke, 2 can suspend too (Token Status List section 7)."""
    holder_key: HolderKeyPolicy
    document_number_prefix: Annotated[str, Field(pattern=r"^[A-Z]{1,4}$")] | None = None
    """Of the random document number that an issuance gets; None: the type has no document number."""
    fixed_claims: dict[str, Any] = Field(default_factory=dict)
    """Claims that are the same in every credential of the type."""
    disclosable: tuple[_Path, ...]
    """Paths of the claims that can be withheld; null stands for every element of an array."""
    decoys: tuple[DigestTotal, ...] = ()
    deferred: DeferralPolicy | None = None
    """None: issued at once."""


def read_type_settings(type_name: str, data: bytes) -> tuple[TypeSettings | None, list[Problem]]:
    """The settings in a `type.json`, or everything that is wrong with it."""
    try:
        # Strictly first: pydantic would let the second of two members of one name win.
        parse_json_object(data, max_bytes=MAX_FILE_BYTES)
        settings = TypeSettings.model_validate_json(data)
    except EncodingError as error:
        return None, [Problem(type_name, TYPE_FILE, "", f"{error.text} {error.detail}".strip())]
    except ValidationError as error:
        return None, [
            Problem(type_name, TYPE_FILE, _place(one["loc"]), one["msg"])
            for one in error.errors(include_url=False)
        ]
    return settings, [Problem(type_name, TYPE_FILE, *found) for found in _inner_problems(settings)]


def _inner_problems(settings: TypeSettings) -> Iterator[tuple[str, str]]:
    """Members that are fine alone and wrong together."""
    if settings.status_bits not in (1, 2, 4, 8):
        yield "status_bits", "must be 1, 2, 4 or 8"
    if settings.haip and settings.issuer_key is not IssuerKeyReference.X5C:
        yield "haip", "HAIP requires x5c in every credential; say false or set issuer_key to x5c"
    if settings.offline and settings.issuer_key is not IssuerKeyReference.KID:
        yield "offline", "a credential for QR codes has no room for certificates; set issuer_key to kid"
    if settings.guardian_may_hold and settings.subject is not SubjectKind.PERSON:
        yield "guardian_may_hold", "only a person has a guardian"
    if len(set(settings.disclosable)) != len(settings.disclosable):
        yield "disclosable", "names a path twice"
    if len({total.path for total in settings.decoys}) != len(settings.decoys):
        yield "decoys", "names a path twice"


def _place(location: tuple[int | str, ...]) -> str:
    place = ""
    for part in location:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else part
    return place
