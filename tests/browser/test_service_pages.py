"""A service registers itself, somebody checks a receipt: in both languages, on a small phone."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.presenting import Site, verifier_site
from tests.browser.site import LANGUAGES, PHONE
from tests.browser.test_verifier_pages import check
from tests.patience import PATIENCE_S
from tests.verifier.web.test_receipts import fetch, shown

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORDS = {
    "en": {
        "register": "Register a service",
        "button": "Register",
        "not_yet": "The service is not registered yet:",
        "wildcard": "there are no wildcards",
        "registered": "Your service is registered",
        "usable": "People can sign in to Corner shop at once.",
        "name_en": "Name in English",
        "name_fr": "Name in French",
        "purpose_en": "In English",
        "purpose_fr": "In French",
        "age": "Whether people are old enough",
        "preset": "19 or over",
        "back": "Where people return to (redirect URIs)",
        "check": "Check a receipt",
        "check_button": "Check it",
        "file": "The file that you saved",
        "text": "Or its text",
        "genuine": "This receipt is genuine: we have signed it.",
        "bad": "We have not signed this.",
        "empty": "Choose a file, or paste the receipt.",
        "yourself": "Check it yourself",
    },
    "fr": {
        "register": "Inscrire un service",
        "button": "Inscrire",
        "not_yet": "Le service n’est pas encore inscrit\N{NO-BREAK SPACE}:",
        "wildcard": "il n’y a pas de jokers",
        "registered": "Votre service est inscrit",
        "usable": "On peut se connecter tout de suite à Dépanneur.",
        "name_en": "Nom en anglais",
        "name_fr": "Nom en français",
        "purpose_en": "En anglais",
        "purpose_fr": "En français",
        "age": "Si les personnes ont l’âge voulu",
        "preset": "19 ans ou plus",
        "back": "Où les personnes reviennent (adresses de retour)",
        "check": "Vérifier un reçu",
        "check_button": "Vérifier",
        "file": "Le fichier que vous avez enregistré",
        "text": "Ou son texte",
        "genuine": "Ce reçu est authentique : nous l’avons signé.",
        "bad": "Nous n’avons pas signé ceci.",
        "empty": "Choisissez un fichier ou collez le reçu.",
        "yourself": "Le vérifier vous-même",
    },
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> AsyncIterator[Site]:
    async with verifier_site(tmp_path_factory.mktemp("services"), browser) as opened:
        yield opened


def address(site: Site, path: str) -> str:
    return f"{site.counter.desk.settings.public_url}{path}"


async def new_receipt(site: Site) -> str:
    """Of a presentation that was accepted a moment ago."""
    async with httpx.AsyncClient(base_url=address(site, ""), timeout=PATIENCE_S) as http:
        counter = replace(site.counter, http=http)
        _, code = await shown(counter)
        return (await fetch(counter, code)).text


async def fill_in(page: Page, words: dict[str, str], back: str) -> None:
    """By the labels alone, as somebody who cannot see the page would."""
    for field, typed in (
        ("name_en", "Corner shop"),
        ("name_fr", "Dépanneur"),
        ("purpose_en", "We sell wine."),
        ("purpose_fr", "Nous vendons du vin."),
        ("back", back),
    ):
        await page.get_by_label(words[field], exact=True).fill(typed)
    for box in ("age", "preset"):
        await page.get_by_label(words[box], exact=True).check()
    await page.get_by_role("button", name=words["button"], exact=True).click()


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_service_registers_itself_after_a_slip(site: Site, language: str, *, script: bool) -> None:
    words = WORDS[language]
    start = address(site, "/openid/services/new")
    async with site.visitor.at(start, language=language, width=PHONE, script=script) as visit:
        page = visit.page
        await expect(page.locator("h1")).to_have_text(words["register"])
        await fill_in(page, words, "https://*.shop.example/")
        problems = page.get_by_role("alert")
        await expect(problems).to_contain_text(words["not_yet"])
        await problems.get_by_role("link").click()
        assert page.url.endswith("#redirect-uris")
        field = page.get_by_label(words["back"], exact=True)
        await expect(field).to_have_attribute("aria-invalid", "true")
        await field.fill("https://shop.example/back")
        await expect(page.get_by_label(words["preset"], exact=True)).to_be_checked()
        await page.get_by_role("button", name=words["button"], exact=True).click()
        await expect(page.locator("h1")).to_have_text(words["registered"])
        await expect(page.get_by_text(words["usable"])).to_be_visible()
        client_id = await page.locator("dd code").nth(1).inner_text()
        client = await site.counter.desk.verifier.openid.clients.find(client_id)
        assert client.openid.redirect_uris == ("https://shop.example/back",)
        # The browser itself says that the slip was answered with 400.
        assert [one for one in visit.complaints if "400" not in one] == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_of_registering_fits_a_phone_and_axe_finds_nothing(
    site: Site, language: str
) -> None:
    words = WORDS[language]
    start = address(site, "/openid/services/new")
    async with site.visitor.at(start, language=language, width=PHONE) as visit:
        page = visit.page
        await check(page, f"new-service-{language}")
        await fill_in(page, words, "https://*.shop.example/")
        await expect(page.get_by_role("alert")).to_contain_text(words["wildcard"])
        await check(page, f"new-service-problems-{language}")
        await fill_in(page, words, "https://shop.example/back")
        await expect(page.locator("h1")).to_have_text(words["registered"])
        await check(page, f"new-service-done-{language}")


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_receipt_is_checked_from_its_file_and_from_its_text(
    site: Site, tmp_path: Path, language: str, *, script: bool
) -> None:
    words = WORDS[language]
    receipt = await new_receipt(site)
    file = tmp_path / "trillium-receipt-recu.jwt"
    file.write_text(receipt)
    start = address(site, "/receipt-check")
    async with site.visitor.at(start, language=language, width=PHONE, script=script) as visit:
        page = visit.page
        button = page.get_by_role("button", name=words["check_button"], exact=True)
        await button.click()
        await expect(page.get_by_role("alert")).to_have_text(words["empty"])
        await page.get_by_label(words["file"]).set_input_files(file)
        await button.click()
        await expect(page.get_by_text(words["genuine"])).to_be_visible()
        await page.get_by_label(words["text"]).fill(f"{receipt[:-4]}AAAA")
        await button.click()
        await expect(page.get_by_role("alert")).to_contain_text(words["bad"])
        assert visit.complaints == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_of_the_receipt_check_fits_a_phone_and_axe_finds_nothing(
    site: Site, language: str
) -> None:
    words = WORDS[language]
    receipt = await new_receipt(site)
    start = address(site, "/receipt-check")
    async with site.visitor.at(start, language=language, width=PHONE) as visit:
        page = visit.page
        await expect(page.locator("h1")).to_have_text(words["check"])
        await page.get_by_text(words["yourself"]).click()
        await check(page, f"receipt-check-{language}")
        for outcome, typed in (("empty", ""), ("bad", "nonsense"), ("genuine", receipt)):
            await page.get_by_label(words["text"]).fill(typed)
            await page.get_by_role("button", name=words["check_button"], exact=True).click()
            await expect(page.get_by_text(words[outcome])).to_be_visible()
            await check(page, f"receipt-check-{outcome}-{language}")
        assert visit.complaints == []
