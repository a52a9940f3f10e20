"""The relying service reads how its presentation stands, and fetches the result once.

Of a presentation that was begun for a browser it learns nothing before that browser has shown itself (5.29):
until then it looks open, and it looks as if nobody had answered when the browser never comes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from verifier.domain.ends import Standing, standing_of
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.presentation import (
    RESULT_LIFETIME,
    Presentation,
    PresentationState,
    Release,
    TransactionId,
)
from verifier.domain.presentation_page import needs_return_code
from verifier.domain.relying_service import RelyingService
from verifier.errors import PresentationOpen, ResultGone, ReturnCodeWrong, UnknownPresentation
from verifier.ports import Clock, PresentationStore, Releases
from verifier.services.requests import transaction_hash
from verifier.services.results import ISSUERS, TYPES, ResultSeals, render_end


@dataclass(frozen=True, slots=True)
class GetResult:
    presentations: PresentationStore
    seals: ResultSeals
    clock: Clock
    releases: Releases
    result_lifetime: timedelta = RESULT_LIFETIME

    async def state(self, service: RelyingService, transaction_id: TransactionId) -> PresentationState:
        """How it stands, in a word. Raises as ``standing``."""
        return (await self.standing(service, transaction_id)).state

    async def standing(self, service: RelyingService, transaction_id: TransactionId) -> Standing:
        """How it stands.

        Raises:
            UnknownPresentation: no such transaction of this relying service.
        """
        found = await self.find(service, transaction_id)
        return standing_of(found, await self.visible_state(found, self.clock.now()))

    async def visible_state(self, presentation: Presentation, now: datetime) -> PresentationState:
        """How a presentation looks to its relying service."""
        state = presentation.state_at(now)
        direct = presentation.release is Release.DIRECT
        if direct or state.is_open or await self.releases.is_released(presentation.request_id):
            return state
        nobody_came = self._too_late(presentation, now)
        return PresentationState.TIMED_OUT if nobody_came else PresentationState.RETRIEVED

    async def fetch(
        self, service: RelyingService, transaction_id: TransactionId, return_code: str = ""
    ) -> dict[str, Any]:
        """The result; it is deleted by this. ``return_code``: what the visitor brought to the return address.

        Raises:
            UnknownPresentation: no such transaction of this relying service.
            PresentationOpen: there is none yet.
            ReturnCodeWrong: the visitor whose result it is has not come back; it stays.
            ResultGone: fetched before, or not fetched in time.
        """
        now = self.clock.now()
        presentation = await self.find(service, transaction_id)
        state = await self.visible_state(presentation, now)
        if state.is_open:
            raise PresentationOpen
        if state is PresentationState.TIMED_OUT:
            return render_end(presentation.preset, state, now)
        if self._too_late(presentation, now):
            raise ResultGone
        if needs_return_code(presentation) and not self.releases.is_return_code(
            presentation.request_id, return_code
        ):
            raise ReturnCodeWrong
        event = Event(
            EventName.RESULT_FETCHED,
            Actor("relying-service"),
            now,
            service.client_id,
            presentation.preset,
        )
        sealed = await self.presentations.take_result(
            presentation.transaction_hash, service.client_id, now, event
        )
        if sealed is None:
            raise ResultGone
        result = self.seals.open(presentation, sealed)
        for name in (ISSUERS, TYPES):
            result.pop(name, None)
        return result

    def _too_late(self, presentation: Presentation, now: datetime) -> bool:
        """It may still be there: whoever purges has not come by yet."""
        concluded = presentation.concluded_at
        return concluded is None or now - concluded > self.result_lifetime

    async def find(self, service: RelyingService, transaction_id: TransactionId) -> Presentation:
        """A presentation of this relying service.

        Raises:
            UnknownPresentation: no such transaction, or somebody else's.
        """
        found = await self.presentations.find_by_transaction(transaction_hash(transaction_id))
        if found is None or found.client_id != service.client_id:
            raise UnknownPresentation
        return found
