"""``ports_openid.LogoutMessageStore`` in memory. No method awaits, so each is one step of the event loop."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

from verifier.domain.event import Event
from verifier.domain.openid.logout import LEASE, LogoutMessage


@dataclass(slots=True)
class MemoryLogouts:
    """Messages in a dictionary."""

    events: list[Event] = field(default_factory=list)
    _messages: dict[str, LogoutMessage] = field(default_factory=dict)
    _leases: dict[str, datetime] = field(default_factory=dict)

    async def add_logout(self, message: LogoutMessage) -> None:
        if all(one.sid != message.sid for one in self._messages.values()):
            self._messages[message.message_id] = message

    async def claim_logouts(self, now: datetime, *, limit: int) -> Sequence[LogoutMessage]:
        busy = {one for one, until in self._leases.items() if until > now}
        due = [one for one in self._messages.values() if one.due_at <= now and one.message_id not in busy]
        claimed = sorted(due, key=attrgetter("due_at", "message_id"))[:limit]
        self._leases.update({one.message_id: now + LEASE for one in claimed})
        return claimed

    async def postpone_logout(self, message: LogoutMessage) -> None:
        if message.message_id in self._messages:
            self._messages[message.message_id] = message
            self._leases.pop(message.message_id, None)

    async def finish_logout(self, message_id: str, event: Event) -> bool:
        self._leases.pop(message_id, None)
        if self._messages.pop(message_id, None) is None:
            return False
        self.events.append(event)
        return True
