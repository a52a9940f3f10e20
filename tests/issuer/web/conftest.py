"""One server for the tests of a module; each test makes its own offers and starts at the same moment."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.issuer.surroundings import NOW
from tests.issuer.web.running_issuer import RunningIssuer, running_issuer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningIssuer]:
    async with running_issuer(tmp_path_factory.mktemp("issuer")) as running:
        yield running


@pytest.fixture
def issuer(server: RunningIssuer) -> RunningIssuer:
    server.clock.moment = NOW
    return server
