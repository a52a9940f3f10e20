"""What the management API takes and gives about offers."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from issuer.web.management_messages import Identifier, Message

GrantName = Literal["pre-authorized_code", "authorization_code"]
StateName = Literal["open", "redeemed", "withdrawn", "expired", "locked"]


class OfferRequest(Message):
    """Offer credentials to a person of the register."""

    subject_ref: Identifier
    credential_configuration_ids: Annotated[list[Identifier], Field(min_length=1, max_length=32)]
    grant: GrantName = "pre-authorized_code"
    tx_code: bool = False
    """Whether the wallet must send a transaction code, which the person gets over another channel."""
    tx_code_to: Literal["resident", "clerk"] | None = None
    """Who is told the code; nothing: the resident where a channel reaches them, else the caller."""
    by: Literal["reference", "value"] = "reference"
    expires_in: Annotated[int, Field(ge=1, le=7 * 86_400)] | None = None
    """Seconds; nothing: as configured."""


class OfferAnswer(Message):
    """The offer, with its secrets: shown once."""

    offer_id: str
    account: str
    """Whom the offer is for; tell it together with the transaction code."""
    credential_offer_link: str
    """``openid-credential-offer://…``: for a link on the same device, or a QR code."""
    credential_offer_uri: str
    credential_offer: dict[str, Any]
    page_url: str
    """For the resident: link, QR code, and how the offer stands."""
    tx_code: str | None
    """Nothing, too, when it was sent to the resident: nobody else is told it then."""
    tx_code_to: Literal["resident", "clerk"] | None
    """Who has been told the transaction code."""
    expires_at: datetime
    qr_svg: str


class OfferStateAnswer(Message):
    """How an offer stands."""

    offer_id: str
    subject_ref: str
    state: StateName
    grant: GrantName
    credential_configuration_ids: list[str]
    tx_code: bool
    attempts_left: int
    """How often a transaction code may still be tried."""
    created_at: datetime
    opened_at: datetime | None
    """When a wallet first fetched it."""
    expires_at: datetime


class OffersAnswer(Message):
    """The newest offers of a person, newest first."""

    offers: list[OfferStateAnswer]
