"""Requirements 2.20 and 2.27: language, template and text for people (SD-JWT VC sections 5.5 and 7.6)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.sd_jwt_vc import (
    ClaimDisplay,
    ColorScheme,
    Contrast,
    ImageReference,
    Orientation,
    SvgTemplate,
    choose_display,
    choose_svg_template,
    render_text,
)

ENTRIES = [ClaimDisplay("en-CA", "Name"), ClaimDisplay("fr-CA", "Nom"), ClaimDisplay("de", "Name (de)")]


@pytest.mark.parametrize(
    ("languages", "label"),
    [
        (["fr-CA", "en"], "Nom"),
        (["FR-ca"], "Nom"),
        (["fr"], "Nom"),
        (["fr-FR"], "Nom"),
        (["de-AT-1996"], "Name (de)"),
        (["es", "fr"], "Nom"),
        (["es"], "Name"),
        ([], "Name"),
        (["f"], "Name"),
    ],
)
def test_2_20_the_entry_for_the_language_of_the_person(languages: list[str], label: str) -> None:
    display = choose_display(ENTRIES, languages)

    assert display is not None
    assert display.label == label


def test_2_20_the_same_tag_comes_before_another_region() -> None:
    entries = [ClaimDisplay("fr-FR", "a"), ClaimDisplay("fr-CA", "b"), ClaimDisplay("fr", "c")]

    assert choose_display(entries, ["fr-CA"]) == entries[1]
    assert choose_display(entries, ["fr-BE"]) == entries[2]


def test_2_20_without_entries_there_is_nothing_to_choose() -> None:
    assert choose_display([], ["en"]) is None


def template(
    orientation: Orientation | None, color_scheme: ColorScheme | None, contrast: Contrast | None
) -> SvgTemplate:
    return SvgTemplate(ImageReference("https://example.com/x.svg"), orientation, color_scheme, contrast)


def test_2_20_the_template_that_fits_the_screen_and_the_person() -> None:
    light = template(Orientation.PORTRAIT, ColorScheme.LIGHT, None)
    dark = template(Orientation.PORTRAIT, ColorScheme.DARK, None)
    high = template(None, ColorScheme.LIGHT, Contrast.HIGH)
    neutral = template(None, ColorScheme.LIGHT, None)

    def chosen(
        color_scheme: ColorScheme, contrast: Contrast, *, templates: list[SvgTemplate]
    ) -> SvgTemplate | None:
        return choose_svg_template(
            templates, orientation=Orientation.PORTRAIT, color_scheme=color_scheme, contrast=contrast
        )

    assert chosen(ColorScheme.LIGHT, Contrast.NORMAL, templates=[neutral, dark, high, light]) == light
    assert chosen(ColorScheme.DARK, Contrast.NORMAL, templates=[neutral, dark, high, light]) == dark
    # Somebody who needs contrast gets it, whatever else does not fit.
    assert chosen(ColorScheme.DARK, Contrast.HIGH, templates=[neutral, dark, high, light]) == high
    assert chosen(ColorScheme.DARK, Contrast.HIGH, templates=[]) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Élodie\tO’Brien\n", "Élodie O’Brien"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("a\u0000b\u200bc\ufeff", "abc"),
        ("\u2066hidden\u2069", "hidden"),
        ("نام\u200cها", "نام\u200cها"),
        ("Z" + "\u0336" * 50, "Z" + "\u0336" * 4),
        ("x" * 81, "x" * 79 + "…"),
        ("x" * 80, "x" * 80),
        ("   ", ""),
        ("\ud800", ""),
    ],
    ids=[
        "white space", "direction override", "invisible", "isolates", "joiner of Persian kept",
        "piled accents", "too long", "just long enough", "empty", "lone surrogate",
    ],
)  # fmt: skip
def test_2_27_texts_cannot_distort_a_page(text: str, shown: str) -> None:
    assert render_text(text) == shown


def test_2_27_markup_is_left_for_the_template_to_escape() -> None:
    assert render_text("<b>&") == "<b>&"


ALPHABET = "ab \t\n\u202e\u0301\u0000\u200d\U000e0041é中"


@given(st.text(alphabet=ALPHABET, max_size=200), st.integers(5, 60))
def test_2_27_whatever_comes_in_one_short_line_comes_out(text: str, max_length: int) -> None:
    shown = render_text(text, max_length=max_length)

    assert len(shown) <= max_length
    assert shown == shown.strip()
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in shown)
    assert "\u202e" not in shown
    assert render_text(shown, max_length=max_length) == shown
