"""``ports_openid.ReplayStore`` on PostgreSQL."""

from datetime import datetime

from trillium.runtime.database import PostgresqlDatabase
from trillium.runtime.rows import to_column
from verifier.store.openid.replays_tables import replay

_REMEMBER = f"INSERT INTO {replay.name} VALUES ($1, $2) ON CONFLICT DO NOTHING"
_FORGET = f"DELETE FROM {replay.name} WHERE until < $1"


class PostgresqlReplays:
    """The primary key decides who was first."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._database = database

    async def first_use(self, key: bytes, until: datetime) -> bool:
        return await self._database.execute(_REMEMBER, key, to_column(until)) == 1

    async def purge_replays(self, now: datetime) -> int:
        return await self._database.execute(_FORGET, to_column(now))
