"""``ports_openid.GrantStore`` on PostgreSQL: every method is one statement."""

from datetime import datetime
from typing import Any

from trillium.runtime.database import PostgresqlDatabase
from trillium.runtime.rows import to_column
from verifier.domain.event import Event
from verifier.domain.openid.grant import Grant, TokenOfGrant
from verifier.store.openid.grants_rows import grant_columns, grant_from
from verifier.store.openid.grants_tables import GRANT_COLUMNS
from verifier.store.rows import event_columns

_COLUMNS = ", ".join(GRANT_COLUMNS)
_SELECT = f"SELECT {_COLUMNS} FROM verifier_openid_grant"
_PLACES = ", ".join(f"${place}" for place in range(7, 7 + len(GRANT_COLUMNS)))


def _with_event(change: str) -> str:
    """One change and, where it has changed something, its event: its columns are ``$1`` to ``$6``."""
    return f"""
WITH changed AS ({change} RETURNING 1), told AS (
    INSERT INTO verifier_event (name, actor, at, client_id, preset, reason)
    SELECT $1, $2, $3::bigint, $4, $5, $6 FROM changed
)
SELECT * FROM changed"""


_ADD = _with_event(f"INSERT INTO verifier_openid_grant ({_COLUMNS}) VALUES ({_PLACES})")
_SPEND = _with_event(
    "UPDATE verifier_openid_grant"
    " SET used_at = $8::bigint, token_hash = $9, token_expires_at = $10, token_jkt = $11"
    " WHERE code_hash = $7 AND used_at IS NULL AND expires_at > $8::bigint"
)
_REVOKE = _with_event(
    "UPDATE verifier_openid_grant SET token_hash = NULL, token_expires_at = NULL, token_jkt = NULL,"
    " wrapped_key = NULL, ciphertext = NULL WHERE code_hash = $7 AND token_hash IS NOT NULL"
)
_PURGE = (
    "DELETE FROM verifier_openid_grant"
    " WHERE expires_at <= $1 AND (token_expires_at IS NULL OR token_expires_at <= $1)"
)


class PostgresqlGrants:
    """Grants in one table."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._database = database

    async def add_grant(self, grant: Grant, event: Event) -> None:
        await self._changed(_ADD, event, *grant_columns(grant))

    async def find_grant(self, code_hash: bytes) -> Grant | None:
        return await self._one("code_hash", code_hash)

    async def spend_code(self, code_hash: bytes, token: TokenOfGrant, now: datetime, event: Event) -> bool:
        new = (to_column(now), token.token_hash, to_column(token.expires_at), token.jkt)
        return await self._changed(_SPEND, event, code_hash, *new)

    async def revoke_grant(self, code_hash: bytes, event: Event) -> bool:
        return await self._changed(_REVOKE, event, code_hash)

    async def find_token(self, token_hash: bytes) -> Grant | None:
        return await self._one("token_hash", token_hash)

    async def purge_grants(self, now: datetime) -> int:
        return await self._database.execute(_PURGE, to_column(now))

    async def _one(self, column: str, value: bytes) -> Grant | None:
        row = await self._database.fetch_row(f"{_SELECT} WHERE {column} = $1", value)
        return None if row is None else grant_from(row)

    async def _changed(self, sql: str, event: Event, *arguments: Any) -> bool:
        row = await self._database.fetch_row(sql, *event_columns(event), *arguments)
        return row is not None
