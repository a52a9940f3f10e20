"""What the APIs for relying services and management take and give."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from verifier.domain.presentation import ClientIdPrefix

PresetId = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z][a-z0-9-]*$")]


class Message(BaseModel):
    """Whatever is not known is refused, so that a misspelt member does not go unnoticed."""

    model_config = ConfigDict(extra="forbid")


class PresentationRequest(Message):
    """Ask a wallet for what a preset says."""

    preset: PresetId
    client_id_prefix: ClientIdPrefix = ClientIdPrefix.X509_HASH
    by_value: bool = False
    """The whole request in the link; always so for ``redirect_uri``, which is not signed."""
    response_mode: Literal["direct_post", "direct_post.jwt"] = "direct_post"
    request_uri_method: Literal["get", "post"] = "post"
    locale: Literal["en-CA", "fr-CA"] = "en-CA"


class PresentationAnswer(Message):
    """A started presentation. The transaction id is a secret of the relying service."""

    transaction_id: str
    authorization_request: str
    """``openid4vp://…``: for a link on the same device, or a QR code."""
    request_uri: str | None
    """``null`` when the request stands in the link."""
    expires_at: datetime
    status_url: str
    result_url: str
    qr_svg: str


class PresentationStateAnswer(Message):
    state: str


class ReasonAnswer(Message):
    code: str
    query_id: str | None
    text: dict[str, str]
    advice: dict[str, str]
    """What to do about it, by language tag."""


class ResultAnswer(Message):
    """A result, handed out once."""

    outcome: Literal["accepted", "rejected", "undetermined", "cancelled", "timed_out"]
    clerk_outcome: str | None
    advice: dict[str, str] | None
    """What to do about the outcome, by language tag; nothing where there was no verdict."""
    claims: dict[str, dict[str, Any]]
    reasons: list[ReasonAnswer]
    preset: str
    verified_at: str


class PresetEntry(Message):
    id: str
    names: dict[str, str]
    purposes: dict[str, str]
    claims: list[list[str | int | None]]


class PresetsAnswer(Message):
    presets: list[PresetEntry]


class DrillRequest(Message):
    """Rehearse that status lists cannot be reached."""

    unreachable_seconds: Annotated[int, Field(ge=0, le=300)]
