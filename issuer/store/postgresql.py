"""The issuer's stores on PostgreSQL: every method is one statement, so one round trip and one transaction."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from issuer.domain.event import Event, SubjectRef
from issuer.domain.offer import CredentialOffer, OfferId, OfferState
from issuer.domain.records import IssuanceId, IssuanceRecord, IssuanceSummary, UsedNonce
from issuer.errors import StatusEntryTaken
from issuer.store.rows import (
    event_columns,
    event_from,
    offer_columns,
    offer_from,
    record_columns,
    summary_from,
)
from trillium.runtime.database import PostgresqlDatabase
from trillium.runtime.rows import to_column

EVENT = "INSERT INTO issuer_event (name, actor, at, subject_ref, reason, count)"

_ADD_OFFER = f"""
WITH added AS (
    INSERT INTO issuer_offer VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING 1
)
{EVENT} SELECT $12, $13, $14::bigint, $15, $16, $17::int FROM added"""

_CLAIM_ATTEMPT = f"""
WITH tried AS (
    UPDATE issuer_offer SET attempts_left = attempts_left - 1
    WHERE code_hash = $1 AND state = 'open' AND expires_at > $2 AND attempts_left > 0 RETURNING *
), told AS (
    {EVENT} SELECT $3, $4, $5::bigint, $6, $7, $8::int FROM tried
)
SELECT * FROM tried"""

_END_OFFER = """
WITH ended AS (
    UPDATE issuer_offer SET state = $2 WHERE {column} = $1 AND state = 'open' AND expires_at > $3 RETURNING 1
)
{event} SELECT $4, $5, $6::bigint, $7, $8, $9::int FROM ended"""

_RECORD = f"""
WITH consumed AS (
    INSERT INTO issuer_used_nonce VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1
), recorded AS (
    INSERT INTO issuer_credential
    SELECT copy.* FROM consumed,
        unnest($3::text[], $4::int[], $5::text[], $6::text[], $7::text[], $8::smallint[], $9::bool[],
               $10::bool[], $11::bigint[], $12::bigint[]) AS copy
)
{EVENT} SELECT $13, $14, $15::bigint, $16, $17, $18::int FROM consumed"""

_UNSIGNED = f"""
WITH marked AS (
    UPDATE issuer_credential SET signed = false WHERE issuance_id = $1
)
{EVENT} VALUES ($2, $3, $4, $5, $6, $7)"""

_SUMMARY = """
SELECT issuance_id, subject_ref, configuration_id, COUNT(*) FILTER (WHERE NOT decoy) AS copies,
    COUNT(*) FILTER (WHERE decoy) AS decoys, MAX(status) AS status, MIN(issued_at) AS issued_at,
    MAX(expires_at) AS expires_at
FROM issuer_credential WHERE {where} = $1 AND signed
GROUP BY issuance_id, subject_ref, configuration_id ORDER BY MIN(issued_at) DESC, issuance_id"""


class PostgresqlOffers:
    """``ports.OfferStore``."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._database = database

    async def add(self, offer: CredentialOffer, event: Event) -> None:
        await self._database.execute(_ADD_OFFER, *offer_columns(offer), *event_columns(event))

    async def find(self, offer_id: OfferId) -> CredentialOffer | None:
        return await self._one("SELECT * FROM issuer_offer WHERE offer_id = $1", offer_id)

    async def find_by_reference(self, reference_hash: bytes) -> CredentialOffer | None:
        return await self._one("SELECT * FROM issuer_offer WHERE reference_hash = $1", reference_hash)

    async def claim_attempt(self, code_hash: bytes, now: datetime, event: Event) -> CredentialOffer | None:
        return await self._one(_CLAIM_ATTEMPT, code_hash, to_column(now), *event_columns(event))

    async def redeem(self, code_hash: bytes, now: datetime, event: Event) -> bool:
        return await self._end("code_hash", code_hash, OfferState.REDEEMED, now, event)

    async def withdraw(self, offer_id: OfferId, now: datetime, event: Event) -> bool:
        return await self._end("offer_id", offer_id, OfferState.WITHDRAWN, now, event)

    async def _end(
        self, column: str, value: str | bytes, state: OfferState, now: datetime, event: Event
    ) -> bool:
        sql = _END_OFFER.format(column=column, event=EVENT)
        written = await self._database.execute(sql, value, state.value, to_column(now), *event_columns(event))
        return written == 1

    async def _one(self, sql: str, *arguments: object) -> CredentialOffer | None:
        row = await self._database.fetch_row(sql, *arguments)
        return None if row is None else offer_from(row)


class PostgresqlIssuances:
    """``ports.IssuanceStore``."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._database = database

    async def record_issuance(
        self, nonce: UsedNonce, records: Sequence[IssuanceRecord], event: Event
    ) -> bool:
        rows = [record_columns(record, status=0, decoy=False, issued_at=event.at) for record in records]
        columns = [list(column) for column in zip(*rows, strict=True)]
        try:
            written = await self._database.execute(
                _RECORD, nonce.nonce_id, to_column(nonce.expires_at), *columns, *event_columns(event)
            )
        except asyncpg.UniqueViolationError as error:
            raise StatusEntryTaken from error
        return written == 1

    async def mark_unsigned(self, issuance_id: IssuanceId, event: Event) -> None:
        await self._database.execute(_UNSIGNED, issuance_id, *event_columns(event))

    async def issuances_of(self, subject_ref: SubjectRef) -> Sequence[IssuanceSummary]:
        rows = await self._database.fetch(_SUMMARY.format(where="subject_ref"), subject_ref)
        return [summary_from(row) for row in rows]

    async def find_issuance(self, issuance_id: IssuanceId) -> IssuanceSummary | None:
        row = await self._database.fetch_row(_SUMMARY.format(where="issuance_id"), issuance_id)
        return None if row is None else summary_from(row)

    async def purge_nonces(self, now: datetime) -> int:
        return await self._database.execute(
            "DELETE FROM issuer_used_nonce WHERE expires_at <= $1", to_column(now)
        )


class PostgresqlEvents:
    """``ports.EventLog``."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._database = database

    async def latest(self, limit: int) -> Sequence[Event]:
        rows = await self._database.fetch("SELECT * FROM issuer_event ORDER BY event_id DESC LIMIT $1", limit)
        return [event_from(row) for row in rows]
