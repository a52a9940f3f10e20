"""``ports.PageStore`` in memory. No method awaits anything, so each runs as one step of the event loop."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from verifier.domain.event import Event
from verifier.domain.presentation import RequestId
from verifier.domain.presentation_page import CODE_LIFETIME, PresentationPage, Refusal, ReleaseWay


@dataclass(slots=True)
class MemoryPages:
    """Pages in a dictionary, and who brought which response code."""

    events: list[Event] = field(default_factory=list)
    _pages: dict[RequestId, PresentationPage] = field(default_factory=dict)
    _returned: dict[bytes, tuple[bytes, datetime]] = field(default_factory=dict)

    async def add_page(self, page: PresentationPage, event: Event) -> None:
        self._keep(page, event)

    async def find_page(self, page_hash: bytes) -> PresentationPage | None:
        return next((page for page in self._pages.values() if page.page_hash == page_hash), None)

    async def page_of(self, request_id: RequestId) -> PresentationPage | None:
        return self._pages.get(request_id)

    async def bind(self, request_id: RequestId, session_hash: bytes, now: datetime, event: Event) -> bool:
        page = self._pages.get(request_id)
        if page is None or page.session_hash is not None or now >= page.expires_at:
            return False
        self._keep(replace(page, session_hash=session_hash), event)
        return True

    async def show_code(self, request_id: RequestId, now: datetime, event: Event) -> bool:
        page = self._undecided(request_id)
        if page is None or page.session_hash is None or page.code_shown_at is not None:
            return False
        self._keep(replace(page, code_shown_at=now), event)
        return True

    async def claim_attempt(
        self, request_id: RequestId, session_hash: bytes, now: datetime, event: Event
    ) -> int | None:
        page = self._undecided(request_id)
        if page is None or page.session_hash != session_hash or page.attempts_left <= 0:
            return None
        if page.code_shown_at is None or now >= page.code_shown_at + CODE_LIFETIME:
            return None
        self._keep(replace(page, attempts_left=page.attempts_left - 1), event)
        return page.attempts_left - 1

    async def release(
        self, request_id: RequestId, session_hash: bytes, way: ReleaseWay, now: datetime, event: Event
    ) -> bool:
        page = self._undecided(request_id)
        if page is None or page.session_hash != session_hash:
            return False
        self._keep(replace(page, released_at=now, way=way), event)
        return True

    async def refuse(self, request_id: RequestId, refusal: Refusal, now: datetime, event: Event) -> bool:
        page = self._undecided(request_id)
        if page is None:
            return False
        self._keep(replace(page, refusal=refusal), event)
        return True

    async def bring_code(
        self, response_code_hash: bytes, browser_hash: bytes, now: datetime, event: Event
    ) -> bool:
        if response_code_hash not in self._returned:
            self._returned[response_code_hash] = (browser_hash, now)
            self.events.append(event)
        return self._returned[response_code_hash][0] == browser_hash

    async def purge_pages(self, now: datetime, returned_before: datetime) -> int:
        over = [page.request_id for page in self._pages.values() if page.expires_at <= now]
        for request_id in over:
            del self._pages[request_id]
        for code in [code for code, (_, at) in self._returned.items() if at < returned_before]:
            del self._returned[code]
        return len(over)

    def _undecided(self, request_id: RequestId) -> PresentationPage | None:
        page = self._pages.get(request_id)
        return None if page is None or page.released_at is not None or page.refusal is not None else page

    def _keep(self, page: PresentationPage, event: Event) -> None:
        self._pages[page.request_id] = page
        self.events.append(event)
