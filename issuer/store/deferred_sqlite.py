"""``ports.DeferredStore`` and ``ports.NotificationStore`` on SQLite."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from issuer.domain.deferred import DeferralId, DeferredTransaction
from issuer.domain.event import Event, SubjectRef
from issuer.domain.notification import Notification
from issuer.domain.records import IssuanceId, IssuanceRecord, UsedNonce
from issuer.store.deferred_rows import (
    NO_KEYS,
    TRANSACTION_COLUMNS,
    notification_from,
    record_from,
    transaction_columns,
    transaction_from,
)
from issuer.store.rows import record_columns
from issuer.store.sqlite import insert_credentials, insert_event
from trillium.runtime.database import SqliteDatabase
from trillium.runtime.rows import rows_of, to_column

_INSERT: Final = f"INSERT INTO issuer_deferred VALUES ({','.join('?' * len(TRANSACTION_COLUMNS))})"
# A comparison with NULL is never true: a time that is missing approves nothing and frees nothing.
_APPROVED: Final = "expires_at > :now AND (state = 'approved' OR (state = 'pending' AND approve_at <= :now))"
_HELD: Final = "transaction_hash = ? AND claimed_until = ? AND state = 'approved'"


class SqliteDeferred:
    """Transactions, their decisions and their deliveries."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    async def add(self, transaction: DeferredTransaction, nonce: UsedNonce, event: Event) -> bool:
        nonce_columns = (nonce.nonce_id, to_column(nonce.expires_at))
        columns = transaction_columns(transaction)

        def work(connection: sqlite3.Connection) -> bool:
            sql = "INSERT INTO issuer_used_nonce VALUES (?, ?) ON CONFLICT DO NOTHING"
            if connection.execute(sql, nonce_columns).rowcount != 1:
                return False
            connection.execute(_INSERT, columns)
            insert_event(connection, event)
            return True

        return await self._database.write(work)

    async def find(self, transaction_hash: bytes) -> DeferredTransaction | None:
        return await self._one("transaction_hash = ?", transaction_hash)

    async def find_by_id(self, deferral_id: DeferralId) -> DeferredTransaction | None:
        return await self._one("deferral_id = ?", deferral_id)

    async def _one(self, condition: str, argument: str | bytes) -> DeferredTransaction | None:
        sql = f"SELECT * FROM issuer_deferred WHERE {condition}"  # our own words
        rows = await self._database.read(lambda connection: rows_of(connection, sql, (argument,)))
        return transaction_from(rows[0]) if rows else None

    async def waiting(
        self, subject_ref: SubjectRef | None, now: datetime, limit: int
    ) -> Sequence[DeferredTransaction]:
        sql = (
            "SELECT * FROM issuer_deferred WHERE state IN ('pending', 'approved') AND expires_at > ?"
            " AND subject_ref = COALESCE(?, subject_ref) ORDER BY requested_at, deferral_id LIMIT ?"
        )
        arguments = (to_column(now), subject_ref, limit)
        rows = await self._database.read(lambda connection: rows_of(connection, sql, arguments))
        return [transaction_from(row) for row in rows]

    async def approve(self, deferral_id: DeferralId, now: datetime, event: Event) -> bool:
        sql = (
            "UPDATE issuer_deferred SET state = 'approved' WHERE deferral_id = ? AND state = 'pending'"
            " AND expires_at > ? AND (approve_at IS NULL OR approve_at > ?)"
        )
        return await self._change(sql, (deferral_id, to_column(now), to_column(now)), event)

    async def deny(self, deferral_id: DeferralId, now: datetime, event: Event) -> bool:
        sql = (
            "UPDATE issuer_deferred SET state = 'denied', reason = ?, holder_keys = ? WHERE deferral_id = ?"
            " AND state IN ('pending', 'approved') AND expires_at > ? AND claimed_until IS NULL"
            " AND issuance_id IS NULL"
        )
        return await self._change(sql, (event.reason, NO_KEYS, deferral_id, to_column(now)), event)

    async def _change(self, sql: str, arguments: Sequence[object], event: Event) -> bool:
        def work(connection: sqlite3.Connection) -> bool:
            changed = connection.execute(sql, arguments).rowcount == 1
            if changed:
                insert_event(connection, event)
            return changed

        return await self._database.write(work)

    async def claim(
        self, transaction_hash: bytes, now: datetime, until: datetime
    ) -> DeferredTransaction | None:
        sql = (
            "UPDATE issuer_deferred SET state = 'approved', claimed_until = :until"
            f" WHERE transaction_hash = :hash AND {_APPROVED}"
            " AND (claimed_until IS NULL OR claimed_until <= :now) RETURNING *"
        )
        arguments = {"hash": transaction_hash, "now": to_column(now), "until": to_column(until)}

        def work(connection: sqlite3.Connection) -> DeferredTransaction | None:
            cursor = connection.execute(sql, arguments)
            names = [column[0] for column in cursor.description]
            rows = cursor.fetchall()
            return transaction_from(dict(zip(names, rows[0], strict=True))) if rows else None

        return await self._database.write(work)

    async def record_delivery(
        self, claimed: DeferredTransaction, records: Sequence[IssuanceRecord], event: Event
    ) -> bool:
        columns = [record_columns(record, status=0, decoy=False, issued_at=event.at) for record in records]
        held = _fence(claimed)

        def work(connection: sqlite3.Connection) -> bool:
            found = rows_of(
                connection, f"SELECT issuance_id FROM issuer_deferred WHERE {_HELD}", held
            )  # our own words
            if not found:
                return False
            hide = "UPDATE issuer_credential SET signed = 0 WHERE issuance_id = ?"
            connection.execute(hide, (found[0]["issuance_id"],))
            insert_credentials(connection, columns)
            connection.execute(
                f"UPDATE issuer_deferred SET issuance_id = ?, recorded_at = ? WHERE {_HELD}",  # our own words
                (records[0].issuance_id, to_column(event.at), *held),
            )
            insert_event(connection, event)
            return True

        return await self._database.write(work)

    async def recorded(self, issuance_id: IssuanceId) -> Sequence[IssuanceRecord]:
        sql = "SELECT * FROM issuer_credential WHERE issuance_id = ? AND NOT decoy ORDER BY list_id, idx"
        rows = await self._database.read(lambda connection: rows_of(connection, sql, (issuance_id,)))
        return [record_from(row) for row in rows]

    async def release(self, claimed: DeferredTransaction, event: Event) -> bool:
        sql = f"UPDATE issuer_deferred SET claimed_until = NULL WHERE {_HELD}"  # our own words
        return await self._change(sql, _fence(claimed), event)

    async def deliver(self, claimed: DeferredTransaction, event: Event) -> bool:
        sql = (
            "UPDATE issuer_deferred SET state = 'delivered', holder_keys = ?"
            f" WHERE {_HELD} AND issuance_id IS NOT NULL"  # our own words
        )
        return await self._change(sql, (NO_KEYS, *_fence(claimed)), event)

    async def purge(self, ended_before: datetime) -> int:
        sql = "DELETE FROM issuer_deferred WHERE expires_at < ?"
        return await self._database.write(
            lambda connection: connection.execute(sql, (to_column(ended_before),)).rowcount
        )


def _fence(claimed: DeferredTransaction) -> tuple[bytes, int | None]:
    until = claimed.claimed_until
    return claimed.transaction_hash, None if until is None else to_column(until)


class SqliteNotifications:
    """What wallets told."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    async def record(self, notification: Notification, event: Event) -> bool:
        sql = "INSERT INTO issuer_notification VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        arguments = (
            notification.issuance_id,
            notification.kind.value,
            to_column(notification.received_at),
        )

        def work(connection: sqlite3.Connection) -> bool:
            fresh = connection.execute(sql, arguments).rowcount == 1
            if fresh:
                insert_event(connection, event)
            return fresh

        return await self._database.write(work)

    async def of_issuance(self, issuance_id: IssuanceId) -> Sequence[Notification]:
        sql = "SELECT * FROM issuer_notification WHERE issuance_id = ? ORDER BY received_at, kind"
        rows = await self._database.read(lambda connection: rows_of(connection, sql, (issuance_id,)))
        return [notification_from(row) for row in rows]
