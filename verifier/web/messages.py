"""What the APIs for relying services and management take and give."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from verifier.domain.presentation import ClientIdPrefix

_Name = Annotated[str, Field(min_length=1, max_length=200)]
_PresetId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z][a-z0-9-]*$")]


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PresentationRequest(_Message):
    """Ask a wallet for what a preset says."""

    preset: _PresetId
    client_id_prefix: ClientIdPrefix = ClientIdPrefix.X509_HASH
    request_uri_method: Literal["get", "post"] = "post"
    locale: Literal["en-CA", "fr-CA"] = "en-CA"


class PresentationAnswer(_Message):
    """A started presentation. The transaction id is a secret of the relying service."""

    transaction_id: str
    authorization_request: str
    """``openid4vp://…``: for a link on the same device, or a QR code."""
    request_uri: str
    expires_at: datetime
    status_url: str
    result_url: str
    qr_svg: str


class PresentationStateAnswer(_Message):
    state: str


class ReasonAnswer(_Message):
    code: str
    query_id: str | None
    text: dict[str, str]


class ResultAnswer(_Message):
    """A result, handed out once."""

    outcome: Literal["accepted", "rejected", "undetermined", "cancelled", "timed_out"]
    clerk_outcome: str | None
    claims: dict[str, dict[str, Any]]
    reasons: list[ReasonAnswer]
    preset: str
    verified_at: str


class ClientRequest(_Message):
    """Register a relying service."""

    name_en: _Name
    name_fr: _Name
    presets: Annotated[list[_PresetId], Field(min_length=1, max_length=32)]


class ClientAnswer(_Message):
    """The secret is shown once."""

    client_id: str
    client_secret: str


class ClientEntry(_Message):
    client_id: str
    names: dict[str, str]
    presets: list[str]
    created_at: datetime


class ClientsAnswer(_Message):
    clients: list[ClientEntry]


class PresetEntry(_Message):
    id: str
    names: dict[str, str]
    purposes: dict[str, str]
    claims: list[list[str | int | None]]


class PresetsAnswer(_Message):
    presets: list[PresetEntry]


class DrillRequest(_Message):
    """Rehearse that status lists cannot be reached."""

    unreachable_seconds: Annotated[int, Field(ge=0, le=300)]
