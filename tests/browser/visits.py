"""Opening a page and keeping watch: what it asked for, and what the browser complained about."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from playwright.async_api import Browser, ConsoleMessage, Error, Page, Request

from tests.browser.site import DESKTOP
from tests.patience import PATIENCE_MS


@dataclass
class Visit:
    """An open page. ``complaints``: console errors and warnings (policy violations too), script errors."""

    page: Page
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def forget(self) -> None:
        self.requests.clear()
        self.complaints.clear()

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
        self, path: str, *, language: str = "en", width: int = DESKTOP, script: bool = True
    ) -> AsyncIterator[Visit]:
        """``path`` as a browser set to ``language`` shows it. ``script``: whether JavaScript is on."""
        visit = self._windows.get((language, script)) or await self._open(language, script=script)
        try:
            await visit.page.set_viewport_size({"width": width, "height": 800})
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
        visit = Visit(await context.new_page())
        network = await context.new_cdp_session(visit.page)
        await network.send("Network.enable")
        await network.send("Network.setCacheDisabled", {"cacheDisabled": True})
        visit.page.on("request", visit.on_request)
        visit.page.on("console", visit.on_console)
        visit.page.on("pageerror", visit.on_error)
        return self._windows.setdefault((language, script), visit)
