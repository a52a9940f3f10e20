"""Signing in with a credential in a browser: to the page and back, in both languages, on a small phone."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from starlette.types import Receive, Scope, Send

from tests.browser.presenting import Site, verifier_site
from tests.browser.site import LANGUAGES, PHONE
from tests.browser.test_verifier_pages import check
from tests.trillium.runtime.local_server import serving
from tests.verifier.issuing import NOW, PERSON
from tests.verifier.openid.relying import Library, Relying
from tests.verifier.openid.signing_in import NUMBER_ONLY, NUMBERED, asking, scan

pytestmark = pytest.mark.asyncio(loop_scope="session")

WORDS = {
    "en": {
        "title": "Sign in to Library",
        "continue": "Continue to Library",
        "back": "Go back to Library",
        "cancel": "Cancel the request",
        "knows": "The service can tell when you sign in again. No other service can tell that it is you.",
        "window": "For 30 minutes after you sign in, this browser may sign in there again",
        "gone": "You have gone on to Library from here. You can close this page.",
    },
    "fr": {
        "title": "Se connecter au service Bibliothèque",
        "continue": "Continuer vers le service Bibliothèque",
        "back": "Retourner au service Bibliothèque",
        "cancel": "Annuler la demande",
        "knows": "Aucun autre service ne peut savoir que c’est vous.",
        "window": "Pendant 30 minutes après la connexion",
        "gone": "Vous êtes déjà retourné au service Bibliothèque à partir d’ici.",
    },
}


async def client_page(scope: Scope, _receive: Receive, send: Send) -> None:
    """Whatever comes back to the client's redirect URI."""
    headers = [(b"content-type", b"text/html; charset=utf-8")]
    body = b"<!doctype html><html lang='en'><title>Library</title><link rel='icon' href='data:,'>"
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@dataclass(frozen=True)
class Signing:
    """A verifier, and a client on another origin."""

    site: Site
    relying: Relying
    callback: str

    @property
    def authorize(self) -> str:
        return f"{self.site.counter.desk.settings.openid_issuer}/authorize"

    def address(self, **changed: str | None) -> str:
        return f"{self.authorize}?{urlencode(asking(self.relying, redirect_uri=self.callback, **changed))}"

    async def answer(self, page: Page) -> str:
        """The wallet on this device answers; where it leads its holder."""
        visit = await scan(self.site.counter, await page.content())
        claims = {**PERSON, "personal_administrative_number": "Planted-7731"}
        card = visit.card(*NUMBER_ONLY, credential=self.site.counter.issuer.issue(claims, NUMBERED))
        answer = await visit.show(card)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["redirect_uri"])

    def came_back(self, page: Page) -> dict[str, str]:
        """What the client got."""
        assert page.url.startswith(f"{self.callback}?"), page.url
        return {name: one for name, [one] in parse_qs(urlsplit(page.url).query).items()}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def signing(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> AsyncIterator[Signing]:
    folder = tmp_path_factory.mktemp("logins")
    async with serving(client_page) as port, verifier_site(folder, browser) as site:
        callback = f"http://127.0.0.1:{port}/signed-in"
        relying = await Library(site.counter).client(
            redirect_uris=(callback,), reauthentication_window=timedelta(minutes=30)
        )
        yield Signing(site, relying, callback)


@pytest.fixture(autouse=True)
def at_noon(signing: Signing) -> None:
    signing.site.counter.desk.clock.moment = NOW


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_person_signs_in(signing: Signing, language: str, *, script: bool) -> None:
    """From the client to its page and back; the policy of the page lets the form end there."""
    words = WORDS[language]
    async with signing.site.visitor.at(signing.address(), language=language, script=script) as visit:
        page = visit.page
        assert "/present/" in page.url
        assert "?" not in page.url
        await expect(page.locator("h1")).to_have_text(words["title"])
        await expect(page.locator("main")).to_contain_text(words["knows"])
        await expect(page.locator("main")).to_contain_text(words["window"])
        await page.goto(await signing.answer(page))
        await page.get_by_role("button", name=words["continue"]).click()
        came = signing.came_back(page)
        assert set(came) == {"code", "state", "iss"}
        assert visit.complaints == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_of_a_login_fits_a_phone_and_axe_finds_nothing(
    signing: Signing, language: str
) -> None:
    words = WORDS[language]
    # The client says which language it speaks; the browser is set to the other one.
    other = {"en": "fr", "fr": "en"}[language]
    address = signing.address(ui_locales=f"{language}-CA")
    async with signing.site.visitor.at(address, language=other, width=PHONE) as visit:
        page = visit.page
        shown = page.url
        assert await page.locator("html").get_attribute("lang") == f"{language}-CA"
        await check(page, f"login-waiting-{language}")
        await page.goto(shown)
        await page.goto(await signing.answer(page))
        await check(page, f"login-accepted-{language}")
        await page.goto(shown)
        await page.get_by_role("button", name=words["continue"]).click()
        assert signing.came_back(page)["code"]
        await page.goto(shown)
        await expect(page.locator("main")).to_contain_text(words["gone"])
        await check(page, f"login-done-{language}")
        assert visit.complaints == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_whoever_does_not_want_to_goes_back(signing: Signing, language: str) -> None:
    words = WORDS[language]
    async with signing.site.visitor.at(signing.address(), language=language, width=PHONE) as visit:
        page = visit.page
        await page.get_by_role("button", name=words["cancel"]).click()
        await expect(page.locator("#request")).to_have_attribute("data-state", "cancelled")
        shown = page.url
        await check(page, f"login-cancelled-{language}")
        await page.goto(shown)
        await page.get_by_role("button", name=words["back"]).click()
        came = signing.came_back(page)
        assert (came["error"], came["state"]) == ("access_denied", "af0ifjsldkj")
        assert visit.complaints == []


async def test_a_login_is_repeated_without_a_page_within_the_window(signing: Signing) -> None:
    async with signing.site.visitor.at(signing.address(), width=PHONE) as visit:
        page = visit.page
        await page.goto(await signing.answer(page))
        await page.get_by_role("button", name=WORDS["en"]["continue"]).click()
        await page.goto(signing.address(prompt="none", state="again"))
        assert signing.came_back(page)["state"] == "again"
        assert signing.came_back(page)["code"]


async def test_a_page_that_waits_finds_the_way_on_by_itself(signing: Signing) -> None:
    """The script puts the button into the page; the policy is that of the first answer."""
    async with signing.site.visitor.at(signing.address(), width=PHONE) as visit:
        page = visit.page
        back = await signing.answer(page)
        tab = await page.context.new_page()
        await tab.goto(back)
        await tab.close()
        button = page.get_by_role("button", name=WORDS["en"]["continue"])
        await expect(button).to_be_visible(timeout=15_000)
        await button.click()
        assert signing.came_back(page)["code"]
        assert visit.complaints == []


async def test_a_double_click_goes_on_like_a_single_one(signing: Signing) -> None:
    async with signing.site.visitor.at(signing.address(), width=PHONE) as visit:
        page = visit.page
        await page.goto(await signing.answer(page))
        await page.get_by_role("button", name=WORDS["en"]["continue"]).dblclick(no_wait_after=True)
        await page.wait_for_url(f"{signing.callback}?*")
        assert signing.came_back(page)["code"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_request_that_leads_nowhere_is_a_page(signing: Signing, language: str) -> None:
    address = signing.address().replace("signed-in", "elsewhere")
    async with signing.site.visitor.at(address, language=language, width=PHONE) as visit:
        assert await visit.page.locator("html").get_attribute("lang") == f"{language}-CA"
        await check(visit.page, f"login-refused-{language}")
        assert urlsplit(visit.page.url).netloc == urlsplit(signing.site.origin).netloc
