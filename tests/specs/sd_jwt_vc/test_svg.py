"""Requirement 2.26: SVG templates (SD-JWT VC section 5.5.1.2.2)."""

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.sd_jwt_vc import parse_type_metadata, render_svg, svg_values
from specs.sd_jwt_vc.errors import ClaimPathMismatch, RenderingError, UnknownSvgId, UnsafeSvg
from specs.sd_jwt_vc.svg import MAX_SVG_BYTES
from tests.specs.sd_jwt_vc.material import as_seen, document, vector

VECTOR = vector("svg_rendering.json")
TEMPLATE: str = VECTOR["svg_template"]
PNG = "data:image/png;base64,iVBORw0KGgo="


def svg(inner: str, *, root: str = "") -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {root}>{inner}</svg>'.encode()


def tree(picture: str | bytes) -> ET.Element:
    return ET.fromstring(picture)  # noqa: S314  (our own templates and what was made of them)


def contents(picture: str | bytes) -> list[tuple[str, dict[str, str], str]]:
    return [(one.tag, one.attrib, one.text or "") for one in tree(picture).iter()]


@pytest.mark.parametrize("case", VECTOR["cases"], ids=lambda case: str(case["value"]))
def test_2_26_values_are_escaped_and_never_expanded_again(case: dict[str, Any]) -> None:
    values = {"address_street_address": case["value"] or "", "name": "not inserted"}

    assert f">{case['rendered_text']}</text>" in render_svg(TEMPLATE.encode(), values)


@pytest.mark.parametrize("case", VECTOR["must_refuse"], ids=lambda case: case["case"])
def test_2_26_the_vector_is_refused(case: dict[str, str]) -> None:
    reason = UnknownSvgId if case["case"] == "unknown svg_id" else UnsafeSvg

    with pytest.raises(reason):
        render_svg(case["svg"].encode(), {"name": "x"})


REFUSED = {
    "document type": b'<!DOCTYPE svg><svg xmlns="http://www.w3.org/2000/svg"/>',
    "internal entity": b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"><text>&a;</text></svg>',
    "external entity": b'<!DOCTYPE svg SYSTEM "https://x.example/a.dtd"><svg xmlns="http://www.w3.org/2000/svg"/>',
    "undefined entity": svg("<text>&nbsp;</text>"),
    "style sheet instruction": b'<?xml-stylesheet href="https://x.example"?>' + svg(""),
    "not XML": b"<svg",
    "empty": b"",
    "no SVG": b"<html/>",
    "SVG without namespace": b"<svg/>",
    "other encoding": '<?xml version="1.0" encoding="utf-16"?><svg/>'.encode("utf-16"),
    "foreign object": svg("<foreignObject/>"),
    "script in another namespace": svg('<x:script xmlns:x="http://www.w3.org/1999/xhtml"/>'),
    "animation": svg('<rect><animate attributeName="href" to="https://x.example"/></rect>'),
    "link": svg('<a href="https://x.example"><text>x</text></a>'),
    "use": svg('<use href="#a"/>'),
    "filter image": svg('<filter><feImage href="https://x.example"/></filter>'),
    "nested svg": svg(svg("").decode()),
    "event handler in capitals": svg('<rect onClick="x()"/>'),
    "event handler without a call": svg('<rect onfocus="location=name"/>'),
    "event handler with prefix": svg('<rect x:onload="x()" xmlns:x="urn:x"/>'),
    "base": svg("", root='xml:base="https://x.example/"'),
    "external image by xlink": svg(
        '<image xlink:href="https://x.example" xmlns:xlink="http://www.w3.org/1999/xlink"/>'
    ),
    "relative image": svg('<image href="x.png"/>'),
    "svg in an image": svg('<image href="data:image/svg+xml,%3Csvg/%3E"/>'),
    "html in an image": svg('<image href="data:text/html,x"/>'),
    "script as link": svg('<linearGradient href="javascript:x()"/>'),
    "data for something else": svg(f'<textPath href="{PNG}"/>'),
    "external paint": svg('<rect fill="url(https://x.example/#a)"/>'),
    "external paint in style": svg("<rect style=\"fill: URL('//x.example')\"/>"),
    "two urls, one local": svg('<rect fill="url(#a) url(https://x.example)"/>'),
    "import": svg("<style>@import 'https://x.example';</style>"),
    "font": svg("<style>@font-face{src:url(https://x.example)}</style>"),
    "background": svg("<style>text{background:url(https://x.example)}</style>"),
    "escaped word": svg("<style>text{background:u\\72l(https://x.example)}</style>"),
    "escaped last letter": svg("<style>text{fill:image-se\\74('https://x.example')}</style>"),
    "word cut by a style comment": svg("<style>text{background:u/**/rl(https://x.example)}</style>"),
    "word cut by an XML comment": svg("<style>text{fill:image-set<!-- -->('https://x.example')}</style>"),
    "word cut by CDATA": svg("<style>text{fill:ur<![CDATA[l(https://x.example)]]>}</style>"),
    "element in a style sheet": svg("<style>a<text>b</text></style>"),
    "image set": svg("<rect style=\"fill:image-set('https://x.example')\"/>"),
    "placeholder in style": svg("<style>{{name}}</style>"),
    "placeholder in an attribute of text": svg('<text x="{{name}}">x</text>'),
    "placeholder outside text": svg("{{name}}"),
    "placeholder in a group": svg("<g>{{name}}</g>"),
    "broken placeholder": svg("<text>{{name}</text>"),
    "placeholder with space": svg("<text>{{ name }}</text>"),
    "too deep": svg("<g>" * 40 + "</g>" * 40),
    "too many elements": svg("<g/>" * 4001),
    "too large": svg(f"<text>{'x' * MAX_SVG_BYTES}</text>"),
}


@pytest.mark.parametrize("template", REFUSED.values(), ids=REFUSED.keys())
def test_2_26_anything_active_external_or_broken_is_refused(template: bytes) -> None:
    with pytest.raises(UnsafeSvg):
        render_svg(template, {"name": "x"})


ACCEPTED = {
    "shapes": svg(
        '<g transform="translate(1, 2) rotate(3)"><rect width="5" rx="1"/><path d="M0 0L1 1"/></g>'
    ),
    "gradient": svg(
        '<defs><linearGradient id="a"><stop stop-color="rgb(1,2,3)"/></linearGradient></defs>'
        '<rect fill="url(#a)" style="stroke: url(\'#a\')"/>'
    ),
    "style sheet": svg("<style>text > tspan, .a { font: bold 12px sans-serif; fill: #fff }</style>"),
    "embedded picture": svg(f'<image href="{PNG}" width="3"/>'),
    "text on a path": svg('<path id="p" d="M0 0"/><text><textPath href="#p">x</textPath></text>'),
    "title and language": svg("<title>Card</title><desc>x</desc>", root='xml:lang="en" role="img"'),
    "comment": svg("<!-- drawn by hand -->"),
    "declaration": b'<?xml version="1.0" encoding="UTF-8"?>' + svg(""),
    "byte order mark": b"\xef\xbb\xbf" + svg(""),
    "prefix": b'<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:text>x</s:text></s:svg>',
}


@pytest.mark.parametrize("template", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_2_26_harmless_templates_are_drawn_as_they_are(template: bytes) -> None:
    rendered = render_svg(template, {})

    assert contents(rendered) == contents(template)


def test_2_26_a_picture_is_drawn_again_the_same() -> None:
    rendered = render_svg(TEMPLATE.encode(), {"address_street_address": "42 <Galaxy> Way"})

    assert render_svg(rendered.encode(), {}) == rendered


def test_2_27_values_are_bounded_and_without_control_characters() -> None:
    values = {"address_street_address": "a\u0000\u202eb" + "x" * 5000}

    rendered = render_svg(TEMPLATE.encode(), values)
    assert "abxx" in rendered
    assert len(rendered) < 700


def test_2_26_several_placeholders_in_one_text() -> None:
    rendered = render_svg(svg("<text>{{a}} {{b}}{{a}}</text>"), {"a": "{{b}}", "b": "&"})

    assert "".join(tree(rendered).itertext()) == "{{b}} &{{b}}"


RULES = parse_type_metadata(
    document(
        {
            "vct": "x",
            "claims": [
                {"path": ["name"], "svg_id": "name"},
                {"path": ["nationalities", None], "svg_id": "nationalities"},
                {"path": ["address"], "svg_id": "address"},
                {"path": ["over"], "svg_id": "over"},
                {"path": ["number"], "svg_id": "number"},
                {"path": ["unlabelled"]},
            ],
        }
    )
).claims


def test_2_26_values_come_from_the_claims() -> None:
    claims = {
        "name": "Li", "nationalities": ["CA", "FR"], "address": {"country": "CA"}, "over": True, "number": 7,
        "unlabelled": "x",
    }  # fmt: skip

    assert svg_values(RULES, as_seen(claims)) == {
        "name": "Li",
        "nationalities": "CA, FR",
        "address": "",
        "over": "true",
        "number": "7",
    }


def test_2_26_an_absent_or_withheld_claim_becomes_empty_text() -> None:
    seen = as_seen({"name": None, "nationalities": ["CA", "FR"]}, ("nationalities", None), withheld={"CA"})
    values = svg_values(RULES, seen)

    assert (values["name"], values["nationalities"], values["over"]) == ("", "FR", "")
    assert "<text></text>" in render_svg(svg("<text>{{over}}</text>"), values)


def test_2_22_claims_of_another_structure_are_not_drawn() -> None:
    with pytest.raises(ClaimPathMismatch):
        svg_values(RULES, as_seen({"nationalities": "CA"}))


@given(st.text(alphabet="<>&\"'{}ab\u0000\u202e]!-/ ", max_size=40))
def test_2_26_no_value_can_change_the_structure(value: str) -> None:
    rendered = render_svg(TEMPLATE.encode(), {"address_street_address": value})

    root = tree(rendered)
    assert [one.tag for one in root.iter()] == [
        "{http://www.w3.org/2000/svg}svg",
        "{http://www.w3.org/2000/svg}text",
    ]
    assert (root[0].text or "").startswith("Street address: ")


@given(
    st.lists(
        st.sampled_from(["<svg", ">", "</svg>", "<text>", "{{a}}", "<!--", "-->", "&amp;", ' x="', '"', "x"])
    )
)
def test_2_26_whatever_the_template_is_only_our_own_errors_come_out(pieces: list[str]) -> None:
    with pytest.raises(RenderingError):
        render_svg("".join(pieces).encode(), {"a": "x"})
