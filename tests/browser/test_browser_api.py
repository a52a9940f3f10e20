"""The Digital Credentials API on the verifier's page, in a real headless Chromium.

How far this goes: the page's script detects the API; ``navigator.credentials.get`` is Chromium's own, given
what the page offers. The wallet is the one that Chromium has for automation: it answers with what it was told
beforehand and shows no dialog. A dialog, with a person before it and a wallet behind, no machine can show.
"""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.accessibility import accessibility_problems
from tests.browser.chromium import chromium
from tests.browser.presenting import Site, verifier_site, without_the_api
from tests.browser.site import LANGUAGES, PHONE
from tests.browser.visits import Visitor
from tests.verifier.web.browser_wallets import SEVERAL, SIGNED, UNSIGNED, answer_of, offered, verified
from tests.verifier.web.page_visitors import Paged, open_page

pytestmark = pytest.mark.asyncio(loop_scope="session")

CHOOSE = {"en": "Choose a wallet", "fr": "Choisir un portefeuille"}
PROBLEM = {"en": "The browser could not do that.", "fr": "Le navigateur n’a pas pu le faire."}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> AsyncIterator[Site]:
    async with verifier_site(tmp_path_factory.mktemp("browser-api"), browser) as opened:
        yield opened


async def wallet(page: Page, action: str, **response: Any) -> None:
    """What Chromium's wallet for automation is going to do in this page."""
    session = await page.context.new_cdp_session(page)
    await session.send("DigitalCredentials.setVirtualWalletBehavior", {"action": action, **response})


async def requests_for(site: Site, paged: Paged) -> dict[str, Any]:
    """The same that the page is going to be given."""
    presentation = paged.asked.started.presentation
    return await site.counter.desk.verifier.browser_requests.create(presentation, site.origin)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("protocol", [SEVERAL, SIGNED, UNSIGNED])
async def test_the_browsers_wallet_answers(site: Site, protocol: str, language: str) -> None:
    paged = await open_page(site.counter, locale=f"{language}-CA")
    request = offered(await requests_for(site, paged), protocol)
    async with site.visitor.at(paged.page, language=language, width=PHONE) as visit:
        page = visit.page
        button = page.get_by_role("button", name=CHOOSE[language])
        await expect(button).to_be_visible()
        assert await accessibility_problems(page) == []
        data = answer_of(paged, request, site.origin)
        await wallet(page, "respond", protocol=protocol, response=data)
        async with page.expect_response("**/browser-requests") as given:
            await button.press("Enter")
        body = await (await given.value).json()
        # A wallet that knows us takes what the page offers.
        for known in (SEVERAL, SIGNED):
            assert verified(paged, body, site.origin, known).client_metadata is not None
        await expect(page.locator("#request")).to_have_attribute("data-state", "accepted")
        assert visit.complaints == []
        assert await paged.is_released()


async def test_a_person_who_closes_the_dialog_can_choose_again(site: Site) -> None:
    paged = await open_page(site.counter)
    request = offered(await requests_for(site, paged), UNSIGNED)
    async with site.visitor.at(paged.page) as visit:
        page, button = visit.page, visit.page.get_by_role("button", name=CHOOSE["en"])
        await wallet(page, "decline")
        await button.click()
        await expect(page.get_by_role("alert")).to_contain_text(PROBLEM["en"])
        assert await accessibility_problems(page) == []
        data = answer_of(paged, request, site.origin)
        await wallet(page, "respond", protocol=UNSIGNED, response=data)
        await button.click()
        await expect(page.locator("#request")).to_have_attribute("data-state", "accepted")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_answer_that_is_not_genuine_is_shown_as_such(site: Site, language: str) -> None:
    paged = await open_page(site.counter, locale=f"{language}-CA")
    request = offered(await requests_for(site, paged), UNSIGNED)
    async with site.visitor.at(paged.page, language=language) as visit:
        page = visit.page
        data = answer_of(paged, request, "https://phisher.example")
        await wallet(page, "respond", protocol=UNSIGNED, response=data)
        await page.get_by_role("button", name=CHOOSE[language]).click()
        await expect(page.locator("#request")).to_have_attribute("data-state", "rejected")


async def test_a_wallet_that_takes_its_time_holds_up_no_other_way(site: Site) -> None:
    paged = await open_page(site.counter)
    async with site.visitor.at(paged.page) as visit:
        await wallet(visit.page, "wait")
        await visit.page.get_by_role("button", name=CHOOSE["en"]).click()
        await paged.refuse()
        state = visit.page.locator("#request")
        await expect(state).to_have_attribute("data-state", "cancelled")


@pytest.mark.parametrize(
    ("known", "shown"),
    [([SEVERAL], True), ([SIGNED], True), ([UNSIGNED], True), (["org-iso-mdoc"], False), ([], False)],
)
async def test_it_is_offered_where_the_browser_knows_one_of_the_protocols(
    site: Site, known: list[str], shown: bool
) -> None:
    paged = await open_page(site.counter)
    async with chromium() as other, Visitor(other, site.origin).at("about:blank") as visit:
        allows = f"(protocol) => {json.dumps(known)}.includes(protocol)"
        await visit.page.add_init_script(f"DigitalCredential.userAgentAllowsProtocol = {allows}")
        await visit.page.goto(paged.page)
        await expect(visit.page.locator(".countdown")).not_to_be_empty()
        assert await visit.page.locator("#browser-way").is_visible() is shown


async def test_a_browser_without_the_api_has_the_other_ways(site: Site) -> None:
    paged = await open_page(site.counter)
    async with chromium() as old, Visitor(old, site.origin).at("about:blank") as visit:
        await without_the_api(visit.page)
        await visit.page.goto(paged.page)
        await expect(visit.page.locator(".countdown")).not_to_be_empty()
        assert not await visit.page.locator("#browser-way").is_visible()
        assert await visit.page.locator("svg.qr").is_visible()
        assert await accessibility_problems(visit.page) == []
        assert visit.complaints == []
