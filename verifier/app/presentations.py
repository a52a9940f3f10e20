"""The presentation API for relying services, wired."""

from fastapi import APIRouter

from verifier.app.services import Verifier
from verifier.services.ask_for_presentation import AskForPresentation
from verifier.services.follow_state import FollowState
from verifier.web.presentations import PresentationServices, presentation_router


def presentation_routes(verifier: Verifier) -> APIRouter:
    """Everything under ``/presentations`` but evidence."""
    settings, clock = verifier.settings, verifier.outside.clock
    ask = AskForPresentation(
        verifier.start,
        verifier.outside.store,
        verifier.webhooks,
        verifier.pages.sessions.open,
        clock,
        most_open=settings.open_presentations,
    )
    follow = FollowState(verifier.results, clock, most_at_once=settings.event_streams)
    return presentation_router(
        PresentationServices(
            verifier.clients, ask, verifier.results, follow, verifier.cancel, settings.public_url
        )
    )
