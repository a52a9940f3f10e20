"""From a wallet to consent and back, in a real browser: on a phone, by keyboard, without JavaScript."""

import os
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_plus

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.browser.accessibility import accessibility_problems
from tests.browser.looks import take_off_the_design_system
from tests.browser.signing_in import MAYA, NUMBER, LoopbackWallet, fill_register, loopback_wallet
from tests.browser.site import DESKTOP, LANGUAGES, PHONE
from tests.browser.test_accessibility import CLIPPED, SPACED, ZOOMED, too_wide
from tests.browser.visits import Visit, Visitor
from tests.interop.server_process import ServerProcess

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHOTS = os.environ.get("TRILLIUM_SCREENSHOTS")
"""A folder for pictures of what was looked at; none are made without it."""


@dataclass(frozen=True)
class Words:
    """What is on the buttons."""

    sign_in: str
    search: str
    as_maya: str
    agree: str
    refuse: str
    leave: str
    unknown: str
    copies: str


WORDS = {
    "en": Words(
        "Sign in",
        "Search",
        f"Sign in as {MAYA}",
        "Agree and receive",
        "Refuse",
        "Return to the wallet without credentials",
        "not registered here",
        "Up to 10 copies",
    ),
    "fr": Words(
        "Se connecter",
        "Chercher",
        f"Se connecter en tant que {MAYA}",
        "Accepter et recevoir",
        "Refuser",
        "Retourner au portefeuille sans justificatif",
        "n’est pas inscrit ici",
        "Jusqu’à 10 copies",
    ),
}
FOCUSED = """async () => {
    await new Promise(requestAnimationFrame);  // until it has been scrolled to
    const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
    return {
        name: (one.labels?.[0] ?? one).textContent.trim() || one.value,
        seen: box.top > -1 && box.bottom < innerHeight + 1 && style.outlineStyle !== "none",
    };
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def wallet(server: ServerProcess) -> AsyncIterator[LoopbackWallet]:
    fill_register(server)
    async with loopback_wallet(server.origin) as opened:
        yield opened


async def tab_to(page: Page, name: str, *, most: int = 40) -> None:
    """Tab until the element with this text has the focus, and can be seen to have it."""
    for _ in range(most):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(FOCUSED)
        if focused["name"] == name:
            assert focused["seen"], f"{name} has the focus and nobody sees it"
            return
    pytest.fail(f"{name} is not reached with Tab")


async def to_next(page: Page, act: Awaitable[None]) -> None:
    """Does it, and waits for the page that follows: the old one may have a button of the same name."""
    async with page.expect_navigation():
        await act


async def to_people(page: Page, wallet: LoopbackWallet, words: Words, **changes: str) -> None:
    await page.goto(wallet.request(**changes))
    await page.get_by_role("link", name=words.sign_in, exact=True).click()
    await page.wait_for_url("**/demonstration-sign-in/authorize?**")


async def to_consent(page: Page, wallet: LoopbackWallet, words: Words, **changes: str) -> None:
    await to_people(page, wallet, words, **changes)
    await page.locator("#text").fill(NUMBER)
    await to_next(page, page.get_by_role("button", name=words.search).click())
    await page.get_by_role("button", name=words.as_maya).click()
    await page.wait_for_url("**/consent")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_whole_way_by_keyboard_without_javascript_on_a_phone(
    visitor: Visitor, wallet: LoopbackWallet, language: str
) -> None:
    words = WORDS[language]
    # The browser without script cannot be asked what has the focus, so this one has it, and the pages none.
    async with visitor.at(wallet.request(), language=language, width=PHONE) as visit:
        page = visit.page
        assert await page.locator("script").count() == 0
        assert words.unknown in await page.locator("main").inner_text()
        await tab_to(page, words.sign_in)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/demonstration-sign-in/authorize?**")
        await page.locator("#text").focus()
        await page.keyboard.type("tremblay")
        await to_next(page, page.keyboard.press("Enter"))
        await tab_to(page, words.as_maya)
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/consent")
        text = await page.locator("main").inner_text()
        assert MAYA in text
        assert text.count(words.copies) == 2
        assert words.unknown in text
        await tab_to(page, words.agree)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"{wallet.redirect_uri}?**")

        answer = wallet.answers[-1]
        assert answer.keys() == {"code", "state", "iss"}
        assert answer["iss"] == f"{wallet.origin}/issuer"
        assert visit.complaints == [], "no policy stands in the way"
        addresses = [unquote_plus(request.url) for request in visit.requests]
        told = [one for one in addresses if "Tremblay" in one or "tremblay" in one or NUMBER in one]
        assert told == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_same_without_javascript(visitor: Visitor, wallet: LoopbackWallet, language: str) -> None:
    words = WORDS[language]
    async with visitor.at(wallet.request(), language=language, width=PHONE, script=False) as visit:
        await to_consent(visit.page, wallet, words)
        await visit.page.get_by_role("button", name=words.agree).click()
        await visit.page.wait_for_url(f"{wallet.redirect_uri}?**")
        assert "code" in wallet.answers[-1]


async def check(visit: Visit) -> None:
    """Everything that a machine can tell: axe on a phone and a desktop, reflow, spaced text; both looks."""
    page = visit.page
    assert visit.complaints == []
    await check_look(page, "")
    await take_off_the_design_system(page)
    await check_look(page, "-plain")
    await page.set_viewport_size({"width": PHONE, "height": 800})


async def check_look(page: Page, look: str) -> None:
    for width in (DESKTOP, PHONE):
        await page.set_viewport_size({"width": width, "height": 800})
        if SHOTS:
            name = f"{await page.locator('h1').inner_text()}{look}-{width}.png"
            await page.screenshot(path=Path(SHOTS) / name, full_page=True)
        assert await accessibility_problems(page) == []
        assert await too_wide(page) == []
    await page.set_viewport_size({"width": ZOOMED, "height": 256})
    await page.evaluate(SPACED)
    assert await too_wide(page) == []
    assert await page.evaluate(CLIPPED) == []
    await page.evaluate("document.adoptedStyleSheets = []")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_axe_finds_nothing_on_any_page_of_the_way(
    visitor: Visitor, wallet: LoopbackWallet, language: str
) -> None:
    """WCAG 2.2 AA as far as a machine can tell, at 360 and 1280 pixels and at 400 %."""
    words = WORDS[language]
    async with visitor.at(wallet.request(), language=language) as visit:
        page = visit.page
        await check(visit)
        await to_people(page, wallet, words)
        await check(visit)
        await page.locator("#text").fill("nobody is called that")
        await to_next(page, page.get_by_role("button", name=words.search).click())
        await check(visit)
        await to_consent(page, wallet, words)
        await check(visit)
        for box in await page.get_by_role("checkbox").all():
            await box.uncheck()
        await to_next(page, page.get_by_role("button", name=words.agree).click())
        assert await page.locator("#nothing-agreed").count() == 1
        visit.complaints.clear()  # the browser remarks on the status 400
        await check(visit)
        await to_consent(page, wallet, words, scope="photo-card business-authority")
        assert await page.get_by_role("radio").count() == 4
        await check(visit)
        await page.get_by_role("radio").last.check()
        await page.get_by_role("button", name=words.agree).click()
        await page.wait_for_url(f"{wallet.redirect_uri}?**")
        assert "code" in wallet.answers[-1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("problem", ["unavailable", "not-trusted", "cancelled", "unknown-person"])
async def test_axe_finds_nothing_on_the_pages_of_what_went_wrong(
    visitor: Visitor, wallet: LoopbackWallet, language: str, problem: str
) -> None:
    async with visitor.at(wallet.request(), language=language) as visit:
        await visit.page.goto(f"/issuer/sign-in?problem={problem}")
        assert await visit.page.get_by_role("alert").count() == 1
        visit.complaints.clear()
        await check(visit)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_axe_finds_nothing_where_the_session_is_over(visitor: Visitor, language: str) -> None:
    async with visitor.at("/issuer/consent", language=language) as visit:
        assert await visit.page.get_by_role("alert").count() == 1
        visit.complaints.clear()  # the browser remarks on the status 410
        await check(visit)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_who_refuses_at_any_step_is_back_in_the_wallet(
    visitor: Visitor, wallet: LoopbackWallet, language: str
) -> None:
    """``form-action`` names the wallet, or the browser would stop there (decisions.md "Browser")."""
    words = WORDS[language]
    async with visitor.at(wallet.request(), language=language, script=False) as visit:
        page = visit.page
        await page.get_by_role("button", name=words.leave).click()
        await page.wait_for_url(f"{wallet.redirect_uri}?**")
        assert wallet.answers[-1]["error"] == "access_denied"

        await to_people(page, wallet, words)
        await page.locator("button[name=cancel]").click()
        await page.wait_for_url("**/issuer/sign-in?problem=cancelled")
        await page.get_by_role("button", name=words.leave).click()
        await page.wait_for_url(f"{wallet.redirect_uri}?**")
        assert wallet.answers[-1]["error"] == "access_denied"

        await to_consent(page, wallet, words)
        await page.get_by_role("button", name=words.refuse).click()
        await page.wait_for_url(f"{wallet.redirect_uri}?**")
        assert wallet.answers[-1] == {
            "error": "access_denied",
            "error_description": "The request was denied.",
            "state": "of-the-wallet",
            "iss": f"{wallet.origin}/issuer",
        }
        assert [one["name"] for one in await page.context.cookies() if "session" in one["name"]] == []


async def test_the_language_can_be_changed_on_the_way(visitor: Visitor, wallet: LoopbackWallet) -> None:
    async with visitor.at(wallet.request(), script=False) as visit:
        page = visit.page
        await to_next(page, page.locator(".language-switch").click())
        await page.get_by_role("link", name=WORDS["fr"].sign_in, exact=True).click()
        await page.wait_for_url("**/demonstration-sign-in/authorize?**")
        assert await page.locator("h1").inner_text() == "Choisir qui se connecte"
        await page.locator(".language-switch").click()
        await page.wait_for_url("**lang=en**")
        await page.locator("#text").fill(NUMBER)
        await to_next(page, page.get_by_role("button", name="Search").click())
        await page.get_by_role("button", name=WORDS["en"].as_maya).click()
        await page.wait_for_url("**/consent")
        assert await page.locator("h1").inner_text() == "Receive these credentials?"


async def test_another_site_cannot_answer_for_the_person(visitor: Visitor, wallet: LoopbackWallet) -> None:
    """A form elsewhere that posts to the consent page: no cookie travels with it (``SameSite=Lax``)."""
    async with visitor.at(wallet.request()) as visit:
        page = visit.page
        await to_consent(page, wallet, WORDS["en"], scope="photo-card")
        before = len(wallet.answers)
        await page.goto(wallet.redirect_uri)
        wallet.answers.pop()
        await page.evaluate(
            """(address) => {
                const form = document.body.appendChild(document.createElement("form"));
                form.method = "post"; form.action = address;
                for (const [name, value] of [["answer", "agree"], ["credential", "photo-card"]])
                    Object.assign(form.appendChild(document.createElement("input")), { name, value });
                form.submit();
            }""",
            f"{wallet.origin}/issuer/consent",
        )
        await page.wait_for_url("**/issuer/consent")
        assert "This request is over" in await page.locator("main").inner_text()
        assert len(wallet.answers) == before
