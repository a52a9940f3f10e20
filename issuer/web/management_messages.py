"""What the management API takes and gives: models of its JSON, which also make its description."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Identifier = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.~-]+$")]
"""Any of our own identifiers; what is not made of these characters is none and never reaches a database."""


BY_ITS_VALUE = Field(strict=False)
"""An enumeration: in JSON it is a text."""


class Message(BaseModel):
    """What is not known is refused, so that a misspelt member does not go unnoticed; a text is no number."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ResidentSearch(Message):
    """Part of a name, accents or not, or a whole register number."""

    text: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class ResidentAnswer(Message):
    """Enough to pick the right person."""

    subject_ref: str
    register_number: str
    name: str
    birthdate: str


class ResidentsAnswer(Message):
    residents: list[ResidentAnswer]


class BadCellAnswer(Message):
    line: int
    column: str
    reason_code: str
    reason: str


class ImportAnswer(Message):
    """What an import did; with ``bad`` and nothing imported, the status is 422."""

    imported: int
    updated: int
    unchanged: int
    bad: list[BadCellAnswer]


class CredentialAnswer(Message):
    """One card of a person; no claim, no index."""

    issuance_id: str
    credential_configuration_id: str
    copies: int
    status: Literal["valid", "suspended", "revoked"]
    issued_at: datetime
    expires_at: datetime


class CredentialsAnswer(Message):
    credentials: list[CredentialAnswer]


class StatusReason(StrEnum):
    """Why a status changes; a code, so that no free text about a person is kept."""

    LOST = "lost"
    STOLEN_PHONE = "stolen_phone"
    FRAUD = "fraud"
    ERROR = "error"
    DECEASED = "deceased"
    MOVED = "moved"
    HOLDER_REQUEST = "holder_request"
    FOUND = "found"
    CLEARED = "cleared"


class StatusChangeRequest(Message):
    """Change the status of one card, of those about a person, or of all that a person may hold."""

    change: Literal["revoke", "suspend", "reinstate"]
    reason: Annotated[StatusReason, BY_ITS_VALUE]
    subject_ref: Identifier | None = None
    issuance_id: Identifier | None = None
    held: bool = False
    """With ``subject_ref``: also what the person may hold for a child or a business (a stolen phone)."""

    @model_validator(mode="after")
    def _exactly_one(self) -> "StatusChangeRequest":
        if (self.subject_ref is None) == (self.issuance_id is None):
            raise ValueError("name a person or a credential, not both")
        if self.held and self.subject_ref is None:
            raise ValueError("only a person holds something")
        return self


class StatusChangeAnswer(Message):
    """What changed; it shows in the published lists within two seconds."""

    issuance_ids: list[str]
    changed_copies: int
    published: Literal[False] = False
