"""Pages of presentations: opened for a relying service, bound to the first browser that comes (5.29).

Whoever has a page's address may be its first visitor, so relying services give it to nobody but the browser
they send there. Everybody else is told that the page belongs to another browser, and nothing more.
"""

import hmac
import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from verifier.domain.event import Actor, Event, EventName
from verifier.domain.presentation import Presentation, RequestId
from verifier.domain.presentation_page import (
    PAGE_MEMORY,
    PageState,
    PresentationPage,
    ReleaseWay,
    is_open_release,
    needs_release,
    state_of_page,
)
from verifier.errors import PageOfAnotherBrowser, UnknownPage
from verifier.ports import Clock, PageStore, PresentationStore, Randomness
from verifier.services.page_secrets import PageSecrets, hash_secret
from verifier.services.requests import SECRET_BYTES, create_secret

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
BROWSER: Final = Actor("browser")


@dataclass(frozen=True, slots=True)
class PageVisit:
    """A page in the browser it belongs to."""

    page: PresentationPage
    presentation: Presentation
    state: PageState
    session: str
    """The browser's secret, from its cookie."""


@dataclass(frozen=True, slots=True)
class OpenedPage:
    """A page that has its browser already. ``page_id`` and ``session`` are for this browser alone."""

    page_id: str = field(repr=False)
    page: PresentationPage
    session: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BrowserSessions:
    """``public_url``: what the addresses of pages begin with."""

    pages: PageStore
    presentations: PresentationStore
    clock: Clock
    randomness: Randomness
    public_url: str
    secrets: PageSecrets

    async def open(self, presentation: Presentation) -> str:
        """A page for a new presentation; its address, for the visitor's browser alone."""
        now, page_id = self.clock.now(), self._fresh()
        actor = Actor("relying-service")
        event = Event(EventName.PAGE_OPENED, actor, now, presentation.client_id, presentation.preset)
        await self.pages.add_page(_new_page(presentation, page_id, now), event)
        return f"{self.public_url}/present/{page_id}"

    async def open_here(self, presentation: Presentation) -> OpenedPage:
        """A page that is the asking browser's from the start: its address is worth nothing elsewhere."""
        page_id, session = self._fresh(), self._fresh()
        page = replace(_new_page(presentation, page_id, self.clock.now()), session_hash=hash_secret(session))
        await self.pages.add_page(page, event_of(presentation, EventName.PAGE_BOUND, self.clock))
        return OpenedPage(page_id, page, session)

    async def enter(self, page_id: str, session: str | None) -> PageVisit:
        """The visit of whoever owns the page; the first to come does from now on.

        Raises:
            UnknownPage: no such page, or it is forgotten.
            PageOfAnotherBrowser: somebody came first.
        """
        page, presentation = await self._find(page_id)
        if page.session_hash is None:
            session, now = self._fresh(), self.clock.now()
            event = event_of(presentation, EventName.PAGE_BOUND, self.clock)
            if not await self.pages.bind(page.request_id, hash_secret(session), now, event):
                raise PageOfAnotherBrowser
        return await self.visit(page_id, session)

    async def visit(self, page_id: str, session: str | None) -> PageVisit:
        """The visit of the browser that owns the page. Raises as ``enter``; nobody becomes an owner by it."""
        page, presentation = await self._find(page_id)
        if session is None or not owns(page, session):
            raise PageOfAnotherBrowser
        if is_open_release(page, presentation) and page.released_at is None:
            # The browser that waits is here, and its preset asks for no more than that.
            page = await self.release(page, presentation, ReleaseWay.OPEN)
        return PageVisit(page, presentation, state_of_page(page, presentation, self.clock.now()), session)

    async def release(
        self, page: PresentationPage, presentation: Presentation, way: ReleaseWay
    ) -> PresentationPage:
        """Lets the result go to the browser that owns the page; how the page stands after it."""
        if page.session_hash is not None:
            event = event_of(presentation, EventName.RESULT_RELEASED, self.clock, way.value)
            await self.pages.release(page.request_id, page.session_hash, way, self.clock.now(), event)
        return await self.pages.page_of(page.request_id) or page

    async def is_released(self, request_id: RequestId) -> bool:
        """``ports.Releases``."""
        presentation = await self.presentations.find_by_request(request_id)
        if presentation is None:
            return False
        if not needs_release(presentation):
            return True
        page = await self.pages.page_of(request_id)
        return page is not None and page.released_at is not None

    def is_return_code(self, request_id: RequestId, code: str) -> bool:
        """``ports.Releases``."""
        return self.secrets.is_return_code(request_id, code)

    def _fresh(self) -> str:
        return create_secret(self.randomness.token_bytes(SECRET_BYTES))

    async def _find(self, page_id: str) -> tuple[PresentationPage, Presentation]:
        page = await self.pages.find_page(hash_secret(page_id)) if _SECRET.fullmatch(page_id) else None
        if page is None or self.clock.now() >= page.expires_at:
            raise UnknownPage
        presentation = await self.presentations.find_by_request(page.request_id)
        if presentation is None:
            raise UnknownPage
        return page, presentation


def _new_page(presentation: Presentation, page_id: str, now: datetime) -> PresentationPage:
    return PresentationPage(
        request_id=presentation.request_id,
        page_hash=hash_secret(page_id),
        created_at=now,
        expires_at=presentation.expires_at + PAGE_MEMORY,
    )


def owns(page: PresentationPage, session: str) -> bool:
    """Whether a browser's secret is that of the page."""
    return page.session_hash is not None and hmac.compare_digest(hash_secret(session), page.session_hash)


def event_of(presentation: Presentation, name: EventName, clock: Clock, reason: str = "") -> Event:
    """What a browser has caused."""
    return Event(name, BROWSER, clock.now(), presentation.client_id, presentation.preset, reason)
