"""The verifier's stores on SQLite: every write is one function on the writer thread, in its own savepoint."""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from trillium.runtime.rows import rows_of, to_column
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.kept import Kept
from verifier.domain.presentation import Presentation, PresentationState, RequestId, SealedResult
from verifier.domain.relying_service import SWITCHED_OFF, ClientId, RelyingService
from verifier.store.kept_sqlite import SqliteKept, keep
from verifier.store.rows import (
    event_columns,
    event_from,
    presentation_columns,
    presentation_from,
    sealed_from,
)
from verifier.store.service_rows import service_columns, service_from

_INSERT = f"INSERT INTO verifier_presentation VALUES ({','.join('?' * 28)})"
INSERT_EVENT = (
    "INSERT INTO verifier_event (name, actor, at, client_id, preset, reason) VALUES (?, ?, ?, ?, ?, ?)"
)
INSERT_SERVICE = f"INSERT INTO verifier_relying_service VALUES ({','.join('?' * 13)})"
CHANGE_SERVICE = (
    "UPDATE verifier_relying_service SET secret_hash = ?, names = ?, presets = ?, created_at = ?, site = ?,"
    " return_urls = ?, webhook_url = ?, evidence_key = ?, previous_secret_hash = ?,"
    " previous_secret_until = ?, disabled_at = ?, version = ? WHERE client_id = ? AND version = ?"
)
_OPEN = "state IN ('requested', 'retrieved') AND expires_at > ?"


class SqliteVerifierStore(SqliteKept):
    """``PresentationStore``, ``RelyingServiceStore`` and ``EventLog``, and what is kept."""

    async def add(self, presentation: Presentation, event: Event) -> None:
        def work(connection: sqlite3.Connection) -> None:
            connection.execute(_INSERT, presentation_columns(presentation))
            connection.execute(INSERT_EVENT, event_columns(event))

        await self._database.write(work)

    async def find_by_request(self, request_id: RequestId) -> Presentation | None:
        rows = await self._rows("SELECT * FROM verifier_presentation WHERE request_id = ?", request_id)
        return presentation_from(rows[0]) if rows else None

    async def find_by_transaction(self, transaction_hash: bytes) -> Presentation | None:
        sql = "SELECT * FROM verifier_presentation WHERE transaction_hash = ?"
        rows = await self._rows(sql, transaction_hash)
        return presentation_from(rows[0]) if rows else None

    async def find_by_response_code(self, code_hash: bytes) -> Presentation | None:
        rows = await self._rows("SELECT * FROM verifier_presentation WHERE response_code_hash = ?", code_hash)
        return presentation_from(rows[0]) if rows else None

    async def count_open(self, client_id: ClientId, now: datetime, *, at_most: int) -> int:
        sql = (
            "SELECT count(*) AS found FROM (SELECT 1 FROM verifier_presentation"
            f" WHERE client_id = ? AND {_OPEN} LIMIT ?)"
        )
        [row] = await self._rows(sql, client_id, to_column(now), at_most)
        return int(row["found"])

    async def mark_retrieved(
        self, request_id: RequestId, now: datetime, event: Event, *, request_object: str | None = None
    ) -> bool:
        sql = f"SELECT state FROM verifier_presentation WHERE request_id = ? AND {_OPEN}"
        mark = (
            "UPDATE verifier_presentation SET state = 'retrieved',"
            " request_object = coalesce(?, request_object) WHERE request_id = ?"
        )

        def work(connection: sqlite3.Connection) -> bool:
            rows = rows_of(connection, sql, (request_id, to_column(now)))
            first = bool(rows) and rows[0]["state"] == PresentationState.REQUESTED
            if first or (rows and request_object is not None):
                connection.execute(mark, (request_object, request_id))
            if first:
                connection.execute(INSERT_EVENT, event_columns(event))
            return bool(rows)

        return await self._database.write(work)

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
        sql = (
            "UPDATE verifier_presentation SET state = ?, concluded_at = ?, wrapped_key = ?, ciphertext = ?,"
            " response_code_hash = ?, reasons = ?, response_key = NULL, request_object = NULL"
            f" WHERE request_id = ? AND {_OPEN}"
        )
        at = to_column(now)
        sealed = (result.wrapped_key, result.ciphertext)
        arguments = (state.value, at, *sealed, response_code_hash, json.dumps(reasons), request_id, at)

        def work(connection: sqlite3.Connection) -> bool:
            won = connection.execute(sql, arguments).rowcount == 1
            if won:
                connection.execute(INSERT_EVENT, event_columns(event))
                if kept is not None:
                    keep(connection, kept)
            return won

        return await self._database.write(work)

    async def take_result(
        self, transaction_hash: bytes, client_id: ClientId, now: datetime, event: Event
    ) -> SealedResult | None:
        mine = "transaction_hash = ? AND client_id = ?"
        arguments = (transaction_hash, client_id)

        def work(connection: sqlite3.Connection) -> SealedResult | None:
            rows = rows_of(
                connection,
                f"SELECT wrapped_key, ciphertext FROM verifier_presentation WHERE {mine}",
                arguments,
            )
            result = sealed_from(rows[0]) if rows else None
            if result is not None:
                connection.execute(
                    "UPDATE verifier_presentation SET wrapped_key = NULL, ciphertext = NULL,"
                    f" result_fetched = 1 WHERE {mine}",
                    arguments,
                )
                connection.execute(INSERT_EVENT, event_columns(event))
            return result

        taken = await self._database.write(work)
        if taken is not None:
            await self._database.checkpoint_after_deletion()
        return taken

    async def expire(self, now: datetime) -> int:
        sql = (
            "UPDATE verifier_presentation SET state = 'timed_out', concluded_at = ?, response_key = NULL,"
            " request_object = NULL WHERE state IN ('requested', 'retrieved') AND expires_at <= ?"
            " RETURNING client_id, preset"
        )
        at = to_column(now)

        def work(connection: sqlite3.Connection) -> int:
            rows = rows_of(connection, sql, (at, at))
            connection.executemany(
                INSERT_EVENT,
                [
                    (EventName.PRESENTATION_TIMED_OUT, "system", at, row["client_id"], row["preset"], "")
                    for row in rows
                ],
            )
            return len(rows)

        expired = await self._database.write(work)
        if expired:
            await self._database.checkpoint_after_deletion()  # of their response keys (5.24)
        return expired

    async def purge_results(self, concluded_before: datetime) -> int:
        sql = (
            "UPDATE verifier_presentation SET wrapped_key = NULL, ciphertext = NULL"
            " WHERE ciphertext IS NOT NULL AND concluded_at < ?"
        )
        arguments = (to_column(concluded_before),)
        return await self._delete(sql, arguments)

    async def forget(self, concluded_before: datetime) -> int:
        sql = "DELETE FROM verifier_presentation WHERE concluded_at < ?"
        return await self._delete(sql, (to_column(concluded_before),))

    async def _delete(self, sql: str, arguments: tuple[int, ...]) -> int:
        deleted = await self._database.write(lambda connection: connection.execute(sql, arguments).rowcount)
        if deleted:
            await self._database.checkpoint_after_deletion()
        return deleted

    async def add_service(self, service: RelyingService, event: Event) -> None:
        def work(connection: sqlite3.Connection) -> None:
            connection.execute(INSERT_SERVICE, service_columns(service))
            connection.execute(INSERT_EVENT, event_columns(event))

        await self._database.write(work)

    async def change_service(self, service: RelyingService, event: Event) -> bool:
        client_id, *changed = service_columns(service)

        def work(connection: sqlite3.Connection) -> bool:
            arguments = (*changed, client_id, service.version - 1)
            if connection.execute(CHANGE_SERVICE, arguments).rowcount == 0:
                return False
            connection.execute(INSERT_EVENT, event_columns(event))
            return True

        return await self._database.write(work)

    async def cancel_open(self, client_id: ClientId, now: datetime, actor: Actor) -> int:
        sql = (
            "UPDATE verifier_presentation SET state = 'cancelled', concluded_at = ?, response_key = NULL,"
            f" request_object = NULL WHERE client_id = ? AND {_OPEN} RETURNING preset"
        )
        at = to_column(now)

        def work(connection: sqlite3.Connection) -> int:
            rows = rows_of(connection, sql, (at, client_id, at))
            name = EventName.PRESENTATION_CANCELLED
            connection.executemany(
                INSERT_EVENT, [(name, actor, at, client_id, row["preset"], SWITCHED_OFF) for row in rows]
            )
            return len(rows)

        return await self._database.write(work)

    async def find_service(self, client_id: ClientId) -> RelyingService | None:
        rows = await self._rows("SELECT * FROM verifier_relying_service WHERE client_id = ?", client_id)
        return service_from(rows[0]) if rows else None

    async def services(self) -> Sequence[RelyingService]:
        rows = await self._rows("SELECT * FROM verifier_relying_service ORDER BY created_at, client_id")
        return [service_from(row) for row in rows]

    async def latest(self, limit: int) -> Sequence[Event]:
        rows = await self._rows("SELECT * FROM verifier_event ORDER BY event_id DESC LIMIT ?", limit)
        return [event_from(row) for row in rows]
