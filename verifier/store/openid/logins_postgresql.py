"""``LoginStore`` and ``SessionStore`` on PostgreSQL: every method is one statement."""

from datetime import datetime
from typing import Any

from trillium.runtime.database import PostgresqlDatabase
from trillium.runtime.rows import to_column
from verifier.domain.event import Event
from verifier.domain.openid.login import Login, LoginRequest, PushedRequest
from verifier.domain.openid.session import ReauthenticationSession
from verifier.domain.presentation import RequestId
from verifier.domain.relying_service import ClientId
from verifier.store.openid.logins_rows import (
    login_columns,
    login_from,
    pushed_columns,
    request_from,
    session_columns,
    session_from,
)
from verifier.store.rows import event_columns

_EVENT = "INSERT INTO verifier_event (name, actor, at, client_id, preset, reason)"


def _with_event(change: str, returned: str = "1 AS ok") -> str:
    """A change and, where it has changed something, its event; the event's columns are ``$1`` to ``$6``."""
    return f"""
WITH changed AS ({change} RETURNING {returned}
), told AS (
    {_EVENT} SELECT $1, $2, $3::bigint, $4, $5, $6 FROM changed
)
SELECT * FROM changed"""


_PUSH = _with_event("INSERT INTO verifier_openid_pushed_request VALUES ($7, $8, $9, $10)")
_TAKE = _with_event(
    "DELETE FROM verifier_openid_pushed_request WHERE reference_hash = $7 AND client_id = $8"
    " AND expires_at > $9",
    "request",
)
_ADD = _with_event("INSERT INTO verifier_openid_login VALUES ($7, $8, $9, $10, $11, $12)")
_FINISH = _with_event(
    "UPDATE verifier_openid_login SET state = 'done' WHERE request_id = $7 AND state = 'open'"
)
_END = _with_event("DELETE FROM verifier_openid_session WHERE browser_hash = $7", "*")
_PUT = f"""
WITH gone AS (
    DELETE FROM verifier_openid_session WHERE browser_hash = $15
), kept AS (
    INSERT INTO verifier_openid_session VALUES ($7, $8, $9, $10, $11, $12, $13, $14)
)
{_EVENT} VALUES ($1, $2, $3::bigint, $4, $5, $6)"""
_PURGE = """
WITH pushed AS (
    DELETE FROM verifier_openid_pushed_request WHERE expires_at <= $1 RETURNING 1
), logins AS (
    DELETE FROM verifier_openid_login WHERE expires_at <= $2 RETURNING 1
)
SELECT (SELECT COUNT(*) FROM pushed) + (SELECT COUNT(*) FROM logins) AS gone"""


class PostgresqlLogins:
    """One table each for pushed requests, logins and sessions."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._database = database

    async def push(self, pushed: PushedRequest, event: Event) -> None:
        await self._changed(_PUSH, event, *pushed_columns(pushed))

    async def take_pushed(
        self, reference_hash: bytes, client_id: ClientId, now: datetime, event: Event
    ) -> LoginRequest | None:
        row = await self._changed(_TAKE, event, reference_hash, client_id, to_column(now))
        return None if row is None else request_from(row["request"])

    async def add_login(self, login: Login, event: Event) -> None:
        await self._changed(_ADD, event, *login_columns(login))

    async def login_of(self, request_id: RequestId) -> Login | None:
        sql = "SELECT * FROM verifier_openid_login WHERE request_id = $1"
        row = await self._database.fetch_row(sql, request_id)
        return None if row is None else login_from(row)

    async def finish_login(self, request_id: RequestId, event: Event) -> bool:
        return await self._changed(_FINISH, event, request_id) is not None

    async def purge_logins(self, now: datetime, expired_before: datetime) -> int:
        row = await self._database.fetch_row(_PURGE, to_column(now), to_column(expired_before))
        return 0 if row is None else int(row["gone"])

    # sessions

    async def put_session(
        self, session: ReauthenticationSession, event: Event, *, instead_of: bytes | None = None
    ) -> None:
        # No hash is empty, so nothing goes when nothing is replaced.
        columns = (*session_columns(session), instead_of or b"")
        await self._database.execute(_PUT, *event_columns(event), *columns)

    async def find_session(self, browser_hash: bytes, now: datetime) -> ReauthenticationSession | None:
        sql = "SELECT * FROM verifier_openid_session WHERE browser_hash = $1 AND expires_at > $2"
        row = await self._database.fetch_row(sql, browser_hash, to_column(now))
        return None if row is None else session_from(row)

    async def session_of_sid(
        self, client_id: ClientId, sid: str, now: datetime
    ) -> ReauthenticationSession | None:
        sql = "SELECT * FROM verifier_openid_session WHERE client_id = $1 AND sid = $2 AND expires_at > $3"
        row = await self._database.fetch_row(sql, client_id, sid, to_column(now))
        return None if row is None else session_from(row)

    async def end_session(self, browser_hash: bytes, event: Event) -> ReauthenticationSession | None:
        row = await self._changed(_END, event, browser_hash)
        return None if row is None else session_from(row)

    async def purge_sessions(self, now: datetime) -> int:
        sql = "DELETE FROM verifier_openid_session WHERE expires_at <= $1"
        return await self._database.execute(sql, to_column(now))

    async def _changed(self, sql: str, event: Event, *arguments: Any) -> Any:
        return await self._database.fetch_row(sql, *event_columns(event), *arguments)
