"""Receipts and evidence on SQLite: every write is one function on the writer thread, in its own savepoint."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from trillium.runtime.database import SqliteDatabase
from trillium.runtime.rows import rows_of, to_column
from verifier.domain.event import Event
from verifier.domain.evidence import (
    EvidenceEnd,
    EvidenceEntry,
    EvidenceId,
    EvidencePlace,
    KeptEvidence,
    evidence_deleted,
    evidence_kept,
)
from verifier.domain.kept import Kept
from verifier.domain.presentation import RequestId
from verifier.domain.receipt import KeptReceipt
from verifier.domain.relying_service import ClientId
from verifier.store.kept_rows import (
    entry_from,
    evidence_columns,
    evidence_from,
    receipt_columns,
    receipt_from,
)
from verifier.store.kept_tables import ENTRY_COLUMNS, RECEIPT_COLUMNS
from verifier.store.rows import event_columns

_KEEP_RECEIPT = (
    f"INSERT INTO verifier_receipt ({', '.join(RECEIPT_COLUMNS)})"
    f" VALUES ({', '.join('?' * len(RECEIPT_COLUMNS))})"
)
_KEEP_EVIDENCE = (
    f"INSERT INTO verifier_evidence ({', '.join(ENTRY_COLUMNS)}, jwe)"
    f" VALUES ({', '.join('?' * len(ENTRY_COLUMNS))}, ?)"
)
_INSERT_EVENT = (
    "INSERT INTO verifier_event (name, actor, at, client_id, preset, reason) VALUES (?, ?, ?, ?, ?, ?)"
)
_RECEIPT = (
    f"SELECT {', '.join(RECEIPT_COLUMNS)} FROM verifier_receipt WHERE request_id = ? AND kept_until > ?"
)
_EVIDENCE = f"SELECT {', '.join(ENTRY_COLUMNS)}, jwe FROM verifier_evidence"
_ENTRIES = f"SELECT {', '.join(ENTRY_COLUMNS)} FROM verifier_evidence"
_SINCE = (
    f"{_ENTRIES} WHERE client_id = ? AND made_at >= ? AND NOT held_back"
    " AND (made_at, evidence_id) > (?, ?) ORDER BY made_at, evidence_id LIMIT ?"
)


def keep(connection: sqlite3.Connection, kept: Kept) -> None:
    """As part of ``conclude``, in its transaction."""
    connection.execute(_KEEP_RECEIPT, receipt_columns(kept.receipt))
    if kept.evidence is not None:
        connection.execute(_KEEP_EVIDENCE, evidence_columns(kept.evidence))
        connection.execute(_INSERT_EVENT, event_columns(evidence_kept(kept.evidence.entry)))


class SqliteKept:
    """``ReceiptStore`` and ``EvidenceStore``."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    async def has_receipt(self, request_id: RequestId, now: datetime) -> bool:
        return bool(await self._rows(_RECEIPT, request_id, to_column(now)))

    async def take_receipt(self, request_id: RequestId, now: datetime, event: Event) -> KeptReceipt | None:
        def work(connection: sqlite3.Connection) -> KeptReceipt | None:
            rows = rows_of(connection, _RECEIPT, (request_id, to_column(now)))
            if not rows:
                return None
            connection.execute("DELETE FROM verifier_receipt WHERE request_id = ?", (request_id,))
            connection.execute(_INSERT_EVENT, event_columns(event))
            return receipt_from(rows[0])

        taken = await self._database.write(work)
        if taken is not None:
            await self._database.checkpoint_after_deletion()
        return taken

    async def purge_receipts(self, now: datetime) -> int:
        sql, at = "DELETE FROM verifier_receipt WHERE kept_until <= ?", to_column(now)
        purged = await self._database.write(lambda connection: connection.execute(sql, (at,)).rowcount)
        if purged:
            await self._database.checkpoint_after_deletion()
        return purged

    async def evidence_of(self, transaction_hash: bytes) -> KeptEvidence | None:
        rows = await self._rows(f"{_EVIDENCE} WHERE transaction_hash = ?", transaction_hash)
        return evidence_from(rows[0]) if rows else None

    async def find_evidence(self, evidence_id: EvidenceId) -> KeptEvidence | None:
        rows = await self._rows(f"{_EVIDENCE} WHERE evidence_id = ?", evidence_id)
        return evidence_from(rows[0]) if rows else None

    async def evidence_since(
        self, client_id: ClientId, since: datetime, after: EvidencePlace | None, limit: int
    ) -> Sequence[EvidenceEntry]:
        made_at, evidence_id = (0, "") if after is None else (to_column(after.made_at), after.evidence_id)
        rows = await self._rows(_SINCE, client_id, to_column(since), made_at, evidence_id, limit)
        return [entry_from(row) for row in rows]

    async def held_back(self, limit: int) -> Sequence[EvidenceEntry]:
        rows = await self._rows(f"{_ENTRIES} WHERE held_back ORDER BY made_at LIMIT ?", limit)
        return [entry_from(row) for row in rows]

    async def hand_over(self, evidence_id: EvidenceId) -> None:
        sql = "UPDATE verifier_evidence SET held_back = 0 WHERE evidence_id = ?"
        await self._database.write(lambda connection: connection.execute(sql, (evidence_id,)))

    async def record_reading(self, event: Event) -> None:
        columns = event_columns(event)
        await self._database.write(lambda connection: connection.execute(_INSERT_EVENT, columns))

    async def delete_evidence(self, evidence_id: EvidenceId, end: EvidenceEnd, now: datetime) -> bool:
        return bool(await self._delete_evidence("evidence_id = ?", evidence_id, end, now))

    async def delete_due_evidence(self, now: datetime) -> int:
        return await self._delete_evidence("delete_at <= ?", to_column(now), EvidenceEnd.DUE, now)

    async def _delete_evidence(self, which: str, argument: object, end: EvidenceEnd, now: datetime) -> int:
        sql = f"DELETE FROM verifier_evidence WHERE {which} RETURNING client_id, preset"

        def work(connection: sqlite3.Connection) -> int:
            gone = rows_of(connection, sql, (argument,))
            events = [evidence_deleted(row["client_id"], row["preset"], end, now) for row in gone]
            connection.executemany(_INSERT_EVENT, [event_columns(one) for one in events])
            return len(gone)

        deleted = await self._database.write(work)
        if deleted:
            await self._database.checkpoint_after_deletion()
        return deleted

    async def _rows(self, sql: str, *arguments: object) -> list[dict[str, Any]]:
        return await self._database.rows(sql, arguments)
