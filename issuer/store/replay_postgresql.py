"""``ports.ReplayStore`` on PostgreSQL."""

from datetime import datetime

from issuer.store.replay_tables import replay
from trillium.runtime.database import PostgresqlDatabase
from trillium.runtime.rows import to_column


class PostgresqlReplays:
    """The primary key decides who was first."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._database = database

    async def first_use(self, key: bytes, until: datetime) -> bool:
        remembered = await self._database.execute(
            f"INSERT INTO {replay.name} VALUES ($1, $2) ON CONFLICT DO NOTHING", key, to_column(until)
        )
        return remembered == 1

    async def purge_replays(self, now: datetime) -> int:
        return await self._database.execute("DELETE FROM issuer_replay WHERE until < $1", to_column(now))
