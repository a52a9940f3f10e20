"""Every text of a page is there in French."""

from pathlib import Path

import pytest

from tests.architecture.source_tree import ROOT
from tools.check.translations import findings

HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
PAGE = "<h1>{{ _('Your offers') }}</h1>{% trans %}Scan this code{% endtrans %}"
BOTH = 'msgid "Your offers"\nmsgstr "Vos offres"\n\nmsgid "Scan this code"\nmsgstr "Balayez ce code"\n'


def test_every_text_is_in_french() -> None:
    found = findings(ROOT)

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("catalogue", "finding"),
    [
        (BOTH, None),
        (BOTH.replace("Balayez ce code", ""), "'Scan this code' has no translation"),
        (BOTH.replace('msgid "Scan', '#, fuzzy\nmsgid "Scan'), "'Scan this code' is marked fuzzy"),
        (BOTH.partition("\n\n")[0] + "\n", "'Scan this code' is not in French"),
    ],
    ids=["complete", "empty", "fuzzy", "absent"],
)
def test_a_missing_sentence_is_found(tmp_path: Path, catalogue: str, finding: str | None) -> None:
    write(tmp_path / "issuer/templates/offers.html", PAGE)
    write(tmp_path / "issuer/locales/fr/LC_MESSAGES/issuer.po", HEADER + catalogue)

    found = findings(tmp_path)

    assert len(found) == (1 if finding else 0)
    assert not finding or finding in found[0]


def test_a_text_without_any_catalogue_is_found(tmp_path: Path) -> None:
    write(tmp_path / "verifier/web/pages.py", "TITLE = N_('Sign in')\n")

    assert findings(tmp_path) == ["verifier: shows text but has no locales/fr/LC_MESSAGES/*.po"]


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
