"""Signing out in a browser: the page that asks, and its answers; both languages, a small phone (7.11)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.presenting import verifier_site
from tests.browser.site import LANGUAGES, PHONE
from tests.browser.test_login_pages import WORDS as LOGIN_WORDS
from tests.browser.test_login_pages import Signing, client_page
from tests.browser.test_verifier_pages import check
from tests.trillium.runtime.local_server import serving
from tests.verifier.issuing import NOW
from tests.verifier.openid.relying import Library

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORDS = {
    "en": {
        "ask": "Do you want to sign out?",
        "yes": "Sign out",
        "no": "Stay signed in",
        "done": "You are signed out",
        "stayed": "Nothing has changed",
        "nothing": "There is nothing to sign out of",
        "service": "Library",
    },
    "fr": {
        "ask": "Voulez-vous fermer la session?",
        "yes": "Fermer la session",
        "no": "Garder la session ouverte",
        "done": "Votre session est fermée",
        "stayed": "Rien n’a changé",
        "nothing": "Il n’y a aucune session à fermer",
        "service": "Bibliothèque",
    },
}


@dataclass(frozen=True)
class Leaving:
    signing: Signing
    bye: str

    def address(self, **fields: str) -> str:
        issuer = self.signing.site.counter.desk.settings.openid_issuer
        return f"{issuer}/logout?{urlencode(fields)}"

    @property
    def asked_by_client(self) -> str:
        client_id = self.signing.relying.client_id
        return self.address(client_id=client_id, post_logout_redirect_uri=self.bye, state="s")

    async def sign_in(self, page: Page, language: str) -> None:
        await page.goto(self.signing.address())
        await page.goto(await self.signing.answer(page))
        await page.get_by_role("button", name=LOGIN_WORDS[language]["continue"]).click()
        assert self.signing.came_back(page)["code"]

    async def is_remembered(self, page: Page) -> bool:
        await page.goto(self.signing.address(prompt="none"))
        return "code" in self.signing.came_back(page)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def leaving(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> AsyncIterator[Leaving]:
    folder = tmp_path_factory.mktemp("logouts")
    async with serving(client_page) as port, verifier_site(folder, browser) as site:
        callback, bye = f"http://127.0.0.1:{port}/signed-in", f"http://127.0.0.1:{port}/bye"
        relying = await Library(site.counter).client(
            redirect_uris=(callback,),
            post_logout_redirect_uris=(bye,),
            reauthentication_window=timedelta(minutes=30),
        )
        site.counter.desk.clock.moment = NOW
        yield Leaving(Signing(site, relying, callback), bye)


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_7_11_a_client_sends_somebody_to_sign_out_and_has_them_back(
    leaving: Leaving, language: str, *, script: bool
) -> None:
    """The policy of the page that asks lets its form end at the client."""
    words, site = WORDS[language], leaving.signing.site
    start = leaving.signing.address()
    async with site.visitor.at(start, language=language, width=PHONE, script=script) as visit:
        page = visit.page
        await leaving.sign_in(page, language)
        await page.goto(leaving.asked_by_client)
        await expect(page.locator("h1")).to_have_text(words["ask"])
        await expect(page.locator("main li")).to_have_text([words["service"]])
        await page.get_by_role("button", name=words["no"]).click()
        await expect(page.locator("h1")).to_have_text(words["stayed"])
        assert await leaving.is_remembered(page)
        await page.goto(leaving.asked_by_client)
        await page.get_by_role("button", name=words["yes"]).click()
        assert page.url == f"{leaving.bye}?state=s"
        assert not await leaving.is_remembered(page)
        assert visit.complaints == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_of_signing_out_fits_a_phone_and_axe_finds_nothing(
    leaving: Leaving, language: str
) -> None:
    words, site = WORDS[language], leaving.signing.site
    async with site.visitor.at(leaving.address(), language=language, width=PHONE) as visit:
        page = visit.page
        await expect(page.locator("h1")).to_have_text(words["nothing"])
        await check(page, f"logout-nothing-{language}")
        await leaving.sign_in(page, language)
        await page.goto(leaving.address())
        await expect(page.locator("h1")).to_have_text(words["ask"])
        await check(page, f"logout-asks-{language}")
        await page.goto(leaving.address())
        await page.get_by_role("button", name=words["no"]).click()
        await check(page, f"logout-stayed-{language}")
        await page.goto(leaving.address())
        await page.get_by_role("button", name=words["yes"]).click()
        await expect(page.locator("h1")).to_have_text(words["done"])
        await expect(page.locator("main li")).to_have_text([words["service"]])
        await check(page, f"logout-done-{language}")
        assert visit.complaints == []
