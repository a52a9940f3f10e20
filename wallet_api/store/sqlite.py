"""The wallet's stores on SQLite: every write is one function on the writer thread, in its own savepoint."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from trillium.runtime.database import SqliteDatabase
from trillium.runtime.rows import rows_of, to_column
from wallet_api.domain.account import Account
from wallet_api.domain.event import AccountId, Event
from wallet_api.domain.held_credential import CardStatus, CredentialId, HeldCopy, HeldCredential
from wallet_api.domain.history import MAX_ENTRIES, HistoryEntry, HistoryId
from wallet_api.domain.operation import Operation, OperationId, OperationKind
from wallet_api.store.rows import (
    account_columns,
    account_from,
    copy_from,
    credential_columns,
    credential_from,
    event_columns,
    event_from,
    history_columns,
    history_from,
    operation_columns,
    operation_from,
)

_EVENT = "INSERT INTO wallet_event (name, actor, at, account_id, reason) VALUES (?, ?, ?, ?, ?)"
_OPERATION = "operation_id = ? AND account_id = ? AND kind = ? AND expires_at > ?"
_CARD = "account_id = ? AND credential_id = ?"
_ENTRY = "account_id = ? AND entry_id = ?"
_FORGET = """
DELETE FROM wallet_history WHERE account_id = ? AND entry_id NOT IN (
    SELECT entry_id FROM wallet_history WHERE account_id = ? ORDER BY at DESC, entry_id DESC LIMIT ?
)"""


class SqliteWalletStore:
    """Every store of the wallet."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    async def _rows(self, sql: str, *arguments: object) -> list[dict[str, Any]]:
        return await self._database.read(lambda connection: rows_of(connection, sql, arguments))

    async def open_account(self, account: Account, event: Event) -> None:
        def work(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT INTO wallet_account VALUES (?, ?, ?, ?, ?)", account_columns(account))
            connection.execute(_EVENT, event_columns(event))

        await self._database.write(work)

    async def find_account(self, token_hash: bytes) -> Account | None:
        rows = await self._rows("SELECT * FROM wallet_account WHERE token_hash = ?", token_hash)
        return account_from(rows[0]) if rows else None

    async def put_operation(self, operation: Operation, event: Event | None) -> None:
        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO wallet_operation VALUES (?, ?, ?, ?, ?, ?)", operation_columns(operation)
            )
            if event is not None:
                connection.execute(_EVENT, event_columns(event))

        await self._database.write(work)

    async def peek_operation(
        self, operation_id: OperationId, account_id: AccountId, kind: OperationKind, now: datetime
    ) -> Operation | None:
        sql = f"SELECT * FROM wallet_operation WHERE {_OPERATION}"
        rows = await self._rows(sql, operation_id, account_id, kind.value, to_column(now))
        return operation_from(rows[0]) if rows else None

    async def take_operation(
        self, operation_id: OperationId, account_id: AccountId, kind: OperationKind, now: datetime
    ) -> Operation | None:
        sql = f"DELETE FROM wallet_operation WHERE {_OPERATION} RETURNING *"
        arguments = (operation_id, account_id, kind.value, to_column(now))
        rows = await self._database.write(lambda connection: rows_of(connection, sql, arguments))
        if not rows:
            return None
        await self._database.checkpoint_after_deletion()
        return operation_from(rows[0])

    async def purge_operations(self, now: datetime) -> int:
        sql, arguments = "DELETE FROM wallet_operation WHERE expires_at <= ?", (to_column(now),)
        purged = await self._database.write(lambda connection: connection.execute(sql, arguments).rowcount)
        if purged:
            await self._database.checkpoint_after_deletion()
        return purged

    async def add_credential(
        self, credential: HeldCredential, copies: Sequence[HeldCopy], event: Event
    ) -> None:
        sql = f"INSERT INTO wallet_credential VALUES ({','.join('?' * 12)})"
        rows = [(credential.credential_id, one.number, one.sealed) for one in copies]

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(sql, credential_columns(credential))
            connection.executemany("INSERT INTO wallet_copy VALUES (?, ?, ?)", rows)
            connection.execute(_EVENT, event_columns(event))

        await self._database.write(work)

    async def credentials_of(self, account_id: AccountId) -> Sequence[HeldCredential]:
        sql = (
            "SELECT * FROM wallet_credential WHERE account_id = ?"
            " ORDER BY received_at DESC, credential_id DESC"
        )
        return [credential_from(row) for row in await self._rows(sql, account_id)]

    async def find_credential(
        self, account_id: AccountId, credential_id: CredentialId
    ) -> HeldCredential | None:
        rows = await self._rows(f"SELECT * FROM wallet_credential WHERE {_CARD}", account_id, credential_id)
        return credential_from(rows[0]) if rows else None

    async def read_copy(self, account_id: AccountId, credential_id: CredentialId) -> HeldCopy | None:
        sql = (
            "SELECT wallet_copy.* FROM wallet_copy JOIN wallet_credential USING (credential_id)"
            f" WHERE {_CARD} AND number = 0"
        )
        rows = await self._rows(sql, account_id, credential_id)
        return copy_from(rows[0]) if rows else None

    async def draw_copy(self, account_id: AccountId, credential_id: CredentialId) -> HeldCopy | None:
        sql = f"UPDATE wallet_credential SET draws = draws + 1 WHERE {_CARD} RETURNING draws, copies"
        copy = "SELECT * FROM wallet_copy WHERE credential_id = ? AND number = ?"

        def work(connection: sqlite3.Connection) -> HeldCopy | None:
            drawn = rows_of(connection, sql, (account_id, credential_id))
            if not drawn:
                return None
            number = (drawn[0]["draws"] - 1) % drawn[0]["copies"]
            return copy_from(rows_of(connection, copy, (credential_id, number))[0])

        return await self._database.write(work)

    async def note_status(
        self, account_id: AccountId, credential_id: CredentialId, status: CardStatus
    ) -> None:
        sql = f"UPDATE wallet_credential SET status = ? WHERE {_CARD}"
        arguments = (status.value, account_id, credential_id)
        await self._database.write(lambda connection: connection.execute(sql, arguments).rowcount)

    async def delete_credential(
        self, account_id: AccountId, credential_id: CredentialId, event: Event
    ) -> bool:
        sql = f"DELETE FROM wallet_credential WHERE {_CARD}"

        def work(connection: sqlite3.Connection) -> bool:
            if connection.execute(sql, (account_id, credential_id)).rowcount != 1:
                return False
            connection.execute("DELETE FROM wallet_copy WHERE credential_id = ?", (credential_id,))
            connection.execute(_EVENT, event_columns(event))
            return True

        deleted = await self._database.write(work)
        if deleted:
            await self._database.checkpoint_after_deletion()
        return deleted

    async def add_history(self, entry: HistoryEntry, event: Event) -> None:
        columns = history_columns(entry)

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(_FORGET, (entry.account_id, entry.account_id, MAX_ENTRIES - 1))
            connection.execute("INSERT INTO wallet_history VALUES (?, ?, ?, ?)", columns)
            connection.execute(_EVENT, event_columns(event))

        await self._database.write(work)

    async def replace_history(
        self, account_id: AccountId, entry_id: HistoryId, sealed: bytes, event: Event
    ) -> bool:
        sql = f"UPDATE wallet_history SET sealed = ? WHERE {_ENTRY}"
        return await self._change_history(sql, (sealed, account_id, entry_id), event)

    async def history_of(self, account_id: AccountId) -> Sequence[HistoryEntry]:
        sql = "SELECT * FROM wallet_history WHERE account_id = ? ORDER BY at DESC, entry_id DESC"
        return [history_from(row) for row in await self._rows(sql, account_id)]

    async def delete_history(self, account_id: AccountId, entry_id: HistoryId, event: Event) -> bool:
        sql = f"DELETE FROM wallet_history WHERE {_ENTRY}"
        deleted = await self._change_history(sql, (account_id, entry_id), event)
        if deleted:
            await self._database.checkpoint_after_deletion()
        return deleted

    async def _change_history(self, sql: str, arguments: tuple[object, ...], event: Event) -> bool:
        def work(connection: sqlite3.Connection) -> bool:
            if connection.execute(sql, arguments).rowcount != 1:
                return False
            connection.execute(_EVENT, event_columns(event))
            return True

        return await self._database.write(work)

    async def append(self, event: Event) -> None:
        columns = event_columns(event)
        await self._database.write(lambda connection: connection.execute(_EVENT, columns).rowcount)

    async def latest(self, account_id: AccountId, limit: int) -> Sequence[Event]:
        sql = "SELECT * FROM wallet_event WHERE account_id = ? ORDER BY event_id DESC LIMIT ?"
        return [event_from(row) for row in await self._rows(sql, account_id, limit)]
