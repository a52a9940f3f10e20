"""Every address on the pages leads somewhere, and from the start page one gets everywhere."""

from urllib.parse import urldefrag, urljoin, urlsplit

import httpx
import pytest

from tests.browser.reading import ReadPage
from tests.browser.site import LANGUAGES, MISSING, PAGES
from trillium.start_page.app import ROLES

pytestmark = pytest.mark.asyncio(loop_scope="session")

APPS = ("issuer", "verifier", "wallet")


async def read(client: httpx.AsyncClient, address: str, language: str) -> ReadPage:
    answer = await client.get(address, headers={"Accept-Language": language})
    return ReadPage(answer.text)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_link_answers_and_every_fragment_exists(client: httpx.AsyncClient, language: str) -> None:
    origin = str(client.base_url)
    waiting, answers = [urljoin(origin, path) for path in PAGES], {}
    while waiting:
        address = waiting.pop()
        if address in answers:
            continue
        answers[address] = answer = await client.get(address, headers={"Accept-Language": language})
        assert answer.status_code == 200, address
        if answer.headers["content-type"].startswith("text/html"):
            found = [urljoin(address, link) for link in ReadPage(answer.text).links]
            assert {f"{part.scheme}://{part.netloc}" for part in map(urlsplit, found)} == {origin.rstrip("/")}
            waiting += [urldefrag(link).url for link in found]
            for link, fragment in map(urldefrag, found):
                if fragment:
                    there = ReadPage((await client.get(link)).text)
                    assert fragment in there.ids, f"{link}#{fragment}"
    paths = {urlsplit(address).path for address in answers}
    assert paths >= {*PAGES, *(f"/{app}/openapi.json" for app in APPS)}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_start_page_leads_to_every_role_and_to_the_apis(
    client: httpx.AsyncClient, language: str
) -> None:
    links = (await read(client, "/", language)).links
    assert {f"/roles/{role}" for role in ROLES} | {"/api"} <= set(links)


@pytest.mark.parametrize("path", [*PAGES[1:], *MISSING])
async def test_every_other_page_leads_back(client: httpx.AsyncClient, path: str) -> None:
    assert "/" in (await read(client, path, "en")).links


async def test_the_page_of_the_apis_shows_every_operation(client: httpx.AsyncClient) -> None:
    shown = (await read(client, "/api", "en")).codes
    for app in APPS:
        document = (await client.get(f"/{app}/openapi.json")).json()
        described = [
            f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods
        ]
        assert len(described) > 5
        assert [operation for operation in described if operation not in shown] == []


async def test_every_operation_says_in_a_sentence_what_it_does(client: httpx.AsyncClient) -> None:
    """The framework makes a title of a function's name where there is none: "List Clients"."""
    for app in APPS:
        document = (await client.get(f"/{app}/openapi.json")).json()
        operations = [one for methods in document["paths"].values() for one in methods.values()]
        assert [one["summary"] for one in operations if len(one["summary"]) < len("Status list")] == []
        assert [one["summary"] for one in operations if one["summary"].istitle()] == []
        assert [one for one in operations if not one["tags"]] == []
