"""``ports_openid.ReplayStore`` on SQLite."""

import sqlite3
from datetime import datetime

from trillium.runtime.database import SqliteDatabase
from trillium.runtime.rows import to_column
from verifier.store.openid.replays_tables import replay

_REMEMBER = f"INSERT INTO {replay.name} VALUES (?, ?) ON CONFLICT DO NOTHING"
_FORGET = f"DELETE FROM {replay.name} WHERE until < ?"


class SqliteReplays:
    """The primary key decides who was first."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    async def first_use(self, key: bytes, until: datetime) -> bool:
        def work(connection: sqlite3.Connection) -> bool:
            return connection.execute(_REMEMBER, (key, to_column(until))).rowcount == 1

        return await self._database.write(work)

    async def purge_replays(self, now: datetime) -> int:
        return await self._database.write(
            lambda connection: connection.execute(_FORGET, (to_column(now),)).rowcount
        )
