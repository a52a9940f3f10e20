"""A relying service follows how its presentation stands, for as long as it is open."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from verifier.domain.ends import Standing, standing_of
from verifier.domain.presentation import Presentation, TransactionId
from verifier.domain.relying_service import ClientId, RelyingService
from verifier.errors import TooManyStreams, UnknownPresentation
from verifier.ports import Clock
from verifier.services.get_result import GetResult


@dataclass(frozen=True, slots=True)
class FollowState:
    """``most_at_once``: streams of one relying service in this process. ``pause``: seconds between looks."""

    results: GetResult
    clock: Clock
    most_at_once: int
    pause: float = 1.0
    _streams: Counter[ClientId] = field(default_factory=Counter)

    async def __call__(
        self, service: RelyingService, transaction_id: TransactionId
    ) -> AsyncIterator[Standing | None]:
        """The state now, every other one, and the last one with its reason; ``None``: nothing has changed.

        Raises:
            UnknownPresentation: no such transaction of this relying service.
            TooManyStreams: it follows enough of them already.
        """
        presentation = await self.results.find(service, transaction_id)
        if self._streams[service.client_id] >= self.most_at_once:
            raise TooManyStreams
        return self._states(service, transaction_id, presentation)

    async def _states(
        self, service: RelyingService, transaction_id: TransactionId, presentation: Presentation
    ) -> AsyncIterator[Standing | None]:
        # Counted from here: a stream that is never begun never ends either.
        self._streams[service.client_id] += 1
        told = None
        try:
            while True:
                state = await self.results.visible_state(presentation, self.clock.now())
                yield None if state is told else standing_of(presentation, state)
                if not state.is_open:
                    return
                told = state
                await asyncio.sleep(self.pause)
                presentation = await self.results.find(service, transaction_id)
        except UnknownPresentation:
            return  # forgotten while somebody was still looking
        finally:
            self._streams[service.client_id] -= 1
            if not self._streams[service.client_id]:
                del self._streams[service.client_id]
