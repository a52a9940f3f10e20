"""Everything without a mouse: in order, seen, past the header in one step (WCAG 2.1.1, 2.4.1, 2.4.7)."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.site import LANGUAGES, MISSING, PAGES, PHONE
from tests.browser.visits import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

FOCUSED = """async () => {
    await new Promise(requestAnimationFrame);  // until it has been scrolled to
    const one = document.activeElement;
    if (one === document.body || one === window.firstStop) return null;
    window.firstStop ??= one;
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    return {
        address: one.getAttribute("href"),
        outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
        seen: box.width > 0 && box.height > 0 && box.top > -1 && box.left > -1
            && box.bottom < innerHeight + 1 && box.right < innerWidth + 1,
    };
}"""
OPERABLE = "a[href], button, input, select, textarea, summary, [tabindex='0']"
ADDRESSES = """(operable) => [...document.querySelectorAll(operable)]
    .map((one) => one.getAttribute("href"))"""


async def tab_through(page: Page) -> list[dict[str, Any]]:
    """What gets the focus, in turn, until it leaves the page or comes round again."""
    stops: list[dict[str, Any]] = []
    for _ in range(200):
        await page.keyboard.press("Tab")
        stop = await page.evaluate(FOCUSED)
        if stop is None:
            return stops
        stops.append(stop)
    pytest.fail("the focus never leaves the page")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [*PAGES, *MISSING])
async def test_everything_is_reached_in_order_and_seen(visitor: Visitor, path: str, language: str) -> None:
    async with visitor.at(path, language=language, width=PHONE) as visit:
        stops = await tab_through(visit.page)
        assert stops[0]["address"] == "#main", "the link past the header comes first"
        assert [stop["address"] for stop in stops] == await visit.page.evaluate(ADDRESSES, OPERABLE)
        assert [stop for stop in stops if stop["outline"] < 2] == [], "the focus is visible"
        assert [stop for stop in stops if not stop["seen"]] == []


@pytest.mark.parametrize("path", PAGES)
async def test_the_first_link_leads_past_the_header(visitor: Visitor, path: str) -> None:
    async with visitor.at(path) as visit:
        page = visit.page
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("#main")).to_be_focused()
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.closest('main') !== null")


async def test_a_role_is_chosen_with_the_keyboard_alone(visitor: Visitor) -> None:
    async with visitor.at("/", language="fr") as visit:
        page = visit.page
        await page.get_by_role("link", name="Une préposée ou un préposé au comptoir").focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/roles/clerk")
        assert await page.get_by_role("heading", level=1).inner_text() == "Pour les préposés au comptoir"
