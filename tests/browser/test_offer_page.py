"""The resident's page of an offer in a browser: both languages, a small phone, with and without script."""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import zxingcpp
from playwright.async_api import expect

from tests.browser.accessibility import accessibility_problems
from tests.browser.looks import take_off_the_design_system
from tests.browser.offering import LONG, Clerk
from tests.browser.pixels import grey_pixels
from tests.browser.site import DESKTOP, LANGUAGES, PHONE
from tests.browser.test_accessibility import too_wide
from tests.browser.visits import BRISK, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHOTS = os.environ.get("TRILLIUM_SCREENSHOTS")
"""A folder for pictures of what was looked at; none are made without it."""
ACCEPTED = {"en": "A wallet has accepted the offer.", "fr": "Un portefeuille a accepté l’offre."}
OPENED = {"en": "A wallet opened this offer", "fr": "Un portefeuille a ouvert cette offre"}


def address(made: dict[str, Any], query: str = "") -> str:
    return f"{urlsplit(made['page_url']).path}{query}"


def offer_in(clerk: Clerk, state: str) -> dict[str, Any]:
    """An offer in a state."""
    made = clerk.offer(tx_code=state != "redeemed", expires_in=60 if state == "expired" else None)
    if state == "opened":
        clerk.fetch(made)
    elif state == "withdrawn":
        clerk.withdraw(made)
    elif state == "redeemed":
        assert clerk.redeem(made) == 200
    elif state == "locked":
        assert [clerk.redeem(made, "x") for _ in range(5)] == [400] * 5
    return made


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ["open", "opened", "redeemed", "withdrawn", "locked"])
async def test_every_state_fits_a_phone_and_axe_finds_nothing(
    visitor: Visitor, clerk: Clerk, state: str, language: str
) -> None:
    made = offer_in(clerk, state)
    async with visitor.at(address(made), language=language, width=PHONE) as visit:
        page = visit.page
        await expect(page.locator("#offer")).to_have_attribute("data-state", state)
        await expect(page.locator(".account")).to_contain_text(LONG)
        assert await page.locator("html").get_attribute("lang") == f"{language}-CA"
        for width in (PHONE, DESKTOP):
            await page.set_viewport_size({"width": width, "height": 800})
            assert await accessibility_problems(page) == []
            assert await too_wide(page) == []
            if SHOTS:
                picture = Path(SHOTS) / f"offer-{state}-{language}-{width}.png"
                await page.screenshot(path=picture, full_page=True)
        await take_off_the_design_system(page)
        for width in (DESKTOP, PHONE):
            await page.set_viewport_size({"width": width, "height": 800})
            assert await accessibility_problems(page) == []
            assert await too_wide(page) == []
        assert visit.complaints == []
        assert {urlsplit(request.url).netloc for request in visit.requests} == {
            urlsplit(visitor.origin).netloc
        }


@pytest.mark.parametrize("language", LANGUAGES)
async def test_with_script_the_page_follows_the_offer_live(
    visitor: Visitor, clerk: Clerk, language: str
) -> None:
    made = clerk.offer(tx_code=True)
    async with visitor.at(address(made), language=language, width=PHONE, pace=BRISK) as visit:
        page = visit.page
        await page.evaluate("window.sameDocument = true")
        await page.locator("#offer a.ontario-button").focus()
        clerk.fetch(made)
        state, told = page.locator("#offer .state"), page.get_by_role("status")
        await expect(state).to_contain_text(OPENED[language])
        await expect(told).to_contain_text(OPENED[language])
        await expect(page.locator("#main")).to_be_focused()
        assert await page.locator("svg.qr").count() == 1
        assert clerk.redeem(made) == 200
        await expect(state).to_have_text(ACCEPTED[language])
        await expect(told).to_have_text(ACCEPTED[language])
        assert await page.locator("svg.qr, #offer a.ontario-button").count() == 0
        assert await page.evaluate("window.sameDocument"), "nothing was loaded anew"
        assert await accessibility_problems(page) == []
        assert visit.complaints == []
        assert await visit.asked_later() == [], "an offer that is over is not asked about any more"


async def test_the_script_waits_for_a_server_that_is_away(visitor: Visitor, clerk: Clerk) -> None:
    made = clerk.offer()
    async with visitor.at(address(made), pace=BRISK) as visit:
        page = visit.page
        await page.route("**/state", lambda route: route.abort())
        async with page.expect_event("requestfailed"):
            pass
        await page.unroute("**/state")
        clerk.withdraw(made)
        await expect(page.locator("#offer")).to_have_attribute("data-state", "withdrawn")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_without_script_the_page_renews_itself(visitor: Visitor, clerk: Clerk, language: str) -> None:
    made = clerk.offer()
    async with visitor.at(address(made), language=language, width=PHONE, script=False) as visit:
        page = visit.page
        await expect(page.locator("noscript a")).to_be_visible()
        if SHOTS:
            picture = Path(SHOTS) / f"offer-no-script-{language}.png"
            await page.screenshot(path=picture, full_page=True)
        assert clerk.redeem(made) == 200
        await expect(page.locator("#offer .state")).to_have_text(ACCEPTED[language])
        assert visit.complaints == []


async def test_without_script_the_renewing_can_be_stopped_and_asked_for(
    visitor: Visitor, clerk: Clerk
) -> None:
    """WCAG 2.2.1."""
    made = clerk.offer()
    async with visitor.at(address(made), script=False) as visit:
        page = visit.page
        await page.locator("noscript a").click()
        await page.wait_for_url("**?refresh=off")
        await expect(page.locator("meta[http-equiv=refresh]")).to_have_count(0)
        clerk.withdraw(made)
        await page.locator("noscript a").click()
        await expect(page.locator("#offer")).to_have_attribute("data-state", "withdrawn")


async def test_what_a_wallet_sees_in_the_qr_code_is_the_link(visitor: Visitor, clerk: Clerk) -> None:
    """6.04, 4.09: by reference, read from the screen of a small phone."""
    made = clerk.offer()
    async with visitor.at(address(made), width=PHONE) as visit:
        picture = await visit.page.locator("svg.qr").screenshot()
        [read] = zxingcpp.read_barcodes(grey_pixels(picture))
        assert read.text == made["credential_offer_link"]
        link = await visit.page.locator("#offer a.ontario-button").get_attribute("href")
        assert link == made["credential_offer_link"]


async def test_everything_is_reached_with_the_keyboard(visitor: Visitor, clerk: Clerk) -> None:
    made = clerk.offer()
    async with visitor.at(address(made)) as visit:
        page, reached = visit.page, []
        for _ in range(5):
            await page.keyboard.press("Tab")
            reached.append(await page.evaluate("document.activeElement.getAttribute('href')"))
        assert reached[0] == "#main"
        assert [re.split("[:?]", str(link))[0] for link in reached[2:4]] == [
            "openid-credential-offer",
            "haip-vci",
        ]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_page_that_is_not_there(visitor: Visitor, language: str) -> None:
    async with visitor.at("/issuer/offer/never-was", language=language, width=PHONE) as visit:
        await expect(visit.page.get_by_role("alert")).to_be_visible()
        assert await accessibility_problems(visit.page) == []
        assert await too_wide(visit.page) == []
