"""What the APIs for relying services and management take and give."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from specs.openid4vp import RequestUriMethod, ResponseMode
from verifier.domain.presentation import ClientIdPrefix, CrossDevice, Release
from verifier.domain.preset import ID_FORM, MAX_ID
from verifier.services.start_presentation import StartOptions

_BY_ITS_VALUE = Field(strict=False)
"""An enumeration: in JSON it is a text."""
PresetId = Annotated[str, Field(min_length=1, max_length=MAX_ID, pattern=f"^{ID_FORM}$")]


class Message(BaseModel):
    """What is not known is refused, so that a misspelt member does not go unnoticed; a text is no number."""

    model_config = ConfigDict(extra="forbid", strict=True)


class PresentationRequest(Message):
    """Ask a wallet for what a preset says."""

    preset: PresetId
    flow: Literal["api", "page"] = "api"
    """``api``: the service shows link and QR code itself. ``page``: a page of the verifier does, in the
    visitor's browser, and the result waits for that browser."""
    client_id_prefix: Annotated[ClientIdPrefix, _BY_ITS_VALUE] = ClientIdPrefix.X509_HASH
    by_value: bool = False
    """The whole request in the link; always so for ``redirect_uri``, which is not signed."""
    response_mode: Literal["direct_post", "direct_post.jwt"] = "direct_post.jwt"
    request_uri_method: Literal["get", "post"] = "post"
    cross_device: Annotated[CrossDevice | None, _BY_ITS_VALUE] = None
    """Left out: as the preset says. More protection may be asked for, less may not."""
    return_url: Annotated[str, Field(min_length=1, max_length=2048)] | None = None
    """Where the page leads back to: one that is registered, character by character."""
    reference: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    """The service's own word for it, in printable ASCII; it comes back with the webhook."""
    transaction_data: Annotated[list[dict[str, Any]], Field(max_length=4)] = Field(default_factory=list)
    locale: Literal["en-CA", "fr-CA"] = "en-CA"
    lifetime_seconds: Annotated[int, Field(ge=30, le=3600)] | None = None
    """How long it may be answered; left out: as long as the verifier allows."""

    def options(self) -> StartOptions:
        """The same for the service that starts it."""
        seconds = self.lifetime_seconds
        return StartOptions(
            prefix=self.client_id_prefix,
            by_value=self.by_value,
            response_mode=ResponseMode(self.response_mode),
            method=RequestUriMethod(self.request_uri_method),
            release=Release.BROWSER if self.flow == "page" else Release.DIRECT,
            cross_device=self.cross_device,
            return_url=self.return_url,
            reference=self.reference,
            transaction_data=tuple(self.transaction_data),
            locale=self.locale,
            lifetime=None if seconds is None else timedelta(seconds=seconds),
        )


class PresentationAnswer(Message):
    """A started presentation. The transaction id is a secret of the relying service."""

    transaction_id: str
    authorization_request: str | None
    """``openid4vp://…``: for a link on the same device, or a QR code. ``null`` with a page."""
    request_uri: str | None
    """``null`` when the request stands in the link, and with a page."""
    page_url: str | None
    """Where to send the visitor's browser; for that browser alone."""
    expires_at: datetime
    status_url: str
    events_url: str
    result_url: str
    qr_svg: str | None
    """``null`` with a page, and when the link is too long for a QR code."""


class PresentationStateAnswer(Message):
    state: str
    reason: str | None = None
    """Why it was cancelled: the code of the result's one reason; left out with every other state."""


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
    """What to do about the outcome, by language tag; nothing where nobody answered."""
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
