"""Lists of trusted entities (LoTE) in the JSON binding of ETSI TS 119 602 V1.1.1: what stands in one.

Nothing here decides whom to trust. What this reader has no use for (addresses, policies, pointers to other
lists, history) is passed over; extensions are passed over unless they call themselves critical (6.3.17).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from specs.encoding import EncodingError, parse_json_object
from trillium.runtime.trust_list.errors import EndedLote, LoteFromTheFuture, MalformedLote

VERSION: Final = 1
MAX_PAYLOAD_BYTES: Final = 3 * 1024 * 1024
MAX_DEPTH: Final = 24
MAX_ENTITIES: Final = 2000
MAX_SERVICES: Final = 64
MAX_CERTIFICATES: Final = 32
LEEWAY: Final = timedelta(minutes=5)

_Text = Annotated[str, Field(min_length=1, max_length=2048)]
_Certificate = Annotated[str, Field(min_length=1, max_length=16_384)]
_Extensions = Annotated[list[Any], Field(max_length=64)]


class _Member(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class _Words(_Member):
    lang: Annotated[str, Field(max_length=64)]
    value: _Text


_Words_ = Annotated[list[_Words], Field(min_length=1, max_length=64)]


class _Scheme(_Member):
    LoTEVersionIdentifier: int
    LoTESequenceNumber: Annotated[int, Field(ge=0, lt=2**53)]
    LoTEType: _Text | None = None
    SchemeOperatorName: _Words_
    SchemeTerritory: Annotated[str, Field(min_length=2, max_length=2)] | None = None
    ListIssueDateTime: _Text
    NextUpdate: _Text | None
    SchemeExtensions: _Extensions = []


class _Certified(_Member):
    val: _Certificate


class _Identity(_Member):
    X509Certificates: Annotated[list[_Certified], Field(max_length=MAX_CERTIFICATES)] = []


class _SupplyPoint(_Member):
    uri: Annotated[_Text, Field(alias="uriValue")]


class _About(_Member):
    ServiceDigitalIdentity: _Identity
    ServiceTypeIdentifier: _Text | None = None
    ServiceStatus: _Text | None = None
    StatusStartingTime: _Text | None = None
    ServiceSupplyPoints: Annotated[list[_SupplyPoint], Field(max_length=64)] = []
    ServiceInformationExtensions: _Extensions = []


class _Service(_Member):
    ServiceInformation: _About


class _Information(_Member):
    TEName: _Words_
    TEInformationExtensions: _Extensions = []


class _Entity(_Member):
    TrustedEntityInformation: _Information
    TrustedEntityServices: Annotated[list[_Service], Field(min_length=1, max_length=MAX_SERVICES)]


class _List(_Member):
    ListAndSchemeInformation: _Scheme
    TrustedEntitiesList: Annotated[list[_Entity], Field(max_length=MAX_ENTITIES)] = []


class _Document(_Member):
    LoTE: _List


@dataclass(frozen=True, slots=True)
class LoteService:
    """``certificates``: base64 DER, as they stand there. ``since``: of the status."""

    type: str | None
    status: str | None
    since: datetime | None
    certificates: tuple[str, ...]
    supply_points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LoteEntity:
    """``names``: language and name, in the list's order."""

    names: tuple[tuple[str, str], ...]
    services: tuple[LoteService, ...]


@dataclass(frozen=True, slots=True)
class Lote:
    """``next_update`` None: closed, nothing in it holds any more (6.3.15)."""

    operators: tuple[str, ...]
    type: str | None
    territory: str | None
    sequence: int
    issued_at: datetime
    next_update: datetime | None
    entities: tuple[LoteEntity, ...]

    def ends(self, now: datetime) -> datetime:
        """Until when it may be used. Raises LoteFromTheFuture, EndedLote."""
        if self.issued_at > now + LEEWAY:
            raise LoteFromTheFuture(self.issued_at.isoformat())
        if self.next_update is None:
            raise EndedLote("its scheme was closed")
        if now >= self.next_update:
            raise EndedLote(self.next_update.isoformat())
        return self.next_update


def parse_lote(payload: bytes) -> Lote:
    """What a list says. Raises MalformedLote: no such list, too large, too deep, or a critical extension."""
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise MalformedLote(f"{len(payload)} bytes, {MAX_PAYLOAD_BYTES} allowed")
    try:
        members = parse_json_object(payload, max_bytes=MAX_PAYLOAD_BYTES, max_depth=MAX_DEPTH)
        found = _Document.model_validate(members).LoTE
    except EncodingError as error:
        raise MalformedLote(type(error).__name__) from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise MalformedLote(f"{place}: {first['type']}") from error
    scheme = found.ListAndSchemeInformation
    if scheme.LoTEVersionIdentifier != VERSION:
        raise MalformedLote(f"version {scheme.LoTEVersionIdentifier} of the format")
    if any(_is_critical(one) for one in _extensions(found)):
        raise MalformedLote("a critical extension")
    issued_at = _moment(scheme.ListIssueDateTime)
    next_update = None if scheme.NextUpdate is None else _moment(scheme.NextUpdate)
    if next_update is not None and next_update <= issued_at:
        raise MalformedLote("it ends before it begins")
    return Lote(
        operators=tuple(one.value for one in scheme.SchemeOperatorName),
        type=scheme.LoTEType,
        territory=scheme.SchemeTerritory,
        sequence=scheme.LoTESequenceNumber,
        issued_at=issued_at,
        next_update=next_update,
        entities=tuple(_entity(one) for one in found.TrustedEntitiesList),
    )


def _entity(one: _Entity) -> LoteEntity:
    names = tuple((words.lang, words.value) for words in one.TrustedEntityInformation.TEName)
    return LoteEntity(names, tuple(_service(about.ServiceInformation) for about in one.TrustedEntityServices))


def _service(about: _About) -> LoteService:
    return LoteService(
        type=about.ServiceTypeIdentifier,
        status=about.ServiceStatus,
        since=None if about.StatusStartingTime is None else _moment(about.StatusStartingTime),
        certificates=tuple(one.val for one in about.ServiceDigitalIdentity.X509Certificates),
        supply_points=tuple(one.uri for one in about.ServiceSupplyPoints),
    )


def _extensions(found: _List) -> Iterator[Sequence[Any]]:
    yield found.ListAndSchemeInformation.SchemeExtensions
    for entity in found.TrustedEntitiesList:
        yield entity.TrustedEntityInformation.TEInformationExtensions
        for service in entity.TrustedEntityServices:
            yield service.ServiceInformation.ServiceInformationExtensions


def _is_critical(extensions: Sequence[Any]) -> bool:
    """Their form is left open: whatever says so in any spelling, and is not plainly false, is critical."""
    return any(
        str(name).lower() in ("critical", "iscritical", "criticality") and value is not False
        for one in extensions
        if isinstance(one, dict)
        for name, value in one.items()
    )


def _moment(text: str) -> datetime:
    """A moment with its offset; the standard wants UTC (6.1.3), and every other one can be told, too."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise MalformedLote("a moment without its offset")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MalformedLote("no moment") from error
