"""Opening a page and keeping watch: what it asked for, and what the browser complained about."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from playwright.async_api import Browser, CDPSession, ConsoleMessage, Error, Page, Request

from tests.browser.site import DESKTOP
from tests.patience import PATIENCE_MS

BRISK: Final = 20
"""A pace for tests of pages that follow something: their pauses last so many times shorter."""
PAUSES = """(() => {
    const real = window.setTimeout;
    window.pauses = [];
    window.setTimeout = (then, milliseconds, ...rest) => {
        if (!new Error().stack.includes("/following.js")) {
            return real(then, milliseconds, ...rest);
        }
        window.pauses.push(milliseconds);
        return real(then, milliseconds / %d, ...rest);
    };
})()"""
"""What else sets a timer, as axe does, is let alone."""


@dataclass
class Visit:
    """An open page. ``complaints``: console errors and warnings (policy violations too), script errors."""

    page: Page
    devtools: CDPSession
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def forget(self) -> None:
        self.requests.clear()
        self.complaints.clear()

    async def pauses(self) -> list[int]:
        """In milliseconds, as a page at another pace than one has asked for them since it was opened."""
        asked: list[int] = await self.page.evaluate("window.pauses")
        return asked

    async def asked_later(self) -> list[str]:
        """What a page at a brisk pace asks for in the time of several pauses."""
        before = len(self.requests)
        await self.page.wait_for_timeout(1000)
        return [request.url for request in self.requests[before:]]

    @asynccontextmanager
    async def at_pace(self, pace: int) -> AsyncIterator[None]:
        """For pages that are opened meanwhile."""
        if pace == 1:
            yield
            return
        script = {"source": PAUSES % pace}
        added = await self.devtools.send("Page.addScriptToEvaluateOnNewDocument", script)
        try:
            yield
        finally:
            await self.devtools.send("Page.removeScriptToEvaluateOnNewDocument", added)

    async def leave(self) -> None:
        """A page may be about to renew itself, which keeps the browser from going elsewhere for that once."""
        while self.page.url != "about:blank":
            with suppress(Error):
                await self.page.goto("about:blank")

    def on_request(self, request: Request) -> None:
        self.requests.append(request)

    def on_console(self, message: ConsoleMessage) -> None:
        # The address of a missing page is missing: that it answers 404 is what its test looks for.
        asked = {request.url for request in self.requests if request.is_navigation_request()}
        of_the_page = message.location["url"] in asked and "404" in message.text
        if message.type in ("error", "warning") and not of_the_page:
            self.complaints.append(message.text)

    def on_error(self, error: Error) -> None:
        self.complaints.append(str(error))


@dataclass(frozen=True)
class Visitor:
    """Somebody with a browser who, each time, has never been here.

    To open a window costs a hundred times what a page costs, so one is kept open for each kind of browser;
    it keeps no files, and its cookies are thrown away after each visit.
    """

    browser: Browser
    origin: str
    _windows: dict[tuple[str, bool], Visit] = field(default_factory=dict)

    @asynccontextmanager
    async def at(
        self, path: str, *, language: str = "en", width: int = DESKTOP, script: bool = True, pace: int = 1
    ) -> AsyncIterator[Visit]:
        """``path`` as a browser set to ``language`` shows it. ``script``: whether JavaScript is on.

        ``pace``: how many times shorter the page pauses before it asks the server again.
        """
        visit = self._windows.get((language, script)) or await self._open(language, script=script)
        try:
            await visit.page.set_viewport_size({"width": width, "height": 800})
            async with visit.at_pace(pace):
                await visit.page.goto(path)
                yield visit
        finally:
            await visit.leave()
            await visit.page.context.clear_cookies()
            visit.forget()

    async def _open(self, language: str, *, script: bool) -> Visit:
        context = await self.browser.new_context(
            base_url=self.origin, locale=f"{language}-CA", java_script_enabled=script
        )
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        visit = Visit(page, await context.new_cdp_session(page))
        await visit.devtools.send("Page.enable")
        await visit.devtools.send("Network.enable")
        await visit.devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
        visit.page.on("request", visit.on_request)
        visit.page.on("console", visit.on_console)
        visit.page.on("pageerror", visit.on_error)
        return self._windows.setdefault((language, script), visit)
