"""The wallet's stores on PostgreSQL: every method is one statement, so one round trip, one transaction."""

from collections.abc import Sequence
from datetime import datetime

from trillium.runtime.database import PostgresqlDatabase
from trillium.runtime.rows import to_column
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

_EVENT = "INSERT INTO wallet_event (name, actor, at, account_id, reason)"
_OPERATION = "operation_id = $1 AND account_id = $2 AND kind = $3 AND expires_at > $4"
_CARD = "account_id = $1 AND credential_id = $2"

_OPEN_ACCOUNT = f"""
WITH opened AS (
    INSERT INTO wallet_account VALUES ($1, $2, $3, $4, $5) RETURNING 1
)
{_EVENT} SELECT $6, $7, $8::bigint, $9, $10 FROM opened"""

_PUT = "INSERT INTO wallet_operation VALUES ($1, $2, $3, $4, $5, $6)"
_PUT_WITH_EVENT = f"""
WITH put AS (
    {_PUT} RETURNING 1
)
{_EVENT} SELECT $7, $8, $9::bigint, $10, $11 FROM put"""

_ADD = f"""
WITH added AS (
    INSERT INTO wallet_credential VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    RETURNING credential_id
), copied AS (
    INSERT INTO wallet_copy
    SELECT added.credential_id, copy.* FROM added, unnest($13::int[], $14::bytea[]) AS copy
)
{_EVENT} SELECT $15, $16, $17::bigint, $18, $19 FROM added"""

# The row of the card is the counter: it is read again after another draw has let go of it, so no two draws
# see the same number. Copies never change, so an older snapshot of them does no harm.
_DRAW = f"""
WITH drawn AS (
    UPDATE wallet_credential SET draws = draws + 1 WHERE {_CARD} RETURNING credential_id, draws, copies
)
SELECT wallet_copy.number, wallet_copy.sealed FROM drawn JOIN wallet_copy
ON wallet_copy.credential_id = drawn.credential_id AND wallet_copy.number = (drawn.draws - 1) % drawn.copies
"""

_DELETE = f"""
WITH deleted AS (
    DELETE FROM wallet_credential WHERE {_CARD} RETURNING credential_id
), emptied AS (
    DELETE FROM wallet_copy USING deleted WHERE wallet_copy.credential_id = deleted.credential_id
)
{_EVENT} SELECT $3, $4, $5::bigint, $6, $7 FROM deleted"""


_ENTRY = "account_id = $1 AND entry_id = $2"
# A row that this statement adds is not yet seen by its deletion, which therefore keeps one fewer.
_ADD_HISTORY = f"""
WITH forgotten AS (
    DELETE FROM wallet_history WHERE account_id = $2 AND entry_id NOT IN (
        SELECT entry_id FROM wallet_history WHERE account_id = $2 ORDER BY at DESC, entry_id DESC LIMIT $5
    )
), added AS (
    INSERT INTO wallet_history VALUES ($1, $2, $3, $4) RETURNING 1
)
{_EVENT} SELECT $6, $7, $8::bigint, $9, $10 FROM added"""

_REPLACE_HISTORY = f"""
WITH replaced AS (
    UPDATE wallet_history SET sealed = $3 WHERE {_ENTRY} RETURNING 1
)
{_EVENT} SELECT $4, $5, $6::bigint, $7, $8 FROM replaced"""

_DELETE_HISTORY = f"""
WITH deleted AS (
    DELETE FROM wallet_history WHERE {_ENTRY} RETURNING 1
)
{_EVENT} SELECT $3, $4, $5::bigint, $6, $7 FROM deleted"""


class PostgresqlWalletStore:
    """Every store of the wallet."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._database = database

    async def open_account(self, account: Account, event: Event) -> None:
        await self._database.execute(_OPEN_ACCOUNT, *account_columns(account), *event_columns(event))

    async def find_account(self, token_hash: bytes) -> Account | None:
        row = await self._database.fetch_row("SELECT * FROM wallet_account WHERE token_hash = $1", token_hash)
        return None if row is None else account_from(row)

    async def put_operation(self, operation: Operation, event: Event | None) -> None:
        if event is None:
            await self._database.execute(_PUT, *operation_columns(operation))
        else:
            await self._database.execute(
                _PUT_WITH_EVENT, *operation_columns(operation), *event_columns(event)
            )

    async def peek_operation(
        self, operation_id: OperationId, account_id: AccountId, kind: OperationKind, now: datetime
    ) -> Operation | None:
        sql = f"SELECT * FROM wallet_operation WHERE {_OPERATION}"
        row = await self._database.fetch_row(sql, operation_id, account_id, kind.value, to_column(now))
        return None if row is None else operation_from(row)

    async def take_operation(
        self, operation_id: OperationId, account_id: AccountId, kind: OperationKind, now: datetime
    ) -> Operation | None:
        sql = f"DELETE FROM wallet_operation WHERE {_OPERATION} RETURNING *"
        row = await self._database.fetch_row(sql, operation_id, account_id, kind.value, to_column(now))
        return None if row is None else operation_from(row)

    async def purge_operations(self, now: datetime) -> int:
        return await self._database.execute(
            "DELETE FROM wallet_operation WHERE expires_at <= $1", to_column(now)
        )

    async def add_credential(
        self, credential: HeldCredential, copies: Sequence[HeldCopy], event: Event
    ) -> None:
        await self._database.execute(
            _ADD,
            *credential_columns(credential),
            [one.number for one in copies],
            [one.sealed for one in copies],
            *event_columns(event),
        )

    async def credentials_of(self, account_id: AccountId) -> Sequence[HeldCredential]:
        rows = await self._database.fetch(
            "SELECT * FROM wallet_credential WHERE account_id = $1"
            " ORDER BY received_at DESC, credential_id DESC",
            account_id,
        )
        return [credential_from(row) for row in rows]

    async def find_credential(
        self, account_id: AccountId, credential_id: CredentialId
    ) -> HeldCredential | None:
        sql = f"SELECT * FROM wallet_credential WHERE {_CARD}"
        row = await self._database.fetch_row(sql, account_id, credential_id)
        return None if row is None else credential_from(row)

    async def read_copy(self, account_id: AccountId, credential_id: CredentialId) -> HeldCopy | None:
        sql = (
            "SELECT wallet_copy.* FROM wallet_copy JOIN wallet_credential USING (credential_id)"
            f" WHERE {_CARD} AND number = 0"
        )
        row = await self._database.fetch_row(sql, account_id, credential_id)
        return None if row is None else copy_from(row)

    async def draw_copy(self, account_id: AccountId, credential_id: CredentialId) -> HeldCopy | None:
        row = await self._database.fetch_row(_DRAW, account_id, credential_id)
        return None if row is None else copy_from(row)

    async def note_status(
        self, account_id: AccountId, credential_id: CredentialId, status: CardStatus
    ) -> None:
        sql = f"UPDATE wallet_credential SET status = $3 WHERE {_CARD}"
        await self._database.execute(sql, account_id, credential_id, status.value)

    async def delete_credential(
        self, account_id: AccountId, credential_id: CredentialId, event: Event
    ) -> bool:
        deleted = await self._database.execute(_DELETE, account_id, credential_id, *event_columns(event))
        return deleted == 1

    async def add_history(self, entry: HistoryEntry, event: Event) -> None:
        await self._database.execute(
            _ADD_HISTORY, *history_columns(entry), MAX_ENTRIES - 1, *event_columns(event)
        )

    async def replace_history(
        self, account_id: AccountId, entry_id: HistoryId, sealed: bytes, event: Event
    ) -> bool:
        columns = event_columns(event)
        return await self._database.execute(_REPLACE_HISTORY, account_id, entry_id, sealed, *columns) == 1

    async def history_of(self, account_id: AccountId) -> Sequence[HistoryEntry]:
        rows = await self._database.fetch(
            "SELECT * FROM wallet_history WHERE account_id = $1 ORDER BY at DESC, entry_id DESC", account_id
        )
        return [history_from(row) for row in rows]

    async def delete_history(self, account_id: AccountId, entry_id: HistoryId, event: Event) -> bool:
        columns = event_columns(event)
        return await self._database.execute(_DELETE_HISTORY, account_id, entry_id, *columns) == 1

    async def append(self, event: Event) -> None:
        await self._database.execute(f"{_EVENT} VALUES ($1, $2, $3, $4, $5)", *event_columns(event))

    async def latest(self, account_id: AccountId, limit: int) -> Sequence[Event]:
        sql = "SELECT * FROM wallet_event WHERE account_id = $1 ORDER BY event_id DESC LIMIT $2"
        return [event_from(row) for row in await self._database.fetch(sql, account_id, limit)]
