"""The verifier's stores on PostgreSQL: every method is one statement, so one round trip, one transaction."""

import json
from collections.abc import Sequence
from datetime import datetime

from trillium.runtime.rows import to_column
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.kept import Kept
from verifier.domain.presentation import Presentation, PresentationState, RequestId, SealedResult
from verifier.domain.relying_service import SWITCHED_OFF, ClientId, RelyingService
from verifier.store.kept_postgresql import PostgresqlKept, keep_arguments, keep_statements
from verifier.store.rows import (
    event_columns,
    event_from,
    presentation_columns,
    presentation_from,
    sealed_from,
)
from verifier.store.service_rows import service_columns, service_from

_EVENT = "INSERT INTO verifier_event (name, actor, at, client_id, preset, reason)"
_OPEN = "state IN ('requested', 'retrieved')"

_ADD = f"""
WITH added AS (
    INSERT INTO verifier_presentation
    VALUES ({", ".join(f"${number}" for number in range(1, 29))}) RETURNING 1
)
{_EVENT} SELECT $29, $30, $31::bigint, $32, $33, $34 FROM added"""

# The row is locked and read before it is updated: the event belongs to the first retrieval only.
_RETRIEVED = f"""
WITH found AS (
    SELECT request_id, state FROM verifier_presentation
    WHERE request_id = $1 AND {_OPEN} AND expires_at > $2 FOR UPDATE
), marked AS (
    UPDATE verifier_presentation
    SET state = 'retrieved', request_object = coalesce($9, verifier_presentation.request_object) FROM found
    WHERE verifier_presentation.request_id = found.request_id
        AND (found.state = 'requested' OR $9::text IS NOT NULL)
    RETURNING found.state AS before
), told AS (
    {_EVENT} SELECT $3, $4, $5::bigint, $6, $7, $8 FROM marked WHERE before = 'requested'
)
SELECT request_id FROM found"""

_CONCLUDE = f"""
WITH concluded AS (
    UPDATE verifier_presentation SET state = $2, concluded_at = $3, wrapped_key = $4, ciphertext = $5,
        response_code_hash = $12, reasons = $13, response_key = NULL, request_object = NULL
    WHERE request_id = $1 AND {_OPEN} AND expires_at > $3 RETURNING 1
)
{keep_statements(first=14)}
{_EVENT} SELECT $6, $7, $8::bigint, $9, $10, $11 FROM concluded"""

_TAKE = f"""
WITH found AS (
    SELECT request_id, wrapped_key, ciphertext FROM verifier_presentation
    WHERE transaction_hash = $1 AND client_id = $2 AND ciphertext IS NOT NULL FOR UPDATE
), emptied AS (
    UPDATE verifier_presentation SET wrapped_key = NULL, ciphertext = NULL, result_fetched = true FROM found
    WHERE verifier_presentation.request_id = found.request_id RETURNING 1
), told AS (
    {_EVENT} SELECT $3, $4, $5::bigint, $6, $7, $8 FROM emptied
)
SELECT wrapped_key, ciphertext FROM found"""

_EXPIRE = f"""
WITH late AS (
    UPDATE verifier_presentation SET state = 'timed_out', concluded_at = $1, response_key = NULL,
        request_object = NULL
    WHERE {_OPEN} AND expires_at <= $1 RETURNING client_id, preset
)
{_EVENT} SELECT $2, 'system', $1, client_id, preset, '' FROM late"""

_CANCEL_OPEN = f"""
WITH ended AS (
    UPDATE verifier_presentation SET state = 'cancelled', concluded_at = $2, response_key = NULL,
        request_object = NULL
    WHERE client_id = $1 AND {_OPEN} AND expires_at > $2 RETURNING client_id, preset
)
{_EVENT} SELECT $3, $4, $2::bigint, client_id, preset, $5 FROM ended"""

_ADD_SERVICE = f"""
WITH added AS (
    INSERT INTO verifier_relying_service
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING 1
)
{_EVENT} SELECT $14, $15, $16::bigint, $17, $18, $19 FROM added"""

_CHANGE_SERVICE = f"""
WITH changed AS (
    UPDATE verifier_relying_service SET secret_hash = $2, names = $3, presets = $4, created_at = $5,
        site = $6, return_urls = $7, webhook_url = $8, evidence_key = $9, previous_secret_hash = $10,
        previous_secret_until = $11, disabled_at = $12, version = $13
    WHERE client_id = $1 AND version = $13 - 1 RETURNING 1
)
{_EVENT} SELECT $14, $15, $16::bigint, $17, $18, $19 FROM changed"""


class PostgresqlVerifierStore(PostgresqlKept):
    """``PresentationStore``, ``RelyingServiceStore`` and ``EventLog``, and what is kept."""

    async def add(self, presentation: Presentation, event: Event) -> None:
        await self._database.execute(_ADD, *presentation_columns(presentation), *event_columns(event))

    async def find_by_request(self, request_id: RequestId) -> Presentation | None:
        sql = "SELECT * FROM verifier_presentation WHERE request_id = $1"
        row = await self._database.fetch_row(sql, request_id)
        return None if row is None else presentation_from(row)

    async def find_by_transaction(self, transaction_hash: bytes) -> Presentation | None:
        sql = "SELECT * FROM verifier_presentation WHERE transaction_hash = $1"
        row = await self._database.fetch_row(sql, transaction_hash)
        return None if row is None else presentation_from(row)

    async def find_by_response_code(self, code_hash: bytes) -> Presentation | None:
        sql = "SELECT * FROM verifier_presentation WHERE response_code_hash = $1"
        row = await self._database.fetch_row(sql, code_hash)
        return None if row is None else presentation_from(row)

    async def count_open(self, client_id: ClientId, now: datetime, *, at_most: int) -> int:
        sql = (
            "SELECT count(*) AS found FROM (SELECT 1 FROM verifier_presentation"
            f" WHERE client_id = $1 AND {_OPEN} AND expires_at > $2 LIMIT $3) AS few"
        )
        row = await self._database.fetch_row(sql, client_id, to_column(now), at_most)
        return 0 if row is None else int(row["found"])

    async def mark_retrieved(
        self, request_id: RequestId, now: datetime, event: Event, *, request_object: str | None = None
    ) -> bool:
        row = await self._database.fetch_row(
            _RETRIEVED, request_id, to_column(now), *event_columns(event), request_object
        )
        return row is not None

    async def conclude(
        self,
        request_id: RequestId,
        state: PresentationState,
        result: SealedResult,
        now: datetime,
        event: Event,
        *,
        response_code_hash: bytes | None = None,
        reasons: Sequence[str] = (),
        kept: Kept | None = None,
    ) -> bool:
        written = await self._database.execute(
            _CONCLUDE,
            request_id,
            state.value,
            to_column(now),
            result.wrapped_key,
            result.ciphertext,
            *event_columns(event),
            response_code_hash,
            json.dumps(reasons),
            *keep_arguments(kept),
        )
        return written == 1

    async def take_result(
        self, transaction_hash: bytes, client_id: ClientId, now: datetime, event: Event
    ) -> SealedResult | None:
        row = await self._database.fetch_row(_TAKE, transaction_hash, client_id, *event_columns(event))
        return None if row is None else sealed_from(row)

    async def expire(self, now: datetime) -> int:
        return await self._database.execute(_EXPIRE, to_column(now), EventName.PRESENTATION_TIMED_OUT.value)

    async def purge_results(self, concluded_before: datetime) -> int:
        return await self._database.execute(
            "UPDATE verifier_presentation SET wrapped_key = NULL, ciphertext = NULL"
            " WHERE ciphertext IS NOT NULL AND concluded_at < $1",
            to_column(concluded_before),
        )

    async def forget(self, concluded_before: datetime) -> int:
        return await self._database.execute(
            "DELETE FROM verifier_presentation WHERE concluded_at < $1", to_column(concluded_before)
        )

    async def add_service(self, service: RelyingService, event: Event) -> None:
        await self._database.execute(_ADD_SERVICE, *service_columns(service), *event_columns(event))

    async def change_service(self, service: RelyingService, event: Event) -> bool:
        columns = (*service_columns(service), *event_columns(event))
        return await self._database.execute(_CHANGE_SERVICE, *columns) == 1

    async def cancel_open(self, client_id: ClientId, now: datetime, actor: Actor) -> int:
        name = EventName.PRESENTATION_CANCELLED.value
        return await self._database.execute(
            _CANCEL_OPEN, client_id, to_column(now), name, actor, SWITCHED_OFF
        )

    async def find_service(self, client_id: ClientId) -> RelyingService | None:
        sql = "SELECT * FROM verifier_relying_service WHERE client_id = $1"
        row = await self._database.fetch_row(sql, client_id)
        return None if row is None else service_from(row)

    async def services(self) -> Sequence[RelyingService]:
        rows = await self._database.fetch(
            "SELECT * FROM verifier_relying_service ORDER BY created_at, client_id"
        )
        return [service_from(row) for row in rows]

    async def latest(self, limit: int) -> Sequence[Event]:
        sql = "SELECT * FROM verifier_event ORDER BY event_id DESC LIMIT $1"
        return [event_from(row) for row in await self._database.fetch(sql, limit)]
