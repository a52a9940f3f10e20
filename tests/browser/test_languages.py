"""English and French: by the browser's setting, by choice, remembered, on every page (requirement 7.24)."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.site import LANGUAGES, MISSING, PAGES
from tests.browser.visits import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

SWITCH = {"en": "Français", "fr": "English"}
OTHER = {"en": "fr", "fr": "en"}
BANNER = {
    "en": "This is a demonstration with fictional residents. It is not a service of any government.",
    "fr": "Ceci est une démonstration avec des personnes fictives. Ce n’est le service d’aucun gouvernement.",
}
NOTHING_HERE = {
    "en": "There is nothing at this address.",
    "fr": "Il n’y a rien à cette adresse.",
}


async def shown_language(page: Page) -> str | None:
    return await page.locator("html").get_attribute("lang")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [*PAGES, *MISSING])
async def test_the_page_is_in_the_browser_s_language_and_a_demonstration_in_both(
    visitor: Visitor, path: str, language: str
) -> None:
    """product.md, rule 12."""
    async with visitor.at(path, language=language) as visit:
        assert await shown_language(visit.page) == f"{language}-CA"
        for spoken, text in BANNER.items():
            sentence = visit.page.locator(f"aside p[lang={spoken}-CA]")
            await expect(sentence).to_have_text(text)
            await expect(sentence).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [*PAGES, *MISSING])
async def test_the_switch_keeps_the_page_and_is_remembered(
    visitor: Visitor, path: str, language: str
) -> None:
    other = OTHER[language]
    async with visitor.at(path, language=language) as visit:
        page = visit.page
        await page.get_by_role("link", name=SWITCH[language], exact=True).click()
        await page.wait_for_url(f"{visitor.origin}{path}?lang={other}")
        assert await shown_language(page) == f"{other}-CA"
        await page.goto("/roles/operator")
        assert await shown_language(page) == f"{other}-CA"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", MISSING)
async def test_a_missing_page_says_so_in_the_reader_s_language(
    visitor: Visitor, path: str, language: str
) -> None:
    async with visitor.at(path, language=language) as visit:
        await expect(visit.page.get_by_role("alert")).to_have_text(NOTHING_HERE[language])
        response = await visit.requests[0].response()
        assert response is not None
        assert response.status == 404
        await visit.page.locator("main a").click()
        await visit.page.wait_for_url(f"{visitor.origin}/")


@pytest.mark.parametrize("path", PAGES)
async def test_no_page_reads_the_same_in_both_languages(visitor: Visitor, path: str) -> None:
    texts = []
    for language in LANGUAGES:
        async with visitor.at(path, language=language) as visit:
            page = visit.page
            texts.append({await page.title(), *await page.locator("h1, h2, main p, nav a").all_inner_texts()})
    # Only what is a name, an address or a sentence in the other language anyway.
    assert not {text for text in texts[0] & texts[1] if " " in text and "://" not in text}
