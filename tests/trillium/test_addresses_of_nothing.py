"""An address where nothing is: a page for a person, in both languages, and for programs what they read."""

from pathlib import Path

import pytest

from tests.trillium.test_rates_of_apps import LIMITED, client_at, create

SAID = {
    "en": ("en-CA", "There is nothing at this address.", "You can close this page"),
    "fr": ("fr-CA", "Il n’y a rien à cette adresse.", "Vous pouvez fermer cette page"),
}
HTML = "text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.mark.parametrize("language", SAID)
@pytest.mark.parametrize("name", LIMITED)
async def test_a_browser_gets_a_page_in_each_application(name: str, language: str, tmp_path: Path) -> None:
    app, (tag, text, advice) = create(name, tmp_path), SAID[language]
    headers = {"Accept": HTML, "Accept-Language": language}
    async with app.router.lifespan_context(app), client_at(app, "203.0.113.7") as client:
        page = await client.get("/nope", headers=headers)
        assert (page.status_code, page.headers["content-language"]) == (404, tag)
        assert page.headers["content-type"].startswith("text/html")
        assert text in page.text
        assert advice in page.text
        assert "Content-Security-Policy".lower() in page.headers
        told = await client.get("/nope")
        assert (told.status_code, told.headers["content-type"]) == (404, "application/problem+json")
        assert told.json()["code"] == "not_found"


@pytest.mark.parametrize(
    ("name", "path"), [("issuer", "/token"), ("verifier", "/openid/token"), ("verifier", "/responses")]
)
async def test_a_protocol_endpoint_keeps_its_form_and_a_registered_code(
    name: str, path: str, tmp_path: Path
) -> None:
    app = create(name, tmp_path)
    async with app.router.lifespan_context(app), client_at(app, "203.0.113.7") as client:
        refused = await client.put(path, headers={"Accept": HTML})
        assert (refused.status_code, refused.headers["content-type"]) == (405, "application/json")
        assert refused.json()["error"] == "invalid_request"
