"""Requirements 2.20, 2.26: pictures of a type are its own files, embedded, and safe to show."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from issuer.domain.configuration import build_configurations
from issuer.domain.pictures import MAX_PICTURE_BYTES, embed_pictures
from issuer.domain.problems import BadCredentialTypes
from specs.sd_jwt_vc import (
    IMAGES,
    SvgTemplate,
    choose_svg_template,
    create_integrity,
    parse_data_uri,
    render_svg,
    svg_values,
    verify_integrity,
)
from specs.sd_jwt_vc.display_metadata import ColorScheme, Contrast, Orientation
from tests.issuer.domain.subjects import FULL, SPARSE
from tests.issuer.domain.test_credential_types import TYPES, all_types, how_much, processed
from tests.issuer.domain.type_folders import VCT_BASE, Members, changed, claim, shipped_folders

SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg">'
    b"<text>{{family_name}} {{given_name}} {{birthdate}} {{document_number}}</text></svg>"
)
Change = Callable[[Members], object]


def problems(folders: dict[str, dict[str, bytes]]) -> list[str]:
    with pytest.raises(BadCredentialTypes) as caught:
        build_configurations(folders, vct_base=VCT_BASE).require_all()
    return [str(problem) for problem in caught.value.problems]


def with_file(name: str, data: bytes) -> dict[str, dict[str, bytes]]:
    return {"photo-card": {**shipped_folders()["photo-card"], name: data}}


def uri(members: Members, value: str, *place: Any) -> None:
    picture = members["display"][0]["rendering"]
    for part in place:
        picture = picture[part]
    picture["uri"] = value


def template_of(display: Any) -> list[SvgTemplate]:
    return list(display.svg_templates)


@all_types
def test_2_20_every_type_has_a_card_in_both_languages_and_in_high_contrast(configuration: Any) -> None:
    for display in configuration.metadata.display:
        assert len(display.svg_templates) == 2
        for contrast in Contrast:
            chosen = choose_svg_template(
                template_of(display),
                orientation=Orientation.LANDSCAPE,
                color_scheme=ColorScheme.LIGHT,
                contrast=contrast,
            )
            assert chosen is not None
            assert chosen.contrast is contrast


@all_types
def test_2_18_pictures_are_embedded_with_their_integrity(configuration: Any) -> None:
    for display in configuration.metadata.display:
        for image in (display.simple.logo, *(one.image for one in display.svg_templates)):
            picture = parse_data_uri(image.uri, accepted=IMAGES, max_bytes=MAX_PICTURE_BYTES)
            verify_integrity(picture.data, image.integrity)


@all_types
@how_much
def test_2_26_cards_are_drawn_for_whoever_it_is(configuration: Any, subjects: Any) -> None:
    values = svg_values(configuration.metadata.claims, processed(configuration, subjects))
    for display in configuration.metadata.display:
        for template in display.svg_templates:
            drawn = render_svg(parse_data_uri(template.image.uri, accepted=IMAGES).data, values)
            assert display.name in drawn
            assert "{{" not in drawn
            for value in values.values():
                assert value.replace("'", "&apos;") in drawn


@all_types
def test_every_word_on_a_french_card_is_french(configuration: Any) -> None:
    """Nothing that is written on the English card stands on the French one, but for names and numbers."""

    def words(display: Any) -> set[str]:
        texts: set[str] = set()
        for template in display.svg_templates:
            drawing = parse_data_uri(template.image.uri, accepted=IMAGES).data.decode()
            assert f'xml:lang="{display.locale}"' in drawing
            texts |= set(re.findall(r"<(?:text|title)[^>]*>([^<{]+)<", drawing))
        return {text for text in texts if re.search("[a-z]", text)}

    english, french = (words(display) for display in configuration.metadata.display)
    assert len(english) == len(french) >= 3
    assert not english & french


def test_what_is_drawn_is_what_the_claims_say() -> None:
    values = svg_values(TYPES["drivers-licence"].metadata.claims, processed(TYPES["drivers-licence"], FULL))  # type: ignore[index]
    assert values["conditions"] == "X"
    assert values["family_name"] == "Tremblay-O'Connor"
    sparse = svg_values(TYPES["photo-card"].metadata.claims, processed(TYPES["photo-card"], SPARSE))  # type: ignore[index]
    assert sparse["given_name"] == ""


@pytest.mark.parametrize("data", [b"", b"\x00", SVG], ids=["empty", "bytes", "svg"])
def test_a_file_goes_in_octet_for_octet(data: bytes) -> None:
    members = {"display": [{"rendering": {"simple": {"logo": {"uri": "logo.png"}}}}]}
    embedded, found = embed_pictures(members, {"logo.png": data})

    logo = embedded["display"][0]["rendering"]["simple"]["logo"]
    assert found == []
    assert base64.b64decode(logo["uri"].removeprefix("data:image/png;base64,")) == data
    assert logo["uri#integrity"] == create_integrity(data)
    assert members["display"][0]["rendering"]["simple"]["logo"] == {"uri": "logo.png"}


@pytest.mark.parametrize("members", [{}, {"display": 1}, {"display": [1]}, {"display": [{"rendering": 1}]}])
def test_members_of_another_form_are_left_for_the_parser(members: Members) -> None:
    assert embed_pictures(members, {}) == (members, [])


@pytest.mark.parametrize(
    ("why", "change"),
    [
        (
            "display[0].rendering.simple.logo.uri: there is no file other.png",
            lambda m: uri(m, "other.png", "simple", "logo"),
        ),
        (
            "display[0].rendering.simple.logo.uri: notes.txt is no PNG, JPEG or SVG",
            lambda m: uri(m, "notes.txt", "simple", "logo"),
        ),
        (
            "display[0].rendering.simple.logo.uri: name a PNG or JPEG file of the folder",
            lambda m: uri(m, "card-en.svg", "simple", "logo"),
        ),
        (
            "display[0].rendering.simple.logo.uri: name a PNG or JPEG file of the folder",
            lambda m: uri(m, "https://elsewhere.example/logo.png", "simple", "logo"),
        ),
        (
            "display[0].rendering.svg_templates[1].uri: name an SVG file of the folder",
            lambda m: uri(m, "https://elsewhere.example/card.svg", "svg_templates", 1),
        ),
        (
            "display[0].rendering.svg_templates[0].uri: name an SVG file of the folder",
            lambda m: uri(m, "logo.png", "svg_templates", 0),
        ),
        (
            "display[0].rendering.simple.logo.alt_text: is missing",
            lambda m: m["display"][0]["rendering"]["simple"]["logo"].pop("alt_text"),
        ),
        ("claims[3].svg_id: is in no template", lambda m: claim(m, "sex").update(svg_id="sex")),
        (
            "svg_templates[0].uri: no claim has the svg_id document_number",
            lambda m: claim(m, "document_number").pop("svg_id"),
        ),
    ],
)
def test_2_28_a_picture_that_cannot_be_shown_stops_the_type(why: str, change: Change) -> None:
    found = problems(changed("photo-card", "type-metadata.json", change))

    assert any(why in problem for problem in found), found


@pytest.mark.parametrize(
    ("why", "data"),
    [
        ("element 'script' is not allowed", SVG.replace(b"<text>", b"<script/><text>")),
        ("attribute 'onload' is not allowed", SVG.replace(b"<text>", b'<text onload="x()">')),
        ("link out of the template", SVG.replace(b"<text>", b'<path href="https://a.example/"/><text>')),
        ("image that is not embedded", SVG.replace(b"<text>", b'<image href="https://a.example/"/><text>')),
        ("at-rules", SVG.replace(b"<text>", b"<style>@import url(https://a.example)</style><text>")),
        ("placeholder in attribute", SVG.replace(b"<text>", b'<text class="{{birthdate}}">')),
        ("document type declaration", b"<!DOCTYPE svg>" + SVG),
        ("not well-formed", SVG[:-3]),
        ("no claim has the svg_id portrait", SVG.replace(b"birthdate", b"portrait")),
        (f"is over {MAX_PICTURE_BYTES} bytes", SVG + b" " * MAX_PICTURE_BYTES),
    ],
)
def test_2_26_a_template_that_is_not_safe_stops_the_type(why: str, data: bytes) -> None:
    assert build_configurations(with_file("card-en.svg", SVG), vct_base=VCT_BASE).good
    found = problems(with_file("card-en.svg", data))

    assert any(why in problem for problem in found), found


def test_the_size_of_what_a_wallet_fetches_is_bounded() -> None:
    """Four cards and a logo each; a wallet fetches this once and keeps it."""
    assert all(len(one.type_metadata) < 32 * 1024 for one in TYPES.values())
    for one in TYPES.values():
        assert json.loads(one.type_metadata)["vct"] == one.vct
