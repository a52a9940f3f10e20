"""From display metadata to what a person sees: the right language, and texts that cannot do harm.

SD-JWT VC sections 5.5, 5.6.2 and 7.6. Escaping for HTML is the template's business; what is taken out here
would do harm in any context.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Protocol, TypeVar

from specs.sd_jwt_vc.display_metadata import ColorScheme, Contrast, Orientation, SvgTemplate

MAX_LABEL: Final = 80
MAX_DESCRIPTION: Final = 400

# Control and format characters, lone surrogates, private use: invisible, or able to reorder their neighbours.
_UNSAFE_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co"})
_JOINERS: Final = frozenset("\u200c\u200d")
_MAX_MARKS: Final = 4


class Localized(Protocol):
    """A display entry, of a type or of a claim."""

    @property
    def locale(self) -> str: ...


_Entry = TypeVar("_Entry", bound=Localized)


def choose_display(entries: Sequence[_Entry], languages: Iterable[str]) -> _Entry | None:
    """The entry for the first language that is there, else the first entry, else None.

    For each wanted language tag: the same tag, then shorter ones (RFC 4647 section 3.4), then any region of
    the same language, because French from elsewhere serves a French speaker better than English.
    """
    for language in languages:
        for wanted in _lookup_range(language.lower()):
            for entry in entries:
                if entry.locale.lower() == wanted:
                    return entry
        primary = language.lower().partition("-")[0]
        for entry in entries:
            if entry.locale.lower().partition("-")[0] == primary:
                return entry
    return entries[0] if entries else None


def choose_svg_template(
    templates: Sequence[SvgTemplate],
    *,
    orientation: Orientation,
    color_scheme: ColorScheme,
    contrast: Contrast,
) -> SvgTemplate | None:
    """The template that fits best (section 5.5.1.2.1): a match counts for, a contradiction against it."""

    def fit(template: SvgTemplate) -> int:
        wanted = (contrast, color_scheme, orientation)
        offered = (template.contrast, template.color_scheme, template.orientation)
        weights = (8, 2, 1)
        return sum(
            0 if has is None else weight if has is wants else -weight
            for wants, has, weight in zip(wanted, offered, weights, strict=True)
        )

    return max(templates, key=fit, default=None)


def render_text(text: str, *, max_length: int = MAX_LABEL) -> str:
    """One line for people: no control or direction characters, no piles of accents, not over `max_length`.

    The result still needs escaping for where it is put (section 7.6).
    """
    line = " ".join("".join(_harmless(text[: 4 * max_length])).split())
    return line if len(line) <= max_length else line[: max_length - 1].rstrip() + "…"


def _lookup_range(language: str) -> Iterator[str]:
    while language:
        yield language
        language = language.rpartition("-")[0]


def _harmless(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if character.isspace():
            yield " "
        elif marks <= _MAX_MARKS and (category not in _UNSAFE_CATEGORIES or character in _JOINERS):
            yield character
