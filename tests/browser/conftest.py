"""One server and one browser for all tests of this folder."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.chromium import chromium
from tests.browser.offering import Clerk, open_clerk
from tests.browser.visits import Visitor
from tests.interop.server_process import ServerProcess, start_server
from tests.patience import PATIENCE_S


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A real server with everything in one process, on a free port and with data of its own."""
    started = start_server(tmp_path_factory.mktemp("browser"))
    try:
        started.wait()
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="session")
def origin(server: ServerProcess) -> str:
    return server.origin


@pytest.fixture(scope="session")
def clerk(server: ServerProcess) -> Iterator[Clerk]:
    opened = open_clerk(server)
    yield opened
    opened.http.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def visitor(browser: Browser, origin: str) -> Visitor:
    return Visitor(browser, origin)


@pytest_asyncio.fixture(loop_scope="session")
async def client(origin: str) -> AsyncIterator[httpx.AsyncClient]:
    """The same server without a browser: headers, addresses."""
    async with httpx.AsyncClient(base_url=origin, timeout=PATIENCE_S, trust_env=False) as opened:
        yield opened
