"""``ports.ReplayStore`` on SQLite."""

import sqlite3
from datetime import datetime

from issuer.store.replay_tables import replay
from trillium.runtime.database import SqliteDatabase
from trillium.runtime.rows import to_column

_REMEMBER = f"INSERT INTO {replay.name} VALUES (?, ?) ON CONFLICT DO NOTHING"


class SqliteReplays:
    """The primary key decides who was first."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    async def first_use(self, key: bytes, until: datetime) -> bool:
        columns = (key, to_column(until))

        def work(connection: sqlite3.Connection) -> bool:
            return connection.execute(_REMEMBER, columns).rowcount == 1

        return await self._database.write(work)

    async def purge_replays(self, now: datetime) -> int:
        sql = "DELETE FROM issuer_replay WHERE until < ?"
        return await self._database.write(
            lambda connection: connection.execute(sql, (to_column(now),)).rowcount
        )
