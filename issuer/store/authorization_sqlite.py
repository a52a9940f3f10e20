"""``ports.AuthorizationStore`` and ``ports.GrantStore`` on SQLite."""

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Table

from issuer.domain.authorization import (
    USED_CODE_MEMORY,
    Authorization,
    AuthorizationCode,
    AuthorizationSession,
    ClientId,
    GrantId,
    PushedRequest,
)
from issuer.domain.event import Event
from issuer.domain.grant import IssuedGrant
from issuer.store.authorization_rows import (
    authorization_from,
    code_columns,
    code_from,
    grant_columns,
    grant_from,
    pushed_columns,
    session_columns,
    session_from,
)
from issuer.store.authorization_tables import (
    authorization_code,
    authorization_session,
    issued_grant,
    pushed_request,
)
from issuer.store.sqlite import insert_event
from trillium.runtime.database import SqliteDatabase
from trillium.runtime.rows import rows_of, to_column

_T = TypeVar("_T")

_TAKE = (
    "DELETE FROM issuer_pushed_request WHERE reference_hash = ? AND client_id = ? AND expires_at > ?"
    " RETURNING request"
)
_SIGN_IN = (
    "UPDATE issuer_authorization_session SET session_hash = ?, request = ?, expires_at = ?, state = ?,"
    " subject_ref = ?, auth_time = ? WHERE session_hash = ? AND state = 'signing_in' AND expires_at > ?"
)
_END = (
    "UPDATE issuer_authorization_session SET state = 'ended' WHERE session_hash = ? AND expires_at > ?"
    " AND state IN ({states})"
)
_SPEND = (
    "UPDATE issuer_authorization_code SET grant_id = ?"
    " WHERE code_hash = ? AND grant_id IS NULL AND expires_at > ?"
)
_PURGE = (
    "DELETE FROM issuer_pushed_request WHERE expires_at <= ?",
    "DELETE FROM issuer_authorization_session WHERE expires_at <= ?",
)


class SqliteAuthorizations:
    """Every write is one function on the writer thread, in its own savepoint."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    async def push(self, pushed: PushedRequest, event: Event) -> None:
        await self._insert(pushed_request, pushed_columns(pushed), event)

    async def take_pushed(
        self, reference_hash: bytes, client_id: ClientId, now: datetime, event: Event
    ) -> Authorization | None:
        def work(connection: sqlite3.Connection) -> Authorization | None:
            rows = rows_of(connection, _TAKE, (reference_hash, client_id, to_column(now)))
            if not rows:
                return None
            insert_event(connection, event)
            return authorization_from(rows[0]["request"])

        return await self._database.write(work)

    async def open_session(self, session: AuthorizationSession, event: Event) -> None:
        await self._insert(authorization_session, session_columns(session), event)

    async def find_session(self, session_hash: bytes) -> AuthorizationSession | None:
        sql = "SELECT * FROM issuer_authorization_session WHERE session_hash = ?"
        return await self._one(sql, session_hash, session_from)

    async def record_sign_in(
        self, session_hash: bytes, signed_in: AuthorizationSession, event: Event
    ) -> bool:
        arguments = (*session_columns(signed_in), session_hash, to_column(event.at))
        return await self._change(_SIGN_IN, arguments, event)

    async def end_session(
        self, session_hash: bytes, event: Event, *, code: AuthorizationCode | None = None
    ) -> bool:
        states = "'signing_in', 'consenting'" if code is None else "'consenting'"
        arguments = (session_hash, to_column(event.at))
        kept = None if code is None else (authorization_code, code_columns(code))
        return await self._change(_END.format(states=states), arguments, event, kept)

    async def find_code(self, code_hash: bytes) -> AuthorizationCode | None:
        return await self._one(
            "SELECT * FROM issuer_authorization_code WHERE code_hash = ?", code_hash, code_from
        )

    async def spend_code(self, code_hash: bytes, grant: IssuedGrant, event: Event) -> bool:
        arguments = (grant.grant_id, code_hash, to_column(event.at))
        return await self._change(_SPEND, arguments, event, (issued_grant, grant_columns(grant)))

    async def purge_authorizations(self, now: datetime) -> int:
        codes = "DELETE FROM issuer_authorization_code WHERE expires_at <= ?"

        def work(connection: sqlite3.Connection) -> int:
            gone = sum(connection.execute(sql, (to_column(now),)).rowcount for sql in _PURGE)
            return gone + connection.execute(codes, (to_column(now - USED_CODE_MEMORY),)).rowcount

        return await self._database.write(work)

    # grants

    async def add_grant(self, grant: IssuedGrant, event: Event) -> None:
        await self._insert(issued_grant, grant_columns(grant), event)

    async def find_grant(self, grant_id: GrantId) -> IssuedGrant | None:
        return await self._one("SELECT * FROM issuer_grant WHERE grant_id = ?", grant_id, grant_from)

    async def find_grant_by_refresh(self, refresh_hash: bytes) -> IssuedGrant | None:
        return await self._one("SELECT * FROM issuer_grant WHERE refresh_hash = ?", refresh_hash, grant_from)

    async def revoke_grant(self, grant_id: GrantId, event: Event) -> bool:
        sql = "UPDATE issuer_grant SET revoked = 1 WHERE grant_id = ? AND NOT revoked"
        return await self._change(sql, (grant_id,), event)

    async def purge_grants(self, now: datetime) -> int:
        sql = "DELETE FROM issuer_grant WHERE expires_at <= ?"
        return await self._database.write(
            lambda connection: connection.execute(sql, (to_column(now),)).rowcount
        )

    async def _insert(self, table: Table, columns: Sequence[Any], event: Event) -> None:
        def work(connection: sqlite3.Connection) -> None:
            _insert_row(connection, table, columns)
            insert_event(connection, event)

        await self._database.write(work)

    async def _change(
        self,
        sql: str,
        arguments: Sequence[Any],
        event: Event,
        kept: tuple[Table, Sequence[Any]] | None = None,
    ) -> bool:
        """The conditional change of one row; what comes of it is kept only by the one who made it."""

        def work(connection: sqlite3.Connection) -> bool:
            if connection.execute(sql, arguments).rowcount != 1:
                return False
            if kept is not None:
                _insert_row(connection, *kept)
            insert_event(connection, event)
            return True

        return await self._database.write(work)

    async def _one(self, sql: str, key: bytes | str, read: Callable[[Any], _T]) -> _T | None:
        rows = await self._database.read(lambda connection: rows_of(connection, sql, (key,)))
        return read(rows[0]) if rows else None


def _insert_row(connection: sqlite3.Connection, table: Table, columns: Sequence[Any]) -> None:
    marks = ",".join("?" * len(columns))
    connection.execute(f"INSERT INTO {table.name} VALUES ({marks})", columns)
