"""Drawing a credential from an SVG template (SD-JWT VC section 5.5.1.2.2).

The template is read by a parser that knows no document types and no entities, judged piece by piece
(`svg_safety`), and written anew: what was not recognised cannot be in the result.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.parsers import expat

from specs.sd_jwt.process import WITHHELD, ProcessedClaims
from specs.sd_jwt_vc.claim_path import select_claims
from specs.sd_jwt_vc.display import MAX_DESCRIPTION, render_text
from specs.sd_jwt_vc.errors import UnknownSvgId, UnsafeSvg
from specs.sd_jwt_vc.svg_safety import (
    SVG,
    TEXT_ELEMENTS,
    attribute_name,
    check_attributes,
    check_style,
    element_name,
)
from specs.sd_jwt_vc.type_metadata import ClaimMetadata

MAX_SVG_BYTES: Final = 256 * 1024
MAX_SVG_DEPTH: Final = 32
MAX_SVG_ELEMENTS: Final = 4000

_PLACEHOLDER: Final = re.compile(r"\{\{([A-Za-z_][A-Za-z0-9_]*)\}\}")
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})


def svg_values(claims: Sequence[ClaimMetadata], processed: ProcessedClaims) -> dict[str, str]:
    """The text for each `svg_id` of a type; empty for a claim that is absent or withheld.

    Several selected values are joined by commas; objects and arrays have no text and give an empty one.
    Raises ClaimPathMismatch.
    """
    as_issued = processed.claims_as_issued()
    texts: dict[str, str] = {}
    for claim in claims:
        if claim.svg_id is not None:
            values = [_text(selected.value) for selected in select_claims(as_issued, claim.path)]
            texts[claim.svg_id] = ", ".join(value for value in values if value)
    return texts


def render_svg(template: bytes, values: Mapping[str, str]) -> str:
    """The picture: the template with each `{{svg_id}}` replaced by its value, safe to show as an image.

    `values` has an entry for every `svg_id` of the type (`svg_values`). The octets of `template` have passed
    `verify_integrity` where the metadata has an integrity value. Raises UnsafeSvg or UnknownSvgId; then the
    template is not shown at all and the simple rendering takes its place.
    """
    if len(template) > MAX_SVG_BYTES:
        raise UnsafeSvg("too large")
    return _Writer(values).write(template)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is WITHHELD or value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


class _Writer:
    """Receives the parser's events and writes the picture."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.pieces: list[str] = []
        self.open: list[str] = []
        self.style: list[str] = []
        self.elements = 0

    def write(self, template: bytes) -> str:
        # The encoding is fixed here, so a declaration in the document cannot choose another one.
        parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        parser.CommentHandler = self.comment
        parser.StartDoctypeDeclHandler = self.refuse_document_type
        parser.ProcessingInstructionHandler = self.refuse_instruction
        try:
            parser.Parse(template, True)
        except expat.ExpatError as error:
            raise UnsafeSvg(f"not well-formed XML: line {error.lineno}") from error
        return "".join(self.pieces)

    def start(self, qualified: str, found: dict[str, str]) -> None:
        name = element_name(qualified)
        self.elements += 1
        if self.elements > MAX_SVG_ELEMENTS or len(self.open) >= MAX_SVG_DEPTH:
            raise UnsafeSvg("too many or too deeply nested elements")
        if (name == "svg") == bool(self.open):
            raise UnsafeSvg("svg is the root element and only that")
        if self.open and self.open[-1] == "style":
            raise UnsafeSvg("element in a style sheet")
        attributes = {attribute_name(key): value for key, value in found.items()}
        check_attributes(name, attributes)
        if not self.open:
            attributes = {"xmlns": SVG, **attributes}
        written = "".join(f' {key}="{value.translate(_ESCAPES)}"' for key, value in attributes.items())
        self.open.append(name)
        self.pieces.append(f"<{name}{written}>")

    def end(self, qualified: str) -> None:
        name = self.open.pop()
        if name == "style":
            # Judged as a whole: a comment or CDATA section may have cut a word in two.
            css = "".join(self.style)
            check_style(css)
            self.pieces.append(css.translate(_ESCAPES))
            self.style.clear()
        self.pieces.append(f"</{name}>")

    def text(self, text: str) -> None:
        inside = self.open[-1]
        if inside == "style":
            self.style.append(text)
        elif inside in TEXT_ELEMENTS:
            self.pieces.append(self.filled(text))
        elif "{{" in text:
            raise UnsafeSvg(f"placeholder in {inside}")
        else:
            self.pieces.append(text.translate(_ESCAPES))

    def filled(self, text: str) -> str:
        """One pass: a value that looks like a placeholder stays as it is."""
        pieces: list[str] = []
        end = 0
        for found in _PLACEHOLDER.finditer(text):
            pieces += [self.literal(text[end : found.start()]), self.value(found[1])]
            end = found.end()
        pieces.append(self.literal(text[end:]))
        return "".join(pieces)

    def literal(self, text: str) -> str:
        if "{{" in text:
            raise UnsafeSvg("something that begins like a placeholder")
        return text.translate(_ESCAPES)

    def value(self, svg_id: str) -> str:
        if svg_id not in self.values:
            raise UnknownSvgId(svg_id)
        return render_text(self.values[svg_id], max_length=MAX_DESCRIPTION).translate(_ESCAPES)

    def comment(self, text: str) -> None:
        """Comments are left out, but a placeholder in one is against the rules."""
        if "{{" in text:
            raise UnsafeSvg("placeholder in a comment")

    def refuse_document_type(self, *_: object) -> None:
        raise UnsafeSvg("document type declaration")

    def refuse_instruction(self, *_: object) -> None:
        raise UnsafeSvg("processing instruction")
