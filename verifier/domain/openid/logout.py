"""Messages to clients that a session has ended (OpenID Connect Back-Channel Logout 1.0)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from verifier.domain.event import Actor, Event, EventName
from verifier.domain.relying_service import ClientId

LOGOUT_TOKEN_LIFETIME: Final = timedelta(minutes=2)
"""Section 2.4 recommends no more; each attempt has a token of its own."""
GIVE_UP_AFTER: Final = timedelta(hours=2)
LEASE: Final = timedelta(minutes=1)
"""Longer than all deliveries of one round take."""
_FIRST_DELAY: Final = timedelta(seconds=3)
_LONGEST_DELAY: Final = timedelta(minutes=10)


class Told(StrEnum):
    """What came of one attempt (section 2.8)."""

    TOLD = "told"
    REFUSED = "refused"
    """The client says that the message is wrong; the same message again would be, too."""
    FAILED = "failed"
    """No answer, or one that may be another one later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutMessage:
    """One ended session that its client is to be told of."""

    message_id: str
    """The ``jti`` of every token about it: 128 random bits."""
    client_id: ClientId
    sub: str = field(repr=False)
    sid: str
    """Of the session: there is one message about it, whoever ended it, and however often."""
    created_at: datetime
    due_at: datetime
    attempts: int = 0


def next_attempt(message: LogoutMessage, now: datetime, *, jitter: float) -> datetime | None:
    """When to try again: twice as late each time. ``None``: not any more. ``jitter``: from 0 to 1."""
    if now - message.created_at >= GIVE_UP_AFTER:
        return None
    delay = min(_FIRST_DELAY * 2.0 ** min(message.attempts, 12), _LONGEST_DELAY)
    return now + delay * (0.75 + jitter / 2)


def told(message: LogoutMessage, now: datetime) -> Event:
    """The client knows."""
    return Event(EventName.LOGOUT_TOLD, Actor("system"), now, message.client_id)


def not_told(message: LogoutMessage, now: datetime, reason: str) -> Event:
    """The client does not know. ``reason``: a code of ours."""
    return Event(EventName.LOGOUT_NOT_TOLD, Actor("system"), now, message.client_id, "", reason)
