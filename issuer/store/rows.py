"""From values to columns and back; both SQL stores share it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from issuer.domain.event import Actor, Event, EventName, SubjectRef
from issuer.domain.offer import ConfigurationId
from issuer.domain.records import (
    IssuanceId,
    IssuanceRecord,
    IssuanceSummary,
    ListId,
    PublishedToken,
    StatusGroup,
    StatusListRow,
)
from trillium.runtime.rows import Row, from_column, to_column


def event_columns(event: Event) -> tuple[Any, ...]:
    """In the order of the columns of ``issuer_event`` after its key."""
    return (
        event.name.value,
        event.actor,
        to_column(event.at),
        event.subject_ref,
        event.reason,
        event.count,
    )


def event_from(row: Row) -> Event:
    """An event from a row of ``issuer_event``."""
    subject = row["subject_ref"]
    return Event(
        name=EventName(row["name"]),
        actor=Actor(row["actor"]),
        at=from_column(row["at"]),
        subject_ref=None if subject is None else SubjectRef(subject),
        reason=row["reason"],
        count=row["count"],
    )


def record_columns(
    record: IssuanceRecord, *, status: int, decoy: bool, issued_at: datetime
) -> tuple[Any, ...]:
    """In the order of the columns of ``issuer_credential``."""
    return (
        record.entry.list_id,
        record.entry.index,
        record.issuance_id,
        record.subject_ref,
        record.configuration_id,
        status,
        decoy,
        True,
        to_column(issued_at),
        to_column(record.expires_at),
    )


def summary_from(row: Row) -> IssuanceSummary:
    """A card from the grouped rows of its copies."""
    return IssuanceSummary(
        issuance_id=IssuanceId(row["issuance_id"]),
        subject_ref=SubjectRef(row["subject_ref"]),
        configuration_id=ConfigurationId(row["configuration_id"]),
        copies=row["copies"],
        decoys=row["decoys"],
        status=row["status"],
        issued_at=from_column(row["issued_at"]),
        expires_at=from_column(row["expires_at"]),
    )


def list_columns(row: StatusListRow, token: PublishedToken) -> tuple[Any, ...]:
    """In the order of ``LIST_COLUMNS``."""
    return (
        row.list_id,
        row.group.configuration_id,
        row.group.key_id,
        row.group.expiry_bucket,
        row.slot,
        row.generation,
        row.bits,
        row.size,
        row.key_version,
        to_column(row.last_expiry),
        token.version,
        token.token,
        to_column(token.signed_at),
        to_column(token.expires_at),
    )


LIST_COLUMNS: Sequence[str] = (
    "list_id",
    "configuration_id",
    "key_id",
    "expiry_bucket",
    "slot",
    "generation",
    "bits",
    "size",
    "key_version",
    "last_expiry",
    "version",
    "token",
    "signed_at",
    "token_expires_at",
)


def list_from(row: Row) -> StatusListRow:
    """A list from a row of ``issuer_status_list``."""
    group = StatusGroup(ConfigurationId(row["configuration_id"]), row["key_id"], row["expiry_bucket"])
    return StatusListRow(
        list_id=ListId(row["list_id"]),
        group=group,
        slot=row["slot"],
        generation=row["generation"],
        bits=row["bits"],
        size=row["size"],
        key_version=row["key_version"],
        last_expiry=from_column(row["last_expiry"]),
    )


def token_from(row: Row) -> PublishedToken:
    """A published token from a row of ``issuer_status_list``."""
    return PublishedToken(
        list_id=ListId(row["list_id"]),
        version=row["version"],
        token=bytes(row["token"]),
        signed_at=from_column(row["signed_at"]),
        expires_at=from_column(row["token_expires_at"]),
    )
