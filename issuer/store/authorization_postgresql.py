"""``ports.AuthorizationStore`` and ``ports.GrantStore`` on PostgreSQL: one statement per method."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

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
from issuer.store.postgresql import EVENT
from issuer.store.rows import event_columns
from trillium.runtime.database import PostgresqlDatabase
from trillium.runtime.rows import to_column

_T = TypeVar("_T")


def _told(changed: str, first: int, *, by: str) -> str:
    """A statement whose event is written when the part named ``by`` touched a row.

    ``first``: the number of the event's first argument.
    """
    marks = ", ".join(
        f"${first + index}{cast}" for index, cast in enumerate(("", "", "::bigint", "", "", "::int"))
    )
    return f"{changed}\n{EVENT} SELECT {marks} FROM {by}"


_PUSH = _told(
    "WITH kept AS (INSERT INTO issuer_pushed_request VALUES ($1, $2, $3, $4) RETURNING 1)", 5, by="kept"
)
_TAKE = f"""
WITH taken AS (
    DELETE FROM issuer_pushed_request WHERE reference_hash = $1 AND client_id = $2 AND expires_at > $3
    RETURNING request
), told AS (
    {EVENT} SELECT $4, $5, $6::bigint, $7, $8, $9::int FROM taken
)
SELECT request FROM taken"""
_OPEN = _told(
    "WITH kept AS (INSERT INTO issuer_authorization_session VALUES ($1, $2, $3, $4, $5, $6) RETURNING 1)",
    7,
    by="kept",
)
_SIGN_IN = _told(
    """WITH signed AS (
    UPDATE issuer_authorization_session SET session_hash = $1, request = $2, expires_at = $3, state = $4,
        subject_ref = $5, auth_time = $6
    WHERE session_hash = $7 AND state = 'signing_in' AND expires_at > $8 RETURNING 1
)""",
    9,
    by="signed",
)
_REFUSE = _told(
    """WITH ended AS (
    UPDATE issuer_authorization_session SET state = 'ended'
    WHERE session_hash = $1 AND expires_at > $2 AND state IN ('signing_in', 'consenting') RETURNING 1
)""",
    3,
    by="ended",
)
_AGREE = _told(
    """WITH ended AS (
    UPDATE issuer_authorization_session SET state = 'ended'
    WHERE session_hash = $1 AND expires_at > $2 AND state = 'consenting' RETURNING 1
), kept AS (
    INSERT INTO issuer_authorization_code
    SELECT $3::bytea, $4, $5, $6::bigint, $7::bigint, $8 FROM ended
)""",
    9,
    by="ended",
)
_SPEND = _told(
    """WITH spent AS (
    UPDATE issuer_authorization_code SET grant_id = $3
    WHERE code_hash = $1 AND grant_id IS NULL AND expires_at > $2 RETURNING 1
), kept AS (
    INSERT INTO issuer_grant
    SELECT $3, $4, $5, $6, $7::bigint, $8::bigint, $9::bytea, $10::bool FROM spent
)""",
    11,
    by="spent",
)
_ADD_GRANT = _told(
    "WITH kept AS (INSERT INTO issuer_grant VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING 1)",
    9,
    by="kept",
)
_REVOKE = _told(
    """WITH revoked AS (
    UPDATE issuer_grant SET revoked = true WHERE grant_id = $1 AND NOT revoked RETURNING 1
)""",
    2,
    by="revoked",
)
_PURGE = """
WITH pushed AS (
    DELETE FROM issuer_pushed_request WHERE expires_at <= $1 RETURNING 1
), sessions AS (
    DELETE FROM issuer_authorization_session WHERE expires_at <= $1 RETURNING 1
), codes AS (
    DELETE FROM issuer_authorization_code WHERE expires_at <= $2 RETURNING 1
)
SELECT
    (SELECT COUNT(*) FROM pushed) + (SELECT COUNT(*) FROM sessions) + (SELECT COUNT(*) FROM codes) AS gone"""


class PostgresqlAuthorizations:
    """A row that is locked by another change is looked at again when that is over, and then does not fit."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._database = database

    async def push(self, pushed: PushedRequest, event: Event) -> None:
        await self._database.execute(_PUSH, *pushed_columns(pushed), *event_columns(event))

    async def take_pushed(
        self, reference_hash: bytes, client_id: ClientId, now: datetime, event: Event
    ) -> Authorization | None:
        row = await self._database.fetch_row(
            _TAKE, reference_hash, client_id, to_column(now), *event_columns(event)
        )
        return None if row is None else authorization_from(row["request"])

    async def open_session(self, session: AuthorizationSession, event: Event) -> None:
        await self._database.execute(_OPEN, *session_columns(session), *event_columns(event))

    async def find_session(self, session_hash: bytes) -> AuthorizationSession | None:
        sql = "SELECT * FROM issuer_authorization_session WHERE session_hash = $1"
        return await self._one(sql, session_hash, session_from)

    async def record_sign_in(
        self, session_hash: bytes, signed_in: AuthorizationSession, event: Event
    ) -> bool:
        columns = session_columns(signed_in)
        return await self._changed(
            _SIGN_IN, *columns, session_hash, to_column(event.at), *event_columns(event)
        )

    async def end_session(
        self, session_hash: bytes, event: Event, *, code: AuthorizationCode | None = None
    ) -> bool:
        arguments = (session_hash, to_column(event.at))
        if code is None:
            return await self._changed(_REFUSE, *arguments, *event_columns(event))
        return await self._changed(_AGREE, *arguments, *code_columns(code), *event_columns(event))

    async def find_code(self, code_hash: bytes) -> AuthorizationCode | None:
        return await self._one(
            "SELECT * FROM issuer_authorization_code WHERE code_hash = $1", code_hash, code_from
        )

    async def spend_code(self, code_hash: bytes, grant: IssuedGrant, event: Event) -> bool:
        arguments = (code_hash, to_column(event.at), *grant_columns(grant))
        return await self._changed(_SPEND, *arguments, *event_columns(event))

    async def purge_authorizations(self, now: datetime) -> int:
        row = await self._database.fetch_row(_PURGE, to_column(now), to_column(now - USED_CODE_MEMORY))
        return 0 if row is None else int(row["gone"])

    # grants

    async def add_grant(self, grant: IssuedGrant, event: Event) -> None:
        await self._database.execute(_ADD_GRANT, *grant_columns(grant), *event_columns(event))

    async def find_grant(self, grant_id: GrantId) -> IssuedGrant | None:
        return await self._one("SELECT * FROM issuer_grant WHERE grant_id = $1", grant_id, grant_from)

    async def find_grant_by_refresh(self, refresh_hash: bytes) -> IssuedGrant | None:
        return await self._one("SELECT * FROM issuer_grant WHERE refresh_hash = $1", refresh_hash, grant_from)

    async def revoke_grant(self, grant_id: GrantId, event: Event) -> bool:
        return await self._changed(_REVOKE, grant_id, *event_columns(event))

    async def purge_grants(self, now: datetime) -> int:
        return await self._database.execute("DELETE FROM issuer_grant WHERE expires_at <= $1", to_column(now))

    async def _changed(self, sql: str, *arguments: object) -> bool:
        return await self._database.execute(sql, *arguments) == 1

    async def _one(self, sql: str, key: bytes | str, read: Callable[[Any], _T]) -> _T | None:
        row = await self._database.fetch_row(sql, key)
        return None if row is None else read(row)
