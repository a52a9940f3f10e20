"""What an SVG template may contain: shapes, colours and text; nothing that runs, loads, animates or links.

SD-JWT VC section 5.5.1.2.2 forbids executing code and references that could track. Elements are on an
allow-list; attributes may not be event handlers and may only point into the template itself or at an embedded
raster image.
"""

import re
from collections.abc import Mapping
from typing import Final

from specs.sd_jwt_vc.data_uri import RASTER_IMAGES, parse_data_uri
from specs.sd_jwt_vc.errors import InvalidDataUri, UnsafeSvg

SVG: Final = "http://www.w3.org/2000/svg"
XLINK: Final = "http://www.w3.org/1999/xlink"
XML: Final = "http://www.w3.org/XML/1998/namespace"

TEXT_ELEMENTS: Final = frozenset({"text", "tspan", "textPath", "title", "desc"})
"""Where placeholders may stand."""

# No script, style sheet link, foreignObject, animation, a, use, filter or switch. `use` is left out because a
# few lines of nested uses draw millions of shapes.
ELEMENTS: Final = TEXT_ELEMENTS | {
    "svg", "g", "defs", "style", "image", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon",
    "linearGradient", "radialGradient", "stop", "clipPath", "mask",
}  # fmt: skip

# Functions that compute a colour, a shape or a position. `url(#…)` is handled apart; image(), image-set(),
# src(), element() and expression() are not here.
_CSS_FUNCTIONS: Final = frozenset({
    "rgb", "rgba", "hsl", "hsla", "calc", "matrix", "translate", "translatex", "translatey", "scale",
    "scalex", "scaley", "rotate", "skewx", "skewy", "polygon", "circle", "ellipse", "inset",
})  # fmt: skip
_CSS_FUNCTION: Final = re.compile(r"([A-Za-z_-][A-Za-z0-9_-]*)?\s*\(")
_LOCAL_URL: Final = re.compile(r"url\(\s*([\"']?)#[A-Za-z_][A-Za-z0-9_.-]*\1\s*\)", re.IGNORECASE)
_LOCAL_LINK: Final = re.compile(r"#[A-Za-z_][A-Za-z0-9_.:-]*")
_PLAIN_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")


def element_name(qualified: str) -> str:
    """The local name of an allowed element (`namespace name`); raises UnsafeSvg."""
    namespace, _, name = qualified.rpartition(" ")
    if namespace != SVG or name not in ELEMENTS:
        raise UnsafeSvg(f"element {name[:40]!r} is not allowed")
    return name


def attribute_name(qualified: str) -> str:
    """How an allowed attribute is written out; raises UnsafeSvg."""
    namespace, _, name = qualified.rpartition(" ")
    if not _PLAIN_NAME.fullmatch(name) or name.lower().startswith("on"):
        raise UnsafeSvg(f"attribute {name[:40]!r} is not allowed")
    if not namespace:
        return name
    if namespace == XLINK and name == "href":
        return "href"  # SVG 2 section 16.1.2: the same without the prefix
    if namespace == XML and name in ("space", "lang"):
        return f"xml:{name}"
    raise UnsafeSvg(f"attribute {name[:40]!r} of another namespace")


def check_attributes(element: str, attributes: Mapping[str, str]) -> None:
    """Refuses placeholders, active content and references out of the template; raises UnsafeSvg."""
    for name, value in attributes.items():
        if "{{" in value:
            raise UnsafeSvg(f"placeholder in attribute {name}")
        if name == "href":
            _check_link(element, value)
        else:
            check_style(value)


def check_style(css: str) -> None:
    """A style sheet, style or presentation attribute without anything that loads; raises UnsafeSvg."""
    # An escape could spell a forbidden word, an at-rule could import, a comment could split a word in two.
    if any(mark in css for mark in ("@", "\\", "/*", "{{", "<")):
        raise UnsafeSvg("style with escapes, at-rules or comments")
    for function in _CSS_FUNCTION.finditer(_LOCAL_URL.sub("", css)):
        if function[1] is not None and function[1].lower() not in _CSS_FUNCTIONS:
            raise UnsafeSvg(f"style with the function {function[1][:40]!r}")


def _check_link(element: str, link: str) -> None:
    if _LOCAL_LINK.fullmatch(link):
        return
    if element != "image":
        raise UnsafeSvg(f"link out of the template in {element}")
    try:
        parse_data_uri(link, accepted=RASTER_IMAGES)
    except InvalidDataUri as error:
        raise UnsafeSvg("image that is not embedded") from error
