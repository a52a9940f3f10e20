"""What travels with the pages: a policy that lets nothing in, and nothing kept that need not be."""

import httpx
import pytest

from tests.browser.reading import ReadPage
from tests.browser.site import LANGUAGES, MISSING, PAGES

pytestmark = pytest.mark.asyncio(loop_scope="session")

POLICY = {
    "default-src 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
}


@pytest.mark.parametrize("path", [*PAGES, *MISSING])
async def test_pages_carry_the_strict_headers(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert set(headers["content-security-policy"].split("; ")) == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert "server" not in headers
    assert "set-cookie" not in headers
    assert "strict-transport-security" not in headers, "it would lock out a laptop's plain http"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_pages_name_their_language(client: httpx.AsyncClient, language: str) -> None:
    answer = await client.get("/", headers={"Accept-Language": language})
    assert answer.headers["content-language"] == f"{language}-CA"


async def test_files_may_be_kept_because_their_addresses_change_with_them(client: httpx.AsyncClient) -> None:
    files = [link for link in ReadPage((await client.get("/")).text).links if link.startswith("/static/")]
    assert [file.partition("?")[0].rpartition("/")[2] for file in files] == [
        "icon.svg",
        "ontario-theme.css",
        "base.css",
        "start_page.css",
    ]
    for file in files:
        headers = (await client.get(file)).headers
        assert headers["cache-control"] == "public, max-age=31536000, immutable"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-type"].split(";")[0] in {"text/css", "image/svg+xml"}


@pytest.mark.parametrize("path", PAGES)
async def test_pages_are_for_reading_only(client: httpx.AsyncClient, path: str) -> None:
    refused = await client.post(path, headers={"Accept-Language": "fr"})
    assert refused.status_code == 405
    assert "Cette adresse ne répond pas à ce type de demande." in refused.text
    head = await client.head(path)
    assert (head.status_code, head.content) == (200, b"")


async def test_the_root_answers_health_checks(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "up"})
