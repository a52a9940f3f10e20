"""Somebody other than the wallet ends a presentation before it is answered: the visitor, or the service."""

from dataclasses import dataclass

from verifier.domain.ends import EndKind
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.presentation import Presentation, PresentationState
from verifier.ports import Clock, PresentationStore
from verifier.services.results import ResultSeals, render_end


@dataclass(frozen=True, slots=True)
class CancelPresentation:
    presentations: PresentationStore
    seals: ResultSeals
    clock: Clock

    async def __call__(self, presentation: Presentation, actor: Actor, end: EndKind) -> bool:
        """Ends it as cancelled; ``False`` when it is over already, whichever way. ``end``: by whom."""
        now, state = self.clock.now(), PresentationState.CANCELLED
        event = Event(
            EventName.PRESENTATION_CANCELLED,
            actor,
            now,
            presentation.client_id,
            presentation.preset,
            end.code,
        )
        sealed = self.seals.seal(presentation, render_end(presentation.preset, state, now, end))
        return await self.presentations.conclude(
            presentation.request_id, state, sealed, now, event, reasons=(end.code,)
        )
