"""What a wallet holds: a card, and its copies, each with a holder key of its own.

A copy that was shown once is not shown again while fresh ones are left, so that two verifiers cannot tell
that they met the same person (RFC 9901 section 10.1). Copies are drawn in turn: the number of draws says
which one is next and how often each was shown.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType
from urllib.parse import urlsplit

from specs.token_status_list import StatusOutcome
from wallet_api.domain.event import AccountId

CredentialId = NewType("CredentialId", str)

_VERSION: Final = re.compile(r"[0-9]{1,9}", re.ASCII)


class CardStatus(StrEnum):
    """How a card stood when its status list was last read."""

    VALID = "valid"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    """The list could not be had, or says nothing that we understand."""


_CARD_STATUS: Final[Mapping[StatusOutcome, CardStatus]] = {
    StatusOutcome.VALID: CardStatus.VALID,
    StatusOutcome.INVALID: CardStatus.REVOKED,
    StatusOutcome.SUSPENDED: CardStatus.SUSPENDED,
}


def card_status(outcome: StatusOutcome) -> CardStatus:
    """What a reading of the list means for the card."""
    return _CARD_STATUS.get(outcome, CardStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class HeldCopy:
    """One copy, encrypted: the compact SD-JWT VC together with its holder key."""

    number: int
    """From 0."""
    sealed: bytes = field(repr=False)
    """Under the resident's key; nothing of it is readable at rest."""


@dataclass(frozen=True, slots=True)
class TypeName:
    """What a type is called in one language."""

    locale: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCredential:
    """A card in the wallet. No claim of it is here in the clear.

    ``lineage``: its type, then what that extends, nearest first. ``names``: what its type is called, the
    issuer's preferred language first. ``copies``: how many; ``draws``: how often one was taken to be shown.
    """

    credential_id: CredentialId
    account_id: AccountId
    credential_issuer: str
    configuration_id: str
    vct: str
    lineage: tuple[str, ...]
    names: tuple[TypeName, ...]
    received_at: datetime
    expires_at: datetime | None
    copies: int
    draws: int = 0
    status: CardStatus = CardStatus.UNKNOWN

    @property
    def copies_left(self) -> int:
        """Copies that nobody has seen."""
        return max(0, self.copies - self.draws)

    def is_expired(self, now: datetime) -> bool:
        """At and after ``exp`` nobody accepts it."""
        return self.expires_at is not None and now >= self.expires_at

    def status_at(self, now: datetime) -> CardStatus:
        """What to tell the resident."""
        return CardStatus.EXPIRED if self.is_expired(now) else self.status


def copy_context(account_id: AccountId, credential_id: CredentialId, number: int) -> str:
    """What a sealed copy is bound to: moved to another row it does not open."""
    return f"credential/{account_id}/{credential_id}/{number}"


def short_type(vct: str) -> str:
    """How people call a type: ``photo-card`` for ``https://issuer.example/types/photo-card/1``."""
    parts = [part for part in urlsplit(vct).path.split("/") if part]
    if vct.startswith(("https://", "http://")) and parts:
        return parts[-2] if len(parts) > 1 and _VERSION.fullmatch(parts[-1]) else parts[-1]
    return vct
