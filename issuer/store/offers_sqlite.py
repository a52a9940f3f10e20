"""``ports.OfferStore`` on SQLite: every write is one function on the writer thread, in its own savepoint."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from issuer.domain.event import Event, SubjectRef
from issuer.domain.offer import CredentialOffer, OfferId, OfferState
from issuer.store.offers_rows import offer_columns, offer_from
from issuer.store.offers_tables import OFFER_COLUMNS
from issuer.store.sqlite import insert_event
from trillium.runtime.database import SqliteDatabase
from trillium.runtime.rows import rows_of, to_column

_INSERT = (
    f"INSERT INTO issuer_credential_offer ({', '.join(OFFER_COLUMNS)})"
    f" VALUES ({', '.join('?' * len(OFFER_COLUMNS))})"
)
_SELECT = f"SELECT {', '.join(OFFER_COLUMNS)} FROM issuer_credential_offer"
_OPEN = "state = 'open' AND expires_at > ?"


class SqliteOffers:
    """Offers in one table."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    async def add(self, offer: CredentialOffer, event: Event) -> None:
        def work(connection: sqlite3.Connection) -> None:
            connection.execute(_INSERT, offer_columns(offer))
            insert_event(connection, event)

        await self._database.write(work)

    async def find(self, offer_id: OfferId) -> CredentialOffer | None:
        return await self._one("offer_id", offer_id)

    async def find_by_reference(self, reference_hash: bytes) -> CredentialOffer | None:
        return await self._one("reference_hash", reference_hash)

    async def find_by_page(self, page_hash: bytes) -> CredentialOffer | None:
        return await self._one("page_hash", page_hash)

    async def find_by_issuer_state(self, issuer_state_hash: bytes) -> CredentialOffer | None:
        return await self._one("issuer_state_hash", issuer_state_hash)

    async def offers_of(self, subject_ref: SubjectRef, limit: int) -> Sequence[CredentialOffer]:
        sql = f"{_SELECT} WHERE subject_ref = ? ORDER BY created_at DESC, offer_id LIMIT ?"
        rows = await self._database.read(lambda connection: rows_of(connection, sql, (subject_ref, limit)))
        return [offer_from(row) for row in rows]

    async def _one(self, column: str, value: str | bytes) -> CredentialOffer | None:
        sql = f"{_SELECT} WHERE {column} = ?"
        rows = await self._database.read(lambda connection: rows_of(connection, sql, (value,)))
        return offer_from(rows[0]) if rows else None

    async def claim_attempt(self, code_hash: bytes, now: datetime, event: Event) -> CredentialOffer | None:
        sql = (
            "UPDATE issuer_credential_offer SET attempts_left = attempts_left - 1"
            f" WHERE code_hash = ? AND {_OPEN} AND attempts_left > 0 RETURNING {', '.join(OFFER_COLUMNS)}"
        )

        def work(connection: sqlite3.Connection) -> CredentialOffer | None:
            rows = rows_of(connection, sql, (code_hash, to_column(now)))
            if not rows:
                return None
            insert_event(connection, event)
            return offer_from(rows[0])

        return await self._database.write(work)

    async def redeem(self, code_hash: bytes, now: datetime, event: Event) -> bool:
        sql = f"UPDATE issuer_credential_offer SET state = ? WHERE code_hash = ? AND {_OPEN}"
        return await self._changed(sql, event, OfferState.REDEEMED.value, code_hash, to_column(now))

    async def redeem_authorization(
        self, offer_id: OfferId, subject_ref: SubjectRef, now: datetime, event: Event
    ) -> bool:
        sql = (
            "UPDATE issuer_credential_offer SET state = ? WHERE offer_id = ? AND subject_ref = ?"
            f" AND issuer_state_hash IS NOT NULL AND {_OPEN}"
        )
        return await self._changed(
            sql, event, OfferState.REDEEMED.value, offer_id, subject_ref, to_column(now)
        )

    async def mark_opened(self, offer_id: OfferId, now: datetime, event: Event) -> bool:
        sql = (
            "UPDATE issuer_credential_offer SET opened_at = ?"
            f" WHERE offer_id = ? AND opened_at IS NULL AND {_OPEN}"
        )
        return await self._changed(sql, event, to_column(now), offer_id, to_column(now))

    async def withdraw(self, offer_id: OfferId, now: datetime, event: Event) -> bool:
        sql = f"UPDATE issuer_credential_offer SET state = ? WHERE offer_id = ? AND {_OPEN}"
        return await self._changed(sql, event, OfferState.WITHDRAWN.value, offer_id, to_column(now))

    async def purge_offers(self, ended_before: datetime) -> int:
        sql = "DELETE FROM issuer_credential_offer WHERE expires_at < ?"
        return await self._database.write(
            lambda connection: connection.execute(sql, (to_column(ended_before),)).rowcount
        )

    async def _changed(self, sql: str, event: Event, *arguments: Any) -> bool:
        def work(connection: sqlite3.Connection) -> bool:
            changed = connection.execute(sql, arguments).rowcount == 1
            if changed:
                insert_event(connection, event)
            return changed

        return await self._database.write(work)
