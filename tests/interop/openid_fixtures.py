"""What tests of the OpenID provider share: a browser, services in Node, and Maya with two wallets."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.browser.chromium import chromium
from tests.flows.person import Person
from tests.flows.servers import one_server
from tests.interop.desks import IssuingDesk
from tests.interop.openid_desk import OpenIdDesk
from tests.interop.openid_services import node_services
from tests.interop.openid_visit import PATIENCE_MS, Answering, credo_wallet, own_wallet
from tests.interop.register import MAYA
from tests.interop.server_process import ServerProcess
from tests.interop.wallet_process import Wallet


@pytest.fixture(scope="session")
def openid(server: ServerProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenIdDesk]:
    with node_services(tmp_path_factory.mktemp("openid") / "node.log") as origin:
        yield OpenIdDesk(server, origin)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A browser that has never been anywhere."""
    context = await browser.new_context(locale="en-CA")
    context.set_default_timeout(PATIENCE_MS)
    yield await context.new_page()
    await context.close()


@pytest.fixture(scope="session")
def maya(server: ServerProcess, desk: IssuingDesk) -> Answering:
    """With the wallet that comes with the product."""
    person = Person(one_server(server), MAYA)
    person.receive(["photo-card"])
    return own_wallet(person)


@pytest.fixture(scope="session")
def mayas_credo(new_wallet: Callable[[], Wallet], desk: IssuingDesk) -> Answering:
    """With a wallet that somebody else wrote."""
    wallet, offer = new_wallet(), desk.offer(MAYA, "photo-card", tx_code=True)
    assert wallet.receive(offer, tx_code=offer["tx_code"]).result["received"]
    return credo_wallet(wallet)
