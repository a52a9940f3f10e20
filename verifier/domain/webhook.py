"""Messages to relying services: that a presentation has ended, and how; never what was shown.

A message waits from the start of its presentation, so that no crash between the end and the telling loses it.
It is delivered at least once: whoever gets it twice sees the same ``jti``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NewType

from verifier.domain.event import Actor, Event, EventName
from verifier.domain.presentation import PresentationState, RequestId
from verifier.domain.relying_service import ClientId

MessageId = NewType("MessageId", str)
"""The ``jti`` of the message: 128 random bits."""

GIVE_UP_AFTER: Final = timedelta(hours=24)
LEASE: Final = timedelta(minutes=1)
"""Longer than all deliveries of one round take."""
FIRST_DELAY: Final = timedelta(seconds=5)
LONGEST_DELAY: Final = timedelta(hours=1)
SHORTEST_LOOK: Final = timedelta(seconds=2)
LONGEST_LOOK: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class WebhookMessage:
    """A message that waits for the end of its presentation, or for its receiver."""

    message_id: MessageId
    request_id: RequestId
    client_id: ClientId
    created_at: datetime
    due_at: datetime
    attempts: int = 0
    state: PresentationState | None = None
    """What it tells, from the first attempt on: every repetition tells the same."""


def next_attempt(message: WebhookMessage, now: datetime, *, jitter: float) -> datetime | None:
    """When to try again after a failure: twice as late each time. ``None``: not any more.

    ``jitter``: from 0 to 1; spreads what failed together.
    """
    if now - message.created_at >= GIVE_UP_AFTER:
        return None
    delay = min(FIRST_DELAY * 2.0 ** min(message.attempts, 16), LONGEST_DELAY)
    return now + delay * (0.75 + jitter / 2)


def next_look(message: WebhookMessage, now: datetime) -> datetime:
    """When to look again whether the end may be told: rarely where nobody has come for long."""
    waited = (now - message.created_at) / 8
    return now + min(max(waited, SHORTEST_LOOK), LONGEST_LOOK)


def given_up(client_id: ClientId, now: datetime, reason: str) -> Event:
    """Nobody took the message. ``reason``: a code of ours."""
    return Event(EventName.WEBHOOK_GIVEN_UP, Actor("system"), now, client_id, "", reason)


def delivered(client_id: ClientId, now: datetime) -> Event:
    """The receiver said so."""
    return Event(EventName.WEBHOOK_DELIVERED, Actor("system"), now, client_id)
