"""A verifier on this machine whose clock, issuer and wallets are at hand, for pages in a real browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, Page
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.browser.visits import Visitor
from tests.patience import PATIENCE_S
from tests.trillium.runtime.local_server import serving_beside
from tests.verifier.surroundings import Desk, settings_for_tests
from tests.verifier.web.counter import Counter
from trillium.runtime.management import open_management_guard
from trillium.runtime.mounting import Part, mount
from verifier.app import assemble


@dataclass
class Later:
    """The server has a port before there is an application that needs to know it."""

    app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


@dataclass(frozen=True)
class Site:
    """``origin``: where a browser finds it."""

    counter: Counter
    visitor: Visitor
    origin: str


@asynccontextmanager
async def verifier_site(folder: Path, browser: Browser, **settings: Any) -> AsyncIterator[Site]:
    """The verifier's application, wired as in service but for clock, trust and stores."""
    later = Later()
    async with serving_beside(later) as port, httpx.AsyncClient(timeout=PATIENCE_S) as http:
        origin = f"http://localhost:{port}"
        members = {"public_url": f"{origin}/verifier", "loopback_origins": (origin,), **settings}
        desk = Desk(settings=settings_for_tests(var_dir=folder, **members))
        app = assemble(desk.verifier, open_management_guard(folder), lambda _app: nullcontext())
        later.app = mount([Part(desk.settings.public_url, app)])
        yield Site(Counter(desk, later, http, folder), Visitor(browser, origin), origin)


async def without_the_api(page: Page) -> None:
    """As a browser that has never heard of digital credentials."""
    await page.add_init_script("delete window.DigitalCredential")
