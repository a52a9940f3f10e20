"""A relying service asks for a presentation: within its limit, with its page and its message."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from verifier.domain.presentation import Presentation, Release
from verifier.domain.relying_service import RelyingService
from verifier.errors import TooManyPresentations
from verifier.ports import Clock, PresentationStore
from verifier.services.start_presentation import StartedPresentation, StartOptions, StartPresentation
from verifier.services.webhooks import Webhooks


@dataclass(frozen=True, slots=True)
class AskedPresentation:
    """``page_url``: for the visitor's browser and nobody else; only of presentations for a browser."""

    started: StartedPresentation
    page_url: str | None


@dataclass(frozen=True, slots=True)
class AskForPresentation:
    """``open_page`` makes the page of a presentation and tells its address.

    ``most_open``: of one relying service at once. Requests that are counted together may exceed it by a few:
    it keeps a service that runs wild from filling the store, and protects no secret.
    """

    start: StartPresentation
    presentations: PresentationStore
    webhooks: Webhooks
    open_page: Callable[[Presentation], Awaitable[str]]
    clock: Clock
    most_open: int

    async def __call__(
        self, service: RelyingService, preset_id: str, options: StartOptions
    ) -> AskedPresentation:
        """A new presentation.

        Raises:
            TooManyPresentations: the service has as many open as it may have.
            What ``StartPresentation`` raises.
        """
        open_ones = await self.presentations.count_open(
            service.client_id, self.clock.now(), at_most=self.most_open
        )
        if open_ones >= self.most_open:
            raise TooManyPresentations
        started = await self.start(service, preset_id, options)
        # The service hears of its presentation only after its message waits for the end.
        await self.webhooks.expect(service, started.presentation)
        if started.presentation.release is not Release.BROWSER:
            return AskedPresentation(started, None)
        return AskedPresentation(started, await self.open_page(started.presentation))
