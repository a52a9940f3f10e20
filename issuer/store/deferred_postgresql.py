"""``ports.DeferredStore`` and ``ports.NotificationStore`` on PostgreSQL: one statement for every method."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import asyncpg

from issuer.domain.deferred import DeferralId, DeferredTransaction
from issuer.domain.event import Event, SubjectRef
from issuer.domain.notification import Notification
from issuer.domain.records import IssuanceId, IssuanceRecord, UsedNonce
from issuer.errors import StatusEntryTaken
from issuer.store.deferred_rows import (
    NO_KEYS,
    notification_from,
    record_from,
    transaction_columns,
    transaction_from,
)
from issuer.store.postgresql import EVENT
from issuer.store.rows import event_columns, record_columns
from trillium.runtime.database import PostgresqlDatabase
from trillium.runtime.rows import to_column

_ADD: Final = f"""
WITH consumed AS (
    INSERT INTO issuer_used_nonce VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1
), added AS (
    INSERT INTO issuer_deferred
    SELECT $3, $4, $5, $6, $7, $8, $9::bigint, $10::bigint, $11::bigint, $12, $13, $14::bigint, $15,
        $16::bigint
    FROM consumed
)
{EVENT} SELECT $17, $18, $19::bigint, $20, $21, $22::int FROM consumed"""

_WAITING: Final = """
SELECT * FROM issuer_deferred
WHERE state IN ('pending', 'approved') AND expires_at > $1 AND ($2::text IS NULL OR subject_ref = $2::text)
ORDER BY requested_at, deferral_id LIMIT $3"""

_APPROVE: Final = f"""
WITH changed AS (
    UPDATE issuer_deferred SET state = 'approved'
    WHERE deferral_id = $1 AND state = 'pending' AND expires_at > $2
        AND (approve_at IS NULL OR approve_at > $2) RETURNING 1
)
{EVENT} SELECT $3, $4, $5::bigint, $6, $7, $8::int FROM changed"""

_DENY: Final = f"""
WITH changed AS (
    UPDATE issuer_deferred SET state = 'denied', reason = $3, holder_keys = $4
    WHERE deferral_id = $1 AND state IN ('pending', 'approved') AND expires_at > $2
        AND claimed_until IS NULL AND issuance_id IS NULL RETURNING 1
)
{EVENT} SELECT $5, $6, $7::bigint, $8, $9, $10::int FROM changed"""

# A comparison with NULL is never true: a time that is missing approves nothing and frees nothing.
_CLAIM: Final = """
UPDATE issuer_deferred SET state = 'approved', claimed_until = $3
WHERE transaction_hash = $1 AND expires_at > $2
    AND (state = 'approved' OR (state = 'pending' AND approve_at <= $2))
    AND (claimed_until IS NULL OR claimed_until <= $2)
RETURNING *"""

_HELD: Final = "transaction_hash = $1 AND claimed_until = $2 AND state = 'approved'"

_RECORD: Final = f"""
WITH held AS (
    SELECT issuance_id FROM issuer_deferred WHERE {_HELD} FOR UPDATE
), hidden AS (
    UPDATE issuer_credential SET signed = false WHERE issuance_id IN (SELECT issuance_id FROM held)
), noted AS (
    UPDATE issuer_deferred SET issuance_id = $3, recorded_at = $4
    WHERE transaction_hash = $1 AND EXISTS (SELECT 1 FROM held) RETURNING 1
), recorded AS (
    INSERT INTO issuer_credential
    SELECT copy.* FROM noted,
        unnest($5::text[], $6::int[], $7::text[], $8::text[], $9::text[], $10::smallint[], $11::bool[],
               $12::bool[], $13::bigint[], $14::bigint[]) AS copy
)
{EVENT} SELECT $15, $16, $17::bigint, $18, $19, $20::int FROM noted"""

_RELEASE: Final = f"""
WITH changed AS (
    UPDATE issuer_deferred SET claimed_until = NULL WHERE {_HELD} RETURNING 1
)
{EVENT} SELECT $3, $4, $5::bigint, $6, $7, $8::int FROM changed"""

_DELIVER: Final = f"""
WITH changed AS (
    UPDATE issuer_deferred SET state = 'delivered', holder_keys = $3
    WHERE {_HELD} AND issuance_id IS NOT NULL RETURNING 1
)
{EVENT} SELECT $4, $5, $6::bigint, $7, $8, $9::int FROM changed"""

_NOTIFY: Final = f"""
WITH fresh AS (
    INSERT INTO issuer_notification VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1
)
{EVENT} SELECT $4, $5, $6::bigint, $7, $8, $9::int FROM fresh"""


class PostgresqlDeferred:
    """Transactions, their decisions and their deliveries."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._database = database

    async def add(self, transaction: DeferredTransaction, nonce: UsedNonce, event: Event) -> bool:
        columns = transaction_columns(transaction)
        written = await self._database.execute(
            _ADD, nonce.nonce_id, to_column(nonce.expires_at), *columns, *event_columns(event)
        )
        return written == 1

    async def find(self, transaction_hash: bytes) -> DeferredTransaction | None:
        return await self._one("SELECT * FROM issuer_deferred WHERE transaction_hash = $1", transaction_hash)

    async def find_by_id(self, deferral_id: DeferralId) -> DeferredTransaction | None:
        return await self._one("SELECT * FROM issuer_deferred WHERE deferral_id = $1", deferral_id)

    async def _one(self, sql: str, *arguments: object) -> DeferredTransaction | None:
        row = await self._database.fetch_row(sql, *arguments)
        return None if row is None else transaction_from(row)

    async def waiting(
        self, subject_ref: SubjectRef | None, now: datetime, limit: int
    ) -> Sequence[DeferredTransaction]:
        rows = await self._database.fetch(_WAITING, to_column(now), subject_ref, limit)
        return [transaction_from(row) for row in rows]

    async def approve(self, deferral_id: DeferralId, now: datetime, event: Event) -> bool:
        return await self._change(_APPROVE, deferral_id, to_column(now), *event_columns(event))

    async def deny(self, deferral_id: DeferralId, now: datetime, event: Event) -> bool:
        decision = (deferral_id, to_column(now), event.reason, NO_KEYS)
        return await self._change(_DENY, *decision, *event_columns(event))

    async def _change(self, sql: str, *arguments: object) -> bool:
        return await self._database.execute(sql, *arguments) == 1

    async def claim(
        self, transaction_hash: bytes, now: datetime, until: datetime
    ) -> DeferredTransaction | None:
        return await self._one(_CLAIM, transaction_hash, to_column(now), to_column(until))

    async def record_delivery(
        self, claimed: DeferredTransaction, records: Sequence[IssuanceRecord], event: Event
    ) -> bool:
        rows = [record_columns(record, status=0, decoy=False, issued_at=event.at) for record in records]
        columns = [list(column) for column in zip(*rows, strict=True)]
        noted = (records[0].issuance_id, to_column(event.at))
        try:
            return await self._change(_RECORD, *_fence(claimed), *noted, *columns, *event_columns(event))
        except asyncpg.UniqueViolationError as error:
            raise StatusEntryTaken from error

    async def recorded(self, issuance_id: IssuanceId) -> Sequence[IssuanceRecord]:
        rows = await self._database.fetch(
            "SELECT * FROM issuer_credential WHERE issuance_id = $1 AND NOT decoy ORDER BY list_id, idx",
            issuance_id,
        )
        return [record_from(row) for row in rows]

    async def release(self, claimed: DeferredTransaction, event: Event) -> bool:
        return await self._change(_RELEASE, *_fence(claimed), *event_columns(event))

    async def deliver(self, claimed: DeferredTransaction, event: Event) -> bool:
        return await self._change(_DELIVER, *_fence(claimed), NO_KEYS, *event_columns(event))

    async def purge(self, ended_before: datetime) -> int:
        return await self._database.execute(
            "DELETE FROM issuer_deferred WHERE expires_at < $1", to_column(ended_before)
        )


def _fence(claimed: DeferredTransaction) -> tuple[bytes, int | None]:
    until = claimed.claimed_until
    return claimed.transaction_hash, None if until is None else to_column(until)


class PostgresqlNotifications:
    """What wallets told."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._database = database

    async def record(self, notification: Notification, event: Event) -> bool:
        columns = (notification.issuance_id, notification.kind.value, to_column(notification.received_at))
        return await self._database.execute(_NOTIFY, *columns, *event_columns(event)) == 1

    async def of_issuance(self, issuance_id: IssuanceId) -> Sequence[Notification]:
        rows = await self._database.fetch(
            "SELECT * FROM issuer_notification WHERE issuance_id = $1 ORDER BY received_at, kind", issuance_id
        )
        return [notification_from(row) for row in rows]
