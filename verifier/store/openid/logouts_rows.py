"""Logout messages from values to columns and back; both SQL stores share it."""

from typing import Any

from trillium.runtime.rows import Row, from_column, to_column
from verifier.domain.openid.logout import LogoutMessage
from verifier.domain.relying_service import ClientId


def logout_columns(message: LogoutMessage) -> tuple[Any, ...]:
    """In the order of ``LOGOUT_COLUMNS``."""
    return (
        message.message_id,
        message.client_id,
        message.sub,
        message.sid,
        to_column(message.created_at),
        to_column(message.due_at),
        message.attempts,
    )


def logout_from(row: Row) -> LogoutMessage:
    """A message from a row."""
    return LogoutMessage(
        message_id=row["message_id"],
        client_id=ClientId(row["client_id"]),
        sub=row["sub"],
        sid=row["sid"],
        created_at=from_column(row["created_at"]),
        due_at=from_column(row["due_at"]),
        attempts=row["attempts"],
    )
