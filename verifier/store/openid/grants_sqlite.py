"""``ports_openid.GrantStore`` on SQLite: every write is one function on the writer thread."""

import sqlite3
from datetime import datetime
from typing import Any

from trillium.runtime.database import SqliteDatabase
from trillium.runtime.rows import rows_of, to_column
from verifier.domain.event import Event
from verifier.domain.openid.grant import Grant, TokenOfGrant
from verifier.store.openid.grants_rows import grant_columns, grant_from
from verifier.store.openid.grants_tables import GRANT_COLUMNS
from verifier.store.rows import event_columns

_INSERT = (
    f"INSERT INTO verifier_openid_grant ({', '.join(GRANT_COLUMNS)})"
    f" VALUES ({', '.join('?' * len(GRANT_COLUMNS))})"
)
_INSERT_EVENT = (
    "INSERT INTO verifier_event (name, actor, at, client_id, preset, reason) VALUES (?, ?, ?, ?, ?, ?)"
)
_SELECT = f"SELECT {', '.join(GRANT_COLUMNS)} FROM verifier_openid_grant"
_SPEND = (
    "UPDATE verifier_openid_grant SET used_at = ?, token_hash = ?, token_expires_at = ?, token_jkt = ?"
    " WHERE code_hash = ? AND used_at IS NULL AND expires_at > ?"
)
_REVOKE = (
    "UPDATE verifier_openid_grant SET token_hash = NULL, token_expires_at = NULL, token_jkt = NULL,"
    " wrapped_key = NULL, ciphertext = NULL WHERE code_hash = ? AND token_hash IS NOT NULL"
)
_PURGE = (
    "DELETE FROM verifier_openid_grant"
    " WHERE expires_at <= ? AND (token_expires_at IS NULL OR token_expires_at <= ?)"
)


class SqliteGrants:
    """Grants in one table."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    async def add_grant(self, grant: Grant, event: Event) -> None:
        await self._changed(_INSERT, event, *grant_columns(grant))

    async def find_grant(self, code_hash: bytes) -> Grant | None:
        return await self._one("code_hash", code_hash)

    async def spend_code(self, code_hash: bytes, token: TokenOfGrant, now: datetime, event: Event) -> bool:
        new = (to_column(now), token.token_hash, to_column(token.expires_at), token.jkt)
        return await self._changed(_SPEND, event, *new, code_hash, to_column(now))

    async def revoke_grant(self, code_hash: bytes, event: Event) -> bool:
        revoked = await self._changed(_REVOKE, event, code_hash)
        if revoked:
            await self._database.checkpoint_after_deletion()  # of claims and of the key to them
        return revoked

    async def find_token(self, token_hash: bytes) -> Grant | None:
        return await self._one("token_hash", token_hash)

    async def purge_grants(self, now: datetime) -> int:
        moment = to_column(now)
        purged = await self._database.write(
            lambda connection: connection.execute(_PURGE, (moment, moment)).rowcount
        )
        if purged:
            await self._database.checkpoint_after_deletion()
        return purged

    async def _one(self, column: str, value: bytes) -> Grant | None:
        sql = f"{_SELECT} WHERE {column} = ?"
        rows = await self._database.read(lambda connection: rows_of(connection, sql, (value,)))
        return grant_from(rows[0]) if rows else None

    async def _changed(self, sql: str, event: Event, *arguments: Any) -> bool:
        def work(connection: sqlite3.Connection) -> bool:
            changed = connection.execute(sql, arguments).rowcount == 1
            if changed:
                connection.execute(_INSERT_EVENT, event_columns(event))
            return changed

        return await self._database.write(work)
