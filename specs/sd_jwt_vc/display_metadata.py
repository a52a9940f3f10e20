"""Display and rendering metadata of a credential type (SD-JWT VC sections 5.5 and 5.6.2), parsed."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from specs.sd_jwt_vc.errors import InvalidTypeMetadata
from specs.sd_jwt_vc.members import Members

# RFC 5646 section 2.1, well-formed as far as its parts have the right characters and lengths.
_LANGUAGE_TAG: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")

# An RGB colour: hexadecimal, by function, or by name. Nothing that could end a CSS declaration.
_COLOUR: Final = re.compile(
    r"#([0-9A-Fa-f]{3,4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})|rgba?\([0-9%., /]{1,40}\)|[A-Za-z]{3,30}"
)

_MAX_LINK: Final = 2048


class Orientation(StrEnum):
    PORTRAIT = "portrait"
    LANDSCAPE = "landscape"


class ColorScheme(StrEnum):
    LIGHT = "light"
    DARK = "dark"


class Contrast(StrEnum):
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class ImageReference:
    """A logo, background image or template: an HTTPS URL or `data:` URI, not fetched yet."""

    uri: str
    integrity: str | None = None
    """`uri#integrity`; the retrieved octets must pass `verify_integrity` when it is there."""
    alt_text: str | None = None


@dataclass(frozen=True, slots=True)
class SimpleRendering:
    logo: ImageReference | None = None
    background_image: ImageReference | None = None
    background_color: str | None = None
    text_color: str | None = None


@dataclass(frozen=True, slots=True)
class SvgTemplate:
    image: ImageReference
    orientation: Orientation | None = None
    color_scheme: ColorScheme | None = None
    contrast: Contrast | None = None


@dataclass(frozen=True, slots=True)
class TypeDisplay:
    """How a type is called and drawn in one language. Texts are untrusted: show them with `render_text`."""

    locale: str
    name: str
    description: str | None = None
    simple: SimpleRendering | None = None
    svg_templates: tuple[SvgTemplate, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimDisplay:
    """How a claim is called in one language. Texts are untrusted: show them with `render_text`."""

    locale: str
    label: str
    description: str | None = None


def parse_type_display(value: object, place: str) -> TypeDisplay:
    """One entry of the `display` of a type (section 5.5); raises InvalidTypeMetadata."""
    members = Members.of(value, place)
    rendering = members.nested("rendering")
    simple = rendering.nested("simple") if rendering else None
    return TypeDisplay(
        locale=_locale(members),
        name=members.required_text("name"),
        description=members.text("description"),
        simple=_simple(simple) if simple else None,
        svg_templates=_svg_templates(rendering) if rendering else (),
    )


def parse_claim_display(value: object, place: str) -> ClaimDisplay:
    """One entry of the `display` of a claim (section 5.6.2); raises InvalidTypeMetadata."""
    members = Members.of(value, place)
    return ClaimDisplay(_locale(members), members.required_text("label"), members.text("description"))


def _locale(members: Members) -> str:
    locale = members.required_text("locale")
    if not _LANGUAGE_TAG.fullmatch(locale):
        raise InvalidTypeMetadata(f"{members.at('locale')} is no language tag")
    return locale


def _simple(members: Members) -> SimpleRendering:
    return SimpleRendering(
        logo=_optional_image(members, "logo"),
        background_image=_optional_image(members, "background_image"),
        background_color=_color(members, "background_color"),
        text_color=_color(members, "text_color"),
    )


def _optional_image(members: Members, name: str) -> ImageReference | None:
    image = members.nested(name)
    return _image(image) if image else None


def _image(members: Members) -> ImageReference:
    uri = members.required_text("uri")
    # Section 5.5.1: HTTPS or data only; data URIs are judged when they are shown (`parse_data_uri`).
    remote = uri.startswith("https://") and len(uri) <= _MAX_LINK
    if not remote and not uri.startswith("data:"):
        raise InvalidTypeMetadata(f"{members.at('uri')} is neither an HTTPS URL nor a data URI")
    return ImageReference(uri, members.text("uri#integrity"), members.text("alt_text"))


def _color(members: Members, name: str) -> str | None:
    color = members.text(name)
    if color is not None and not _COLOUR.fullmatch(color):
        raise InvalidTypeMetadata(f"{members.at(name)} is no colour")
    return color


def _svg_templates(rendering: Members) -> tuple[SvgTemplate, ...]:
    templates = rendering.array("svg_templates", lambda value, place: _svg_template(Members.of(value, place)))
    if templates is None:
        return ()
    if len(templates) > 1 and any(_without_properties(template) for template in templates):
        raise InvalidTypeMetadata(
            f"{rendering.at('svg_templates')}: several templates, one without properties"
        )
    return templates


def _svg_template(members: Members) -> SvgTemplate:
    image = _image(members)
    properties = members.nested("properties")
    if properties is None:
        return SvgTemplate(image)
    template = SvgTemplate(
        image,
        properties.one_of("orientation", {word.value: word for word in Orientation}),
        properties.one_of("color_scheme", {word.value: word for word in ColorScheme}),
        properties.one_of("contrast", {word.value: word for word in Contrast}),
    )
    if _without_properties(template):
        raise InvalidTypeMetadata(f"{properties.place} has none of the known properties")
    return template


def _without_properties(template: SvgTemplate) -> bool:
    return template.orientation is None and template.color_scheme is None and template.contrast is None
