"""A trust list as JSON: the payload of the signed token. Moments are NumericDates, authorities base64 DER.

Every member is known here: a list with one more is refused as a whole, because what a reader passes over
could be what keeps somebody out.
"""

from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from specs.encoding import EncodingError, from_numeric_date, parse_json_object, to_numeric_date
from specs.jose import InvalidCertificateChain, TrustAnchors, create_x5c, parse_x5c, trust_anchors
from trillium.runtime.trust_list.document import (
    ListedAuthority,
    ListedIssuer,
    ListedType,
    Mechanism,
    Period,
    Standing,
    TrustList,
)
from trillium.runtime.trust_list.errors import MalformedTrustList

MAX_BYTES: Final = 768 * 1024
MAX_ISSUERS: Final = 1000
MAX_TYPES: Final = 500
MAX_ANCHORS: Final = 32
_MAX_DEPTH: Final = 8
_LAST_SECOND: Final = 253_402_300_799  # of the year 9999

_Text = Annotated[str, Field(min_length=1, max_length=2048)]
_Moment = Annotated[int, Field(ge=0, le=_LAST_SECOND)]
_Names = Annotated[dict[_Text, _Text], Field(max_length=16)]


class _Member(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Period(_Member):
    valid_from: _Moment | None = None
    valid_until: _Moment | None = None

    def period(self) -> Period:
        return Period(_moment(self.valid_from), _moment(self.valid_until))


class _Type(_Period):
    vct: _Text


class _Issuer(_Member):
    issuer: _Text
    names: _Names
    mechanism: Annotated[str, Field(pattern=f"^({'|'.join(Mechanism)})$")]
    status: Annotated[str, Field(pattern=f"^({'|'.join(Standing)})$")]
    anchors: Annotated[list[str], Field(max_length=MAX_ANCHORS)]
    types: Annotated[list[_Type], Field(max_length=MAX_TYPES)]


class _Authority(_Period):
    names: _Names
    status: Annotated[str, Field(pattern=f"^({'|'.join(Standing)})$")]
    anchors: Annotated[list[str], Field(min_length=1, max_length=MAX_ANCHORS)]


class _List(_Member):
    id: _Text
    version: Annotated[int, Field(ge=1, lt=2**53)]
    iat: _Moment
    next_update: _Moment
    issuers: Annotated[list[_Issuer], Field(max_length=MAX_ISSUERS)]
    verifiers: Annotated[list[_Authority], Field(max_length=MAX_ISSUERS)]


def parse_trust_list(payload: bytes) -> TrustList:
    """The list in a payload whose signature was checked. Raises MalformedTrustList."""
    try:
        found = _List.model_validate(parse_json_object(payload, max_bytes=MAX_BYTES, max_depth=_MAX_DEPTH))
        parsed = TrustList(
            id=found.id,
            version=found.version,
            issued_at=from_numeric_date(found.iat),
            next_update=from_numeric_date(found.next_update),
            issuers=tuple(_issuer(one) for one in found.issuers),
            verifiers=tuple(
                ListedAuthority(one.names, _anchors(one.anchors), one.period(), Standing(one.status))
                for one in found.verifiers
            ),
        )
    except (EncodingError, ValidationError, InvalidCertificateChain) as error:
        raise MalformedTrustList(_why(error)) from error
    check_consistent(parsed)
    return parsed


def create_payload(trust_list: TrustList) -> dict[str, Any]:
    """The same as JSON. Raises MalformedTrustList for a list that no reader would accept."""
    check_consistent(trust_list)
    return {
        "id": trust_list.id,
        "version": trust_list.version,
        "iat": to_numeric_date(trust_list.issued_at),
        "next_update": to_numeric_date(trust_list.next_update),
        "issuers": [_issuer_members(one) for one in trust_list.issuers],
        "verifiers": [
            {
                "names": dict(one.names),
                "status": one.standing.value,
                "anchors": create_x5c(one.anchors.certificates),
                **_period_members(one.period),
            }
            for one in trust_list.verifiers
        ],
    }


def check_consistent(trust_list: TrustList) -> None:
    """What one member alone does not show. Raises MalformedTrustList."""
    if trust_list.next_update <= trust_list.issued_at:
        raise MalformedTrustList("next_update is not after iat")
    issuers = [one.issuer for one in trust_list.issuers]
    if len(set(issuers)) != len(issuers):
        raise MalformedTrustList("an issuer is named twice")
    for issuer in trust_list.issuers:
        vcts = [one.vct for one in issuer.types]
        if len(set(vcts)) != len(vcts):
            raise MalformedTrustList("a type is named twice")
        if issuer.mechanism is Mechanism.X5C and not issuer.anchors.certificates:
            raise MalformedTrustList("an issuer by x5c without anchors")
    periods = [one.period for issuer in trust_list.issuers for one in issuer.types]
    for period in (*periods, *(one.period for one in trust_list.verifiers)):
        if period.valid_from and period.valid_until and period.valid_until <= period.valid_from:
            raise MalformedTrustList("a period that ends before it begins")


def _issuer(one: _Issuer) -> ListedIssuer:
    return ListedIssuer(
        issuer=one.issuer,
        names=one.names,
        mechanism=Mechanism(one.mechanism),
        anchors=_anchors(one.anchors),
        types=tuple(ListedType(listed.vct, listed.period()) for listed in one.types),
        standing=Standing(one.status),
    )


def _issuer_members(one: ListedIssuer) -> dict[str, Any]:
    return {
        "issuer": one.issuer,
        "names": dict(one.names),
        "mechanism": one.mechanism.value,
        "status": one.standing.value,
        "anchors": create_x5c(one.anchors.certificates),
        "types": [{"vct": listed.vct, **_period_members(listed.period)} for listed in one.types],
    }


def _period_members(period: Period) -> dict[str, int]:
    bounds = {"valid_from": period.valid_from, "valid_until": period.valid_until}
    return {name: to_numeric_date(bound) for name, bound in bounds.items() if bound is not None}


def _anchors(texts: list[str]) -> TrustAnchors:
    return trust_anchors([parse_x5c([text])[0] for text in texts])


def _moment(number: int | None) -> datetime | None:
    return None if number is None else from_numeric_date(number)


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False)[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['type']}"
    return type(error).__name__
