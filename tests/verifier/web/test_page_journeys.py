"""From a relying service's request to its result, everything over HTTP: a page, a wallet, a way back."""

import html
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.verifier.surroundings import claims_of, query_of
from tests.verifier.web.counter import Counter, Visit
from tests.verifier.web.page_visitors import BACK, SITE, Browser, browser_of, code_in, state_in

_LINK = re.compile(r'href="(openid4vp://[^"]+)"')
_BACK = re.compile(rf'href="({re.escape(BACK)}[^"]*)"')


@dataclass
class Shop:
    """A relying service with a site."""

    counter: Counter
    credentials: httpx.BasicAuth

    async def begin(self, **wanted: object) -> dict[str, str]:
        body = {"preset": "age-19-or-over", "flow": "page", "return_url": BACK, **wanted}
        answer = await self.counter.http.post("/presentations", json=body, auth=self.credentials)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def state(self, started: dict[str, str]) -> str:
        answer = await self.counter.http.get(started["status_url"], auth=self.credentials)
        return str(answer.json()["state"])

    async def fetch(self, started: dict[str, str], code: str = "") -> httpx.Response:
        query = {"return_code": code} if code else {}
        return await self.counter.http.get(started["result_url"], params=query, auth=self.credentials)


@pytest.fixture
async def shop(counter: Counter) -> Shop:
    body = {"name_en": "Shop", "name_fr": "Boutique", "presets": ["age-19-or-over"]}
    body |= {"site": SITE, "return_urls": [BACK]}
    answer = await counter.http.post("/management/clients", json=body, headers=counter.management)
    assert answer.status_code == 201, answer.text
    return Shop(counter, httpx.BasicAuth(answer.json()["client_id"], answer.json()["client_secret"]))


async def scan(shop: Shop, page: httpx.Response) -> Visit:
    """A wallet reads what the page offers and fetches the request."""
    found = _LINK.search(page.text)
    assert found is not None
    link = query_of(html.unescape(found[1]))
    request = await shop.counter.http.get(link["request_uri"])
    assert request.status_code == 200, request.text
    return Visit(shop.counter, shop.credentials, {}, claims_of(request.text))


async def answered(visit: Visit) -> str:
    """Where the wallet sends its holder."""
    answer = await visit.show(visit.card())
    assert answer.status_code == 200, answer.text
    return str(answer.json()["redirect_uri"])


def code_on(page: httpx.Response) -> str:
    """What the visitor takes back to the service by going there."""
    found = _BACK.search(page.text)
    assert found is not None, page.text
    [code] = parse_qs(urlsplit(html.unescape(found[1])).query)["return_code"]
    return code


async def open_in(browser: Browser, started: dict[str, str]) -> httpx.Response:
    page = await browser.open(started["page_url"])
    assert page.status_code == 200, page.text
    return page


async def test_same_device(shop: Shop) -> None:
    """6.13: the wallet's answer names where to go on, and only there the result is let go (5.29)."""
    started = await shop.begin()
    assert started["authorization_request"] is None, "only the page offers it"
    async with browser_of(shop.counter) as browser:
        page = await open_in(browser, started)
        assert state_in(page) == "requested"
        visit = await scan(shop, page)
        back = await answered(visit)
        assert await shop.state(started) == "retrieved", "nothing is told before the browser is back"
        assert (await shop.fetch(started)).status_code == 409
        ended = await browser.open(back)
    assert await shop.state(started) == "accepted"
    for wrong in ("", "x", "A" * 22):
        refused = await shop.fetch(started, wrong)
        assert (refused.status_code, refused.json()["code"]) == (403, "return_code_wrong")
    result = await shop.fetch(started, code_on(ended))
    assert result.status_code == 200
    assert result.json()["outcome"] == "accepted"
    assert (await shop.fetch(started, code_on(ended))).status_code == 410


async def test_another_device(shop: Shop) -> None:
    started = await shop.begin(locale="fr-CA")
    async with browser_of(shop.counter) as desktop, browser_of(shop.counter) as phone:
        visit = await scan(shop, await open_in(desktop, started))
        characters = code_in(await phone.open(await answered(visit)))
        ended = await desktop.send(urlsplit(started["page_url"]).path, "code", code=characters)
        assert state_in(ended) == "accepted"
    result = await shop.fetch(started, code_on(ended))
    assert result.json()["outcome"] == "accepted"


async def test_called_off_by_the_service(shop: Shop) -> None:
    started = await shop.begin()
    async with browser_of(shop.counter) as browser:
        await open_in(browser, started)
        address = started["status_url"]
        gone = await shop.counter.http.delete(address, auth=shop.credentials)
        assert gone.status_code == 204
        assert state_in(await open_in(browser, started)) == "cancelled"
    assert (await shop.fetch(started)).json()["outcome"] == "cancelled"


async def test_cancelled_by_the_visitor(shop: Shop) -> None:
    started = await shop.begin()
    async with browser_of(shop.counter) as browser:
        await open_in(browser, started)
        ended = await browser.send(urlsplit(started["page_url"]).path, "cancel")
        assert f'href="{BACK}"' in ended.text, "there is nothing that a code would protect"
    assert await shop.state(started) == "cancelled"
    assert (await shop.fetch(started)).json()["outcome"] == "cancelled"


async def test_nobody_comes_back(shop: Shop) -> None:
    """5.29: no return is a rejection; the service hears that nobody answered."""
    started = await shop.begin()
    async with browser_of(shop.counter) as browser:
        await answered(await scan(shop, await open_in(browser, started)))
        shop.counter.desk.clock.advance(minutes=11)
        assert state_in(await open_in(browser, started)) == "timed_out"
    assert await shop.state(started) == "timed_out"
    assert (await shop.fetch(started)).json()["outcome"] == "timed_out"
