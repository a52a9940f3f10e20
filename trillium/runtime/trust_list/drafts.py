"""The draft an operator writes and keeps in version control; signing it makes the next version of the list.

::

    {"id": "https://trust.example/list", "valid_days": 90,
     "issuers": [{"issuer": "https://issuer.example", "names": {"en-CA": "…", "fr-CA": "…"},
                  "mechanism": "x5c", "anchors": "issuer.pem", "vct_base": "https://issuer.example/types",
                  "types": ["photo-card", {"type": "licence/2", "valid_until": "2030-01-01"}]}],
     "verifiers": [{"names": {"en-CA": "…", "fr-CA": "…"}, "anchors": "verifiers.pem"}]}
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from keys.certificate_chains import load_anchors
from keys.errors import CustodyError
from specs.encoding import EncodingError, parse_json_object
from specs.jose import TrustAnchors, trust_anchors
from trillium.runtime.trust_list.document import (
    ListedAuthority,
    ListedIssuer,
    ListedType,
    Mechanism,
    Period,
    Standing,
    TrustList,
)
from trillium.runtime.trust_list.errors import BadDraft
from trillium.runtime.trust_list.payload import MAX_BYTES, check_consistent

MOST_DAYS: Final = 400
_PEM: Final = "-----BEGIN"

_Text = Annotated[str, Field(min_length=1, max_length=2048)]
_Status = Literal["granted", "withdrawn"]


class _Member(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Period(_Member):
    valid_from: _Text | None = None
    valid_until: _Text | None = None

    def period(self) -> Period:
        return Period(_moment(self.valid_from), _moment(self.valid_until))


class _Type(_Period):
    type: _Text


class _Issuer(_Member):
    issuer: _Text
    names: dict[str, _Text] = {}
    mechanism: Literal["x5c", "metadata"]
    status: _Status = "granted"
    anchors: str = ""
    types: Annotated[list[_Text | _Type], Field(min_length=1)]
    vct_base: str = ""


class _Authority(_Period):
    names: dict[str, _Text] = {}
    status: _Status = "granted"
    anchors: _Text


class _Draft(_Member):
    id: _Text
    valid_days: Annotated[int, Field(ge=1, le=MOST_DAYS)]
    issuers: list[_Issuer] = []
    verifiers: list[_Authority] = []


def read_draft(path: Path, *, version: int, now: datetime) -> TrustList:
    """The list that a draft describes. Anchors are PEM files beside it, or PEM texts. Raises BadDraft."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadDraft(f"{path.name}: {type(error).__name__}") from error
    try:
        draft = _Draft.model_validate(parse_json_object(content, max_bytes=MAX_BYTES))
    except EncodingError as error:
        raise BadDraft(f"{path.name}: {error.text} {error.detail}".strip()) from error
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadDraft(f"{path.name}: {place}: {first['msg']}") from error
    begun = now.replace(microsecond=0)
    made = TrustList(
        id=draft.id,
        version=version,
        issued_at=begun,
        next_update=begun + timedelta(days=draft.valid_days),
        issuers=tuple(_issuer(path.parent, one) for one in draft.issuers),
        verifiers=tuple(
            ListedAuthority(one.names, _anchors(path.parent, one.anchors), one.period(), Standing(one.status))
            for one in draft.verifiers
        ),
    )
    check_consistent(made)
    return made


def vct_of(vct_base: str, name: str) -> str:
    """``<vct_base>/<type>/<version>``: version 1 unless ``type/version`` names one; a URI stays as it is."""
    if ":" in name:
        return name
    if not vct_base:
        raise BadDraft(f"the type {name} needs a vct_base")
    type_name, _, version = name.partition("/")
    return f"{vct_base.rstrip('/')}/{type_name}/{version or '1'}"


def example_draft() -> Mapping[str, Any]:
    """Where ``trillium trust init`` lets an operator begin."""
    return {
        "id": "https://trust.example/list",
        "valid_days": 90,
        "issuers": [
            {
                "issuer": "https://issuer.example",
                "names": {"en-CA": "Example issuer", "fr-CA": "Émetteur d'exemple"},
                "mechanism": "x5c",
                "status": "granted",
                "anchors": "issuer.pem",
                "vct_base": "https://issuer.example/types",
                "types": ["photo-card", {"type": "proof-of-age", "valid_until": "2030-01-01"}],
            }
        ],
        "verifiers": [
            {
                "names": {"en-CA": "Example verifiers", "fr-CA": "Vérificateurs d'exemple"},
                "anchors": "verifiers.pem",
            }
        ],
    }


def _issuer(folder: Path, one: _Issuer) -> ListedIssuer:
    types = (entry if isinstance(entry, _Type) else _Type(type=entry) for entry in one.types)
    return ListedIssuer(
        issuer=one.issuer,
        names=one.names,
        mechanism=Mechanism(one.mechanism),
        anchors=_anchors(folder, one.anchors) if one.anchors else trust_anchors([]),
        types=tuple(ListedType(vct_of(one.vct_base, entry.type), entry.period()) for entry in types),
        standing=Standing(one.status),
    )


def _anchors(folder: Path, anchors: str) -> TrustAnchors:
    is_text = _PEM in anchors  # anchors.pem of a ring has a line before each that names it
    try:
        return load_anchors(anchors.encode() if is_text else (folder / anchors).read_bytes())
    except (OSError, CustodyError) as error:
        named = "PEM text" if is_text else anchors
        raise BadDraft(f"{named}: {type(error).__name__}") from error


def _moment(text: str | None) -> datetime | None:
    """A day (its beginning in UTC), or a moment with its offset."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None and len(text) > len("2026-01-01"):
            raise BadDraft(f"{text} does not say in which time zone")
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:  # the second: before the year 1 in UTC
        raise BadDraft(f"{text} is no date") from error
