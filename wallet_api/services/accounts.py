"""Opening a wallet for a resident, and finding it again by its token."""

import hashlib
from dataclasses import dataclass, field

from specs.encoding import b64url_encode
from wallet_api.domain.account import Account
from wallet_api.domain.event import MANAGEMENT, AccountId, Event, EventName
from wallet_api.errors import UnknownAccount
from wallet_api.ports import AccountStore, Clock, Randomness
from wallet_api.services.vault import Vault

_ID_BYTES = 16
_TOKEN_BYTES = 32
_NAME = "account name"


@dataclass(frozen=True, slots=True)
class OpenedAccount:
    """A new account. The token exists nowhere else."""

    account: Account
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Accounts:
    store: AccountStore
    vault: Vault
    clock: Clock
    randomness: Randomness

    async def open(self, name: str) -> OpenedAccount:
        """A wallet with a key of its own. ``name``: how the resident calls it; kept sealed."""
        random = self.randomness.token_bytes(_ID_BYTES + _TOKEN_BYTES)
        account_id, token = AccountId(b64url_encode(random[:_ID_BYTES])), b64url_encode(random[_ID_BYTES:])
        now = self.clock.now()
        wrapped_key = self.vault.create_account_key(account_id)
        sealed_name = self.vault.seal(account_id, wrapped_key, name.encode(), _NAME)
        account = Account(account_id, token_hash(token), wrapped_key, sealed_name, now)
        await self.store.open_account(account, Event(EventName.ACCOUNT_OPENED, MANAGEMENT, now, account_id))
        return OpenedAccount(account, token)

    async def find(self, token: str) -> Account:
        """The account that a token opens; looked up by its hash, so nothing is compared byte by byte.

        Raises:
            UnknownAccount: there is none.
        """
        account = await self.store.find_account(token_hash(token))
        if account is None:
            raise UnknownAccount
        return account

    def name_of(self, account: Account) -> str:
        """What the resident called it."""
        return self.vault.open_for(account, account.sealed_name, _NAME).decode()


def token_hash(token: str) -> bytes:
    """SHA-256, as the store keeps it: a token of 256 random bits needs no slow hash."""
    return hashlib.sha256(token.encode()).digest()
