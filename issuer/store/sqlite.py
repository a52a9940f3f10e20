"""The issuer's stores on SQLite: every write is one function on the writer thread, in its own savepoint."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from issuer.domain.event import Event, SubjectRef
from issuer.domain.offer import ConfigurationId
from issuer.domain.records import (
    IssuanceId,
    IssuanceRecord,
    IssuanceSummary,
    StatusEntry,
    UsedNonce,
)
from issuer.domain.status import StatusChange
from issuer.errors import StatusEntryTaken
from issuer.store.rows import (
    event_columns,
    event_from,
    record_columns,
    summary_from,
)
from trillium.runtime.database import SqliteDatabase
from trillium.runtime.rows import rows_of, to_column

_INSERT_EVENT = (
    "INSERT INTO issuer_event (name, actor, at, subject_ref, reason, count) VALUES (?, ?, ?, ?, ?, ?)"
)
_INSERT_CREDENTIAL = f"INSERT INTO issuer_credential VALUES ({','.join('?' * 10)})"
_SUMMARY = (
    "SELECT issuance_id, subject_ref, configuration_id, SUM(NOT decoy) AS copies, SUM(decoy) AS decoys,"
    " MAX(status) AS status, MIN(issued_at) AS issued_at, MAX(expires_at) AS expires_at"
    " FROM issuer_credential WHERE {where} AND signed GROUP BY issuance_id, subject_ref, configuration_id"
    " ORDER BY MIN(issued_at) DESC, issuance_id"
)


def insert_event(connection: sqlite3.Connection, event: Event) -> None:
    """Appends an event in the transaction of the change it reports."""
    connection.execute(_INSERT_EVENT, event_columns(event))


def insert_credentials(connection: sqlite3.Connection, columns: Iterable[Sequence[Any]]) -> None:
    """Inserts one row per copy.

    Raises:
        StatusEntryTaken: a (list, index) pair is occupied.
    """
    try:
        connection.executemany(_INSERT_CREDENTIAL, columns)
    except sqlite3.IntegrityError as error:
        raise StatusEntryTaken from error


class SqliteIssuances:
    """``ports.IssuanceStore``."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    async def record_issuance(
        self, nonce: UsedNonce, records: Sequence[IssuanceRecord], event: Event
    ) -> bool:
        columns = [record_columns(record, status=0, decoy=False, issued_at=event.at) for record in records]
        nonce_columns = (nonce.nonce_id, to_column(nonce.expires_at))

        def work(connection: sqlite3.Connection) -> bool:
            consumed = connection.execute(
                "INSERT INTO issuer_used_nonce VALUES (?, ?) ON CONFLICT DO NOTHING", nonce_columns
            )
            if consumed.rowcount != 1:
                return False
            insert_credentials(connection, columns)
            insert_event(connection, event)
            return True

        return await self._database.write(work)

    async def mark_unsigned(self, issuance_id: IssuanceId, event: Event) -> None:
        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE issuer_credential SET signed = 0 WHERE issuance_id = ?", (issuance_id,)
            )
            insert_event(connection, event)

        await self._database.write(work)

    async def issuances_of(self, subject_ref: SubjectRef) -> Sequence[IssuanceSummary]:
        sql = _SUMMARY.format(where="subject_ref = ?")
        rows = await self._database.read(lambda connection: rows_of(connection, sql, (subject_ref,)))
        return [summary_from(row) for row in rows]

    async def find_issuance(self, issuance_id: IssuanceId) -> IssuanceSummary | None:
        sql = _SUMMARY.format(where="issuance_id = ?")
        rows = await self._database.read(lambda connection: rows_of(connection, sql, (issuance_id,)))
        return summary_from(rows[0]) if rows else None

    async def renewal_allowed(
        self, subject_ref: SubjectRef, configuration_id: ConfigurationId, since: datetime
    ) -> bool:
        sql = (
            "SELECT 1 FROM issuer_credential WHERE subject_ref = ? AND configuration_id = ?"
            " AND issued_at >= ? AND status <> 0 AND signed AND NOT decoy LIMIT 1"
        )
        arguments = (subject_ref, configuration_id, to_column(since))
        return not await self._database.read(lambda connection: rows_of(connection, sql, arguments))

    async def purge_nonces(self, now: datetime) -> int:
        sql = "DELETE FROM issuer_used_nonce WHERE expires_at <= ?"
        return await self._database.write(
            lambda connection: connection.execute(sql, (to_column(now),)).rowcount
        )


class SqliteEvents:
    """``ports.EventLog``."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    async def latest(self, limit: int) -> Sequence[Event]:
        sql = "SELECT * FROM issuer_event ORDER BY event_id DESC LIMIT ?"
        rows = await self._database.read(lambda connection: rows_of(connection, sql, (limit,)))
        return [event_from(row) for row in rows]


def apply_change(
    connection: sqlite3.Connection,
    issuance_ids: Sequence[IssuanceId],
    change: StatusChange,
    decoys: Sequence[IssuanceRecord],
    event: Event,
) -> list[StatusEntry]:
    """New values, decoys, publication rows and the event of one status change."""
    cards = ",".join("?" * len(issuance_ids))
    allowed = ",".join(str(int(status)) for status in change.sources)
    rows = rows_of(
        connection,
        f"UPDATE issuer_credential SET status = ? WHERE issuance_id IN ({cards})"
        f" AND status IN ({allowed}) RETURNING list_id, idx",
        (int(change.target), *issuance_ids),
    )
    if not rows:
        return []
    entries = [StatusEntry(row["list_id"], row["idx"]) for row in rows]
    insert_credentials(
        connection,
        [record_columns(decoy, status=change.target, decoy=True, issued_at=event.at) for decoy in decoys],
    )
    entries += [decoy.entry for decoy in decoys]
    connection.executemany(
        "INSERT INTO issuer_list_change (list_id, idx, value) VALUES (?, ?, ?)",
        [(entry.list_id, entry.index, int(change.target)) for entry in entries],
    )
    insert_event(connection, event)
    return entries
