"""The verifier's stores in memory: for tests and for measuring without a database.

No method awaits anything, so each runs as one step of the event loop.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from verifier.domain.event import Actor, Event, EventName
from verifier.domain.kept import Kept
from verifier.domain.presentation import Presentation, PresentationState, RequestId, SealedResult
from verifier.domain.relying_service import SWITCHED_OFF, ClientId, RelyingService
from verifier.store.kept_memory import MemoryKept


@dataclass(slots=True)
class MemoryVerifierStore(MemoryKept):
    """``PresentationStore``, ``RelyingServiceStore`` and ``EventLog`` over dictionaries, and what is kept."""

    _presentations: dict[RequestId, Presentation] = field(default_factory=dict)
    _by_transaction: dict[bytes, RequestId] = field(default_factory=dict)
    _by_response_code: dict[bytes, RequestId] = field(default_factory=dict)
    _results: dict[RequestId, SealedResult] = field(default_factory=dict)
    _services: dict[ClientId, RelyingService] = field(default_factory=dict)

    async def add(self, presentation: Presentation, event: Event) -> None:
        self._presentations[presentation.request_id] = presentation
        self._by_transaction[presentation.transaction_hash] = presentation.request_id
        self.events.append(event)

    async def find_by_request(self, request_id: RequestId) -> Presentation | None:
        return self._presentations.get(request_id)

    async def find_by_transaction(self, transaction_hash: bytes) -> Presentation | None:
        request_id = self._by_transaction.get(transaction_hash)
        return None if request_id is None else self._presentations[request_id]

    async def find_by_response_code(self, code_hash: bytes) -> Presentation | None:
        request_id = self._by_response_code.get(code_hash)
        return None if request_id is None else self._presentations[request_id]

    async def count_open(self, client_id: ClientId, now: datetime, *, at_most: int) -> int:
        found = (
            one for one in self._presentations.values() if one.client_id == client_id and one.is_open_at(now)
        )
        return sum(1 for _ in islice(found, at_most))

    async def mark_retrieved(
        self, request_id: RequestId, now: datetime, event: Event, *, request_object: str | None = None
    ) -> bool:
        found = self._presentations.get(request_id)
        if found is None or not found.is_open_at(now):
            return False
        self._presentations[request_id] = found._replace(
            state=PresentationState.RETRIEVED,
            request_object=request_object or found.request_object,
        )
        if found.state is PresentationState.REQUESTED:
            self.events.append(event)
        return True

    async def conclude(
        self,
        request_id: RequestId,
        state: PresentationState,
        result: SealedResult,
        now: datetime,
        event: Event,
        *,
        response_code_hash: bytes | None = None,
        reasons: Sequence[str] = (),
        kept: Kept | None = None,
    ) -> bool:
        found = self._presentations.get(request_id)
        if found is None or not found.is_open_at(now):
            return False
        self._presentations[request_id] = _ended(found, state, now, response_code_hash, tuple(reasons))
        if response_code_hash is not None:
            self._by_response_code[response_code_hash] = request_id
        self._results[request_id] = result
        self.events.append(event)
        if kept is not None:
            self.keep(kept)
        return True

    async def take_result(
        self, transaction_hash: bytes, client_id: ClientId, now: datetime, event: Event
    ) -> SealedResult | None:
        found = await self.find_by_transaction(transaction_hash)
        if found is None or found.client_id != client_id:
            return None
        result = self._results.pop(found.request_id, None)
        if result is not None:
            self._presentations[found.request_id] = found._replace(result_fetched=True)
            self.events.append(event)
        return result

    async def expire(self, now: datetime) -> int:
        late = [one for one in self._presentations.values() if one.state.is_open and one.expires_at <= now]
        for one in late:
            self._presentations[one.request_id] = _ended(one, PresentationState.TIMED_OUT, now)
            self.events.append(timed_out(one, now))
        return len(late)

    async def purge_results(self, concluded_before: datetime) -> int:
        old = [
            request_id
            for request_id in self._results
            if (at := self._presentations[request_id].concluded_at) is not None and at < concluded_before
        ]
        for request_id in old:
            del self._results[request_id]
        return len(old)

    async def forget(self, concluded_before: datetime) -> int:
        old = [
            one
            for one in self._presentations.values()
            if one.concluded_at is not None and one.concluded_at < concluded_before
        ]
        for one in old:
            del self._presentations[one.request_id]
            del self._by_transaction[one.transaction_hash]
            self._results.pop(one.request_id, None)
            if one.response_code_hash is not None:
                del self._by_response_code[one.response_code_hash]
        return len(old)

    async def add_service(self, service: RelyingService, event: Event) -> None:
        self._services[service.client_id] = service
        self.events.append(event)

    async def change_service(self, service: RelyingService, event: Event) -> bool:
        known = self._services.get(service.client_id)
        if known is None or known.version != service.version - 1:
            return False
        self._services[service.client_id] = service
        self.events.append(event)
        return True

    async def cancel_open(self, client_id: ClientId, now: datetime, actor: Actor) -> int:
        mine = [one for one in self._presentations.values() if one.client_id == client_id]
        still_open = [one for one in mine if one.is_open_at(now)]
        for one in still_open:
            self._presentations[one.request_id] = _ended(one, PresentationState.CANCELLED, now)
            name, reason = EventName.PRESENTATION_CANCELLED, SWITCHED_OFF
            self.events.append(Event(name, actor, now, client_id, one.preset, reason))
        return len(still_open)

    async def find_service(self, client_id: ClientId) -> RelyingService | None:
        return self._services.get(client_id)

    def forget_service(self, client_id: ClientId) -> None:
        """Deletes a relying service that never was approved."""
        self._services.pop(client_id, None)

    async def services(self) -> Sequence[RelyingService]:
        return sorted(self._services.values(), key=lambda one: (one.created_at, one.client_id))

    async def latest(self, limit: int) -> Sequence[Event]:
        return self.events[::-1][:limit]


def _ended(
    presentation: Presentation,
    state: PresentationState,
    now: datetime,
    response_code_hash: bytes | None = None,
    reasons: tuple[str, ...] = (),
) -> Presentation:
    return presentation._replace(
        state=state,
        concluded_at=now,
        response_code_hash=response_code_hash,
        response_key=None,
        request_object=None,
        reasons=reasons,
    )


def timed_out(presentation: Presentation, now: datetime) -> Event:
    """The event of a presentation that nobody answered in time."""
    return Event(
        EventName.PRESENTATION_TIMED_OUT,
        Actor("system"),
        now,
        presentation.client_id,
        presentation.preset,
    )
