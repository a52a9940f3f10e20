"""The issuer's stores on PostgreSQL: every method is one statement, so one round trip and one transaction."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from issuer.domain.event import Event, SubjectRef
from issuer.domain.offer import ConfigurationId
from issuer.domain.records import IssuanceId, IssuanceRecord, IssuanceSummary, UsedNonce
from issuer.errors import StatusEntryTaken
from issuer.store.rows import (
    event_columns,
    event_from,
    record_columns,
    summary_from,
)
from trillium.runtime.database import PostgresqlDatabase
from trillium.runtime.rows import to_column

EVENT = "INSERT INTO issuer_event (name, actor, at, subject_ref, reason, count)"

_RECORD = f"""
WITH consumed AS (
    INSERT INTO issuer_used_nonce VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1
), recorded AS (
    INSERT INTO issuer_credential
    SELECT copy.* FROM consumed,
        unnest($3::text[], $4::int[], $5::text[], $6::text[], $7::text[], $8::smallint[], $9::bool[],
               $10::bool[], $11::bigint[], $12::bigint[]) AS copy
)
{EVENT} SELECT $13, $14, $15::bigint, $16, $17, $18::int FROM consumed"""

_UNSIGNED = f"""
WITH marked AS (
    UPDATE issuer_credential SET signed = false WHERE issuance_id = $1
)
{EVENT} VALUES ($2, $3, $4, $5, $6, $7)"""

_SUMMARY = """
SELECT issuance_id, subject_ref, configuration_id, COUNT(*) FILTER (WHERE NOT decoy) AS copies,
    COUNT(*) FILTER (WHERE decoy) AS decoys, MAX(status) AS status, MIN(issued_at) AS issued_at,
    MAX(expires_at) AS expires_at
FROM issuer_credential WHERE {where} = $1 AND signed
GROUP BY issuance_id, subject_ref, configuration_id ORDER BY MIN(issued_at) DESC, issuance_id"""

_REFUSED_SINCE = """
SELECT 1 FROM issuer_credential
WHERE subject_ref = $1 AND configuration_id = $2 AND issued_at >= $3 AND status <> 0 AND signed
    AND NOT decoy LIMIT 1"""


class PostgresqlIssuances:
    """``ports.IssuanceStore``."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._database = database

    async def record_issuance(
        self, nonce: UsedNonce, records: Sequence[IssuanceRecord], event: Event
    ) -> bool:
        rows = [record_columns(record, status=0, decoy=False, issued_at=event.at) for record in records]
        columns = [list(column) for column in zip(*rows, strict=True)]
        try:
            written = await self._database.execute(
                _RECORD, nonce.nonce_id, to_column(nonce.expires_at), *columns, *event_columns(event)
            )
        except asyncpg.UniqueViolationError as error:
            raise StatusEntryTaken from error
        return written == 1

    async def mark_unsigned(self, issuance_id: IssuanceId, event: Event) -> None:
        await self._database.execute(_UNSIGNED, issuance_id, *event_columns(event))

    async def issuances_of(self, subject_ref: SubjectRef) -> Sequence[IssuanceSummary]:
        rows = await self._database.fetch(_SUMMARY.format(where="subject_ref"), subject_ref)
        return [summary_from(row) for row in rows]

    async def find_issuance(self, issuance_id: IssuanceId) -> IssuanceSummary | None:
        row = await self._database.fetch_row(_SUMMARY.format(where="issuance_id"), issuance_id)
        return None if row is None else summary_from(row)

    async def renewal_allowed(
        self, subject_ref: SubjectRef, configuration_id: ConfigurationId, since: datetime
    ) -> bool:
        row = await self._database.fetch_row(_REFUSED_SINCE, subject_ref, configuration_id, to_column(since))
        return row is None

    async def purge_nonces(self, now: datetime) -> int:
        return await self._database.execute(
            "DELETE FROM issuer_used_nonce WHERE expires_at <= $1", to_column(now)
        )


class PostgresqlEvents:
    """``ports.EventLog``."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._database = database

    async def latest(self, limit: int) -> Sequence[Event]:
        rows = await self._database.fetch("SELECT * FROM issuer_event ORDER BY event_id DESC LIMIT $1", limit)
        return [event_from(row) for row in rows]
