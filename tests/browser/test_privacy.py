"""No page calls anybody else, complains, needs a script or is heavy (product.md, rules 8 and 10)."""

import pytest

from tests.browser.site import LANGUAGES, MISSING, PAGES
from tests.browser.visits import Visit, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEAVY = 60_000
"""Bytes: about a second on a slow line. Fonts come after the text, which is read without them until then."""
HEAVY_FONTS = 40_000

SETTLED = """async () => {
    for (const _ of [1, 2]) {
        for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
        await document.fonts.ready;
    }
}"""
"""Fonts and pictures of a style sheet are asked for only when something is drawn with them."""


async def bytes_of(visit: Visit, *, fonts: bool) -> int:
    total = 0
    for request in visit.requests:
        if (request.resource_type == "font") is not fonts:
            continue
        sizes = await request.sizes()
        total += sizes["responseBodySize"] + sizes["responseHeadersSize"]
    return total


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [*PAGES, *MISSING])
async def test_only_this_server_is_asked_and_nobody_complains(
    visitor: Visitor, path: str, language: str
) -> None:
    async with visitor.at(path, language=language) as visit:
        await visit.page.evaluate(SETTLED)
        addresses = [request.url for request in visit.requests]
        assert [address for address in addresses if not address.startswith(f"{visitor.origin}/")] == []
        assert visit.complaints == []
        for request in visit.requests[1:]:
            response = await request.response()
            assert response is not None
            assert (response.url, response.status) == (request.url, 200)
        assert await bytes_of(visit, fonts=False) < HEAVY
        assert 0 < await bytes_of(visit, fonts=True) < HEAVY_FONTS


async def test_the_watch_sees_what_it_looks_for(visitor: Visitor) -> None:
    """A script in the page and a picture from elsewhere: the policy refuses both, and the watch notices."""
    plant = """() => {
        const script = document.createElement("script");
        script.textContent = "window.planted = true";
        const picture = document.createElement("img");
        picture.src = "http://127.0.0.2:9/pixel.png";
        document.body.append(script, picture);
    }"""
    async with visitor.at("/") as visit:
        await visit.page.evaluate(plant)
        await visit.page.wait_for_load_state("networkidle")
        assert await visit.page.evaluate("window.planted") is None
        complaints = " ".join(visit.complaints)
        assert "script" in complaints
        assert "127.0.0.2" in complaints


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_says_the_same_without_javascript(visitor: Visitor, path: str) -> None:
    texts = []
    for script in (True, False):
        async with visitor.at(path, script=script) as visit:
            texts.append(await visit.page.locator("body").inner_text())
    assert texts[0] == texts[1]


async def test_the_way_through_the_site_works_without_javascript(visitor: Visitor) -> None:
    async with visitor.at("/", script=False) as visit:
        page = visit.page
        for path in PAGES[1:]:
            await page.locator(f"main a[href='{path}']").first.click()
            await page.wait_for_url(f"{visitor.origin}{path}")
            await page.locator(".trail a").click()
            await page.wait_for_url(f"{visitor.origin}/")
        await page.locator(".language-switch").click()
        await page.wait_for_url("**/?lang=fr")


async def test_nothing_is_kept_in_the_browser_but_a_chosen_language(visitor: Visitor) -> None:
    async with visitor.at("/") as visit:
        assert await visit.page.context.cookies() == []
        await visit.page.locator(".language-switch").click()
        await visit.page.wait_for_url("**/?lang=fr")
        cookies = await visit.page.context.cookies()
        kept = [(cookie["name"], cookie["value"], cookie["httpOnly"]) for cookie in cookies]
        assert kept == [("trillium-language", "fr", True)]
        assert await visit.page.evaluate("localStorage.length + sessionStorage.length") == 0
