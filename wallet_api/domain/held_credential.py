"""What a wallet holds: a card, and its copies, each with a holder key of its own.

A copy that was shown once is not shown again while fresh ones are left, so that two verifiers cannot tell
that they met the same person (RFC 9901 section 10.1).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from wallet_api.domain.event import AccountId

CredentialId = NewType("CredentialId", str)


@dataclass(frozen=True, slots=True)
class HeldCopy:
    """One copy, encrypted: the compact SD-JWT VC together with its holder key."""

    number: int
    sealed: bytes
    """Under the resident's key; nothing of it is readable at rest."""
    times_shown: int = 0


@dataclass(frozen=True, slots=True)
class HeldCredential:
    """A card in the wallet. No claim of it is here in the clear."""

    credential_id: CredentialId
    account_id: AccountId
    credential_issuer: str
    configuration_id: str
    vct: str
    received_at: datetime
    expires_at: datetime | None
    copies: tuple[HeldCopy, ...]

    @property
    def copies_left(self) -> int:
        """Copies that nobody has seen."""
        return sum(copy.times_shown == 0 for copy in self.copies)
