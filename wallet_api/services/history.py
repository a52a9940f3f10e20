"""The resident's own record of what was shown to whom, and the receipts that came for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from specs.encoding import b64url_encode
from wallet_api.domain.account import Account
from wallet_api.domain.event import RESIDENT, Event, EventName
from wallet_api.domain.history import HistoryEntry, HistoryId, ShownTo, history_context
from wallet_api.errors import UnknownHistoryEntry
from wallet_api.ports import Clock, HistoryStore, Randomness
from wallet_api.services.vault import Vault

_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Recorded:
    """One record, opened for its owner."""

    entry_id: HistoryId
    at: datetime
    shown: ShownTo


@dataclass(frozen=True, slots=True)
class History:
    store: HistoryStore
    vault: Vault
    clock: Clock
    randomness: Randomness

    async def record(self, account: Account, shown: ShownTo) -> HistoryId:
        """Keeps a record of what a verifier has got, whether it took it or not."""
        now = self.clock.now()
        entry_id = HistoryId(b64url_encode(self.randomness.token_bytes(_ID_BYTES)))
        name = EventName.PRESENTATION_SENT if shown.accepted else EventName.PRESENTATION_NOT_ACCEPTED
        entry = HistoryEntry(entry_id, account.account_id, now, self._seal(account, entry_id, shown))
        await self.store.add_history(entry, Event(name, RESIDENT, now, account.account_id))
        return entry_id

    async def add_receipt(self, account: Account, entry_id: HistoryId, shown: ShownTo, receipt: str) -> None:
        """Keeps the receipt with its record, if that is still there."""
        now = self.clock.now()
        sealed = self._seal(account, entry_id, shown.model_copy(update={"receipt": receipt}))
        event = Event(EventName.RECEIPT_KEPT, RESIDENT, now, account.account_id)
        await self.store.replace_history(account.account_id, entry_id, sealed, event)

    async def list(self, account: Account) -> Sequence[Recorded]:
        """All records, newest first."""
        return [self._open(account, one) for one in await self.store.history_of(account.account_id)]

    async def delete(self, account: Account, entry_id: HistoryId) -> None:
        """Deletes a record with its receipt.

        Raises:
            UnknownHistoryEntry: not in this wallet.
        """
        event = Event(EventName.HISTORY_DELETED, RESIDENT, self.clock.now(), account.account_id)
        if not await self.store.delete_history(account.account_id, entry_id, event):
            raise UnknownHistoryEntry

    def _seal(self, account: Account, entry_id: HistoryId, shown: ShownTo) -> bytes:
        context = history_context(account.account_id, entry_id)
        return self.vault.seal_for(account, shown.model_dump_json().encode(), context)

    def _open(self, account: Account, entry: HistoryEntry) -> Recorded:
        context = history_context(account.account_id, entry.entry_id)
        plain = self.vault.open_for(account, entry.sealed, context)
        return Recorded(entry.entry_id, entry.at, ShownTo.model_validate_json(plain))
