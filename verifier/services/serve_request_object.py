"""Serves signed request objects, again and again while the presentation is open (5.02, 5.04)."""

from dataclasses import dataclass

from verifier.domain.event import Actor, Event, EventName
from verifier.domain.presentation import Presentation, RequestId
from verifier.domain.relying_service import RelyingService
from verifier.errors import RequestGone
from verifier.ports import Clock, PresentationStore, RelyingServiceStore
from verifier.services.request_contents import RequestContents


@dataclass(frozen=True, slots=True)
class ServeRequestObject:
    presentations: PresentationStore
    services: RelyingServiceStore
    contents: RequestContents
    clock: Clock

    async def __call__(self, request_id: RequestId, *, wallet_nonce: str | None) -> str:
        """The compact JWS; signed anew each time, so that it can repeat the wallet's nonce.

        Raises:
            RequestGone: unknown, answered, expired, or of a request that stands in its link.
        """
        now = self.clock.now()
        presentation = await self.presentations.find_by_request(request_id)
        if presentation is None or presentation.by_value or not presentation.is_open_at(now):
            raise RequestGone
        service = await require_enabled(self.services, presentation)
        parameters = await self.contents.parameters(presentation, service, now)
        request_object = await self.contents.sign(parameters, presentation, now, wallet_nonce)
        event = Event(
            EventName.REQUEST_OBJECT_RETRIEVED,
            Actor("wallet"),
            now,
            presentation.client_id,
            presentation.preset,
        )
        has_evidence = self.contents.preset_of(presentation).evidence is not None
        kept = request_object if has_evidence else None
        # The last step: what ended meanwhile is not served any more.
        if not await self.presentations.mark_retrieved(request_id, now, event, request_object=kept):
            raise RequestGone
        return request_object


async def require_enabled(services: RelyingServiceStore, presentation: Presentation) -> RelyingService:
    """Whoever asks by this presentation.

    Raises:
        RequestGone: the relying service is not registered any more, or disabled.
    """
    service = await services.find_service(presentation.client_id)
    if service is None or not service.is_enabled:
        raise RequestGone("relying service")
    return service
