"""``ports.PageStore`` on SQLite: every write is one function on the writer thread, in its own savepoint."""

import sqlite3
from datetime import datetime
from typing import Any

from trillium.runtime.database import SqliteDatabase
from trillium.runtime.rows import rows_of, to_column
from verifier.domain.event import Event
from verifier.domain.presentation import RequestId
from verifier.domain.presentation_page import CODE_LIFETIME, PresentationPage, Refusal, ReleaseWay
from verifier.store.pages_rows import page_columns, page_from
from verifier.store.pages_tables import PAGE_COLUMNS
from verifier.store.rows import event_columns

_INSERT = (
    f"INSERT INTO verifier_presentation_page ({', '.join(PAGE_COLUMNS)})"
    f" VALUES ({', '.join('?' * len(PAGE_COLUMNS))})"
)
_INSERT_EVENT = (
    "INSERT INTO verifier_event (name, actor, at, client_id, preset, reason) VALUES (?, ?, ?, ?, ?, ?)"
)
_SELECT = f"SELECT {', '.join(PAGE_COLUMNS)} FROM verifier_presentation_page"
_UPDATE = "UPDATE verifier_presentation_page SET"
_UNDECIDED = "released_at IS NULL AND refusal IS NULL"


class SqlitePages:
    """Pages in one table, response codes that came back in another."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    async def add_page(self, page: PresentationPage, event: Event) -> None:
        def work(connection: sqlite3.Connection) -> None:
            connection.execute(_INSERT, page_columns(page))
            connection.execute(_INSERT_EVENT, event_columns(event))

        await self._database.write(work)

    async def find_page(self, page_hash: bytes) -> PresentationPage | None:
        return await self._one("page_hash", page_hash)

    async def page_of(self, request_id: RequestId) -> PresentationPage | None:
        return await self._one("request_id", request_id)

    async def bind(self, request_id: RequestId, session_hash: bytes, now: datetime, event: Event) -> bool:
        sql = f"{_UPDATE} session_hash = ? WHERE request_id = ? AND session_hash IS NULL AND expires_at > ?"
        return await self._changed(sql, event, session_hash, request_id, to_column(now))

    async def show_code(self, request_id: RequestId, now: datetime, event: Event) -> bool:
        sql = (
            f"{_UPDATE} code_shown_at = ? WHERE request_id = ? AND session_hash IS NOT NULL"
            f" AND code_shown_at IS NULL AND {_UNDECIDED}"
        )
        return await self._changed(sql, event, to_column(now), request_id)

    async def claim_attempt(
        self, request_id: RequestId, session_hash: bytes, now: datetime, event: Event
    ) -> int | None:
        sql = (
            f"{_UPDATE} attempts_left = attempts_left - 1 WHERE request_id = ? AND session_hash = ?"
            f" AND code_shown_at > ? AND attempts_left > 0 AND {_UNDECIDED} RETURNING attempts_left"
        )
        arguments = (request_id, session_hash, to_column(now - CODE_LIFETIME))

        def work(connection: sqlite3.Connection) -> int | None:
            rows = rows_of(connection, sql, arguments)
            if not rows:
                return None
            connection.execute(_INSERT_EVENT, event_columns(event))
            return int(rows[0]["attempts_left"])

        return await self._database.write(work)

    async def release(
        self, request_id: RequestId, session_hash: bytes, way: ReleaseWay, now: datetime, event: Event
    ) -> bool:
        sql = f"{_UPDATE} released_at = ?, way = ? WHERE request_id = ? AND session_hash = ? AND {_UNDECIDED}"
        return await self._changed(sql, event, to_column(now), way.value, request_id, session_hash)

    async def refuse(self, request_id: RequestId, refusal: Refusal, now: datetime, event: Event) -> bool:
        sql = f"{_UPDATE} refusal = ? WHERE request_id = ? AND {_UNDECIDED}"
        return await self._changed(sql, event, refusal.value, request_id)

    async def bring_code(
        self, response_code_hash: bytes, browser_hash: bytes, now: datetime, event: Event
    ) -> bool:
        insert = "INSERT INTO verifier_returned_code VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        select = "SELECT browser_hash FROM verifier_returned_code WHERE response_code_hash = ?"

        def work(connection: sqlite3.Connection) -> bool:
            arguments = (response_code_hash, browser_hash, to_column(now))
            if connection.execute(insert, arguments).rowcount == 1:
                connection.execute(_INSERT_EVENT, event_columns(event))
            rows = rows_of(connection, select, (response_code_hash,))
            return bytes(rows[0]["browser_hash"]) == browser_hash

        return await self._database.write(work)

    async def purge_pages(self, now: datetime, returned_before: datetime) -> int:
        def work(connection: sqlite3.Connection) -> int:
            connection.execute(
                "DELETE FROM verifier_returned_code WHERE returned_at < ?", (to_column(returned_before),)
            )
            sql = "DELETE FROM verifier_presentation_page WHERE expires_at <= ?"
            return connection.execute(sql, (to_column(now),)).rowcount

        return await self._database.write(work)

    async def _one(self, column: str, value: str | bytes) -> PresentationPage | None:
        sql = f"{_SELECT} WHERE {column} = ?"
        rows = await self._database.read(lambda connection: rows_of(connection, sql, (value,)))
        return page_from(rows[0]) if rows else None

    async def _changed(self, sql: str, event: Event, *arguments: Any) -> bool:
        def work(connection: sqlite3.Connection) -> bool:
            changed = connection.execute(sql, arguments).rowcount == 1
            if changed:
                connection.execute(_INSERT_EVENT, event_columns(event))
            return changed

        return await self._database.write(work)
