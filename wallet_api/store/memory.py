"""The wallet's stores in memory: for tests, and for a holder that lives as long as its process.

No method awaits anything, so each runs as one step of the event loop.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from wallet_api.domain.account import Account
from wallet_api.domain.event import AccountId, Event
from wallet_api.domain.held_credential import CardStatus, CredentialId, HeldCopy, HeldCredential
from wallet_api.domain.history import MAX_ENTRIES, HistoryEntry, HistoryId
from wallet_api.domain.operation import Operation, OperationId, OperationKind


@dataclass(slots=True)
class MemoryWalletStore:
    """Every store of the wallet over dictionaries."""

    events: list[Event] = field(default_factory=list)
    _accounts: dict[bytes, Account] = field(default_factory=dict)
    _operations: dict[OperationId, Operation] = field(default_factory=dict)
    _credentials: dict[CredentialId, HeldCredential] = field(default_factory=dict)
    _copies: dict[CredentialId, Sequence[HeldCopy]] = field(default_factory=dict)
    _history: dict[HistoryId, HistoryEntry] = field(default_factory=dict)

    async def open_account(self, account: Account, event: Event) -> None:
        self._accounts[account.token_hash] = account
        self.events.append(event)

    async def find_account(self, token_hash: bytes) -> Account | None:
        return self._accounts.get(token_hash)

    async def put_operation(self, operation: Operation, event: Event | None) -> None:
        self._operations[operation.operation_id] = operation
        if event is not None:
            self.events.append(event)

    async def peek_operation(
        self, operation_id: OperationId, account_id: AccountId, kind: OperationKind, now: datetime
    ) -> Operation | None:
        found = self._operations.get(operation_id)
        if found is None or found.expires_at <= now or (found.account_id, found.kind) != (account_id, kind):
            return None
        return found

    async def take_operation(
        self, operation_id: OperationId, account_id: AccountId, kind: OperationKind, now: datetime
    ) -> Operation | None:
        found = await self.peek_operation(operation_id, account_id, kind, now)
        return None if found is None else self._operations.pop(operation_id)

    async def purge_operations(self, now: datetime) -> int:
        old = [one.operation_id for one in self._operations.values() if one.expires_at <= now]
        for operation_id in old:
            del self._operations[operation_id]
        return len(old)

    async def add_credential(
        self, credential: HeldCredential, copies: Sequence[HeldCopy], event: Event
    ) -> None:
        self._credentials[credential.credential_id] = credential
        self._copies[credential.credential_id] = tuple(copies)
        self.events.append(event)

    async def credentials_of(self, account_id: AccountId) -> Sequence[HeldCredential]:
        own = [one for one in self._credentials.values() if one.account_id == account_id]
        return sorted(own, key=lambda one: (one.received_at, one.credential_id), reverse=True)

    async def find_credential(
        self, account_id: AccountId, credential_id: CredentialId
    ) -> HeldCredential | None:
        found = self._credentials.get(credential_id)
        return found if found is not None and found.account_id == account_id else None

    async def read_copy(self, account_id: AccountId, credential_id: CredentialId) -> HeldCopy | None:
        found = await self.find_credential(account_id, credential_id)
        return None if found is None else self._copies[credential_id][0]

    async def draw_copy(self, account_id: AccountId, credential_id: CredentialId) -> HeldCopy | None:
        found = await self.find_credential(account_id, credential_id)
        if found is None:
            return None
        self._credentials[credential_id] = replace(found, draws=found.draws + 1)
        return self._copies[credential_id][found.draws % found.copies]

    async def note_status(
        self, account_id: AccountId, credential_id: CredentialId, status: CardStatus
    ) -> None:
        found = await self.find_credential(account_id, credential_id)
        if found is not None:
            self._credentials[credential_id] = replace(found, status=status)

    async def delete_credential(
        self, account_id: AccountId, credential_id: CredentialId, event: Event
    ) -> bool:
        if await self.find_credential(account_id, credential_id) is None:
            return False
        del self._credentials[credential_id], self._copies[credential_id]
        self.events.append(event)
        return True

    async def add_history(self, entry: HistoryEntry, event: Event) -> None:
        own = await self.history_of(entry.account_id)
        for old in own[MAX_ENTRIES - 1 :]:
            del self._history[old.entry_id]
        self._history[entry.entry_id] = entry
        self.events.append(event)

    async def replace_history(
        self, account_id: AccountId, entry_id: HistoryId, sealed: bytes, event: Event
    ) -> bool:
        found = self._history.get(entry_id)
        if found is None or found.account_id != account_id:
            return False
        self._history[entry_id] = replace(found, sealed=sealed)
        self.events.append(event)
        return True

    async def history_of(self, account_id: AccountId) -> Sequence[HistoryEntry]:
        own = [one for one in self._history.values() if one.account_id == account_id]
        return sorted(own, key=lambda one: (one.at, one.entry_id), reverse=True)

    async def delete_history(self, account_id: AccountId, entry_id: HistoryId, event: Event) -> bool:
        found = self._history.get(entry_id)
        if found is None or found.account_id != account_id:
            return False
        del self._history[entry_id]
        self.events.append(event)
        return True

    async def append(self, event: Event) -> None:
        self.events.append(event)

    async def latest(self, account_id: AccountId, limit: int) -> Sequence[Event]:
        return [one for one in reversed(self.events) if one.account_id == account_id][:limit]
