"""Deferred transactions and notifications from values to columns and back; both SQL stores share it."""

import json
from typing import Any

from issuer.domain.deferred import DeferralId, DeferralState, DeferredTransaction, Delivery
from issuer.domain.event import SubjectRef
from issuer.domain.notification import Notification
from issuer.domain.offer import ConfigurationId
from issuer.domain.records import IssuanceId, IssuanceRecord, ListId, StatusEntry
from issuer.store.deferred_tables import deferred
from specs.jose import parse_public_jwk
from specs.openid4vci import NotificationEvent
from trillium.runtime.rows import Row, from_column, to_column

NO_KEYS = "[]"
TRANSACTION_COLUMNS = tuple(column.name for column in deferred.columns)


def transaction_columns(transaction: DeferredTransaction) -> tuple[Any, ...]:
    """In the order of the columns of ``issuer_deferred``."""
    delivery = transaction.delivery
    return (
        transaction.deferral_id,
        transaction.transaction_hash,
        transaction.grant_hash,
        transaction.subject_ref,
        transaction.configuration_id,
        json.dumps([dict(key.members) for key in transaction.holder_keys], separators=(",", ":")),
        to_column(transaction.requested_at),
        to_column(transaction.expires_at),
        None if transaction.approve_at is None else to_column(transaction.approve_at),
        transaction.state.value,
        transaction.reason,
        None if transaction.claimed_until is None else to_column(transaction.claimed_until),
        None if delivery is None else delivery.issuance_id,
        None if delivery is None else to_column(delivery.recorded_at),
    )


def transaction_from(row: Row) -> DeferredTransaction:
    """A transaction from a row of ``issuer_deferred``. A time that is NULL stays absent."""
    approve_at, claimed_until = row["approve_at"], row["claimed_until"]
    delivery = None
    if row["issuance_id"] is not None:
        delivery = Delivery(IssuanceId(row["issuance_id"]), from_column(row["recorded_at"]))
    return DeferredTransaction(
        deferral_id=DeferralId(row["deferral_id"]),
        transaction_hash=bytes(row["transaction_hash"]),
        grant_hash=bytes(row["grant_hash"]),
        subject_ref=SubjectRef(row["subject_ref"]),
        configuration_id=ConfigurationId(row["configuration_id"]),
        holder_keys=tuple(parse_public_jwk(members) for members in json.loads(row["holder_keys"])),
        requested_at=from_column(row["requested_at"]),
        expires_at=from_column(row["expires_at"]),
        approve_at=None if approve_at is None else from_column(approve_at),
        state=DeferralState(row["state"]),
        reason=row["reason"],
        claimed_until=None if claimed_until is None else from_column(claimed_until),
        delivery=delivery,
    )


def record_from(row: Row) -> IssuanceRecord:
    """A copy from a row of ``issuer_credential``."""
    return IssuanceRecord(
        IssuanceId(row["issuance_id"]),
        SubjectRef(row["subject_ref"]),
        ConfigurationId(row["configuration_id"]),
        StatusEntry(ListId(row["list_id"]), row["idx"]),
        from_column(row["expires_at"]),
    )


def notification_from(row: Row) -> Notification:
    """A notification from a row of ``issuer_notification``."""
    return Notification(
        IssuanceId(row["issuance_id"]), NotificationEvent(row["kind"]), from_column(row["received_at"])
    )
