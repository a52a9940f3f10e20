"""``ports.WebhookStore`` on PostgreSQL: every method is one statement, so one round trip, one transaction."""

from collections.abc import Sequence
from datetime import datetime

from trillium.runtime.database import PostgresqlDatabase
from trillium.runtime.rows import to_column
from verifier.domain.event import Event
from verifier.domain.relying_service import ClientId
from verifier.domain.webhook import LEASE, MessageId, WebhookMessage, given_up
from verifier.store.rows import event_columns
from verifier.store.webhooks_rows import webhook_columns, webhook_from
from verifier.store.webhooks_tables import WEBHOOK_COLUMNS

_EVENT = "INSERT INTO verifier_event (name, actor, at, client_id, preset, reason)"
_COLUMNS = ", ".join(WEBHOOK_COLUMNS)
_INSERT = (
    f"INSERT INTO verifier_webhook ({_COLUMNS}, leased_until, waiting)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, 0, TRUE)"
)
_ENDED = (
    "EXISTS (SELECT 1 FROM verifier_presentation ended WHERE ended.request_id = due.request_id"
    " AND ended.state NOT IN ('requested', 'retrieved'))"
)

# Two processes that claim at once skip what the other has locked, and the lease is looked at again in the
# locked row: no message is claimed twice. That a service gets one batch at a time is only likely then.
_CLAIM = f"""
WITH first AS (
    SELECT due.client_id FROM verifier_webhook due
    WHERE due.due_at <= $1 AND {_ENDED} AND NOT EXISTS (
        SELECT 1 FROM verifier_webhook busy WHERE busy.client_id = due.client_id AND busy.leased_until > $1)
    ORDER BY due.due_at, due.message_id LIMIT 1
), claimed AS (
    SELECT due.message_id FROM verifier_webhook due JOIN first ON first.client_id = due.client_id
    WHERE due.due_at <= $1 AND due.leased_until <= $1 AND {_ENDED}
    ORDER BY due.due_at, due.message_id LIMIT $3 FOR UPDATE OF due SKIP LOCKED
)
UPDATE verifier_webhook SET leased_until = $2
WHERE message_id IN (SELECT message_id FROM claimed) RETURNING {_COLUMNS}"""

_WAKE = """
UPDATE verifier_webhook SET due_at = $2, waiting = FALSE FROM verifier_presentation ended
WHERE ended.request_id = verifier_webhook.request_id AND ended.concluded_at >= $1 AND waiting"""

_FINISH = f"""
WITH gone AS (
    DELETE FROM verifier_webhook WHERE message_id = $1 RETURNING 1
)
{_EVENT} SELECT $2, $3, $4::bigint, $5, $6, $7 FROM gone"""

_GIVE_UP = f"""
WITH gone AS (
    DELETE FROM verifier_webhook WHERE created_at < $1 RETURNING client_id
)
{_EVENT} SELECT $2, $3, $4::bigint, client_id, $5, $6 FROM gone"""


class PostgresqlWebhooks:
    """Messages in one table beside the presentations they wait for."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._database = database

    async def expect(self, message: WebhookMessage) -> None:
        await self._database.execute(_INSERT, *webhook_columns(message))

    async def wake(self, concluded_since: datetime, now: datetime) -> int:
        return await self._database.execute(_WAKE, to_column(concluded_since), to_column(now))

    async def hold_back(self, client_id: ClientId, now: datetime, until: datetime) -> None:
        sql = "UPDATE verifier_webhook SET due_at = $3 WHERE client_id = $1 AND due_at <= $2"
        await self._database.execute(sql, client_id, to_column(now), to_column(until))

    async def claim(self, now: datetime, *, limit: int) -> Sequence[WebhookMessage]:
        rows = await self._database.fetch(_CLAIM, to_column(now), to_column(now + LEASE), limit)
        return sorted((webhook_from(row) for row in rows), key=lambda one: (one.due_at, one.message_id))

    async def postpone(self, message: WebhookMessage) -> None:
        await self._database.execute(
            "UPDATE verifier_webhook SET due_at = $2, attempts = $3, state = $4, leased_until = 0,"
            " waiting = FALSE WHERE message_id = $1",
            message.message_id,
            *webhook_columns(message)[-3:],
        )

    async def finish(self, message_id: MessageId, event: Event) -> bool:
        return await self._database.execute(_FINISH, message_id, *event_columns(event)) == 1

    async def give_up(self, created_before: datetime, now: datetime) -> int:
        name, actor, at, _, preset, reason = event_columns(given_up(ClientId(""), now, "too_old"))
        arguments = (to_column(created_before), name, actor, at, preset, reason)
        return await self._database.execute(_GIVE_UP, *arguments)
