"""The sample relying service, run as its README says: the whole way, in a real browser."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.interop.openid_desk import OpenIdDesk
from tests.interop.openid_services import free_origin
from tests.interop.openid_visit import Answering, sign_in, to_request
from tests.interop.server_process import TIMEOUT_S

pytestmark = pytest.mark.asyncio(loop_scope="session")
SAMPLE = Path(__file__).parents[2] / "examples" / "relying-service"
START_S = 120.0


@pytest.fixture(scope="module")
def shop(openid: OpenIdDesk) -> Iterator[str]:
    """Its origin. It is registered for a second preset, so that there is something to swap."""
    origin = free_origin()
    registered = openid.register("age-19-or-over", "ontario-resident", redirect_uris=[f"{origin}/callback"])
    environment = {
        "PATH": os.environ["PATH"],
        "SHOP_ISSUER": openid.issuer,
        "SHOP_ORIGIN": origin,
        "SHOP_CLIENT_ID": registered["client_id"],
        "SHOP_CLIENT_SECRET": registered["client_secret"],
        "SHOP_SESSION_KEY": secrets.token_hex(16),
    }
    command = [sys.executable, "-m", "uvicorn", "service:app", "--port", origin.rpartition(":")[2]]
    process = subprocess.Popen(command, cwd=SAMPLE, env=environment)
    try:
        _wait(process, origin)
        yield origin
    finally:
        process.terminate()
        process.wait(60)


def _wait(process: "subprocess.Popen[bytes]", origin: str) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(origin, timeout=TIMEOUT_S, trust_env=False).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the sample did not start", pytrace=False)


async def asked(page: Page, shop: str) -> str:
    """The address to which the shop sends this browser."""
    answer = await page.context.request.get(f"{shop}/login", max_redirects=0)
    return str(answer.headers["location"])


async def test_an_adult_is_let_in(page: Page, shop: str, maya: Answering) -> None:
    await page.goto(shop)
    await expect(page.get_by_role("link", name="Show that you are 19 or over")).to_be_visible()
    await sign_in(page, f"{shop}/login", maya)
    await expect(page.get_by_text("Welcome.")).to_be_visible()
    await page.get_by_role("link", name="Leave").click()
    await expect(page.get_by_role("link", name="Show that you are 19 or over")).to_be_visible()


async def test_a_token_of_another_preset_is_refused(page: Page, shop: str, maya: Answering) -> None:
    """7.16: the request goes through the visitor's browser, where somebody may ask for something else."""
    address = await asked(page, shop)
    assert "age-19-or-over" in address
    await sign_in(page, address.replace("age-19-or-over", "ontario-resident"), maya)
    await expect(page.get_by_text("This is not what we asked for.")).to_be_visible()
    await page.goto(shop)
    await expect(page.get_by_role("link", name="Show that you are 19 or over")).to_be_visible()


async def test_whoever_shows_nothing_is_told_so(page: Page, shop: str) -> None:
    await to_request(page, f"{shop}/login")
    await page.get_by_role("button", name="Cancel the request").click()
    await page.get_by_role("button", name="Back to").click()
    await expect(page.get_by_text("You were not let in (access_denied).")).to_be_visible()


async def test_the_sample_is_as_short_as_it_says() -> None:
    assert len((SAMPLE / "service.py").read_text().splitlines()) < 60
