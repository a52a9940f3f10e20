"""From values to columns and back; both SQL stores share it."""

import json
from typing import Any

from trillium.runtime.rows import Row, from_column, to_column
from wallet_api.domain.account import Account
from wallet_api.domain.event import AccountId, Actor, Event, EventName
from wallet_api.domain.held_credential import CardStatus, CredentialId, HeldCopy, HeldCredential, TypeName
from wallet_api.domain.history import HistoryEntry, HistoryId
from wallet_api.domain.operation import Operation, OperationId, OperationKind


def account_columns(account: Account) -> tuple[Any, ...]:
    """In the order of the columns of ``wallet_account``."""
    return (
        account.account_id,
        account.token_hash,
        account.wrapped_key,
        account.sealed_name,
        to_column(account.created_at),
    )


def account_from(row: Row) -> Account:
    """An account from a row."""
    return Account(
        account_id=AccountId(row["account_id"]),
        token_hash=bytes(row["token_hash"]),
        wrapped_key=bytes(row["wrapped_key"]),
        sealed_name=bytes(row["sealed_name"]),
        created_at=from_column(row["created_at"]),
    )


def operation_columns(operation: Operation) -> tuple[Any, ...]:
    """In the order of the columns of ``wallet_operation``."""
    return (
        operation.operation_id,
        operation.account_id,
        operation.kind.value,
        operation.sealed,
        to_column(operation.created_at),
        to_column(operation.expires_at),
    )


def operation_from(row: Row) -> Operation:
    """An operation from a row."""
    return Operation(
        operation_id=OperationId(row["operation_id"]),
        account_id=AccountId(row["account_id"]),
        kind=OperationKind(row["kind"]),
        sealed=bytes(row["sealed"]),
        created_at=from_column(row["created_at"]),
        expires_at=from_column(row["expires_at"]),
    )


def credential_columns(credential: HeldCredential) -> tuple[Any, ...]:
    """In the order of the columns of ``wallet_credential``."""
    expires_at = credential.expires_at
    return (
        credential.credential_id,
        credential.account_id,
        credential.credential_issuer,
        credential.configuration_id,
        credential.vct,
        json.dumps(credential.lineage),
        json.dumps([(one.locale, one.name) for one in credential.names], ensure_ascii=False),
        to_column(credential.received_at),
        None if expires_at is None else to_column(expires_at),
        credential.copies,
        credential.draws,
        credential.status.value,
    )


def credential_from(row: Row) -> HeldCredential:
    """A card from a row."""
    expires_at = row["expires_at"]
    return HeldCredential(
        credential_id=CredentialId(row["credential_id"]),
        account_id=AccountId(row["account_id"]),
        credential_issuer=row["credential_issuer"],
        configuration_id=row["configuration_id"],
        vct=row["vct"],
        lineage=tuple(json.loads(row["lineage"])),
        names=tuple(TypeName(locale, name) for locale, name in json.loads(row["names"])),
        received_at=from_column(row["received_at"]),
        expires_at=None if expires_at is None else from_column(expires_at),
        copies=row["copies"],
        draws=row["draws"],
        status=CardStatus(row["status"]),
    )


def copy_from(row: Row) -> HeldCopy:
    """A copy from a row."""
    return HeldCopy(row["number"], bytes(row["sealed"]))


def history_columns(entry: HistoryEntry) -> tuple[Any, ...]:
    """In the order of the columns of ``wallet_history``."""
    return (entry.entry_id, entry.account_id, to_column(entry.at), entry.sealed)


def history_from(row: Row) -> HistoryEntry:
    """A record of a presentation from a row."""
    return HistoryEntry(
        entry_id=HistoryId(row["entry_id"]),
        account_id=AccountId(row["account_id"]),
        at=from_column(row["at"]),
        sealed=bytes(row["sealed"]),
    )


def event_columns(event: Event) -> tuple[Any, ...]:
    """In the order of the columns of ``wallet_event`` after its key."""
    return (event.name.value, event.actor, to_column(event.at), event.account_id, event.reason)


def event_from(row: Row) -> Event:
    """An event from a row."""
    return Event(
        name=EventName(row["name"]),
        actor=Actor(row["actor"]),
        at=from_column(row["at"]),
        account_id=AccountId(row["account_id"]),
        reason=row["reason"],
    )
