"""Which language a caller gets (requirement 7.24), and what a catalogue knows."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send

from tests.trillium.runtime.asgi_client import http_scope
from trillium.runtime.i18n import (
    DefaultLanguage,
    Language,
    choose_language,
    explicit_choice,
    language_of,
    parse_language,
    prefer_locales,
    read_catalogue,
)

EN, FR = Language.ENGLISH, Language.FRENCH


@pytest.mark.parametrize(
    ("explicit", "ui_locales", "accept", "expected"),
    [
        ([], "", "", EN),
        ([], "", "fr-CA,fr;q=0.9,en;q=0.8", FR),
        ([], "", "en;q=0.5, fr;q=0.7", FR),
        ([], "", "de, it, fr;q=0.1", FR),
        ([], "", "fr;q=0, en", EN),
        ([], "", "fr;q=0", EN),
        ([], "", "fr;q=2, en;q=0.1", EN),
        ([], "", "*", EN),
        ([], "de fr-CA en", "en", FR),
        ([], "de it", "fr", FR),
        (["en"], "fr", "fr", EN),
        (["", "fr"], "en", "en", FR),
        (["xx"], "", "fr", FR),
    ],
)
def test_choice_then_ui_locales_then_accept_language(
    explicit: list[str], ui_locales: str, accept: str, expected: Language
) -> None:
    chosen = choose_language(explicit=explicit, ui_locales=ui_locales, accept_language=accept)
    assert chosen is expected


@given(st.text(), st.text())
def test_no_header_breaks_it(ui_locales: str, accept: str) -> None:
    assert choose_language(explicit=[], ui_locales=ui_locales, accept_language=accept) in (EN, FR)


@pytest.mark.parametrize(
    ("tag", "language"),
    [("fr", FR), ("FR-ca", FR), ("fr_CA", FR), (" en ", EN), ("french", None), ("", None)],
)
def test_tags(tag: str, language: Language | None) -> None:
    assert parse_language(tag) is language


def test_locales_and_the_other_language() -> None:
    assert (EN.locale, FR.locale, EN.other, FR.other) == ("en-CA", "fr-CA", FR, EN)


@pytest.mark.parametrize(
    ("query", "headers", "expected"),
    [
        (b"lang=fr", {"Accept-Language": "en"}, FR),
        (b"", {"Cookie": "a=b; trillium-language=fr", "Accept-Language": "en"}, FR),
        (b"", {"Cookie": "__Host-trillium-language=fr"}, FR),
        (b"lang=en", {"Cookie": "trillium-language=fr"}, EN),
        (b"ui_locales=fr-CA+en", {"Cookie": "trillium-language=xx"}, FR),
        (b"lang=fr&lang=en", {}, FR),
        (b"&".join(b"a=%d" % n for n in range(200)), {"Accept-Language": "fr"}, FR),
        (b"lang=%FF", {"Cookie": 'trillium-language="\\', "Accept-Language": "fr"}, FR),
    ],
)
def test_the_language_of_a_request(query: bytes, headers: dict[str, str], expected: Language) -> None:
    scope = http_scope(headers=list(headers.items()), query_string=query)
    assert language_of(scope) is expected
    scope["headers"] = []
    assert language_of(scope) is expected, "decided once"


@pytest.mark.parametrize(
    ("query", "headers", "expected"),
    [
        (b"", {"Accept-Language": "en"}, FR),
        (b"lang=en", {}, EN),
        (b"ui_locales=en", {}, EN),
        (b"", {"Cookie": "trillium-language=en"}, EN),
    ],
)
def test_a_session_that_began_in_french(query: bytes, headers: dict[str, str], expected: Language) -> None:
    """Before the browser's languages, after every choice; also when the language was asked for already."""
    scope = http_scope(headers=list(headers.items()), query_string=query)
    language_of(scope)
    prefer_locales(scope, "fr-CA en")
    assert language_of(scope) is expected


def test_only_the_address_is_a_choice_to_remember() -> None:
    assert explicit_choice(http_scope(query_string=b"lang=fr")) is FR
    assert explicit_choice(http_scope(headers=[("Cookie", "trillium-language=fr")])) is None


async def test_without_any_wish_the_installations_default_counts() -> None:
    assert language_of(http_scope()) is EN
    seen: list[Language] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(language_of(scope))

    asked = http_scope(headers=[("Accept-Language", "en")])
    for scope in (http_scope(), asked):
        await DefaultLanguage(app, language=FR)(scope, _nothing, _nothing)
    assert seen == [FR, EN]


async def _nothing(*_: object) -> Any:
    raise AssertionError("nothing is read or sent")


CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: nplurals=2; plural=(n > 1);\\n"

msgid "Credential"
msgstr "Justificatif"

#, fuzzy
msgid "Offer"
msgstr "Peut-être une offre"

msgid "Untranslated"
msgstr ""

msgid "%(number)s day"
msgid_plural "%(number)s days"
msgstr[0] "%(number)s jour"
msgstr[1] "%(number)s jours"
"""


def test_a_catalogue_translates_and_leaves_the_rest_in_english(tmp_path: Path) -> None:
    (tmp_path / "a.po").write_text(CATALOGUE, encoding="utf-8")
    second = CATALOGUE.replace("Justificatif", "Autre").replace(
        '"Untranslated"\nmsgstr ""', '"Holder"\nmsgstr "Titulaire"'
    )
    (tmp_path / "b.po").write_text(second, encoding="utf-8")
    french = read_catalogue([tmp_path / "a.po", tmp_path / "b.po"])
    assert [
        french.gettext(text) for text in ("Credential", "Offer", "Untranslated", "Holder", "Nowhere")
    ] == [
        "Justificatif",
        "Offer",
        "Untranslated",
        "Titulaire",
        "Nowhere",
    ]


@pytest.mark.parametrize(("number", "text"), [(0, "jour"), (1, "jour"), (2, "jours"), (100, "jours")])
def test_french_plurals(tmp_path: Path, number: int, text: str) -> None:
    (tmp_path / "a.po").write_text(CATALOGUE, encoding="utf-8")
    french = read_catalogue([tmp_path / "a.po"])
    assert french.ngettext("%(number)s day", "%(number)s days", number) == f"%(number)s {text}"
    english = ["hours", "hour", "hours"][min(number, 2)]
    assert french.ngettext("hour", "hours", number) == english, "an unknown plural stays English"
