"""Messages from values to columns and back; both SQL stores share it."""

from typing import Any

from trillium.runtime.rows import Row, from_column, to_column
from verifier.domain.presentation import PresentationState, RequestId
from verifier.domain.relying_service import ClientId
from verifier.domain.webhook import MessageId, WebhookMessage


def webhook_columns(message: WebhookMessage) -> tuple[Any, ...]:
    """In the order of ``WEBHOOK_COLUMNS``."""
    return (
        message.message_id,
        message.request_id,
        message.client_id,
        to_column(message.created_at),
        to_column(message.due_at),
        message.attempts,
        None if message.state is None else message.state.value,
    )


def webhook_from(row: Row) -> WebhookMessage:
    """A message from a row."""
    state = row["state"]
    return WebhookMessage(
        message_id=MessageId(row["message_id"]),
        request_id=RequestId(row["request_id"]),
        client_id=ClientId(row["client_id"]),
        created_at=from_column(row["created_at"]),
        due_at=from_column(row["due_at"]),
        attempts=row["attempts"],
        state=None if state is None else PresentationState(state),
    )
