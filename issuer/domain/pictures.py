"""Pictures of a credential type: files beside `type-metadata.json`, embedded in what is served.

No wallet has to ask us for anything to draw a credential, so nobody learns where one is looked at; and the
`vct#integrity` in every credential covers its pictures too.
"""

import base64
import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from specs.sd_jwt_vc import (
    IMAGES,
    RASTER_IMAGES,
    SimpleRendering,
    TypeMetadata,
    create_integrity,
    parse_data_uri,
    render_svg,
)
from specs.sd_jwt_vc.errors import InvalidDataUri, RenderingError, UnknownSvgId, UnsafeSvg

MAX_PICTURE_BYTES: Final = 16 * 1024
_FILE: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_MEDIA_TYPES: Final = {"png": "image/png", "jpg": "image/jpeg", "svg": "image/svg+xml"}

Found = tuple[str, str]
"""A place in the type metadata, and what is wrong there."""


def embed_pictures(
    members: Mapping[str, Any], files: Mapping[str, bytes]
) -> tuple[dict[str, Any], list[Found]]:
    """The members with every file name in a `uri` replaced by the file and its `uri#integrity`.

    `files`: the octets of the folder's files by name. What is no file name is left for the parser to judge.
    """
    embedded, problems = copy.deepcopy(dict(members)), list[Found]()
    for place, picture in _pictures(embedded):
        name = picture.get("uri")
        if not isinstance(name, str) or not _FILE.fullmatch(name):
            continue
        media_type = _MEDIA_TYPES.get(name.rpartition(".")[2])
        if media_type is None:
            problems.append((f"{place}.uri", f"{name} is no PNG, JPEG or SVG"))
        elif name not in files:
            problems.append((f"{place}.uri", f"there is no file {name}"))
        elif len(files[name]) > MAX_PICTURE_BYTES:
            problems.append((f"{place}.uri", f"{name} is over {MAX_PICTURE_BYTES} bytes"))
        else:
            picture["uri"] = f"data:{media_type};base64,{base64.b64encode(files[name]).decode()}"
            picture["uri#integrity"] = create_integrity(files[name])
    return embedded, problems


def picture_problems(metadata: TypeMetadata) -> Iterator[Found]:
    """What keeps a wallet from drawing the type: pictures elsewhere, of a wrong kind, or not safe to show."""
    values = {claim.svg_id: "" for claim in metadata.claims if claim.svg_id}
    drawn: list[bytes] = []
    for number, display in enumerate(metadata.display or ()):
        place = f"display[{number}].rendering"
        if display.simple is not None:
            yield from _simple_problems(f"{place}.simple", display.simple)
        for position, template in enumerate(display.svg_templates):
            try:
                drawn.append(_template(template.image.uri, values))
            except RenderingError as error:
                yield f"{place}.svg_templates[{position}].uri", _explain(error)
    # An `svg_id` that every template leaves out is one that somebody forgot to draw.
    for number, claim in enumerate(metadata.claims):
        mark = f"{{{{{claim.svg_id}}}}}".encode()
        if claim.svg_id and not any(mark in template for template in drawn):
            yield f"claims[{number}].svg_id", "is in no template"


def _simple_problems(place: str, simple: SimpleRendering) -> Iterator[Found]:
    for name, image in (("logo", simple.logo), ("background_image", simple.background_image)):
        if image is None:
            continue
        if name == "logo" and not image.alt_text:
            yield f"{place}.{name}.alt_text", "is missing"
        try:
            # A wide-spread wallet reads no data URL whose media type has a plus sign, as SVG's has.
            parse_data_uri(image.uri, accepted=RASTER_IMAGES, max_bytes=MAX_PICTURE_BYTES)
        except InvalidDataUri:
            yield f"{place}.{name}.uri", "name a PNG or JPEG file of the folder"


def _template(uri: str, values: Mapping[str, str]) -> bytes:
    """The octets of a template that can be drawn (SD-JWT VC section 5.5.1.2); raises RenderingError."""
    picture = parse_data_uri(uri, accepted=IMAGES - RASTER_IMAGES, max_bytes=MAX_PICTURE_BYTES)
    render_svg(picture.data, values)
    return picture.data


def _explain(error: RenderingError) -> str:
    if isinstance(error, UnknownSvgId):
        return f"no claim has the svg_id {error.detail}"
    if isinstance(error, UnsafeSvg):
        return f"is not safe to show: {error.detail}"
    return "name an SVG file of the folder"


def _pictures(members: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every picture with its place, as far as the members have the form that they should have."""
    displays = members.get("display")
    for number, display in enumerate(displays if isinstance(displays, list) else ()):
        rendering = display.get("rendering") if isinstance(display, dict) else None
        if not isinstance(rendering, dict):
            continue
        place = f"display[{number}].rendering"
        simple, templates = rendering.get("simple"), rendering.get("svg_templates")
        for name in ("logo", "background_image"):
            if isinstance(simple, dict) and isinstance(simple.get(name), dict):
                yield f"{place}.simple.{name}", simple[name]
        for position, template in enumerate(templates if isinstance(templates, list) else ()):
            if isinstance(template, dict):
                yield f"{place}.svg_templates[{position}]", template
