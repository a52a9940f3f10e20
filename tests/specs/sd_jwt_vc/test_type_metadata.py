"""Requirements 2.17, 2.20 and 2.21: one Type Metadata document (SD-JWT VC sections 5.2, 5.5 and 5.6)."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.sd_jwt_vc import (
    ColorScheme,
    Contrast,
    Orientation,
    SelectiveDisclosure,
    TypeMetadata,
    parse_type_metadata,
)
from specs.sd_jwt_vc.errors import InvalidClaimPath, InvalidTypeMetadata, TypeMetadataError
from tests.specs.sd_jwt_vc.material import document, vector

EDUCATION = vector("type_metadata_education.json")["type_metadata"]
LOGO = {"uri": "https://example.com/logo.png"}
TEMPLATE = {"uri": "https://example.com/card.svg"}


def parsed(**members: Any) -> TypeMetadata:
    return parse_type_metadata(document({"vct": "https://example.com/type/1", **members}))


def with_rendering(**rendering: Any) -> TypeMetadata:
    return parsed(display=[{"locale": "en-CA", "name": "Card", "rendering": rendering}])


def test_2_17_the_example_of_the_standard_is_read() -> None:
    metadata = parse_type_metadata(document(EDUCATION))

    assert metadata.vct == EDUCATION["vct"]
    assert metadata.extends == EDUCATION["extends"]
    assert metadata.extends_integrity == EDUCATION["extends#integrity"]
    assert [claim.path for claim in metadata.claims] == [
        tuple(claim["path"]) for claim in EDUCATION["claims"]
    ]


def test_2_20_the_display_of_the_example_is_read() -> None:
    english, german = parse_type_metadata(document(EDUCATION)).display or ()

    assert (english.locale, german.locale) == ("en-US", "de-DE")
    assert german.name == "Betelgeuse-Bildungsnachweis"
    assert english.simple is not None
    assert english.simple.logo is not None
    assert english.simple.logo.alt_text == "Betelgeuse Ministry of Education logo"
    assert english.simple.background_image is not None
    assert english.simple.background_image.integrity == "sha256-5sBT7mMLylHLWrrS/qQ8aHpRAxoraWVmWX6eUVMlrrA="
    assert (english.simple.background_color, english.simple.text_color) == ("#12107c", "#FFFFFF")
    (template,) = english.svg_templates
    assert (template.orientation, template.color_scheme, template.contrast) == (
        Orientation.LANDSCAPE,
        ColorScheme.LIGHT,
        Contrast.HIGH,
    )


def test_2_21_the_claims_of_the_example_are_read() -> None:
    claims = {claim.path: claim for claim in parse_type_metadata(document(EDUCATION)).claims}

    assert claims[("name",)].is_mandatory
    assert claims[("name",)].selective_disclosure is SelectiveDisclosure.ALWAYS
    assert claims[("degrees",)].selective_disclosure is SelectiveDisclosure.NEVER
    assert claims[("address", "street_address")].svg_id == "address_street_address"
    assert claims[("degrees", None)].display is None


def test_2_21_defaults_when_a_claim_says_nothing() -> None:
    (claim,) = parsed(claims=[{"path": ["a"]}]).claims

    assert not claim.is_mandatory
    assert claim.selective_disclosure is SelectiveDisclosure.ALLOWED


def test_2_17_members_that_are_not_known_are_ignored() -> None:
    metadata = parsed(schema={"$id": 1}, claims=[{"path": ["a"], "svg": 3, "display": []}])

    assert metadata == parsed(claims=[{"path": ["a"], "display": []}])


def test_2_17_absent_and_empty_display_differ() -> None:
    assert parsed().display is None
    assert parsed(display=[]).display == ()


@pytest.mark.parametrize(
    "members",
    [
        {"vct": 1}, {"vct": ""}, {"vct": None}, {"name": 5}, {"extends": ""}, {"extends": ["a"]},
        {"extends#integrity": True}, {"display": {}}, {"display": ["en"]}, {"claims": {}}, {"claims": [[]]},
        {"display": [{"name": "Card"}]}, {"display": [{"locale": "en"}]},
        {"display": [{"locale": "en CA", "name": "C"}]}, {"display": [{"locale": "en_CA", "name": "C"}]},
        {"display": [{"locale": "en", "name": ""}]},
        {"display": [{"locale": "en", "name": "C", "rendering": []}]},
        {"claims": [{"path": ["a"], "display": [{"locale": "en", "name": "A"}]}]},
        {"claims": [{"path": ["a"], "display": [{"label": "A"}]}]},
        {"claims": [{"path": ["a"], "mandatory": "true"}]}, {"claims": [{"path": ["a"], "mandatory": 1}]},
        {"claims": [{"path": ["a"], "sd": "sometimes"}]}, {"claims": [{"path": ["a"], "sd": None}]},
        {"claims": [{"path": ["a"], "svg_id": "1a"}]}, {"claims": [{"path": ["a"], "svg_id": "a-b"}]},
        {"claims": [{"path": ["a"], "svg_id": "é"}]}, {"claims": [{"path": ["a"], "svg_id": ""}]},
        {"claims": [{"path": ["a"], "svg_id": "x"}, {"path": ["b"], "svg_id": "x"}]},
        {"claims": [{"path": ["a"], "sd": "always"}, {"path": ["a"], "sd": "never"}]},
        {"claims": [{"path": [f"a{number}"]} for number in range(513)]},
    ],
    ids=lambda members: json.dumps(members)[:60],
)  # fmt: skip
def test_2_17_2_20_2_21_a_known_member_in_a_wrong_form_makes_the_document_unusable(
    members: dict[str, Any],
) -> None:
    with pytest.raises(InvalidTypeMetadata):
        parsed(**members)


@pytest.mark.parametrize("path", [[], None, "a", ["a", -1], [True], [1.5]])
def test_2_21_a_malformed_path_makes_the_document_unusable(path: object) -> None:
    with pytest.raises(InvalidClaimPath) as caught:
        parsed(claims=[{"path": ["ok"]}, {"path": path}])
    assert caught.value.detail.startswith("claims[1].path")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'"x"',
        b'{"vct":"a","vct":"b"}',
        b'{"vct":"a"} x',
        b'{"name":"no vct"}',
        b"\xff",
        b"[" * 99,
    ],
)
def test_2_17_what_is_no_json_object_with_a_vct_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidTypeMetadata):
        parse_type_metadata(data)


def test_2_14_a_document_that_is_too_large_is_refused() -> None:
    with pytest.raises(InvalidTypeMetadata, match="too_large"):
        parsed(name="x" * 600_000)


@pytest.mark.parametrize(
    "colour", ["#fff", "#12107C", "#12107cff", "rgb(1, 2, 3)", "rgba(1 2 3 / 50%)", "navy"]
)
def test_2_20_colours_are_accepted(colour: str) -> None:
    (display,) = with_rendering(simple={"background_color": colour}).display or ()

    assert display.simple is not None
    assert display.simple.background_color == colour


@pytest.mark.parametrize(
    "simple",
    [
        {"background_color": "#12"}, {"text_color": "red;position:fixed"}, {"text_color": "url(https://x.example)"},
        {"text_color": ""}, {"text_color": 5}, {"logo": {}}, {"logo": "x"}, {"logo": {"uri": "http://a.example/l.png"}},
        {"logo": {"uri": "javascript:alert(1)"}}, {"logo": {"uri": "/logo.png"}},
        {"logo": {"uri": "https://a.example/" + "x" * 2048}}, {"background_image": {"uri": 5}},
        {"logo": {**LOGO, "alt_text": 5}}, {"logo": {**LOGO, "uri#integrity": 5}},
    ],
    ids=lambda simple: json.dumps(simple)[:50],
)  # fmt: skip
def test_2_20_a_rendering_that_could_break_a_page_is_refused(simple: dict[str, Any]) -> None:
    with pytest.raises(InvalidTypeMetadata):
        with_rendering(simple=simple)


def test_2_20_one_template_needs_no_properties() -> None:
    (display,) = with_rendering(svg_templates=[TEMPLATE]).display or ()

    assert display.svg_templates[0].orientation is None


@pytest.mark.parametrize(
    "templates",
    [
        [TEMPLATE, TEMPLATE],
        [TEMPLATE, {**TEMPLATE, "properties": {"contrast": "high"}}],
        [{**TEMPLATE, "properties": {}}],
        [{**TEMPLATE, "properties": {"contrast": "low"}}],
        [{**TEMPLATE, "properties": {"orientation": "square"}}],
        [{**TEMPLATE, "properties": {"color_scheme": True}}],
        [{"properties": {"contrast": "high"}}],
        {"uri": "x"},
    ],
    ids=lambda templates: json.dumps(templates)[:60],
)
def test_2_20_templates_that_cannot_be_told_apart_are_refused(templates: object) -> None:
    with pytest.raises(InvalidTypeMetadata):
        with_rendering(svg_templates=templates)


JSON = st.recursive(
    st.sampled_from([None, True, 0, -1, 1.5, "", "a", "en", "always", "#fff", "data:x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["path", "display", "locale", "name", "label", "sd", "rendering", "simple", "uri"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(st.dictionaries(st.sampled_from(["display", "claims", "name", "extends"]), JSON, max_size=4))
def test_2_17_whatever_the_members_hold_only_our_own_errors_come_out(members: dict[str, Any]) -> None:
    with contextlib.suppress(TypeMetadataError):
        parsed(**members)


@given(st.binary(max_size=60))
def test_2_17_whatever_the_octets_are_only_our_own_errors_come_out(data: bytes) -> None:
    with pytest.raises(TypeMetadataError):
        parse_type_metadata(data)
