"""Pages: both languages, escaping, the base layout's promises, static files."""

import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from fastapi import FastAPI
from jinja2 import UndefinedError
from starlette.requests import Request
from starlette.responses import Response

from tests.trillium.runtime.asgi_client import client_of, http_scope
from trillium.runtime.errors import Answer, CallerKind, install_error_handlers
from trillium.runtime.i18n import Language
from trillium.runtime.middleware import MiddlewareOptions, install_middleware
from trillium.runtime.pages import STATIC_FOLDER, PageOptions, Pages, static_mount
from trillium.runtime.qr import qr_svg

RUNTIME = STATIC_FOLDER.parent

OFFER_PAGE = """
{% extends "base.html" %}
{% block title %}{% trans %}Your credential{% endtrans %}{% endblock %}
{% block content %}
<h1>{% trans %}Your credential{% endtrans %}</h1>
<p>{% trans name=holder %}For {{ name }}{% endtrans %}</p>
<p>{% trans count=days %}{{ count }} day left{% pluralize %}{{ count }} days left{% endtrans %}</p>
<p>{{ until|date }}; {{ now|time }}; {{ 1234.5|number }}</p>
{% endblock %}
"""

CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "Your credential"
msgstr "Votre justificatif"

msgid "For %(name)s"
msgstr "Pour %(name)s"

msgid "%(count)s day left"
msgid_plural "%(count)s days left"
msgstr[0] "Il reste %(count)s jour"
msgstr[1] "Il reste %(count)s jours"

msgid "Trillium demo"
msgstr "Démo Trillium"
"""

CONTEXT = {
    "holder": "<b>Éléonore</b>",
    "days": 0,
    "until": date(2027, 3, 1),
    "now": datetime(2026, 11, 22, 1, 30, tzinfo=UTC),
}


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    return make_pages(tmp_path)


def make_pages(
    folder: Path, *, sandbox: bool = True, https: bool = True, base_path: str = "/issuer"
) -> Pages:
    (folder / "offer.html").write_text(OFFER_PAGE, encoding="utf-8")
    (folder / "demo.po").write_text(CATALOGUE, encoding="utf-8")
    return Pages(
        PageOptions(
            product="Trillium demo",
            templates=[folder],
            catalogues=[folder / "demo.po"],
            base_path=base_path,
            https=https,
            sandbox=sandbox,
            stylesheets=["/static/ontario.css"],
        )
    )


def text_of(response: Response) -> str:
    return bytes(response.body).decode()


def page_in(pages: Pages, language: str, query: bytes = b"") -> str:
    scope = http_scope(path="/issuer/offer", headers=[("Accept-Language", language)], query_string=query)
    return text_of(pages.response(scope, "offer.html", CONTEXT))


def test_a_page_in_english(pages: Pages) -> None:
    page = page_in(pages, "en")
    assert '<html lang="en-CA">' in page
    assert "<title>Your credential</title>" in page
    assert "0 days left" in page
    assert "March 1, 2027" in page
    assert "November 21, 2026" in page, "by the clock of Toronto"
    assert "1,234.5" in page


def test_a_page_in_french(pages: Pages) -> None:
    page = page_in(pages, "fr-CA")
    assert '<html lang="fr-CA">' in page
    assert "<h1>Votre justificatif</h1>" in page
    assert "Il reste 0 jour<" in page
    assert "1 mars 2027" in page
    assert "Démo Trillium" in page
    assert "Passer au contenu principal" in page


def test_values_are_escaped_also_inside_translations(pages: Pages) -> None:
    for language in ("en", "fr"):
        assert "&lt;b&gt;Éléonore&lt;/b&gt;" in page_in(pages, language)


def test_a_qr_code_is_drawn_not_quoted(tmp_path: Path) -> None:
    (tmp_path / "qr.html").write_text("{{ code }}")
    text = make_pages(tmp_path).render(Language.ENGLISH, "qr.html", {"code": qr_svg("a", 'a "label"')})
    assert text.startswith("<svg ")
    assert "a &quot;label&quot;" in text


def test_a_name_that_is_missing_is_an_error(pages: Pages) -> None:
    with pytest.raises(UndefinedError):
        pages.response(http_scope(), "offer.html", {})


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_sandbox_says_so_in_both_languages_on_every_page(tmp_path: Path, language: str) -> None:
    """product.md, rule 12."""
    page = page_in(make_pages(tmp_path), language)
    assert "demonstration with fictional residents" in page
    assert "démonstration avec des personnes fictives" in page
    assert "fictional" not in page_in(make_pages(tmp_path, sandbox=False), language)


class Outline(HTMLParser):
    """The facts about a page that its readers' tools rely on."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.mark.parametrize("template", ["offer.html", "error.html"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_layout_keeps_its_promises(pages: Pages, template: str, language: str) -> None:
    """product.md, rules 8 and 10: WCAG 2.2 AA, no script needed, nothing from elsewhere."""
    context = {**CONTEXT, "text": "A text.", "request_id": "0011", "code": "a", "status": 400}
    scope = http_scope(headers=[("Accept-Language", language)])
    outline = Outline(text_of(pages.response(scope, template, context)))
    assert outline.all("html") == [{"lang": f"{language}-CA"}]
    assert len(outline.all("h1")) == len(outline.all("main")) == len(outline.all("title")) == 1
    assert outline.all("a")[0] == {"class": "skip-link", "href": "#main"}, "2.4.1, before everything else"
    assert outline.all("main")[0]["id"] == "main"
    assert "user-scalable" not in str(outline.all("meta")), "1.4.4"
    switch = next(link for link in outline.all("a") if link.get("class") == "language-switch")
    assert switch["lang"] == switch["hreflang"] == ("fr-CA" if language == "en" else "en-CA"), "3.1.2"
    assert outline.all("script") == outline.all("style") == []
    assert all("style" not in attributes for _, attributes in outline.tags)
    addresses = [a[k] for _, a in outline.tags for k in ("href", "src", "action") if a.get(k)]
    assert not [address for address in addresses if "//" in str(address)]


def test_the_language_switch_stays_on_the_page(pages: Pages) -> None:
    page = page_in(pages, "en", b"offer=a%26b&lang=en")
    assert 'href="?offer=a%26b&amp;lang=fr"' in page


def test_a_choice_is_remembered_for_this_host_only(tmp_path: Path) -> None:
    chosen = http_scope(query_string=b"lang=fr")
    cookie = make_pages(tmp_path).response(chosen, "offer.html", CONTEXT).headers["set-cookie"]
    assert cookie.startswith("__Host-trillium-language=fr;")
    assert all(part in cookie for part in ("Path=/", "Secure", "HttpOnly", "SameSite=lax"))
    plain = make_pages(tmp_path, https=False).response(chosen, "offer.html", CONTEXT).headers["set-cookie"]
    assert plain.startswith("trillium-language=fr;")
    assert "Secure" not in plain
    unchosen = make_pages(tmp_path).response(http_scope(), "offer.html", CONTEXT)
    assert "set-cookie" not in unchosen.headers
    assert unchosen.headers["content-language"] == "en-CA"


def test_addresses_begin_with_the_public_path(pages: Pages) -> None:
    page = page_in(pages, "en")
    assert re.search(r'href="/issuer/static/runtime/base\.css\?v=[0-9a-f]{12}"', page)
    assert 'href="/issuer/static/ontario.css"' in page


async def test_errors_and_static_files_of_a_real_application(tmp_path: Path) -> None:
    app = FastAPI(redirect_slashes=False)
    renderer = install_error_handlers(
        app, {}, lambda path: CallerKind.PAGE, make_pages(tmp_path, base_path="")
    )
    install_middleware(app, renderer, MiddlewareOptions(https=True))
    app.router.routes.append(static_mount("runtime", STATIC_FOLDER))

    async def broken(request: Request) -> Response:
        raise KeyError("planted-value-4711")

    app.add_route("/broken", broken)
    async with client_of(app) as client:
        page = await client.get("/nowhere", headers={"Accept-Language": "fr"})
        assert page.status_code == 404
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert page.headers["cache-control"] == "no-store"
        assert "Il y a un problème" in page.text
        assert "Il n’y a rien à cette adresse." in page.text
        assert page.headers["x-request-id"] in page.text
        failed = await client.get("/broken")
        assert (failed.status_code, "planted" in failed.text) == (500, False)
        match = re.search(r'href="(/static/runtime/base\.css\?v=\w+)"', page.text)
        assert match is not None
        sheet = await client.get(match[1])
        assert sheet.headers["content-type"].startswith("text/css")
        assert "immutable" in sheet.headers["cache-control"]
        assert (await client.get("/static/runtime/base.css")).headers["cache-control"] == "no-cache"
        assert (await client.get("/static/runtime/../pages.py")).status_code == 404
        assert (await client.get("/static/runtime/%2e%2e/pages.py")).status_code == 404


def test_an_error_page_has_the_status_of_its_answer(pages: Pages) -> None:
    answer = Answer(410, "expired_offer", "The offer has expired.", "L'offre a expiré.")
    response = pages.error_response(http_scope(headers=[("Accept-Language", "fr")]), answer, "0011")
    assert response.status_code == 410
    assert "L’offre a expiré." in text_of(response)


def test_the_french_of_the_runtime_is_complete(tmp_path: Path) -> None:
    sources = "".join(path.read_text() for path in (RUNTIME / "templates").glob("*.html"))
    texts = set(re.findall(r"{% trans %}(.*?){% endtrans %}", sources)) | set(
        re.findall(r"_\('(.*?)'\)", sources)
    )
    assert len(texts) > 5
    catalogue = (RUNTIME / "locales" / "fr" / "LC_MESSAGES" / "runtime.po").read_text()
    assert not [text for text in texts if f'msgid "{text}"' not in catalogue]
    assert 'msgstr ""\n\n' not in catalogue


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    if len(colour) == 4:
        colour = "#" + "".join(digit * 2 for digit in colour[1:])
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("ink", "paper", 7),
        ("ink-soft", "paper", 7),
        ("ink", "shade", 7),
        ("ink", "error-paper", 7),
        ("ink", "success-paper", 7),
        ("ink", "warning-paper", 7),
        ("ink", "information-paper", 7),
        ("error-text", "paper", 7),
        ("accent", "paper", 4.5),
        ("accent", "information-paper", 4.5),
        ("accent-dark", "paper", 7),
        ("edge", "paper", 3),
        ("focus", "paper", 3),
        ("focus", "shade", 3),
        ("focus", "information-paper", 3),
    ],
)
def test_colours_have_enough_contrast(front: str, back: str, least: float) -> None:
    """WCAG 2.2, 1.4.3 and 1.4.11; text that is read at length has more. Links are of the accent's colour."""
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]+);", (STATIC_FOLDER / "base.css").read_text()))
    assert contrast(colours[front], colours[back]) >= least


def test_rendering_apart_from_a_request(pages: Pages) -> None:
    context = {**CONTEXT, "language": Language.FRENCH, "language_switch": "?lang=en"}
    assert "Votre justificatif" in pages.render(Language.FRENCH, "offer.html", context)
