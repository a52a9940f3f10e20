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
from wallet_api.domain.operation import Operation, OperationId, OperationKind
from wallet_api.store.rows import (
    account_columns,
    account_from,
    copy_from,
    credential_columns,
    credential_from,
    event_columns,
    event_from,
    operation_columns,
    operation_from,
)

_EVENT = "INSERT INTO wallet_event (name, actor, at, account_id, reason) VALUES (?, ?, ?, ?, ?)"
_OPERATION = "operation_id = ? AND account_id = ? AND kind = ? AND expires_at > ?"
_CARD = "account_id = ? AND credential_id = ?"


class SqliteWalletStore:
    """``AccountStore``, ``OperationStore``, ``CredentialStore`` and ``EventLog``."""

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

    async def append(self, event: Event) -> None:
        columns = event_columns(event)
        await self._database.write(lambda connection: connection.execute(_EVENT, columns).rowcount)

    async def latest(self, account_id: AccountId, limit: int) -> Sequence[Event]:
        sql = "SELECT * FROM wallet_event WHERE account_id = ? ORDER BY event_id DESC LIMIT ?"
        return [event_from(row) for row in await self._rows(sql, account_id, limit)]
