"""``LoginStore`` and ``SessionStore`` on SQLite: every write is one function on the writer thread."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table

from trillium.runtime.database import SqliteDatabase
from trillium.runtime.rows import rows_of, to_column
from verifier.domain.event import Event
from verifier.domain.openid.login import Login, LoginRequest, PushedRequest
from verifier.domain.openid.session import ReauthenticationSession
from verifier.domain.presentation import RequestId
from verifier.domain.relying_service import ClientId
from verifier.store.openid import logins_tables as tables
from verifier.store.openid.logins_rows import (
    login_columns,
    login_from,
    pushed_columns,
    request_from,
    session_columns,
    session_from,
)
from verifier.store.rows import event_columns

_INSERT_EVENT = (
    "INSERT INTO verifier_event (name, actor, at, client_id, preset, reason) VALUES (?, ?, ?, ?, ?, ?)"
)
_TAKE = (
    "DELETE FROM verifier_openid_pushed_request"
    " WHERE reference_hash = ? AND client_id = ? AND expires_at > ? RETURNING request"
)
_FINISH = (
    "UPDATE verifier_openid_login SET state = 'done'"
    " WHERE request_id = ? AND state = 'open' RETURNING 1 AS ok"
)
_END = "DELETE FROM verifier_openid_session WHERE browser_hash = ?"


class SqliteLogins:
    """One table each for pushed requests, logins and sessions."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    async def push(self, pushed: PushedRequest, event: Event) -> None:
        await self._insert(tables.pushed_request, pushed_columns(pushed), event)

    async def take_pushed(
        self, reference_hash: bytes, client_id: ClientId, now: datetime, event: Event
    ) -> LoginRequest | None:
        row = await self._changed(_TAKE, event, reference_hash, client_id, to_column(now))
        return None if row is None else request_from(row["request"])

    async def add_login(self, login: Login, event: Event) -> None:
        await self._insert(tables.login, login_columns(login), event)

    async def login_of(self, request_id: RequestId) -> Login | None:
        row = await self._one("SELECT * FROM verifier_openid_login WHERE request_id = ?", request_id)
        return None if row is None else login_from(row)

    async def finish_login(self, request_id: RequestId, event: Event) -> bool:
        return await self._changed(_FINISH, event, request_id) is not None

    async def purge_logins(self, now: datetime, expired_before: datetime) -> int:
        def work(connection: sqlite3.Connection) -> int:
            sql = "DELETE FROM verifier_openid_pushed_request WHERE expires_at <= ?"
            pushed = connection.execute(sql, (to_column(now),)).rowcount
            sql = "DELETE FROM verifier_openid_login WHERE expires_at <= ?"
            return pushed + connection.execute(sql, (to_column(expired_before),)).rowcount

        return await self._database.write(work)

    # sessions

    async def put_session(
        self, session: ReauthenticationSession, event: Event, *, instead_of: bytes | None = None
    ) -> None:
        def work(connection: sqlite3.Connection) -> None:
            if instead_of is not None:
                connection.execute(_END, (instead_of,))
            _insert_row(connection, tables.session, session_columns(session))
            connection.execute(_INSERT_EVENT, event_columns(event))

        await self._database.write(work)

    async def find_session(self, browser_hash: bytes, now: datetime) -> ReauthenticationSession | None:
        sql = "SELECT * FROM verifier_openid_session WHERE browser_hash = ? AND expires_at > ?"
        row = await self._one(sql, browser_hash, to_column(now))
        return None if row is None else session_from(row)

    async def session_of_sid(
        self, client_id: ClientId, sid: str, now: datetime
    ) -> ReauthenticationSession | None:
        sql = "SELECT * FROM verifier_openid_session WHERE client_id = ? AND sid = ? AND expires_at > ?"
        row = await self._one(sql, client_id, sid, to_column(now))
        return None if row is None else session_from(row)

    async def end_session(self, browser_hash: bytes, event: Event) -> ReauthenticationSession | None:
        row = await self._changed(f"{_END} RETURNING *", event, browser_hash)
        if row is None:
            return None
        await self._database.checkpoint_after_deletion()  # of whom it was
        return session_from(row)

    async def purge_sessions(self, now: datetime) -> int:
        def work(connection: sqlite3.Connection) -> int:
            sql = "DELETE FROM verifier_openid_session WHERE expires_at <= ?"
            return connection.execute(sql, (to_column(now),)).rowcount

        purged = await self._database.write(work)
        if purged:
            await self._database.checkpoint_after_deletion()
        return purged

    async def _insert(self, table: Table, columns: Sequence[Any], event: Event) -> None:
        def work(connection: sqlite3.Connection) -> None:
            _insert_row(connection, table, columns)
            connection.execute(_INSERT_EVENT, event_columns(event))

        await self._database.write(work)

    async def _changed(self, sql: str, event: Event, *arguments: Any) -> dict[str, Any] | None:
        """What a change of one row returns, and its event with it; ``None``: there was no such row."""

        def work(connection: sqlite3.Connection) -> dict[str, Any] | None:
            rows = rows_of(connection, sql, arguments)
            if not rows:
                return None
            connection.execute(_INSERT_EVENT, event_columns(event))
            return rows[0]

        return await self._database.write(work)

    async def _one(self, sql: str, *arguments: Any) -> dict[str, Any] | None:
        rows = await self._database.read(lambda connection: rows_of(connection, sql, arguments))
        return rows[0] if rows else None


def _insert_row(connection: sqlite3.Connection, table: Table, columns: Sequence[Any]) -> None:
    marks = ",".join("?" * len(columns))
    connection.execute(f"INSERT INTO {table.name} VALUES ({marks})", columns)
