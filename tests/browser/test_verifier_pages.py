"""The page of a presentation in a browser: both languages, a small phone, keyboard, also without script."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
import zxingcpp
from playwright.async_api import Browser, Page, expect

from specs.token_status_list import StatusOutcome
from tests.browser.accessibility import accessibility_problems
from tests.browser.looks import take_off_the_design_system
from tests.browser.pixels import grey_pixels
from tests.browser.presenting import Site, verifier_site
from tests.browser.site import DESKTOP, LANGUAGES, PHONE
from tests.browser.test_accessibility import CLIPPED, SPACED, ZOOMED, too_wide
from tests.browser.visits import BRISK
from tests.verifier.issuing import NOW
from tests.verifier.web import long_preset
from tests.verifier.web.long_preset import write_long_preset
from tests.verifier.web.page_visitors import BACK, Paged, browser_of, code_in, open_page
from verifier.domain.presentation import CrossDevice
from verifier.domain.presentation_page import RETURN_LIFETIME

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHOTS = os.environ.get("TRILLIUM_SCREENSHOTS")
"""A folder for pictures of what was looked at; none are made without it."""
WORDS = {
    "en": {
        "accepted": "What you showed was accepted.",
        "go_on": "Go on",
        "cancel": "Cancel the request",
        "code": "Characters on your other device",
        "back": "Go back to Shop & Co",
        "wrong": "You have 2 more tries.",
    },
    "fr": {
        "accepted": "Ce que vous avez présenté est accepté.",
        "go_on": "Continuer",
        "cancel": "Annuler la demande",
        "code": "Caractères sur votre autre appareil",
        "back": "Retourner au service Boutique & Cie",
        "wrong": "Il vous reste 2 essais.",
    },
}
FOCUSED = """async () => {
    await new Promise(requestAnimationFrame);  // until it has been scrolled to
    const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
    return {
        name: (one.labels?.[0] ?? one).textContent.trim(),
        seen: box.top > -1 && box.bottom < innerHeight + 1 && style.outlineStyle !== "none",
    };
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> AsyncIterator[Site]:
    async with verifier_site(tmp_path_factory.mktemp("verifier"), browser) as opened:
        yield opened


@pytest.fixture(autouse=True)
def at_noon(site: Site) -> None:
    """Each test begins at the same moment, with lists that say yes."""
    site.counter.desk.clock.moment = NOW
    site.counter.desk.statuses.outcome = StatusOutcome.VALID


async def present(site: Site, language: str, **options: object) -> Paged:
    return await open_page(site.counter, locale=f"{language}-CA", **options)  # type: ignore[arg-type]


async def accepted(site: Site, page: Page, paged: Paged) -> None:
    await page.goto(await paged.answer())


async def rejected(site: Site, page: Page, paged: Paged) -> None:
    site.counter.desk.statuses.outcome = StatusOutcome.SUSPENDED
    await page.goto(await paged.answer())


async def undetermined(site: Site, page: Page, paged: Paged) -> None:
    site.counter.desk.statuses.outcome = StatusOutcome.UNKNOWN
    await page.goto(await paged.answer())


async def cancelled(site: Site, page: Page, paged: Paged) -> None:
    await paged.refuse()


async def timed_out(site: Site, page: Page, paged: Paged) -> None:
    site.counter.desk.clock.advance(minutes=5)


async def answered(site: Site, page: Page, paged: Paged) -> None:
    await paged.answer()


async def code(site: Site, page: Page, paged: Paged) -> None:
    async with browser_of(site.counter) as phone:
        await phone.open(await paged.answer())


async def refused(site: Site, page: Page, paged: Paged) -> None:
    async with browser_of(site.counter) as phone:
        characters = code_in(await phone.open(await paged.answer()))
    for _ in range(3):
        await page.reload()
        await page.locator("#code").fill(characters[::-1])
        async with page.expect_navigation():  # the answer to the form, before the page is asked for again
            await page.locator("form:has(#code) button").click()


async def nothing(site: Site, page: Page, paged: Paged) -> None:
    pass


ENDS: dict[str, Callable[[Site, Page, Paged], Awaitable[None]]] = {
    "retrieved": nothing,
    "answered": answered,
    "code": code,
    "accepted": accepted,
    "rejected": rejected,
    "undetermined": undetermined,
    "cancelled": cancelled,
    "timed_out": timed_out,
    "refused": refused,
}


async def check(page: Page, name: str) -> None:
    """Everything that a machine can tell: axe on a phone and a desktop, reflow, spaced text; both looks."""
    await check_look(page, name)
    await take_off_the_design_system(page)
    await check_look(page, f"{name}-plain")
    await page.set_viewport_size({"width": PHONE, "height": 800})


async def check_look(page: Page, name: str) -> None:
    for width in (DESKTOP, PHONE):
        await page.set_viewport_size({"width": width, "height": 800})
        if SHOTS:
            await page.screenshot(path=Path(SHOTS) / f"present-{name}-{width}.png", full_page=True)
        assert await accessibility_problems(page) == []
        assert await too_wide(page) == []
    await page.set_viewport_size({"width": ZOOMED, "height": 256})
    await page.evaluate(SPACED)
    assert await too_wide(page) == []
    assert [one for one in await page.evaluate(CLIPPED) if "visually-hidden" not in one] == []
    await page.evaluate("document.adoptedStyleSheets = []")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ENDS)
async def test_every_state_fits_a_phone_and_axe_finds_nothing(site: Site, state: str, language: str) -> None:
    paged = await present(site, language)
    async with site.visitor.at(paged.page, language=language, width=PHONE) as visit:
        await ENDS[state](site, visit.page, paged)
        await visit.page.goto(paged.page)
        await expect(visit.page.locator("#request")).to_have_attribute("data-state", state)
        assert await visit.page.locator("html").get_attribute("lang") == f"{language}-CA"
        await check(visit.page, f"{state}-{language}")
        assert visit.complaints == []
        hosts = {urlsplit(request.url).netloc for request in visit.requests}
        assert hosts == {urlsplit(site.origin).netloc}, "nothing comes from elsewhere"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_page_with_much_to_say(tmp_path: Path, browser: Browser, language: str) -> None:
    presets = write_long_preset(tmp_path / "presets")
    async with verifier_site(tmp_path, browser, presets_dir=presets) as site:
        wanted = {"preset": long_preset.ID, "transaction_data": (long_preset.AGREEMENT,)}
        paged = await present(site, language, **wanted)
        async with site.visitor.at(paged.page, language=language, width=PHONE) as visit:
            await check(visit.page, f"long-{language}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("ending", ["code", "open", "off", "direct", "used"])
async def test_what_the_wallets_device_shows(site: Site, ending: str, language: str) -> None:
    paged = await present(site, language, cross_device=CrossDevice.OFF if ending == "off" else None)
    if ending == "direct":
        asked = await site.counter.desk.ask(locale=f"{language}-CA")
        paged = Paged(site.counter, asked, "")
    async with browser_of(site.counter) as starter:
        if paged.page:
            await starter.open(f"{site.origin}{paged.page}")
        back = await (paged.refuse() if ending == "open" else paged.answer())
        if ending == "used":
            await starter.open(back)
    async with site.visitor.at(back, language=language, width=PHONE) as visit:
        if ending == "used":
            visit.complaints.clear()  # the browser remarks on the status 410
        assert await visit.page.locator("h1").count() == 1
        await check(visit.page, f"return-{ending}-{language}")
        assert visit.complaints == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_of_another_browser_says_so(site: Site, language: str) -> None:
    paged = await present(site, language)
    async with browser_of(site.counter) as owner:
        await owner.open(f"{site.origin}{paged.page}")
    async with site.visitor.at(paged.page, language=language, width=PHONE) as visit:
        visit.complaints.clear()  # the browser remarks on the status 403
        assert await visit.page.get_by_role("alert").count() == 1
        await check(visit.page, f"other-browser-{language}")


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
async def test_the_qr_code_can_be_read_from_the_picture(site: Site, width: int) -> None:
    paged = await present(site, "en")
    async with site.visitor.at(paged.page, width=width) as visit:
        picture = await visit.page.locator("svg.qr").screenshot()
        [found] = zxingcpp.read_barcodes(grey_pixels(picture))
        assert found.text == paged.asked.started.authorization_request
        await visit.page.locator("summary").click()
        assert found.text in await visit.page.locator("details code").inner_text()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_with_script_the_page_follows_live_and_says_it_aloud(site: Site, language: str) -> None:
    words, paged = WORDS[language], await present(site, language)
    async with site.visitor.at(paged.page, language=language, width=PHONE, pace=BRISK) as visit:
        page = visit.page
        await page.evaluate("window.sameDocument = true")
        await page.locator("#request a.ontario-button").focus()
        async with browser_of(site.counter) as phone:
            characters = code_in(await phone.open(await paged.answer()))
        field = page.get_by_label(words["code"])
        await expect(field).to_be_visible()
        await expect(page.locator("#main")).to_be_focused()
        await expect(page.get_by_role("status")).not_to_be_empty()
        assert await page.evaluate("window.sameDocument"), "nothing was loaded anew"
        await field.fill(characters[::-1])
        await page.get_by_role("button", name=words["go_on"]).click()
        await expect(page.locator("#code-error")).to_contain_text(words["wrong"])
        await expect(page.locator("#code")).to_be_focused()
        await field.fill(characters.lower())
        await page.get_by_role("button", name=words["go_on"]).click()
        await expect(page.locator(".state")).to_have_text(words["accepted"])
        back = await page.get_by_role("link", name=words["back"]).get_attribute("href")
        assert back is not None
        assert back.startswith(f"{BACK}?return_code=")
        assert visit.complaints == []
        asked = [url for url in await visit.asked_later() if url.endswith("/state")]
        assert asked == [], "an end is not asked about any more"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_whole_way_without_script(site: Site, language: str) -> None:
    words, paged = WORDS[language], await present(site, language)
    async with site.visitor.at(paged.page, language=language, width=PHONE, script=False) as visit:
        page = visit.page
        await expect(page.locator("noscript a")).to_be_visible()
        assert not await page.locator("#browser-way").is_visible()
        async with browser_of(site.counter) as phone:
            characters = code_in(await phone.open(await paged.answer()))
        await expect(page.get_by_label(words["code"])).to_be_visible()
        assert await page.locator("meta[http-equiv=refresh]").count() == 0, "nobody is disturbed who types"
        await page.get_by_label(words["code"]).fill(characters)
        await page.get_by_role("button", name=words["go_on"]).click()
        await expect(page.locator(".state")).to_have_text(words["accepted"])


async def test_without_script_the_renewing_can_be_stopped_and_asked_for(site: Site) -> None:
    """WCAG 2.2.1."""
    paged = await present(site, "en")
    async with site.visitor.at(paged.page, script=False) as visit:
        page = visit.page
        await page.get_by_role("link", name="Stop that").click()
        await page.wait_for_url("**?refresh=off")
        assert await page.locator("meta[http-equiv=refresh]").count() == 0
        await page.get_by_role("link", name="See how the request stands now").click()
        await page.wait_for_url(f"**{paged.page}?")


SCRIPTS = "**/*.js*"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_where_our_script_does_not_get_through_the_page_can_still_be_asked(
    site: Site, language: str
) -> None:
    """Scripts are on, so nothing in a noscript is there; a filter on the way took ours."""
    name = {"en": "See how the request stands now", "fr": "Voir où en est la demande"}[language]
    paged = await present(site, language)
    async with site.visitor.at(paged.page, language=language) as visit:
        page, link = visit.page, visit.page.get_by_role("link", name=name)
        await expect(link).to_have_count(0)
        await page.route(SCRIPTS, lambda route: route.abort())
        try:
            await page.reload()
            await paged.refuse()
            await link.click()
            await expect(page.locator("#request")).to_have_attribute("data-state", "cancelled")
            await expect(link).to_have_count(0)
        finally:
            await page.unroute(SCRIPTS)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_everything_is_reached_and_used_by_keyboard(site: Site, language: str) -> None:
    words, paged = WORDS[language], await present(site, language)
    async with site.visitor.at(paged.page, language=language, width=PHONE) as visit:
        page, found = visit.page, list[str]()
        for _ in range(20):
            await page.keyboard.press("Tab")
            focused = await page.evaluate(FOCUSED)
            assert focused["seen"], focused
            found.append(focused["name"])
            if focused["name"] == words["cancel"]:
                break
        assert len(found) == len(set(found)) == 6, found
        await page.keyboard.press("Enter")
        await expect(page.locator("#request")).to_have_attribute("data-state", "cancelled")


async def test_the_countdown_is_for_the_eye_only(site: Site) -> None:
    paged = await present(site, "en")
    async with site.visitor.at("about:blank") as visit:
        await visit.page.clock.set_fixed_time(NOW)
        await visit.page.goto(paged.page)
        await expect(visit.page.locator(".countdown")).to_have_text("Time left: 5:00")
        assert await visit.page.locator(".countdown").get_attribute("aria-hidden") == "true"
        await visit.page.clock.set_fixed_time(NOW + RETURN_LIFETIME * 2)
        await expect(visit.page.locator(".countdown")).to_have_text("Time left: 0:00")


async def test_a_script_that_cannot_ask_goes_on_asking(site: Site) -> None:
    paged = await present(site, "en")
    async with site.visitor.at(paged.page) as visit:
        await visit.page.route("**/state", lambda route: route.abort())
        async with visit.page.expect_event("requestfailed"):
            pass
        await visit.page.unroute("**/state")
        await paged.refuse()
        state = visit.page.locator("#request")
        await expect(state).to_have_attribute("data-state", "cancelled")
