"""The request that a relying service copies from its page is answered by the server that printed it."""

import httpx
import pytest

from tests.browser.reading import ReadPage
from tests.interop.server_process import ServerProcess

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_service_asks_as_its_page_says(client: httpx.AsyncClient, server: ServerProcess) -> None:
    [command] = ReadPage((await client.get("/roles/relying-service")).text).commands("curl")
    address, *options = command
    given = dict(zip(options[::2], options[1::2], strict=True))
    assert set(given) == {"-u", "--json"}

    wanted = {"name_en": "Corner shop", "name_fr": "Épicerie du coin", "presets": ["age-19-or-over"]}
    registered = await client.post(
        "/verifier/management/clients", json=wanted, headers=server.management_headers()
    )
    known = registered.json()
    user = given["-u"].replace("ID", known["client_id"]).replace("SECRET", known["client_secret"])
    identifier, _, secret = user.partition(":")
    answer = await client.post(
        address,
        content=given["--json"],
        headers={"Content-Type": "application/json"},
        auth=(identifier, secret),
    )

    assert answer.status_code == 201, answer.text
    assert answer.json()["authorization_request"].startswith("openid4vp://")
    assert answer.json()["qr_svg"].startswith("<svg ")
