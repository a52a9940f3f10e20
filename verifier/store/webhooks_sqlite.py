"""``ports.WebhookStore`` on SQLite: every write is one function on the writer thread."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from trillium.runtime.database import SqliteDatabase
from trillium.runtime.rows import rows_of, to_column
from verifier.domain.event import Event
from verifier.domain.relying_service import ClientId
from verifier.domain.webhook import LEASE, MessageId, WebhookMessage, given_up
from verifier.store.rows import event_columns
from verifier.store.webhooks_rows import webhook_columns, webhook_from
from verifier.store.webhooks_tables import WEBHOOK_COLUMNS

_COLUMNS = ", ".join(WEBHOOK_COLUMNS)
_INSERT = (
    f"INSERT INTO verifier_webhook ({_COLUMNS}, leased_until, waiting) VALUES (?, ?, ?, ?, ?, ?, ?, 0, TRUE)"
)
_INSERT_EVENT = (
    "INSERT INTO verifier_event (name, actor, at, client_id, preset, reason) VALUES (?, ?, ?, ?, ?, ?)"
)
_ENDED = (
    "EXISTS (SELECT 1 FROM verifier_presentation ended WHERE ended.request_id = verifier_webhook.request_id"
    " AND ended.state NOT IN ('requested', 'retrieved'))"
)
_FIRST = (
    f"SELECT client_id FROM verifier_webhook WHERE due_at <= ?1 AND {_ENDED} AND NOT EXISTS"
    " (SELECT 1 FROM verifier_webhook busy"
    " WHERE busy.client_id = verifier_webhook.client_id AND busy.leased_until > ?1)"
    " ORDER BY due_at, message_id LIMIT 1"
)
_CLAIM = (
    "UPDATE verifier_webhook SET leased_until = ?2 WHERE message_id IN"
    f" (SELECT message_id FROM verifier_webhook WHERE client_id = ({_FIRST}) AND due_at <= ?1 AND {_ENDED}"
    f" ORDER BY due_at, message_id LIMIT ?3) RETURNING {_COLUMNS}"
)
_ENDED_LATELY = (
    "SELECT message_id FROM verifier_presentation JOIN verifier_webhook USING (request_id)"
    " WHERE verifier_presentation.concluded_at >= ? AND waiting"
)


class SqliteWebhooks:
    """Messages in one table beside the presentations they wait for."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    async def expect(self, message: WebhookMessage) -> None:
        columns = webhook_columns(message)
        await self._database.write(lambda connection: connection.execute(_INSERT, columns).rowcount)

    async def wake(self, concluded_since: datetime, now: datetime) -> int:
        since = to_column(concluded_since)
        found = await self._database.read(lambda connection: rows_of(connection, _ENDED_LATELY, (since,)))
        if not found:
            return 0
        sql = "UPDATE verifier_webhook SET due_at = ?, waiting = FALSE WHERE message_id = ? AND waiting"
        arguments = [(to_column(now), row["message_id"]) for row in found]
        return await self._database.write(lambda connection: connection.executemany(sql, arguments).rowcount)

    async def hold_back(self, client_id: ClientId, now: datetime, until: datetime) -> None:
        sql = "UPDATE verifier_webhook SET due_at = ? WHERE client_id = ? AND due_at <= ?"
        arguments = (to_column(until), client_id, to_column(now))
        await self._database.write(lambda connection: connection.execute(sql, arguments).rowcount)

    async def claim(self, now: datetime, *, limit: int) -> Sequence[WebhookMessage]:
        # Most rounds find nothing; reading first keeps them away from the one writer.
        at = to_column(now)
        if not await self._database.read(lambda connection: rows_of(connection, _FIRST, (at,))):
            return []
        arguments = (at, to_column(now + LEASE), limit)
        rows = await self._database.write(lambda connection: rows_of(connection, _CLAIM, arguments))
        return sorted((webhook_from(row) for row in rows), key=lambda one: (one.due_at, one.message_id))

    async def postpone(self, message: WebhookMessage) -> None:
        sql = (
            "UPDATE verifier_webhook SET due_at = ?, attempts = ?, state = ?, leased_until = 0,"
            " waiting = FALSE WHERE message_id = ?"
        )
        arguments = (*webhook_columns(message)[-3:], message.message_id)
        await self._database.write(lambda connection: connection.execute(sql, arguments).rowcount)

    async def finish(self, message_id: MessageId, event: Event) -> bool:
        sql = "DELETE FROM verifier_webhook WHERE message_id = ?"

        def work(connection: sqlite3.Connection) -> bool:
            deleted = connection.execute(sql, (message_id,)).rowcount == 1
            if deleted:
                connection.execute(_INSERT_EVENT, event_columns(event))
            return deleted

        return await self._database.write(work)

    async def give_up(self, created_before: datetime, now: datetime) -> int:
        sql = "DELETE FROM verifier_webhook WHERE created_at < ? RETURNING client_id"

        def work(connection: sqlite3.Connection) -> int:
            rows = rows_of(connection, sql, (to_column(created_before),))
            events = [event_columns(given_up(row["client_id"], now, "too_old")) for row in rows]
            connection.executemany(_INSERT_EVENT, events)
            return len(rows)

        return await self._database.write(work)
