"""Pages that follow something, once the server knows them no more or cannot be reached; in a real browser."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from tests.browser.accessibility import accessibility_problems
from tests.browser.looks import take_off_the_design_system
from tests.browser.offering import Clerk
from tests.browser.presenting import Site, verifier_site
from tests.browser.site import DESKTOP, LANGUAGES, PHONE
from tests.browser.test_accessibility import too_wide
from tests.browser.test_browser_api import wallet
from tests.browser.test_offer_page import address
from tests.browser.visits import BRISK, Visit, Visitor
from tests.patience import PATIENCE_MS
from tests.verifier.web.browser_wallets import SIGNED
from tests.verifier.web.page_visitors import BACK, open_page
from verifier.domain.ends import end_of_wallet_error
from verifier.domain.presentation_page import PAGE_MEMORY

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHOTS = os.environ.get("TRILLIUM_SCREENSHOTS")


@dataclass(frozen=True)
class Words:
    over: str
    lost: str
    back: str
    to_shop: str


WORDS = {
    "en": Words(
        "This page has ended.",
        "The connection is lost. This page keeps trying.",
        "The connection is back.",
        "Go back to Shop & Co",
    ),
    "fr": Words(
        "Cette page a pris fin.",
        "La connexion est perdue. Cette page continue d’essayer.",
        "La connexion est rétablie.",
        "Retourner au service Boutique & Cie",
    ),
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> AsyncIterator[Site]:
    async with verifier_site(tmp_path_factory.mktemp("following"), browser) as opened:
        yield opened


async def looked_at(page: Page, name: str) -> None:
    """axe and reflow, on a phone and a desktop, in both looks."""
    for look in ("", "-plain"):
        if look and await page.locator("link[href*='/ontario/']").count():
            await take_off_the_design_system(page)
        for width in (DESKTOP, PHONE):
            await page.set_viewport_size({"width": width, "height": 800})
            assert await accessibility_problems(page) == []
            assert await too_wide(page) == []
            if SHOTS:
                await page.screenshot(path=Path(SHOTS) / f"{name}{look}-{width}.png", full_page=True)


async def pauses_grew(visit: Visit, every: int) -> None:
    """Each failure doubles what is waited, up to half a minute; after an answer all is as before."""
    pauses = await visit.pauses()
    lost = next((place for place, pause in enumerate(pauses) if pause != every), len(pauses))
    back = next((place for place in range(lost, len(pauses)) if pauses[place] == every), len(pauses))
    doubled = [min(every * 2**failures, 30_000) for failures in range(1, back - lost + 1)]
    assert pauses[lost:back] == doubled
    assert {*pauses[:lost], *pauses[back:]} == {every}
    assert len(doubled) >= 3, "so many failures are a lost connection"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_page_that_was_forgotten_ends(site: Site, language: str) -> None:
    """A tab that was hidden until nothing is known of it any more: it must not wait for ever."""
    words, paged = WORDS[language], await open_page(site.counter, locale=f"{language}-CA")
    async with site.visitor.at(paged.page, language=language, width=PHONE, pace=BRISK) as visit:
        page = visit.page
        await page.get_by_role("button").last.focus()
        lifetime = paged.asked.started.presentation.expires_at - site.counter.desk.clock.now()
        site.counter.desk.clock.advance(seconds=(lifetime + PAGE_MEMORY).total_seconds())
        await expect(page.locator("#request .state")).to_have_text(words.over, timeout=PATIENCE_MS)
        await expect(page.get_by_role("status")).to_have_text(words.over)
        await expect(page.locator("#main")).to_be_focused()
        assert await page.locator("svg.qr, .countdown, form").count() == 0
        assert await page.get_by_role("link", name=words.to_shop).get_attribute("href") == BACK
        await looked_at(page, f"over-{language}")
        assert await visit.asked_later() == [], "a page that has ended asks no more"


@pytest.mark.parametrize("status", [403, 410])
async def test_every_answer_that_cannot_change_ends_the_page(site: Site, status: int) -> None:
    async def over(route: Route) -> None:
        await route.fulfill(status=status, body="{}", content_type="application/problem+json")

    paged = await open_page(site.counter)
    async with site.visitor.at(paged.page, pace=BRISK) as visit:
        await visit.page.route("**/state", over)
        await expect(visit.page.locator("#request .state")).to_have_text(WORDS["en"].over)
        await visit.page.unroute("**/state")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_lost_connection_is_told_and_so_is_its_return(site: Site, language: str) -> None:
    words, paged = WORDS[language], await open_page(site.counter, locale=f"{language}-CA")
    async with site.visitor.at(paged.page, language=language, width=PHONE, pace=BRISK) as visit:
        page, told = visit.page, visit.page.get_by_role("status")
        assert not await page.locator("#connection").is_visible()
        await page.route("**/state", lambda route: route.abort())
        await expect(page.locator("#connection")).to_be_visible(timeout=PATIENCE_MS)
        await expect(told).to_have_text(words.lost)
        assert await page.locator("svg.qr").count() == 1, "the request is open all the same"
        await looked_at(page, f"lost-{language}")
        await page.unroute("**/state")
        await expect(told).to_have_text(words.back, timeout=PATIENCE_MS)
        await expect(page.locator("#connection")).to_be_hidden()
        await pauses_grew(visit, every=2000)


REFUSED = {"en": "The authorization response is not valid.", "fr": "La réponse n’est pas valide."}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_script_says_what_the_server_refused(site: Site, language: str) -> None:
    """The Digital Credentials API: the server's own words, which it has from JSON."""
    paged = await open_page(site.counter, locale=f"{language}-CA")
    async with site.visitor.at(paged.page, language=language) as visit:
        page = visit.page
        await wallet(page, "respond", protocol=SIGNED, response={"response": 1})
        async with page.expect_response("**/browser-response") as refused:
            await page.locator("#browser-button").click()
        assert (await refused.value).headers["content-type"] == "application/problem+json"
        await expect(page.get_by_role("alert")).to_have_text(REFUSED[language])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("error", ["access_denied", "invalid_request", "vp_formats_not_supported", "x"])
async def test_5_28_what_a_wallet_ended_with_is_shown_at_once(site: Site, error: str, language: str) -> None:
    paged, kind = await open_page(site.counter, locale=f"{language}-CA"), end_of_wallet_error(error)
    said = kind.text.by_language[f"{language}-CA"].replace("'", "’")
    async with site.visitor.at(paged.page, language=language, width=PHONE, pace=BRISK) as visit:
        page = visit.page
        await paged.asked.refuse(error)
        await expect(page.locator("#request .state")).to_have_text(said, timeout=PATIENCE_MS)
        await expect(page.get_by_role("status")).to_have_text(said)
        await looked_at(page, f"wallet-{kind.code}-{language}")
        assert visit.complaints == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_of_an_offer_ends_and_waits_in_the_same_way(
    visitor: Visitor, clerk: Clerk, language: str
) -> None:
    words, made = WORDS[language], clerk.offer()
    async with visitor.at(address(made), language=language, width=PHONE, pace=BRISK) as visit:
        page, told = visit.page, visit.page.get_by_role("status")
        await page.route("**/state", lambda route: route.abort())
        await expect(told).to_have_text(words.lost, timeout=PATIENCE_MS)
        await looked_at(page, f"offer-lost-{language}")
        await page.unroute("**/state")
        await expect(told).to_have_text(words.back, timeout=PATIENCE_MS)
        await pauses_grew(visit, every=3000)
        await page.route("**/state", lambda route: route.fulfill(status=404, body="{}"))
        await expect(page.locator("#offer .state")).to_have_text(words.over, timeout=PATIENCE_MS)
        await expect(told).to_have_text(words.over)
        assert await page.locator("svg.qr").count() == 0
        await looked_at(page, f"offer-over-{language}")
        await page.unroute("**/state")
