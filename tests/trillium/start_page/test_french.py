"""French as it is set in Canada: no-break spaces before a colon and inside guillemets, none before ; ! ?"""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from trillium.runtime.pages import RUNTIME_CATALOGUE
from trillium.start_page.app import HERE

START_CATALOGUE = HERE / "locales" / "fr" / "LC_MESSAGES" / "start_page.po"
MISTAKES = {
    "a plain apostrophe": r"'",
    "plain quotation marks": r'"',
    "a colon without a no-break space before it": r"(?<!\u00a0):(?!/)",
    "a space before ; ! or ?": r"\s[;!?]",
    "guillemets without no-break spaces inside": r"«(?!\u00a0)|(?<!\u00a0)»",
    "a number apart from its unit": r"\d (?:ans|jours|minutes|secondes)",
    "three dots for an ellipsis": r"\.\.\.",
    "two spaces": r"\s\s",
    "a title in capitals as English has it": r"^[A-ZÀ-Ý][a-zà-ÿ]+ (?:[A-ZÀ-Ý][a-zà-ÿ]+ ?){2,}$",
}


def texts_of(catalogue: Path) -> dict[str, str]:
    """French by English; each form of a plural is a text of its own."""
    texts: dict[str, str] = {}
    with catalogue.open("rb") as file:
        for message in read_po(file):
            english = message.id if isinstance(message.id, tuple) else (message.id,)
            french = message.string if isinstance(message.string, tuple) else (message.string,)
            texts |= {str(one): str(other) for one, other in zip(english, french, strict=True) if one}
    return texts


def mistakes_in(text: str) -> list[str]:
    bare = re.sub(r"<[^>]+>|%\(\w+\)s", "x", text)
    return [name for name, pattern in MISTAKES.items() if re.search(pattern, bare)]


ROOT = HERE.parent.parent
CATALOGUES = sorted(
    path
    for package in ("issuer", "verifier", "wallet_api", "trillium")
    for path in (ROOT / package).rglob("fr/LC_MESSAGES/*.po")
)


def test_every_catalogue_is_read() -> None:
    assert {RUNTIME_CATALOGUE, START_CATALOGUE} < set(CATALOGUES)


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.stem)
def test_the_french_is_set_as_french(catalogue: Path) -> None:
    texts = texts_of(catalogue)
    assert texts
    assert {text: found for text in texts.values() if (found := mistakes_in(text))} == {}


def test_sentences_end_alike_in_both_languages() -> None:
    for english, french in texts_of(START_CATALOGUE).items():
        assert french[-1] == english[-1] or french[-1].isalpha() == english[-1].isalpha(), english
        assert re.findall(r"</?code>|%\(\w+\)s", french) == re.findall(r"</?code>|%\(\w+\)s", english)


@pytest.mark.parametrize(
    "text",
    [
        "l'adresse",
        "Voici : tout",
        "Qui êtes-vous ?",
        "«\u00a0ici »",
        "19 ans",
        "Attendez...",
        "Ce Que Dit La Page",
    ],
)
def test_mistakes_are_seen(text: str) -> None:
    assert len(mistakes_in(text)) == 1
