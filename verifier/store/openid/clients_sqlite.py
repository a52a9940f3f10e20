"""``OpenIdClientStore`` on SQLite: every write is one function on the writer thread, in its own savepoint."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from trillium.runtime.database import SqliteDatabase
from trillium.runtime.rows import rows_of, to_column
from verifier.domain.event import Event, EventName
from verifier.domain.openid.client import RegisteredClient
from verifier.domain.relying_service import ClientId
from verifier.store.openid.clients_rows import client_columns, registered_from
from verifier.store.openid.clients_tables import CLIENT_COLUMNS
from verifier.store.rows import event_columns
from verifier.store.service_rows import service_columns
from verifier.store.sqlite import CHANGE_SERVICE, INSERT_EVENT, INSERT_SERVICE

_SELECT = "SELECT * FROM verifier_openid_client JOIN verifier_relying_service USING (client_id)"
_INSERT = (
    f"INSERT INTO verifier_openid_client ({', '.join(CLIENT_COLUMNS)})"
    f" VALUES ({', '.join('?' * len(CLIENT_COLUMNS))})"
)
_UPDATE = (
    f"UPDATE verifier_openid_client SET {', '.join(f'{name} = ?' for name in CLIENT_COLUMNS[1:])}"
    " WHERE client_id = ?"
)
_IS_VERSION = "SELECT 1 FROM verifier_openid_client WHERE client_id = ? AND openid_version = ?"


class SqliteOpenIdClients:
    """Clients in one table, their relying services in another."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    async def get(self, client_id: ClientId) -> RegisteredClient | None:
        sql = f"{_SELECT} WHERE client_id = ?"
        rows = await self._database.read(lambda connection: rows_of(connection, sql, (client_id,)))
        return registered_from(rows[0]) if rows else None

    async def add(self, client: RegisteredClient, event: Event) -> None:
        def work(connection: sqlite3.Connection) -> None:
            connection.execute(INSERT_SERVICE, service_columns(client.service))
            connection.execute(_INSERT, client_columns(client.openid))
            connection.execute(INSERT_EVENT, event_columns(event))

        await self._database.write(work)

    async def update(self, client: RegisteredClient, event: Event) -> bool:
        client_id, *changed = client_columns(client.openid)

        def work(connection: sqlite3.Connection) -> bool:
            if not _change_service(connection, client, client.openid.version - 1):
                return False
            connection.execute(_UPDATE, (*changed, client_id))
            connection.execute(INSERT_EVENT, event_columns(event))
            return True

        return await self._database.write(work)

    async def remove(self, client: RegisteredClient, event: Event) -> bool:
        def work(connection: sqlite3.Connection) -> bool:
            if not _change_service(connection, client, client.openid.version):
                return False
            connection.execute("DELETE FROM verifier_openid_client WHERE client_id = ?", (client.client_id,))
            connection.execute(INSERT_EVENT, event_columns(event))
            return True

        return await self._database.write(work)

    async def clients(self) -> Sequence[RegisteredClient]:
        sql = f"{_SELECT} ORDER BY registered_at, client_id"
        rows = await self._database.read(lambda connection: rows_of(connection, sql, ()))
        return [registered_from(row) for row in rows]

    async def count_unreviewed(self, *, at_most: int) -> int:
        sql = (
            "SELECT count(*) AS found FROM"
            " (SELECT 1 FROM verifier_openid_client WHERE reviewed_at IS NULL LIMIT ?)"
        )
        [row] = await self._database.read(lambda connection: rows_of(connection, sql, (at_most,)))
        return int(row["found"])

    async def purge_unreviewed(self, created_before: datetime, now: datetime) -> int:
        sql = (
            "DELETE FROM verifier_openid_client WHERE reviewed_at IS NULL AND approval = 'pending'"
            " AND registered_at < ? RETURNING client_id"
        )

        def work(connection: sqlite3.Connection) -> int:
            rows = rows_of(connection, sql, (to_column(created_before),))
            gone = [row["client_id"] for row in rows]
            connection.executemany(
                "DELETE FROM verifier_relying_service WHERE client_id = ?", [(one,) for one in gone]
            )
            name = EventName.OPENID_CLIENT_REMOVED.value
            connection.executemany(
                INSERT_EVENT, [(name, "system", to_column(now), one, "", "") for one in gone]
            )
            return len(gone)

        return await self._database.write(work)


def _change_service(connection: sqlite3.Connection, client: RegisteredClient, version: int) -> bool:
    """Whether both rows were what they were thought to be; then the service's has changed."""
    if not rows_of(connection, _IS_VERSION, (client.client_id, version)):
        return False
    client_id, *changed = service_columns(client.service)
    arguments = (*changed, client_id, client.service.version - 1)
    return connection.execute(CHANGE_SERVICE, arguments).rowcount == 1
