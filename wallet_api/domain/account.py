"""A resident's wallet: an opaque token opens it until passkeys do."""

from dataclasses import dataclass, field
from datetime import datetime

from wallet_api.domain.event import AccountId


@dataclass(frozen=True, slots=True)
class Account:
    """``token_hash``: SHA-256 of a 256-bit token that was shown once.

    ``wrapped_key``: the resident's own key, under which holder keys and credentials are kept; deleting it
    makes everything of the account unreadable. ``sealed_name``: what the resident calls it, under that key.
    """

    account_id: AccountId
    token_hash: bytes = field(repr=False)
    wrapped_key: bytes = field(repr=False)
    sealed_name: bytes = field(repr=False)
    created_at: datetime
