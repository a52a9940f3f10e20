"""``ports.MetListStore`` on SQLite: every write is one function on the writer thread."""

import sqlite3
from collections.abc import Collection, Sequence
from datetime import date

from trillium.runtime.database import SqliteDatabase
from trillium.runtime.rows import rows_of
from verifier.domain.met_list import MetList
from verifier.store.lists_tables import COLUMNS

_NOTE = (
    f"INSERT INTO verifier_met_list ({COLUMNS}) VALUES (?, ?, ?)"
    " ON CONFLICT (uri, anchors_version) DO UPDATE SET met_on = excluded.met_on"
    " WHERE met_on < excluded.met_on"
)
_MET = f"SELECT {COLUMNS} FROM verifier_met_list WHERE anchors_version = ? ORDER BY met_on DESC, uri LIMIT ?"
_FORGET = "DELETE FROM verifier_met_list WHERE met_on < ?"


class SqliteMetLists:
    """One table."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    async def note_lists(self, lists: Collection[MetList]) -> None:
        rows = [(one.uri, one.anchors_version, one.met_on.isoformat()) for one in lists]

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(_NOTE, rows)

        if rows:
            await self._database.write(work)

    async def lists_met(self, anchors_version: str, limit: int) -> Sequence[MetList]:
        rows = await self._database.read(
            lambda connection: rows_of(connection, _MET, (anchors_version, limit))
        )
        return [
            MetList(row["uri"], row["anchors_version"], date.fromisoformat(row["met_on"])) for row in rows
        ]

    async def forget_lists(self, met_before: date) -> int:
        def work(connection: sqlite3.Connection) -> int:
            return connection.execute(_FORGET, (met_before.isoformat(),)).rowcount

        return await self._database.write(work)
