"""``ports.StatusStore`` on PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from issuer.domain.event import Event
from issuer.domain.records import (
    LEASE_SLACK,
    IssuanceId,
    IssuanceRecord,
    ListChange,
    ListId,
    PublishedToken,
    StatusEntry,
    StatusGroup,
    StatusListRow,
)
from issuer.domain.status import StatusChange
from issuer.errors import StatusEntryTaken
from issuer.store.postgresql import EVENT
from issuer.store.rows import (
    LIST_COLUMNS,
    event_columns,
    list_columns,
    list_from,
    record_columns,
    token_from,
)
from trillium.runtime.database import PostgresqlDatabase
from trillium.runtime.rows import to_column

_GROUP = "configuration_id = $1 AND key_id = $2 AND expiry_bucket = $3"

_ADD_LIST = f"""
WITH opened AS (
    INSERT INTO issuer_status_list ({", ".join(LIST_COLUMNS)})
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT DO NOTHING RETURNING 1
)
{EVENT} SELECT $15, $16, $17::bigint, $18, $19, $20::int FROM opened"""

# The row is locked and read before it is updated, so that "first" is what the update started from.
_LEASE_BLOCK = """
WITH before AS (
    SELECT next_counter, size FROM issuer_status_list WHERE list_id = $1 FOR UPDATE
)
UPDATE issuer_status_list AS list SET next_counter = LEAST(before.next_counter + $2::int, before.size)
FROM before WHERE list.list_id = $1 AND before.next_counter < before.size
RETURNING before.next_counter AS first, list.next_counter AS last"""

_CHANGE = f"""
WITH changed AS (
    UPDATE issuer_credential SET status = $2
    WHERE issuance_id = ANY($1::text[]) AND status = ANY($3::smallint[])
    RETURNING list_id, idx
), fresh AS (
    INSERT INTO issuer_credential
    SELECT decoy.* FROM
        unnest($4::text[], $5::int[], $6::text[], $7::text[], $8::text[], $9::smallint[], $10::bool[],
               $11::bool[], $12::bigint[], $13::bigint[]) AS decoy
    WHERE EXISTS (SELECT 1 FROM changed)
    RETURNING list_id, idx
), entries AS (
    SELECT list_id, idx FROM changed UNION ALL SELECT list_id, idx FROM fresh
), noted AS (
    INSERT INTO issuer_list_change (list_id, idx, value) SELECT list_id, idx, $2 FROM entries
), told AS (
    {EVENT} SELECT $14, $15, $16::bigint, $17, $18, $19::int WHERE EXISTS (SELECT 1 FROM changed)
)
SELECT list_id, idx FROM entries"""

_STORE_TOKEN = """
WITH stored AS (
    UPDATE issuer_status_list
    SET version = $2, token = $3, signed_at = $4, token_expires_at = $5, lease_until = $9
    WHERE list_id = $1 AND version = $2 - 1 AND lease_holder = $6 AND lease_until > $7
    RETURNING 1
), published AS (
    DELETE FROM issuer_list_change
    WHERE change_id = ANY($8::bigint[]) AND EXISTS (SELECT 1 FROM stored)
)
SELECT COUNT(*) AS stored FROM stored"""

_COPY_COLUMNS = 10


class PostgresqlStatuses:
    """Lists, leases, changes and tokens."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._database = database

    async def open_lists(self, group: StatusGroup) -> Sequence[StatusListRow]:
        rows = await self._database.fetch(
            f"SELECT * FROM issuer_status_list WHERE {_GROUP} AND next_counter < size"
            " ORDER BY slot, generation",
            group.configuration_id,
            group.key_id,
            group.expiry_bucket,
        )
        return [list_from(row) for row in rows]

    async def add_list(self, row: StatusListRow, token: PublishedToken, event: Event) -> bool:
        written = await self._database.execute(_ADD_LIST, *list_columns(row, token), *event_columns(event))
        return written == 1

    async def latest_generation(self, group: StatusGroup, slot: int) -> int:
        row = await self._database.fetch_row(
            "SELECT COALESCE(MAX(generation), -1) AS latest FROM issuer_status_list"
            f" WHERE {_GROUP} AND slot = $4",
            group.configuration_id,
            group.key_id,
            group.expiry_bucket,
            slot,
        )
        return -1 if row is None else int(row["latest"])

    async def lease_block(self, list_id: ListId, count: int) -> range | None:
        row = await self._database.fetch_row(_LEASE_BLOCK, list_id, count)
        return None if row is None else range(row["first"], row["last"])

    async def change_status(
        self,
        issuance_ids: Sequence[IssuanceId],
        change: StatusChange,
        decoys: Sequence[IssuanceRecord],
        event: Event,
    ) -> Sequence[StatusEntry]:
        target = int(change.target)
        rows = [record_columns(decoy, status=target, decoy=True, issued_at=event.at) for decoy in decoys]
        columns = [[row[place] for row in rows] for place in range(_COPY_COLUMNS)]
        sources = [int(status) for status in change.sources]
        try:
            changed = await self._database.fetch(
                _CHANGE, list(issuance_ids), target, sources, *columns, *event_columns(event)
            )
        except asyncpg.UniqueViolationError as error:
            raise StatusEntryTaken from error
        return [StatusEntry(ListId(row["list_id"]), row["idx"]) for row in changed]

    async def find_list(self, list_id: ListId) -> StatusListRow | None:
        row = await self._database.fetch_row("SELECT * FROM issuer_status_list WHERE list_id = $1", list_id)
        return None if row is None else list_from(row)

    async def lists_of(self, issuance_id: IssuanceId) -> Sequence[StatusListRow]:
        used = "SELECT list_id FROM issuer_credential WHERE issuance_id = $1"
        rows = await self._database.fetch(
            f"SELECT * FROM issuer_status_list WHERE list_id IN ({used}) ORDER BY list_id", issuance_id
        )
        return [list_from(row) for row in rows]

    async def lists_with_changes(self) -> Sequence[ListId]:
        rows = await self._database.fetch("SELECT DISTINCT list_id FROM issuer_list_change")
        return [ListId(row["list_id"]) for row in rows]

    async def lists_expiring(self, before: datetime, now: datetime) -> Sequence[ListId]:
        rows = await self._database.fetch(
            "SELECT list_id FROM issuer_status_list WHERE token_expires_at < $1 AND last_expiry > $2",
            to_column(before),
            to_column(now),
        )
        return [ListId(row["list_id"]) for row in rows]

    async def take_lease(self, list_id: ListId, holder: str, now: datetime, until: datetime) -> bool:
        taken = await self._database.execute(
            "UPDATE issuer_status_list SET lease_holder = $2, lease_until = $3"
            " WHERE list_id = $1 AND (lease_holder = $2 OR lease_until <= $4 OR lease_until >= $5)",
            list_id,
            holder,
            to_column(until),
            to_column(now),
            to_column(until + LEASE_SLACK),
        )
        return taken == 1

    async def pending_changes(self, list_id: ListId) -> Sequence[ListChange]:
        rows = await self._database.fetch(
            "SELECT change_id, idx, value FROM issuer_list_change WHERE list_id = $1 ORDER BY change_id",
            list_id,
        )
        return [ListChange(row["change_id"], row["idx"], row["value"]) for row in rows]

    async def entries(self, list_id: ListId) -> Sequence[tuple[int, int]]:
        rows = await self._database.fetch(
            "SELECT idx, status FROM issuer_credential WHERE list_id = $1 AND status <> 0", list_id
        )
        return [(row["idx"], row["status"]) for row in rows]

    async def store_token(
        self, token: PublishedToken, published: Sequence[int], holder: str, now: datetime, until: datetime
    ) -> bool:
        row = await self._database.fetch_row(
            _STORE_TOKEN,
            token.list_id,
            token.version,
            token.token,
            to_column(token.signed_at),
            to_column(token.expires_at),
            holder,
            to_column(now),
            list(published),
            to_column(until),
        )
        return row is not None and row["stored"] == 1

    async def token(self, list_id: ListId) -> PublishedToken | None:
        row = await self._database.fetch_row(
            "SELECT list_id, version, token, signed_at, token_expires_at FROM issuer_status_list"
            " WHERE list_id = $1",
            list_id,
        )
        return None if row is None else token_from(row)

    async def token_versions(self) -> Sequence[tuple[ListId, int]]:
        rows = await self._database.fetch("SELECT list_id, version FROM issuer_status_list")
        return [(ListId(row["list_id"]), row["version"]) for row in rows]
