"""Receipts: what a person keeps of having shown something, signed by the verifier (decisions.md, Verdicts).

A receipt says which service asked for which claims, why, and on which day. It has no value of a claim, no key
of the holder, nothing of the credential and no time of day: whoever finds it learns what was asked, not who
answered, and two receipts of one person have nothing in common but what they say.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from specs.dcql import ClaimsPath, DcqlError, DcqlQuery, parse_claims_path
from specs.encoding import create_json
from specs.errors import ProtocolError
from specs.jose import Algorithm, PublicJwk, SigningInput, Use, parse_jws, prepare_jws, verify_jws
from verifier.domain.presentation import RequestId, SealedResult
from verifier.domain.relying_service import ClientId
from verifier.errors import BadReceipt

RECEIPT_TYPE: Final = "trillium-receipt+jwt"
RECEIPT_MEDIA_TYPE: Final = f"application/{RECEIPT_TYPE}"
MAX_RECEIPT_BYTES: Final = 256 * 1024


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Service(_Strict):
    client_id: str
    names: dict[str, str]


class _Members(_Strict):
    iss: str
    jti: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{22}$")]
    date: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    service: _Service
    preset: str
    purposes: dict[str, str]
    claims: dict[str, list[list[str | int | None]]]


class Receipt(NamedTuple):
    """What stands in a receipt."""

    issuer: str
    """The verifier's public URL."""
    receipt_id: str
    """128 random bits, base64url; the verifier does not remember them."""
    day: date
    """The civil date of the presentation."""
    client_id: ClientId
    service_names: Mapping[str, str]
    preset: str
    purposes: Mapping[str, str]
    claims: Mapping[str, Sequence[ClaimsPath]]
    """The names of the claims that were shown, by credential query."""


class KeptReceipt(NamedTuple):
    """A signed receipt that waits to be fetched once."""

    request_id: RequestId
    kept_until: datetime
    sealed: SealedResult


def shown_claims(
    query: DcqlQuery, claims: Mapping[str, Mapping[str, Any]]
) -> dict[str, tuple[ClaimsPath, ...]]:
    """The paths of the query that the accepted claims answer.

    They come from the query, never from the answer: whatever a credential calls its members, nothing of it
    gets into a receipt.
    """
    shown = {}
    for one in query.credentials:
        answered = claims.get(one.id)
        if answered is not None:
            asked = one.claims or ()
            shown[one.id] = tuple([claim.path for claim in asked if _is_shown(claim.path, answered)])
    return shown


def _is_shown(path: ClaimsPath, value: Any) -> bool:
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)  # names are strings: a number or an asterisk finds nothing
        elif isinstance(value, list) and value and not isinstance(step, str):
            # Results leave out withheld elements, so that their places have moved: any element will do.
            value = value[0]
        else:
            return False
    return value is not None


def prepare_receipt(receipt: Receipt, *, algorithm: Algorithm, key_id: str) -> SigningInput:
    """The bytes to sign with the RECEIPT key whose thumbprint is ``key_id``."""
    header = {"alg": algorithm, "typ": RECEIPT_TYPE, "kid": key_id}
    members = {
        "iss": receipt.issuer,
        "jti": receipt.receipt_id,
        "date": receipt.day.isoformat(),
        "service": {"client_id": receipt.client_id, "names": dict(receipt.service_names)},
        "preset": receipt.preset,
        "purposes": dict(receipt.purposes),
        "claims": dict(receipt.claims),
    }
    return prepare_jws(header, create_json(members))


def verify_receipt(text: str, keys: Iterable[PublicJwk], *, issuer: str) -> Receipt:
    """What a receipt says, known to be signed by one of the keys, which are the verifier's at ``issuer``.

    Raises:
        BadReceipt: not a receipt, changed, by another key, or of another verifier.
    """
    try:
        jws = parse_jws(text, max_bytes=MAX_RECEIPT_BYTES)
        key = next((one for one in keys if one.thumbprint == jws.header.get("kid")), None)
        if key is None:
            raise BadReceipt("kid")
        members = verify_jws(jws, key, use=Use.RECEIPT, typ=RECEIPT_TYPE).claims(max_depth=8)
    except BadReceipt:
        raise
    except ProtocolError as error:
        raise BadReceipt(error.code) from error
    if members.get("iss") != issuer:
        raise BadReceipt("iss")
    return _receipt_from(members)


def _receipt_from(members: Mapping[str, Any]) -> Receipt:
    """Our own format, read as strictly as anybody's."""
    try:
        read = _Members.model_validate(members)
        return Receipt(
            issuer=read.iss,
            receipt_id=read.jti,
            day=date.fromisoformat(read.date),
            client_id=ClientId(read.service.client_id),
            service_names=read.service.names,
            preset=read.preset,
            purposes=read.purposes,
            claims={name: tuple(map(parse_claims_path, paths)) for name, paths in read.claims.items()},
        )
    except (ValidationError, ValueError, DcqlError) as error:
        raise BadReceipt(type(error).__name__) from error
