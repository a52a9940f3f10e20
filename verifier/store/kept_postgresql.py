"""Receipts and evidence on PostgreSQL: every method is one statement, so one round trip, one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from trillium.runtime.database import PostgresqlDatabase
from trillium.runtime.rows import to_column
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

_EVENT = "INSERT INTO verifier_event (name, actor, at, client_id, preset, reason)"
_RECEIPT = "request_id = $1 AND kept_until > $2"
_ENTRY = ", ".join(ENTRY_COLUMNS)
_EVIDENCE = f"SELECT {_ENTRY}, jwe FROM verifier_evidence"
_ENTRIES = f"SELECT {_ENTRY} FROM verifier_evidence"

_TAKE = f"""
WITH taken AS (
    DELETE FROM verifier_receipt WHERE {_RECEIPT} RETURNING {", ".join(RECEIPT_COLUMNS)}
), told AS (
    {_EVENT} SELECT $3, $4, $5::bigint, $6, $7, $8 FROM taken
)
SELECT * FROM taken"""

_SINCE = f"""
{_ENTRIES} WHERE client_id = $1 AND made_at >= $2 AND NOT held_back
    AND (made_at, evidence_id) > ($3::bigint, $4::text)
ORDER BY made_at, evidence_id LIMIT $5"""

_RECEIPT_TYPES = ("text", "bigint", "bytea", "bytea")
_EVIDENCE_TYPES = ("text", "text", "bytea", "text", "text", "bigint", "bigint", "boolean", "text")
_EVENT_TYPES = ("text", "text", "bigint", "text", "text", "text")


def keep_statements(first: int) -> str:
    """What follows ``concluded AS (…)`` in the statement that ends a presentation.

    Its arguments, in the order of ``keep_arguments``, are numbered from ``first``.
    """
    receipt = _typed(first, _RECEIPT_TYPES)
    second = first + len(_RECEIPT_TYPES)
    evidence = _typed(second, _EVIDENCE_TYPES)
    event = _typed(second + len(_EVIDENCE_TYPES), _EVENT_TYPES)
    return f"""
, receipt AS (
    INSERT INTO verifier_receipt ({", ".join(RECEIPT_COLUMNS)})
    SELECT {receipt} FROM concluded WHERE ${first}::text IS NOT NULL
), evidence AS (
    INSERT INTO verifier_evidence ({_ENTRY}, jwe)
    SELECT {evidence} FROM concluded WHERE ${second}::text IS NOT NULL RETURNING 1
), evidence_told AS (
    {_EVENT} SELECT {event} FROM evidence
)"""


def keep_arguments(kept: Kept | None) -> tuple[Any, ...]:
    """As many as ``keep_statements`` numbers, whatever there is to keep."""
    receipt = (None,) * len(_RECEIPT_TYPES) if kept is None else receipt_columns(kept.receipt)
    if kept is None or kept.evidence is None:
        return receipt + (None,) * (len(_EVIDENCE_TYPES) + len(_EVENT_TYPES))
    return receipt + evidence_columns(kept.evidence) + event_columns(evidence_kept(kept.evidence.entry))


def _typed(first: int, types: Sequence[str]) -> str:
    return ", ".join(f"${number}::{name}" for number, name in enumerate(types, first))


class PostgresqlKept:
    """``ReceiptStore`` and ``EvidenceStore``."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._database = database

    async def has_receipt(self, request_id: RequestId, now: datetime) -> bool:
        sql = f"SELECT 1 FROM verifier_receipt WHERE {_RECEIPT}"
        return await self._database.fetch_row(sql, request_id, to_column(now)) is not None

    async def take_receipt(self, request_id: RequestId, now: datetime, event: Event) -> KeptReceipt | None:
        row = await self._database.fetch_row(_TAKE, request_id, to_column(now), *event_columns(event))
        return None if row is None else receipt_from(row)

    async def purge_receipts(self, now: datetime) -> int:
        return await self._database.execute(
            "DELETE FROM verifier_receipt WHERE kept_until <= $1", to_column(now)
        )

    async def evidence_of(self, transaction_hash: bytes) -> KeptEvidence | None:
        return await self._one_evidence(f"{_EVIDENCE} WHERE transaction_hash = $1", transaction_hash)

    async def find_evidence(self, evidence_id: EvidenceId) -> KeptEvidence | None:
        return await self._one_evidence(f"{_EVIDENCE} WHERE evidence_id = $1", evidence_id)

    async def evidence_since(
        self, client_id: ClientId, since: datetime, after: EvidencePlace | None, limit: int
    ) -> Sequence[EvidenceEntry]:
        made_at, evidence_id = (0, "") if after is None else (to_column(after.made_at), after.evidence_id)
        rows = await self._database.fetch(_SINCE, client_id, to_column(since), made_at, evidence_id, limit)
        return [entry_from(row) for row in rows]

    async def held_back(self, limit: int) -> Sequence[EvidenceEntry]:
        sql = f"{_ENTRIES} WHERE held_back ORDER BY made_at LIMIT $1"
        return [entry_from(row) for row in await self._database.fetch(sql, limit)]

    async def hand_over(self, evidence_id: EvidenceId) -> None:
        sql = "UPDATE verifier_evidence SET held_back = false WHERE evidence_id = $1"
        await self._database.execute(sql, evidence_id)

    async def record_reading(self, event: Event) -> None:
        sql = f"{_EVENT} VALUES ($1, $2, $3, $4, $5, $6)"
        await self._database.execute(sql, *event_columns(event))

    async def delete_evidence(self, evidence_id: EvidenceId, end: EvidenceEnd, now: datetime) -> bool:
        return bool(await self._delete_evidence("evidence_id = $1", evidence_id, end, now))

    async def delete_due_evidence(self, now: datetime) -> int:
        return await self._delete_evidence("delete_at <= $1", to_column(now), EvidenceEnd.DUE, now)

    async def _delete_evidence(self, which: str, argument: object, end: EvidenceEnd, now: datetime) -> int:
        sql = f"""
WITH gone AS (
    DELETE FROM verifier_evidence WHERE {which} RETURNING client_id, preset
)
{_EVENT} SELECT $2, $3, $4::bigint, client_id, preset, $5 FROM gone"""
        event = evidence_deleted(ClientId(""), "", end, now)
        told = (event.name.value, event.actor, to_column(event.at), event.reason)
        return await self._database.execute(sql, argument, *told)

    async def _one_evidence(self, sql: str, argument: object) -> KeptEvidence | None:
        row = await self._database.fetch_row(sql, argument)
        return None if row is None else evidence_from(row)
