"""WCAG 2.2 AA, as far as a machine can tell (product.md, rule 10): axe-core, reflow, text spacing."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Page

from tests.browser.accessibility import accessibility_problems
from tests.browser.looks import take_off_the_design_system
from tests.browser.site import DESKTOP, LANGUAGES, MISSING, PAGES, PHONE
from tests.browser.visits import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHOTS = os.environ.get("TRILLIUM_SCREENSHOTS")
"""A folder for pictures of what was looked at; none are made without it."""
ZOOMED = 320
"""What is left of 1280 CSS pixels at 400 % (WCAG 1.4.10)."""
TOO_WIDE = """() => {
    const root = document.documentElement;
    const beyond = [...document.querySelectorAll("body *")]
        .filter((one) => one.getBoundingClientRect().right > root.clientWidth + 0.5)
        .map((one) => one.outerHTML.slice(0, 100));
    return root.scrollWidth > root.clientWidth ? ["the page scrolls sideways", ...beyond] : beyond;
}"""
SPACED = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
        word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }`);
    document.adoptedStyleSheets = [sheet];
}"""
CLIPPED = """() => [...document.querySelectorAll("body *")]
    .filter((one) => getComputedStyle(one).overflow !== "visible")
    .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
    .map((one) => one.outerHTML.slice(0, 100))"""


async def look_at(page: Page, name: str) -> None:
    for width in (PHONE, DESKTOP):
        await page.set_viewport_size({"width": width, "height": 800})
        if SHOTS:
            await page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)
        assert await accessibility_problems(page) == []


async def too_wide(page: Page) -> list[str]:
    found: list[str] = await page.evaluate(TOO_WIDE)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [*PAGES, *MISSING])
async def test_axe_finds_nothing_on_a_phone_and_on_a_desktop(
    visitor: Visitor, path: str, language: str
) -> None:
    async with visitor.at(path, language=language) as visit:
        await look_at(visit.page, f"{path.strip('/').replace('/', '-') or 'start'}-{language}")
        await take_off_the_design_system(visit.page)
        await look_at(visit.page, f"{path.strip('/').replace('/', '-') or 'start'}-{language}-plain")


@pytest.mark.parametrize("look", ["ontario", "plain"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [*PAGES, *MISSING])
async def test_nothing_scrolls_sideways_on_a_phone(
    visitor: Visitor, path: str, language: str, look: str
) -> None:
    """WCAG 1.4.10, and 1.4.12: neither when the reader spaces the text out."""
    async with visitor.at(path, language=language, width=PHONE) as visit:
        if look == "plain":
            await take_off_the_design_system(visit.page)
        assert await too_wide(visit.page) == []
        await visit.page.set_viewport_size({"width": ZOOMED, "height": 256})
        assert await too_wide(visit.page) == []
        await visit.page.evaluate(SPACED)
        assert await too_wide(visit.page) == []
        assert await visit.page.evaluate(CLIPPED) == []


async def test_these_checks_see_what_they_look_for(visitor: Visitor) -> None:
    """A picture without words, pale text, a small target and a paragraph that is too wide, put in by hand."""
    plant = """() => {
        const main = document.querySelector("main");
        const picture = main.appendChild(document.createElement("img"));
        picture.src = "/static/runtime/icon.svg";
        const pale = main.appendChild(document.createElement("p"));
        pale.textContent = "hardly to be seen";
        pale.style.color = "#ccc";
        for (const _ of [1, 2]) {
            const small = main.appendChild(document.createElement("button"));
            small.textContent = "x";
            small.style.cssText = "min-height: 0; height: 8px; width: 8px; padding: 0; border: 0";
        }
        const wide = main.appendChild(document.createElement("p"));
        wide.style.width = "500px";
        wide.textContent = "wide";
    }"""
    async with visitor.at("/", width=PHONE) as visit:
        await visit.page.evaluate(plant)
        found = {line.partition(":")[0] for line in await accessibility_problems(visit.page)}
        assert {"image-alt", "color-contrast", "target-size"} <= found
        assert len(await too_wide(visit.page)) == 2
