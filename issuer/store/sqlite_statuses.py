"""``ports.StatusStore`` on SQLite."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from issuer.domain.event import Event
from issuer.domain.records import (
    LEASE_SLACK,
    IssuanceId,
    IssuanceRecord,
    ListChange,
    ListId,
    PublishedToken,
    StatusEntry,
    StatusGroup,
    StatusListRow,
)
from issuer.domain.status import StatusChange
from issuer.store.rows import LIST_COLUMNS, list_columns, list_from, token_from
from issuer.store.sqlite import apply_change, insert_event
from trillium.runtime.database import SqliteDatabase
from trillium.runtime.rows import rows_of, to_column

_INSERT_LIST = (
    f"INSERT INTO issuer_status_list ({','.join(LIST_COLUMNS)})"
    f" VALUES ({','.join('?' * len(LIST_COLUMNS))}) ON CONFLICT DO NOTHING"
)
_LIST = (
    "SELECT list_id, configuration_id, key_id, expiry_bucket, slot, generation, bits, size, key_version,"
    " last_expiry FROM issuer_status_list"
)


class SqliteStatuses:
    """Lists, leases, changes and tokens."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    async def _rows(self, sql: str, *arguments: object) -> list[dict[str, Any]]:
        return await self._database.rows(sql, arguments)

    async def open_lists(self, group: StatusGroup) -> Sequence[StatusListRow]:
        sql = (
            f"{_LIST} WHERE configuration_id = ? AND key_id = ? AND expiry_bucket = ? AND next_counter < size"
            " ORDER BY slot, generation"
        )
        rows = await self._rows(sql, group.configuration_id, group.key_id, group.expiry_bucket)
        return [list_from(row) for row in rows]

    async def add_list(self, row: StatusListRow, token: PublishedToken, event: Event) -> bool:
        def work(connection: sqlite3.Connection) -> bool:
            opened = connection.execute(_INSERT_LIST, list_columns(row, token)).rowcount == 1
            if opened:
                insert_event(connection, event)
            return opened

        return await self._database.write(work)

    async def latest_generation(self, group: StatusGroup, slot: int) -> int:
        sql = (
            "SELECT COALESCE(MAX(generation), -1) AS latest FROM issuer_status_list"
            " WHERE configuration_id = ? AND key_id = ? AND expiry_bucket = ? AND slot = ?"
        )
        rows = await self._rows(sql, group.configuration_id, group.key_id, group.expiry_bucket, slot)
        return int(rows[0]["latest"])

    async def lease_block(self, list_id: ListId, count: int) -> range | None:
        sql = "SELECT next_counter, size FROM issuer_status_list WHERE list_id = ?"

        def work(connection: sqlite3.Connection) -> range | None:
            rows = rows_of(connection, sql, (list_id,))
            if not rows or rows[0]["next_counter"] >= rows[0]["size"]:
                return None
            start = rows[0]["next_counter"]
            end = min(start + count, rows[0]["size"])
            connection.execute(
                "UPDATE issuer_status_list SET next_counter = ? WHERE list_id = ?", (end, list_id)
            )
            return range(start, end)

        return await self._database.write(work)

    async def change_status(
        self,
        issuance_ids: Sequence[IssuanceId],
        change: StatusChange,
        decoys: Sequence[IssuanceRecord],
        event: Event,
    ) -> Sequence[StatusEntry]:
        return await self._database.write(
            lambda connection: apply_change(connection, issuance_ids, change, decoys, event)
        )

    async def find_list(self, list_id: ListId) -> StatusListRow | None:
        rows = await self._rows(f"{_LIST} WHERE list_id = ?", list_id)
        return list_from(rows[0]) if rows else None

    async def lists_of(self, issuance_id: IssuanceId) -> Sequence[StatusListRow]:
        used = "SELECT list_id FROM issuer_credential WHERE issuance_id = ?"
        rows = await self._rows(f"{_LIST} WHERE list_id IN ({used}) ORDER BY list_id", issuance_id)
        return [list_from(row) for row in rows]

    async def lists_with_changes(self) -> Sequence[ListId]:
        rows = await self._rows("SELECT DISTINCT list_id FROM issuer_list_change")
        return [ListId(row["list_id"]) for row in rows]

    async def lists_expiring(self, before: datetime, now: datetime) -> Sequence[ListId]:
        sql = "SELECT list_id FROM issuer_status_list WHERE token_expires_at < ? AND last_expiry > ?"
        rows = await self._rows(sql, to_column(before), to_column(now))
        return [ListId(row["list_id"]) for row in rows]

    async def take_lease(self, list_id: ListId, holder: str, now: datetime, until: datetime) -> bool:
        sql = (
            "UPDATE issuer_status_list SET lease_holder = ?, lease_until = ?"
            " WHERE list_id = ? AND (lease_holder = ? OR lease_until <= ? OR lease_until >= ?)"
        )
        beyond = to_column(until + LEASE_SLACK)
        arguments = (holder, to_column(until), list_id, holder, to_column(now), beyond)
        return await self._database.write(lambda connection: connection.execute(sql, arguments).rowcount == 1)

    async def pending_changes(self, list_id: ListId) -> Sequence[ListChange]:
        sql = "SELECT change_id, idx, value FROM issuer_list_change WHERE list_id = ? ORDER BY change_id"
        rows = await self._rows(sql, list_id)
        return [ListChange(row["change_id"], row["idx"], row["value"]) for row in rows]

    async def entries(self, list_id: ListId) -> Sequence[tuple[int, int]]:
        sql = "SELECT idx, status FROM issuer_credential WHERE list_id = ? AND status <> 0"
        return [(row["idx"], row["status"]) for row in await self._rows(sql, list_id)]

    async def store_token(
        self, token: PublishedToken, published: Sequence[int], holder: str, now: datetime, until: datetime
    ) -> bool:
        sql = (
            "UPDATE issuer_status_list"
            " SET version = ?, token = ?, signed_at = ?, token_expires_at = ?, lease_until = ?"
            " WHERE list_id = ? AND version = ? AND lease_holder = ? AND lease_until > ?"
        )
        arguments = (
            token.version,
            token.token,
            to_column(token.signed_at),
            to_column(token.expires_at),
            to_column(until),
            token.list_id,
            token.version - 1,
            holder,
            to_column(now),
        )

        def work(connection: sqlite3.Connection) -> bool:
            stored = connection.execute(sql, arguments).rowcount == 1
            if stored:
                connection.executemany(
                    "DELETE FROM issuer_list_change WHERE change_id = ?",
                    [(change_id,) for change_id in published],
                )
            return stored

        return await self._database.write(work)

    async def token(self, list_id: ListId) -> PublishedToken | None:
        sql = (
            "SELECT list_id, version, token, signed_at, token_expires_at FROM issuer_status_list"
            " WHERE list_id = ?"
        )
        rows = await self._rows(sql, list_id)
        return token_from(rows[0]) if rows else None

    async def token_versions(self) -> Sequence[tuple[ListId, int]]:
        rows = await self._rows("SELECT list_id, version FROM issuer_status_list")
        return [(ListId(row["list_id"]), row["version"]) for row in rows]
