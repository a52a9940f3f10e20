"""``ports.MetListStore`` on PostgreSQL: every method is one statement."""

from collections.abc import Collection, Sequence
from datetime import date

from trillium.runtime.database import PostgresqlDatabase
from verifier.domain.met_list import MetList
from verifier.store.lists_tables import COLUMNS

# Sorted, so that two processes that note the same lists at once take their locks in the same order.
_NOTE = f"""
INSERT INTO verifier_met_list ({COLUMNS})
SELECT DISTINCT ON (uri, anchors_version) {COLUMNS}
FROM unnest($1::text[], $2::text[], $3::text[]) AS noted ({COLUMNS})
ORDER BY uri, anchors_version, met_on DESC
ON CONFLICT (uri, anchors_version) DO UPDATE SET met_on = excluded.met_on
WHERE verifier_met_list.met_on < excluded.met_on"""
_MET = (
    f"SELECT {COLUMNS} FROM verifier_met_list WHERE anchors_version = $1"
    ' ORDER BY met_on DESC, uri COLLATE "C" LIMIT $2'
)
_FORGET = "DELETE FROM verifier_met_list WHERE met_on < $1"


class PostgresqlMetLists:
    """One table."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._database = database

    async def note_lists(self, lists: Collection[MetList]) -> None:
        if lists:
            await self._database.execute(
                _NOTE,
                [one.uri for one in lists],
                [one.anchors_version for one in lists],
                [one.met_on.isoformat() for one in lists],
            )

    async def lists_met(self, anchors_version: str, limit: int) -> Sequence[MetList]:
        rows = await self._database.fetch(_MET, anchors_version, limit)
        return [
            MetList(row["uri"], row["anchors_version"], date.fromisoformat(row["met_on"])) for row in rows
        ]

    async def forget_lists(self, met_before: date) -> int:
        return await self._database.execute(_FORGET, met_before.isoformat())
