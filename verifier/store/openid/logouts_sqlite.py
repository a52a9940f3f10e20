"""``ports_openid.LogoutMessageStore`` on SQLite: every write is one function on the writer thread."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from trillium.runtime.database import SqliteDatabase
from trillium.runtime.rows import rows_of, to_column
from verifier.domain.event import Event
from verifier.domain.openid.logout import LEASE, LogoutMessage
from verifier.store.openid.logouts_rows import logout_columns, logout_from
from verifier.store.openid.logouts_tables import LOGOUT_COLUMNS
from verifier.store.rows import event_columns

_COLUMNS = ", ".join(LOGOUT_COLUMNS)
_INSERT = (
    f"INSERT INTO verifier_openid_logout ({_COLUMNS}, leased_until)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT DO NOTHING"
)
_INSERT_EVENT = (
    "INSERT INTO verifier_event (name, actor, at, client_id, preset, reason) VALUES (?, ?, ?, ?, ?, ?)"
)
_DUE = (
    "SELECT message_id FROM verifier_openid_logout WHERE due_at <= ?1 AND leased_until <= ?1"
    " ORDER BY due_at, message_id"
)
_CLAIM = (
    "UPDATE verifier_openid_logout SET leased_until = ?2"
    f" WHERE message_id IN ({_DUE} LIMIT ?3) RETURNING {_COLUMNS}"
)
_POSTPONE = (
    "UPDATE verifier_openid_logout SET due_at = ?, attempts = ?, leased_until = 0 WHERE message_id = ?"
)


class SqliteLogouts:
    """Messages in one table."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    async def add_logout(self, message: LogoutMessage) -> None:
        columns = logout_columns(message)
        await self._database.write(lambda connection: connection.execute(_INSERT, columns).rowcount)

    async def claim_logouts(self, now: datetime, *, limit: int) -> Sequence[LogoutMessage]:
        # Most rounds find nothing; reading first keeps them away from the one writer.
        at = to_column(now)
        if not await self._database.read(lambda connection: rows_of(connection, f"{_DUE} LIMIT 1", (at,))):
            return []
        arguments = (at, to_column(now + LEASE), limit)
        rows = await self._database.write(lambda connection: rows_of(connection, _CLAIM, arguments))
        return sorted((logout_from(row) for row in rows), key=lambda one: (one.due_at, one.message_id))

    async def postpone_logout(self, message: LogoutMessage) -> None:
        arguments = (to_column(message.due_at), message.attempts, message.message_id)
        await self._database.write(lambda connection: connection.execute(_POSTPONE, arguments).rowcount)

    async def finish_logout(self, message_id: str, event: Event) -> bool:
        sql = "DELETE FROM verifier_openid_logout WHERE message_id = ?"

        def work(connection: sqlite3.Connection) -> bool:
            deleted = connection.execute(sql, (message_id,)).rowcount == 1
            if deleted:
                connection.execute(_INSERT_EVENT, event_columns(event))
            return deleted

        finished = await self._database.write(work)
        if finished:
            await self._database.checkpoint_after_deletion()  # of whom it was about
        return finished
