"""A browser comes back from a wallet (OpenID4VP section 8.2), or a person carries characters over by hand.

The response code in the return address works once, for the browser that brings it first. Is that the browser
which began, its result is released (5.29). Is it another one, the answer came from another device: that one
shows characters, and the result is released when the browser that began sends them (5.32, lessons B11). What
this stops is silent relaying of a request; a person who types the characters into a page of the relay's is
not stopped, so the device also says where they belong (docs/threats.md).
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from verifier.domain.event import EventName
from verifier.domain.presentation import CrossDevice, Presentation, Release
from verifier.domain.presentation_page import (
    CODE_LIFETIME,
    PresentationPage,
    Refusal,
    ReleaseWay,
    is_return_open,
    needs_release,
)
from verifier.errors import ResponseCodeGone
from verifier.services.browser_sessions import BrowserSessions, PageVisit, event_of, owns
from verifier.services.page_secrets import hash_of_browser
from verifier.services.requests import response_code_hash

_CODE: Final = re.compile(r"[A-Za-z0-9_-]{22,128}", re.ASCII)


class ReturnOutcome(StrEnum):
    """What a browser that brings a response code is told."""

    SAME_DEVICE = "same_device"
    """It is the browser that began: back to its page."""
    CODE = "code"
    """It shows characters for the browser that began."""
    GO_ON = "go_on"
    """Nothing to do here: the browser that began has everything."""
    REFUSED = "refused"
    """The result is released to nobody."""
    DIRECT = "direct"
    """There was no page: the relying service has the answer."""


@dataclass(frozen=True, slots=True)
class Returned:
    """``code`` and ``until``: with ``ReturnOutcome.CODE`` only."""

    outcome: ReturnOutcome
    presentation: Presentation
    code: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class FoundReturn:
    """A response code that may still be used. ``page``: ``None`` where the presentation has none."""

    code_hash: bytes
    presentation: Presentation
    page: PresentationPage | None


@dataclass(frozen=True, slots=True)
class CarriedCodes:
    sessions: BrowserSessions

    async def find(self, response_code: str) -> FoundReturn:
        """Whose code it is; nothing changes by asking.

        Raises:
            ResponseCodeGone: unknown, or too old.
        """
        if not _CODE.fullmatch(response_code):
            raise ResponseCodeGone("malformed")
        code_hash = response_code_hash(response_code)
        presentation = await self.sessions.presentations.find_by_response_code(code_hash)
        if presentation is None or not is_return_open(presentation, self.sessions.clock.now()):
            raise ResponseCodeGone("unknown or expired")
        has_page = presentation.release is Release.BROWSER
        page = await self.sessions.pages.page_of(presentation.request_id) if has_page else None
        return FoundReturn(code_hash, presentation, page)

    async def bring(self, found: FoundReturn, session: str | None, browser: str) -> Returned:
        """A browser brings the code. ``session``: its secret for the page; ``browser``: one for this code.

        Raises:
            ResponseCodeGone: another browser brought it before.
        """
        presentation, page = found.presentation, found.page
        is_owner = page is not None and session is not None and owns(page, session)
        who = session if is_owner and session is not None else browser
        event = event_of(presentation, EventName.RESPONSE_CODE_RETURNED, self.sessions.clock)
        pages, now = self.sessions.pages, self.sessions.clock.now()
        if not await pages.bring_code(found.code_hash, hash_of_browser(who, found.code_hash), now, event):
            raise ResponseCodeGone("used")
        if page is None:
            direct = presentation.release is Release.DIRECT
            return Returned(ReturnOutcome.DIRECT if direct else ReturnOutcome.REFUSED, presentation)
        if is_owner:
            if needs_release(presentation):
                await self.sessions.release(page, presentation, ReleaseWay.SAME_DEVICE)
            return Returned(ReturnOutcome.SAME_DEVICE, presentation)
        if not needs_release(presentation):
            return Returned(ReturnOutcome.GO_ON, presentation)
        return await self._from_elsewhere(page, presentation, found.code_hash)

    async def try_code(self, visit: PageVisit, typed: str) -> int | None:
        """The owner's browser sends characters: ``None`` when they were right, else how many tries are left.

        No attempt is taken when none is open: then the page has another state, which it shows.
        """
        page, presentation = visit.page, visit.presentation
        clock, pages, session_hash = self.sessions.clock, self.sessions.pages, page.session_hash
        event = event_of(presentation, EventName.CARRIED_CODE_TRIED, clock)
        if session_hash is None or presentation.response_code_hash is None:
            return 0
        # Taken before anything is compared: guesses that come at the same time count as well.
        left = await pages.claim_attempt(page.request_id, session_hash, clock.now(), event)
        if left is None:
            return 0
        if self.sessions.secrets.is_carried_code(page, presentation.response_code_hash, typed):
            await self.sessions.release(page, presentation, ReleaseWay.CODE)
            return None
        if left == 0:
            await self._refuse(page, presentation, Refusal.GUESSED)
        return left

    async def _from_elsewhere(
        self, page: PresentationPage, presentation: Presentation, code_hash: bytes
    ) -> Returned:
        if page.session_hash is None or presentation.cross_device is CrossDevice.OFF:
            await self._refuse(page, presentation, Refusal.OTHER_BROWSER)
            return Returned(ReturnOutcome.REFUSED, presentation)
        if presentation.cross_device is CrossDevice.OPEN:
            await self.sessions.release(page, presentation, ReleaseWay.OPEN)
            return Returned(ReturnOutcome.GO_ON, presentation)
        return await self._show_code(page, presentation, code_hash)

    async def _show_code(
        self, page: PresentationPage, presentation: Presentation, code_hash: bytes
    ) -> Returned:
        pages, clock = self.sessions.pages, self.sessions.clock
        event = event_of(presentation, EventName.CARRIED_CODE_SHOWN, clock)
        await pages.show_code(page.request_id, clock.now(), event)
        shown = await pages.page_of(page.request_id) or page
        if shown.released_at is not None:
            return Returned(ReturnOutcome.GO_ON, presentation)
        if shown.code_shown_at is None or not shown.is_code_open(clock.now()):
            return Returned(ReturnOutcome.REFUSED, presentation)
        code = self.sessions.secrets.carried_code(shown, code_hash)
        return Returned(ReturnOutcome.CODE, presentation, code, shown.code_shown_at + CODE_LIFETIME)

    async def _refuse(self, page: PresentationPage, presentation: Presentation, refusal: Refusal) -> None:
        clock = self.sessions.clock
        event = event_of(presentation, EventName.RELEASE_REFUSED, clock, refusal.value)
        await self.sessions.pages.refuse(page.request_id, refusal, clock.now(), event)
