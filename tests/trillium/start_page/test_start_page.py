"""The start page's application, with other applications than ours beside it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.browser.reading import ReadPage
from tests.trillium.start_page.other_apps import APPS, ORIGIN, app_with, opened
from trillium.combined import create_combined
from trillium.start_page.app import ROLES
from verifier.domain.verdict import ClerkOutcome

FRENCH = {"Accept-Language": "fr"}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with opened() as client:
        yield client


async def test_the_page_of_the_apis_shows_every_application_in_its_place(client: httpx.AsyncClient) -> None:
    page = (await client.get("/api")).text
    read = ReadPage(page)
    assert read.codes == [
        f"{ORIGIN}/issuer",
        "POST /credential",
        f"{ORIGIN}/verifier",
        "POST /presentations",
        f"{ORIGIN}/wallet",
        "POST /accounts",
    ]
    assert {f"{ORIGIN}/{name}/openapi.json" for name in APPS} <= set(read.links)
    assert {"issuer", "verifier", "wallet"} <= read.ids
    assert "Open an account" in page


async def test_names_of_applications_and_groups_are_in_french(client: httpx.AsyncClient) -> None:
    page = (await client.get("/api", headers=FRENCH)).text
    for text in ("Émetteur", "Vérificateur", "Portefeuille", "Pour les services", "Comptes"):
        assert f">{text}</h" in page
    assert "Description OpenAPI (Émetteur)" in page
    assert '<dd lang="en-CA">Open an account</dd>' in page, "3.1.2: the rest is marked as English"


async def test_the_installations_language_is_for_whoever_asks_for_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TRILLIUM_DEFAULT_LOCALE, from the environment to pages and answers of every application."""
    monkeypatch.setenv("TRILLIUM_DEFAULT_LOCALE", "fr-CA")
    combined = create_combined(ORIGIN, var_dir=tmp_path)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=combined), base_url=ORIGIN) as client:
        assert '<html lang="fr-CA"' in (await client.get("/")).text
        assert '<html lang="en-CA"' in (await client.get("/", headers={"Accept-Language": "en"})).text
        for app in ("issuer/management/credentials", "verifier/presentations/x", "wallet/credentials"):
            refused = await client.get(f"/{app}")
            assert (refused.status_code, refused.headers["content-language"]) == (401, "fr-CA"), app


async def test_what_has_no_french_name_is_shown_as_it_is() -> None:
    async with opened({"archive": app_with("/boxes", "<b>Open</b> a box", "keepers")}) as client:
        page = (await client.get("/api", headers=FRENCH)).text
    assert '<h2 class="ontario-h2" id="archive">archive</h2>' in page
    assert '<h3 class="ontario-h3">keepers</h3>' in page
    assert "&lt;b&gt;Open&lt;/b&gt; a box" in page


async def test_without_a_wallet_residents_are_not_promised_one() -> None:
    without = {name: app for name, app in APPS.items() if name != "wallet"}
    for apps, promised in ((APPS, True), (without, False)):
        async with opened(apps) as client:
            answer = await client.get("/roles/resident")
            assert answer.status_code == 200
            assert ("/api#wallet" in answer.text) is promised


@pytest.mark.parametrize("outcome", ClerkOutcome)
async def test_clerks_read_what_each_outcome_means(client: httpx.AsyncClient, outcome: ClerkOutcome) -> None:
    """Journey 6 of product.md. In French too; and only `valid` says to go ahead."""
    title = outcome.value.replace("_", " ").capitalize()
    page = (await client.get("/roles/clerk")).text
    assert f"<dt>{title}</dt>" in page
    meaning = page.partition(f"<dt>{title}</dt>")[2].partition("<dt>")[0]
    assert ("Go ahead" in meaning) is (outcome is ClerkOutcome.VALID)
    french = (await client.get("/roles/clerk", headers=FRENCH)).text
    assert french.count("<dt>") == len(ClerkOutcome)


@pytest.mark.parametrize("address", ["/roles/stranger", "/roles/", "/roles", "/nowhere", "/api/", "/docs"])
async def test_other_addresses_are_told_to_be_empty(client: httpx.AsyncClient, address: str) -> None:
    answer = await client.get(address, headers=FRENCH)
    assert answer.status_code == 404
    assert "Il n’y a rien à cette adresse." in answer.text
    assert '<html lang="fr-CA">' in answer.text


@pytest.mark.parametrize("role", ["..%2f..%2fapi", "api", "role-clerk", "clerk.html", "CLERK", "%00"])
async def test_a_role_names_no_file(client: httpx.AsyncClient, role: str) -> None:
    assert (await client.get(f"/roles/{role}")).status_code == 404


async def test_production_shows_no_banner_of_a_demonstration() -> None:
    async with opened(sandbox=False) as client:
        assert "fictional" not in (await client.get("/")).text


async def test_the_choice_of_a_language_is_tied_to_the_host_where_there_is_https() -> None:
    for https, name in ((True, "__Host-trillium-language"), (False, "trillium-language")):
        async with opened(https=https) as client:
            answer = await client.get("/?lang=fr")
        assert answer.headers["set-cookie"].startswith(f"{name}=fr;")
        assert ("strict-transport-security" in answer.headers) is https


async def test_the_start_page_describes_no_api_of_its_own(client: httpx.AsyncClient) -> None:
    assert (await client.get("/openapi.json")).status_code == 404


async def test_the_root_answers_health_checks(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health")
    assert (answer.json(), answer.headers["cache-control"]) == ({"status": "up"}, "no-store")


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_has_a_page_with_one_heading_and_a_title_of_its_own(
    client: httpx.AsyncClient, role: str
) -> None:
    for headers in ({}, FRENCH):
        page = (await client.get(f"/roles/{role}", headers=headers)).text
        assert page.count("<h1 ") == 1
        title = page.partition("<title>")[2].partition("</title>")[0]
        assert title.endswith(" – Trillium")
        assert len(title) > len("For – Trillium")
