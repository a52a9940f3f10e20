"""``ports_openid.LogoutMessageStore`` on PostgreSQL: every method is one statement."""

from collections.abc import Sequence
from datetime import datetime

from trillium.runtime.database import PostgresqlDatabase
from trillium.runtime.rows import to_column
from verifier.domain.event import Event
from verifier.domain.openid.logout import LEASE, LogoutMessage
from verifier.store.openid.logouts_rows import logout_columns, logout_from
from verifier.store.openid.logouts_tables import LOGOUT_COLUMNS
from verifier.store.rows import event_columns

_COLUMNS = ", ".join(LOGOUT_COLUMNS)
_INSERT = (
    f"INSERT INTO verifier_openid_logout ({_COLUMNS}, leased_until)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, 0) ON CONFLICT DO NOTHING"
)
_CLAIM = f"""
UPDATE verifier_openid_logout SET leased_until = $2 WHERE message_id IN (
    SELECT message_id FROM verifier_openid_logout WHERE due_at <= $1 AND leased_until <= $1
    ORDER BY due_at, message_id LIMIT $3 FOR UPDATE SKIP LOCKED
) RETURNING {_COLUMNS}"""
_POSTPONE = (
    "UPDATE verifier_openid_logout SET due_at = $2, attempts = $3, leased_until = 0 WHERE message_id = $1"
)
_FINISH = """
WITH finished AS (
    DELETE FROM verifier_openid_logout WHERE message_id = $1 RETURNING 1
)
INSERT INTO verifier_event (name, actor, at, client_id, preset, reason)
SELECT $2, $3, $4::bigint, $5, $6, $7 FROM finished"""


class PostgresqlLogouts:
    """Messages in one table; rows that another process claims at this moment are passed over."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._database = database

    async def add_logout(self, message: LogoutMessage) -> None:
        await self._database.execute(_INSERT, *logout_columns(message))

    async def claim_logouts(self, now: datetime, *, limit: int) -> Sequence[LogoutMessage]:
        rows = await self._database.fetch(_CLAIM, to_column(now), to_column(now + LEASE), limit)
        return sorted((logout_from(row) for row in rows), key=lambda one: (one.due_at, one.message_id))

    async def postpone_logout(self, message: LogoutMessage) -> None:
        arguments = (message.message_id, to_column(message.due_at), message.attempts)
        await self._database.execute(_POSTPONE, *arguments)

    async def finish_logout(self, message_id: str, event: Event) -> bool:
        return await self._database.execute(_FINISH, message_id, *event_columns(event)) == 1
