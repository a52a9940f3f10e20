"""``ports.OfferStore`` on PostgreSQL: every method is one statement, so one round trip."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from issuer.domain.event import Event, SubjectRef
from issuer.domain.offer import CredentialOffer, OfferId, OfferState
from issuer.store.offers_rows import offer_columns, offer_from
from issuer.store.offers_tables import OFFER_COLUMNS
from issuer.store.postgresql import EVENT
from issuer.store.rows import event_columns
from trillium.runtime.database import PostgresqlDatabase
from trillium.runtime.rows import to_column

_COLUMNS = ", ".join(OFFER_COLUMNS)
_SELECT = f"SELECT {_COLUMNS} FROM issuer_credential_offer"
# The event's columns are the last six arguments of every statement, the present moment the one before.
_ADD = f"""
WITH added AS (
    INSERT INTO issuer_credential_offer ({_COLUMNS})
    VALUES ({", ".join(f"${place}" for place in range(1, len(OFFER_COLUMNS) + 1))}) RETURNING 1
)
{EVENT} SELECT $15, $16, $17::bigint, $18, $19, $20::int FROM added"""

_CLAIM_ATTEMPT = f"""
WITH tried AS (
    UPDATE issuer_credential_offer SET attempts_left = attempts_left - 1
    WHERE code_hash = $1 AND state = 'open' AND expires_at > $2 AND attempts_left > 0 RETURNING {_COLUMNS}
), told AS (
    {EVENT} SELECT $3, $4, $5::bigint, $6, $7, $8::int FROM tried
)
SELECT * FROM tried"""

_CHANGE = """
WITH changed AS (
    UPDATE issuer_credential_offer SET {change}
    WHERE {where} AND state = 'open' AND expires_at > $3 RETURNING 1
)
{event} SELECT $4, $5, $6::bigint, $7, $8, $9::int FROM changed"""


class PostgresqlOffers:
    """Offers in one table."""

    def __init__(self, database: PostgresqlDatabase) -> None:
        self._database = database

    async def add(self, offer: CredentialOffer, event: Event) -> None:
        await self._database.execute(_ADD, *offer_columns(offer), *event_columns(event))

    async def find(self, offer_id: OfferId) -> CredentialOffer | None:
        return await self._one(f"{_SELECT} WHERE offer_id = $1", offer_id)

    async def find_by_reference(self, reference_hash: bytes) -> CredentialOffer | None:
        return await self._one(f"{_SELECT} WHERE reference_hash = $1", reference_hash)

    async def find_by_page(self, page_hash: bytes) -> CredentialOffer | None:
        return await self._one(f"{_SELECT} WHERE page_hash = $1", page_hash)

    async def find_by_issuer_state(self, issuer_state_hash: bytes) -> CredentialOffer | None:
        return await self._one(f"{_SELECT} WHERE issuer_state_hash = $1", issuer_state_hash)

    async def offers_of(self, subject_ref: SubjectRef, limit: int) -> Sequence[CredentialOffer]:
        sql = f"{_SELECT} WHERE subject_ref = $1 ORDER BY created_at DESC, offer_id LIMIT $2"
        return [offer_from(row) for row in await self._database.fetch(sql, subject_ref, limit)]

    async def claim_attempt(self, code_hash: bytes, now: datetime, event: Event) -> CredentialOffer | None:
        return await self._one(_CLAIM_ATTEMPT, code_hash, to_column(now), *event_columns(event))

    async def redeem(self, code_hash: bytes, now: datetime, event: Event) -> bool:
        return await self._changed("state = $1", "code_hash = $2", now, event, "redeemed", code_hash)

    async def redeem_authorization(
        self, offer_id: OfferId, subject_ref: SubjectRef, now: datetime, event: Event
    ) -> bool:
        sql = _CHANGE.format(
            change="state = $1",
            where="offer_id = $2 AND subject_ref = $10 AND issuer_state_hash IS NOT NULL",
            event=EVENT,
        )
        arguments = ("redeemed", offer_id, to_column(now), *event_columns(event), subject_ref)
        return await self._database.execute(sql, *arguments) == 1

    async def mark_opened(self, offer_id: OfferId, now: datetime, event: Event) -> bool:
        change, where = "opened_at = $1", "offer_id = $2 AND opened_at IS NULL"
        return await self._changed(change, where, now, event, to_column(now), offer_id)

    async def withdraw(self, offer_id: OfferId, now: datetime, event: Event) -> bool:
        state = OfferState.WITHDRAWN.value
        return await self._changed("state = $1", "offer_id = $2", now, event, state, offer_id)

    async def purge_offers(self, ended_before: datetime) -> int:
        sql = "DELETE FROM issuer_credential_offer WHERE expires_at < $1"
        return await self._database.execute(sql, to_column(ended_before))

    async def _changed(self, change: str, where: str, now: datetime, event: Event, *values: Any) -> bool:
        sql = _CHANGE.format(change=change, where=where, event=EVENT)
        return await self._database.execute(sql, *values, to_column(now), *event_columns(event)) == 1

    async def _one(self, sql: str, *arguments: object) -> CredentialOffer | None:
        row = await self._database.fetch_row(sql, *arguments)
        return None if row is None else offer_from(row)
