"""Every text that a page shows exists in French: each msgid of the sources is translated in the .po file."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

LANGUAGE = "fr"
CATALOGUE = f"locales/{LANGUAGE}/LC_MESSAGES"
APPS = ("issuer", "verifier", "wallet_api", "trillium")
SOURCES = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.jinja", "jinja2")]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}


def findings(root: Path) -> list[str]:
    """Texts without a French sentence, and French sentences for texts that are gone."""
    return [line for app in APPS if (root / app).is_dir() for line in _app_findings(root, root / app)]


def _app_findings(root: Path, app: Path) -> Iterator[str]:
    used = dict(_messages(root, app))
    catalogues = [path for path in sorted(app.rglob("*.po")) if path.parent.as_posix().endswith(CATALOGUE)]
    if used and not catalogues:
        yield f"{app.name}: shows text but has no {CATALOGUE}/*.po"
    translated: dict[str, Path] = {}
    for path in catalogues:
        name = path.relative_to(root)
        for message in _read(path):
            if not message.id:
                continue
            translated[_text(message.id)] = path
            if message.fuzzy:
                yield f"{name}: {_text(message.id)!r} is marked fuzzy: read it, then remove the mark"
            elif not message.string or (isinstance(message.string, tuple) and not all(message.string)):
                yield f"{name}: {_text(message.id)!r} has no translation"
    if catalogues:
        yield from (
            f"{place}: {text!r} is not in French" for text, place in used.items() if text not in translated
        )


def _messages(root: Path, app: Path) -> Iterator[tuple[str, str]]:
    found = extract_from_dir(
        str(app), method_map=SOURCES, keywords=KEYWORDS, comment_tags=(), strip_comment_tags=True
    )
    for name, line, message, _comments, _context in found:
        yield _text(message), f"{(app / name).relative_to(root)}:{line}"


def _read(path: Path) -> Catalog:
    return read_po(BytesIO(path.read_bytes()), locale=LANGUAGE, abort_invalid=True)


def _text(message: object) -> str:
    return str(message[0]) if isinstance(message, tuple | list) else str(message)
