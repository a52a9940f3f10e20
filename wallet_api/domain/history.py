"""What the resident's own record of presentations says: whom something was shown, what, and why.

It is the resident's: sealed under the resident's key like the cards, and deleted when the resident says so.
It has names of claims and no values: those are in the cards.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NewType

from pydantic import BaseModel, ConfigDict

from wallet_api.domain.agreement import Agreement
from wallet_api.domain.event import AccountId
from wallet_api.domain.registration import Registration

HistoryId = NewType("HistoryId", str)
MAX_ENTRIES: Final = 500

ClaimPath = tuple[str | int | None, ...]


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class AskedBy(_Kept):
    """Who asked. ``trusted``: an authority that we trust, or a registration, vouches for the name."""

    client_id: str | None
    origin: str | None = None
    name: str | None
    trusted: bool
    registration: Registration | None = None
    agreements: tuple[Agreement, ...] = ()


class ShownCard(_Kept):
    """One presentation: the type of the card, the claims that were asked for, what was seen beside them."""

    type: str
    claims: tuple[ClaimPath, ...]
    always_shown: tuple[ClaimPath, ...] = ()


class ShownTo(_Kept):
    """A whole record. ``accepted`` False: the verifier refused it, having seen it. ``receipt``: a JWS."""

    asked: AskedBy
    cards: tuple[ShownCard, ...]
    accepted: bool = True
    receipt: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A record as it is stored."""

    entry_id: HistoryId
    account_id: AccountId
    at: datetime
    sealed: bytes = field(repr=False)


def history_context(account_id: AccountId, entry_id: HistoryId) -> str:
    """Where a sealed record belongs; moved to another row it does not open."""
    return f"history/{account_id}/{entry_id}"
