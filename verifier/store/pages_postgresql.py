"""``ports.PageStore`` on PostgreSQL: every method is one statement, so one round trip, one transaction."""

from datetime import datetime
from typing import Any

from trillium.runtime.database import PostgresqlDatabase
from trillium.runtime.rows import to_column
from verifier.domain.event import Event
from verifier.domain.presentation import RequestId
from verifier.domain.presentation_page import CODE_LIFETIME, PresentationPage, Refusal, ReleaseWay
from verifier.store.pages_rows import page_columns, page_from
from verifier.store.pages_tables import PAGE_COLUMNS
from verifier.store.rows import event_columns

_EVENT = "INSERT INTO verifier_event (name, actor, at, client_id, preset, reason)"
_COLUMNS = ", ".join(PAGE_COLUMNS)
_SELECT = f"SELECT {_COLUMNS} FROM verifier_presentation_page"
_UNDECIDED = "released_at IS NULL AND refusal IS NULL"


def _changing(change: str, where: str, returned: str = "1") -> str:
    """One UPDATE and, where it has changed something, its event. The event's columns are ``$1`` to ``$6``."""
    return f"""
WITH changed AS (
    UPDATE verifier_presentation_page SET {change} WHERE {where} RETURNING {returned}
), told AS (
    {_EVENT} SELECT $1, $2, $3::bigint, $4, $5, $6 FROM changed
)
SELECT * FROM changed"""


_ADD = f"""
WITH added AS (
    INSERT INTO verifier_presentation_page ({_COLUMNS})
    VALUES ({", ".join(f"${place}" for place in range(1, len(PAGE_COLUMNS) + 1))}) RETURNING 1
)
{_EVENT} SELECT $11, $12, $13::bigint, $14, $15, $16 FROM added"""

_BIND = _changing("session_hash = $8", "request_id = $7 AND session_hash IS NULL AND expires_at > $9")
_SHOW_CODE = _changing(
    "code_shown_at = $8",
    f"request_id = $7 AND session_hash IS NOT NULL AND code_shown_at IS NULL AND {_UNDECIDED}",
)
_CLAIM = _changing(
    "attempts_left = attempts_left - 1",
    f"request_id = $7 AND session_hash = $8 AND code_shown_at > $9 AND attempts_left > 0 AND {_UNDECIDED}",
    returned="attempts_left",
)
_RELEASE = _changing("released_at = $9, way = $10", f"request_id = $7 AND session_hash = $8 AND {_UNDECIDED}")
_REFUSE = _changing("refusal = $8", f"request_id = $7 AND {_UNDECIDED}")

# Of two at once only one inserts; the other may not see the row yet and hears that the code is used.
_BRING = f"""
WITH brought AS (
    INSERT INTO verifier_returned_code VALUES ($7, $8, $9) ON CONFLICT DO NOTHING RETURNING browser_hash
), told AS (
    {_EVENT} SELECT $1, $2, $3::bigint, $4, $5, $6 FROM brought
)
SELECT browser_hash FROM brought
UNION ALL SELECT browser_hash FROM verifier_returned_code WHERE response_code_hash = $7"""

_PURGE = """
WITH codes AS (
    DELETE FROM verifier_returned_code WHERE returned_at < $2
)
DELETE FROM verifier_presentation_page WHERE expires_at <= $1"""


class PostgresqlPages:
    """Pages in one table, response codes that came back in another."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._database = database

    async def add_page(self, page: PresentationPage, event: Event) -> None:
        await self._database.execute(_ADD, *page_columns(page), *event_columns(event))

    async def find_page(self, page_hash: bytes) -> PresentationPage | None:
        row = await self._database.fetch_row(f"{_SELECT} WHERE page_hash = $1", page_hash)
        return None if row is None else page_from(row)

    async def page_of(self, request_id: RequestId) -> PresentationPage | None:
        row = await self._database.fetch_row(f"{_SELECT} WHERE request_id = $1", request_id)
        return None if row is None else page_from(row)

    async def bind(self, request_id: RequestId, session_hash: bytes, now: datetime, event: Event) -> bool:
        return await self._changed(_BIND, event, request_id, session_hash, to_column(now))

    async def show_code(self, request_id: RequestId, now: datetime, event: Event) -> bool:
        return await self._changed(_SHOW_CODE, event, request_id, to_column(now))

    async def claim_attempt(
        self, request_id: RequestId, session_hash: bytes, now: datetime, event: Event
    ) -> int | None:
        arguments = (request_id, session_hash, to_column(now - CODE_LIFETIME))
        row = await self._database.fetch_row(_CLAIM, *event_columns(event), *arguments)
        return None if row is None else int(row["attempts_left"])

    async def release(
        self, request_id: RequestId, session_hash: bytes, way: ReleaseWay, now: datetime, event: Event
    ) -> bool:
        return await self._changed(_RELEASE, event, request_id, session_hash, to_column(now), way.value)

    async def refuse(self, request_id: RequestId, refusal: Refusal, now: datetime, event: Event) -> bool:
        return await self._changed(_REFUSE, event, request_id, refusal.value)

    async def bring_code(
        self, response_code_hash: bytes, browser_hash: bytes, now: datetime, event: Event
    ) -> bool:
        row = await self._database.fetch_row(
            _BRING, *event_columns(event), response_code_hash, browser_hash, to_column(now)
        )
        return row is not None and bytes(row["browser_hash"]) == browser_hash

    async def purge_pages(self, now: datetime, returned_before: datetime) -> int:
        return await self._database.execute(_PURGE, to_column(now), to_column(returned_before))

    async def _changed(self, sql: str, event: Event, *arguments: Any) -> bool:
        row = await self._database.fetch_row(sql, *event_columns(event), *arguments)
        return row is not None
