"""One server and one Node process for a test run (one worker of pytest-xdist runs the folder)."""

from collections.abc import Callable, Iterator

import pytest

from tests.interop.desks import (
    IssuingDesk,
    RelyingService,
    open_issuing_desk,
    open_relying_service,
)
from tests.interop.openid_fixtures import browser, maya, mayas_credo, openid, page
from tests.interop.server_process import ServerProcess, start_server
from tests.interop.wallet_process import Wallet, WalletProcess, start_wallets

__all__ = ["browser", "maya", "mayas_credo", "openid", "page"]


@pytest.fixture(scope="session")
def starting_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Not yet ready, so that credo, which takes as long to load, can start at the same time."""
    server = start_server(tmp_path_factory.mktemp("interop"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def server(starting_server: ServerProcess) -> ServerProcess:
    starting_server.wait()
    return starting_server


@pytest.fixture(scope="session")
def credo(starting_server: ServerProcess) -> Iterator[WalletProcess]:
    """Ask for it before `server`."""
    wallets = start_wallets(starting_server.origin, starting_server.log_file.parent)
    starting_server.wait()
    wallets.wait()
    yield wallets
    wallets.stop()


@pytest.fixture(scope="session")
def new_wallet(credo: WalletProcess, server: ServerProcess) -> Callable[[], Wallet]:
    """Opens wallets that trust our issuer and our verifier."""
    anchors = {"issuers": server.anchors("issuer"), "verifiers": server.anchors("verifier")}
    return lambda: credo.open(**anchors)


@pytest.fixture(scope="session")
def desk(server: ServerProcess) -> Iterator[IssuingDesk]:
    desk = open_issuing_desk(server)
    yield desk
    desk.client.close()


@pytest.fixture(scope="session")
def shop(server: ServerProcess) -> Iterator[RelyingService]:
    shop = open_relying_service(server)
    yield shop
    shop.client.close()
