"""``ports.WebhookStore`` in memory; over a store in memory each method is one step of the event loop."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter

from verifier.domain.event import Event
from verifier.domain.presentation import RequestId
from verifier.domain.relying_service import ClientId
from verifier.domain.webhook import LEASE, MessageId, WebhookMessage, given_up
from verifier.ports import PresentationStore


@dataclass(slots=True)
class MemoryWebhooks:
    """Messages in a dictionary."""

    presentations: PresentationStore
    events: list[Event] = field(default_factory=list)
    _messages: dict[MessageId, WebhookMessage] = field(default_factory=dict)
    _leases: dict[MessageId, datetime] = field(default_factory=dict)
    _waiting: set[MessageId] = field(default_factory=set)

    async def expect(self, message: WebhookMessage) -> None:
        self._messages[message.message_id] = message
        self._waiting.add(message.message_id)

    async def wake(self, concluded_since: datetime, now: datetime) -> int:
        woken = 0
        for message_id in sorted(self._waiting):
            message = self._messages[message_id]
            found = await self.presentations.find_by_request(message.request_id)
            if found is None or found.concluded_at is None or found.concluded_at < concluded_since:
                continue
            self._messages[message_id] = replace(message, due_at=now)
            self._waiting.discard(message_id)
            woken += 1
        return woken

    async def hold_back(self, client_id: ClientId, now: datetime, until: datetime) -> None:
        for message in self._messages.values():
            if message.client_id == client_id and message.due_at <= now:
                self._messages[message.message_id] = replace(message, due_at=until)

    async def claim(self, now: datetime, *, limit: int) -> Sequence[WebhookMessage]:
        busy = {self._messages[one].client_id for one, until in self._leases.items() if until > now}
        due = [one for one in self._messages.values() if one.due_at <= now and one.client_id not in busy]
        due = [one for one in due if await self._has_ended(one.request_id)]
        due.sort(key=attrgetter("due_at", "message_id"))
        claimed = [one for one in due if one.client_id == due[0].client_id][:limit]
        self._leases.update({one.message_id: now + LEASE for one in claimed})
        return claimed

    async def _has_ended(self, request_id: RequestId) -> bool:
        found = await self.presentations.find_by_request(request_id)
        return found is not None and not found.state.is_open

    async def postpone(self, message: WebhookMessage) -> None:
        if message.message_id in self._messages:
            self._messages[message.message_id] = message
            self._leases.pop(message.message_id, None)
            self._waiting.discard(message.message_id)

    async def finish(self, message_id: MessageId, event: Event) -> bool:
        self._leases.pop(message_id, None)
        self._waiting.discard(message_id)
        if self._messages.pop(message_id, None) is None:
            return False
        self.events.append(event)
        return True

    async def give_up(self, created_before: datetime, now: datetime) -> int:
        old = [one for one in self._messages.values() if one.created_at < created_before]
        for one in old:
            await self.finish(one.message_id, given_up(one.client_id, now, "too_old"))
        return len(old)
