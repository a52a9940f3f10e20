"""``OpenIdClientStore`` on PostgreSQL: every method is one statement, so one round trip, one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from trillium.runtime.database import PostgresqlDatabase
from trillium.runtime.rows import to_column
from verifier.domain.event import Event, EventName
from verifier.domain.openid.client import RegisteredClient
from verifier.domain.relying_service import ClientId
from verifier.store.openid.clients_rows import client_columns, registered_from
from verifier.store.openid.clients_tables import CLIENT_COLUMNS
from verifier.store.rows import event_columns
from verifier.store.service_rows import service_columns

_SERVICE_COLUMNS: Final = (
    "client_id",
    "secret_hash",
    "names",
    "presets",
    "created_at",
    "site",
    "return_urls",
    "webhook_url",
    "evidence_key",
    "previous_secret_hash",
    "previous_secret_until",
    "disabled_at",
    "version",
)
_EVENT: Final = "INSERT INTO verifier_event (name, actor, at, client_id, preset, reason)"
_EVENT_PLACES: Final = "$1, $2, $3::bigint, $4, $5, $6"
_SERVICE_FIRST: Final = 7
_CLIENT_FIRST: Final = _SERVICE_FIRST + len(_SERVICE_COLUMNS)
_SERVICE_VERSION: Final = f"${_CLIENT_FIRST - 1}"
_SELECT: Final = "SELECT * FROM verifier_openid_client JOIN verifier_relying_service USING (client_id)"


def _places(first: int, count: int) -> str:
    return ", ".join(f"${place}" for place in range(first, first + count))


def _set(columns: Sequence[str], first: int) -> str:
    """All but the id, which is the first of them."""
    return ", ".join(f"{name} = ${place}" for place, name in enumerate(columns[1:], first + 1))


_ADD: Final = f"""
WITH service AS (
    INSERT INTO verifier_relying_service ({", ".join(_SERVICE_COLUMNS)})
    VALUES ({_places(_SERVICE_FIRST, len(_SERVICE_COLUMNS))}) RETURNING 1
), client AS (
    INSERT INTO verifier_openid_client ({", ".join(CLIENT_COLUMNS)})
    VALUES ({_places(_CLIENT_FIRST, len(CLIENT_COLUMNS))}) RETURNING 1
)
{_EVENT} SELECT {_EVENT_PLACES} FROM service, client"""

# Whatever changes a client changes its relying service too, so whoever comes second waits here for the first
# and then finds another version.
_SERVICE_CHANGED: Final = f"""
WITH service AS (
    UPDATE verifier_relying_service SET {_set(_SERVICE_COLUMNS, _SERVICE_FIRST)}
    WHERE client_id = ${_SERVICE_FIRST} AND version = {_SERVICE_VERSION}::int - 1 AND EXISTS (
        SELECT 1 FROM verifier_openid_client
        WHERE client_id = ${_SERVICE_FIRST} AND openid_version = ${_CLIENT_FIRST}::int
    ) RETURNING 1
)"""

_UPDATE: Final = f"""{_SERVICE_CHANGED}, client AS (
    UPDATE verifier_openid_client SET {_set(CLIENT_COLUMNS, _CLIENT_FIRST)}
    FROM service WHERE client_id = ${_SERVICE_FIRST} RETURNING 1
)
{_EVENT} SELECT {_EVENT_PLACES} FROM client"""

_REMOVE: Final = f"""{_SERVICE_CHANGED}, client AS (
    DELETE FROM verifier_openid_client USING service WHERE client_id = ${_SERVICE_FIRST} RETURNING 1
)
{_EVENT} SELECT {_EVENT_PLACES} FROM client"""

_PURGE: Final = f"""
WITH gone AS (
    DELETE FROM verifier_openid_client
    WHERE reviewed_at IS NULL AND approval = 'pending' AND registered_at < $1 RETURNING client_id
), services AS (
    DELETE FROM verifier_relying_service USING gone
    WHERE verifier_relying_service.client_id = gone.client_id
)
{_EVENT} SELECT $3, 'system', $2, client_id, '', '' FROM gone"""


class PostgresqlOpenIdClients:
    """Clients in one table, their relying services in another."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._database = database

    async def get(self, client_id: ClientId) -> RegisteredClient | None:
        row = await self._database.fetch_row(f"{_SELECT} WHERE client_id = $1", client_id)
        return None if row is None else registered_from(row)

    async def add(self, client: RegisteredClient, event: Event) -> None:
        columns = (*service_columns(client.service), *client_columns(client.openid))
        await self._database.execute(_ADD, *event_columns(event), *columns)

    async def update(self, client: RegisteredClient, event: Event) -> bool:
        # The id, which stands among the service's columns already, makes room for the version it had.
        columns = (client.openid.version - 1, *client_columns(client.openid)[1:])
        return await self._changed(_UPDATE, client, event, *columns)

    async def remove(self, client: RegisteredClient, event: Event) -> bool:
        return await self._changed(_REMOVE, client, event, client.openid.version)

    async def clients(self) -> Sequence[RegisteredClient]:
        rows = await self._database.fetch(f"{_SELECT} ORDER BY registered_at, client_id")
        return [registered_from(row) for row in rows]

    async def count_unreviewed(self, *, at_most: int) -> int:
        sql = (
            "SELECT count(*) AS found FROM"
            " (SELECT 1 FROM verifier_openid_client WHERE reviewed_at IS NULL LIMIT $1) AS few"
        )
        row = await self._database.fetch_row(sql, at_most)
        return 0 if row is None else int(row["found"])

    async def purge_unreviewed(self, created_before: datetime, now: datetime) -> int:
        name = EventName.OPENID_CLIENT_REMOVED.value
        return await self._database.execute(_PURGE, to_column(created_before), to_column(now), name)

    async def _changed(self, sql: str, client: RegisteredClient, event: Event, *columns: object) -> bool:
        arguments = (*event_columns(event), *service_columns(client.service), *columns)
        return await self._database.execute(sql, *arguments) == 1
