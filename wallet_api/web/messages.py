"""What the wallet's API takes and gives: models of its JSON, which also make its description."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from specs.oauth.token_request import MAX_TX_CODE_LENGTH
from specs.openid4vci.credential_offer import MAX_OFFER_BYTES
from specs.openid4vp.authorization_request_uri import MAX_URI_LENGTH

Path = list[str | int | None]
"""A claims path pointer: names, indices, and null for all elements of an array."""


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class AccountRequest(_Message):
    """Open a wallet for a resident."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    """How the resident calls it; kept encrypted."""


class AccountAnswer(_Message):
    """The token opens the wallet and is shown once."""

    account_id: str
    token: str


class AccountStateAnswer(_Message):
    """The caller's own wallet."""

    account_id: str
    name: str
    created_at: datetime


class OfferRequest(_Message):
    """An offer: a link of the scheme ``openid-credential-offer``, its https address, or its JSON text."""

    credential_offer: Annotated[str, Field(min_length=1, max_length=MAX_OFFER_BYTES)]


class CredentialDisplayAnswer(_Message):
    name: str
    locale: str | None
    description: str | None
    background_color: str | None
    text_color: str | None


class OfferedCredentialAnswer(_Message):
    """``display``: how the issuer calls it, by language."""

    id: str
    type: str
    display: list[CredentialDisplayAnswer]


class TxCodeAnswer(_Message):
    """How to ask the person for the transaction code."""

    length: int | None
    input_mode: str
    description: str | None


class OfferAnswer(_Message):
    """What is offered. ``tx_code`` null: none is needed, and then none must be sent."""

    operation_id: str
    credential_issuer: str
    credentials: list[OfferedCredentialAnswer]
    tx_code: TxCodeAnswer | None


class AcceptRequest(_Message):
    """``copies``: left out for as many as the issuer hands out, at most ten."""

    tx_code: Annotated[str, Field(min_length=1, max_length=MAX_TX_CODE_LENGTH)] | None = None
    copies: Annotated[int, Field(ge=1, le=10)] | None = None


class ReceivedCredentialAnswer(_Message):
    credential_id: str
    type: str
    copies: int


class RefusedCredentialAnswer(_Message):
    id: str
    code: str


class AcceptAnswer(_Message):
    """What is in the wallet now; ``refused``: what of the offer did not come, and why."""

    credentials: list[ReceivedCredentialAnswer]
    refused: list[RefusedCredentialAnswer]


class CredentialAnswer(_Message):
    """A card. ``copies_left``: copies that nobody has seen yet."""

    credential_id: str
    type: str
    vct: str
    display_name: str
    copies_left: int
    received_at: datetime
    expires_at: datetime | None
    status: Literal["valid", "suspended", "revoked", "expired", "unknown"]


class CredentialsAnswer(_Message):
    credentials: list[CredentialAnswer]


class DisclosureAnswer(_Message):
    path: Path
    shown_by_default: bool


class OpenedCredentialAnswer(CredentialAnswer):
    """A card with its claims, for its owner."""

    claims: dict[str, Any]
    disclosures: list[DisclosureAnswer]


class PresentationRequest(_Message):
    """A request: a link of the scheme ``openid4vp``."""

    authorization_request: Annotated[str, Field(min_length=1, max_length=MAX_URI_LENGTH)]


class PagePresentationRequest(_Message):
    """A request of a page through the Digital Credentials API, as the browser hands it over.

    ``origin``: of that page, as the browser says; nothing in ``data`` is believed about it.
    """

    origin: Annotated[str, Field(min_length=1, max_length=2048)]
    protocol: Annotated[str, Field(min_length=1, max_length=64)]
    data: dict[str, Any]


class VerifierAnswer(_Message):
    """``trusted`` false: nobody vouches for who asks; what is known is ``client_id`` or ``origin``."""

    client_id: str | None
    origin: str | None
    name: str | None
    trusted: bool


class RequestedCredentialAnswer(_Message):
    """``claims``: what the verifier asks for and would see; ``always_shown``: what it would see beside."""

    query_id: str
    type: str
    claims: list[Path]
    always_shown: list[Path]
    credential_id: str | None


class TextAnswer(_Message):
    english: Annotated[str, Field(serialization_alias="en-CA")]
    french: Annotated[str, Field(serialization_alias="fr-CA")]


class WhyNotAnswer(_Message):
    query_id: str
    code: str
    path: Path | None
    text: TextAnswer


class KeepingAnswer(_Message):
    """``days`` 0: not kept. ``purpose`` null: none is given."""

    days: int
    purpose: TextAnswer | None


class RegistrationAnswer(_Message):
    """What the verifier says, in its own name, of the service that it asks for."""

    service: TextAnswer
    purpose: TextAnswer
    retention: KeepingAnswer
    evidence: KeepingAnswer | None


class PresentationAnswer(_Message):
    """What to ask the resident. Nothing has been shown yet.

    ``registration`` null: the verifier does not say for whom and what for. ``agreements``: texts that the
    resident would agree to by sharing; signed word for word.
    """

    operation_id: str
    verifier: VerifierAnswer
    registration: RegistrationAnswer | None
    agreements: list[TextAnswer]
    requested: list[RequestedCredentialAnswer]
    can_answer: bool
    why_not: list[WhyNotAnswer]


class DecisionRequest(_Message):
    """An empty object: what is decided on is in the address."""


class DeliveredAnswer(_Message):
    """``redirect_uri``: where the resident may go on; the wallet has not been there.

    ``browser_response``: what to give to the page that asked, if it was one. ``receipt``: whether the
    verifier gave a receipt; it is in the history under ``entry_id``.
    """

    delivered: bool
    redirect_uri: str | None
    browser_response: dict[str, Any] | None
    entry_id: str | None
    receipt: bool


class ShownCardAnswer(_Message):
    type: str
    claims: list[Path]
    always_shown: list[Path]


class HistoryEntryAnswer(_Message):
    """One presentation. ``receipt``: the verifier's signed receipt, checked when it came."""

    entry_id: str
    at: datetime
    verifier: VerifierAnswer
    registration: RegistrationAnswer | None
    agreements: list[TextAnswer]
    cards: list[ShownCardAnswer]
    accepted: bool
    receipt: str | None


class HistoryAnswer(_Message):
    entries: list[HistoryEntryAnswer]
