"""`data:` URIs (RFC 2397) in claims and renderings: hostile until their kind and size are known.

SD-JWT VC section 7.9: an allow-list of media types and a bound on the size, before anything is decoded for
display.
"""

import base64
import binascii
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from specs.sd_jwt_vc.errors import InvalidDataUri

RASTER_IMAGES: Final = frozenset({"image/png", "image/jpeg"})
"""Pictures that cannot hold active content; the only kinds for portraits."""

IMAGES: Final = RASTER_IMAGES | {"image/svg+xml"}
"""Kinds for logos. An SVG is shown only as an image element, or after `render_svg`."""

MAX_IMAGE_BYTES: Final = 256 * 1024

_HEAD: Final = re.compile(
    r"data:(?P<type>[a-z]+/[a-z0-9.+-]+)(?:;charset=[A-Za-z0-9-]+)?(?P<base64>;base64)?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class DataUri:
    """An embedded document: its media type in lower case and its octets."""

    media_type: str
    data: bytes


def parse_data_uri(uri: str, *, accepted: Collection[str], max_bytes: int = MAX_IMAGE_BYTES) -> DataUri:
    """The document in a `data:` URI of an accepted media type and size; raises InvalidDataUri."""
    # Base64 and percent-encoding make it longer, so a URI over three times the bound cannot be within it.
    if len(uri) > 3 * max_bytes + 128:
        raise InvalidDataUri("too long")
    head, comma, body = uri.partition(",")
    found = _HEAD.fullmatch(head)
    if found is None or not comma:
        raise InvalidDataUri("not a data URI with a media type")
    media_type = found["type"].lower()
    if media_type not in accepted:
        raise InvalidDataUri("media type not accepted")
    data = _decode_base64(body) if found["base64"] else _decode_percent(body)
    if len(data) > max_bytes:
        raise InvalidDataUri("too large")
    return DataUri(media_type, data)


def _decode_base64(body: str) -> bytes:
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidDataUri("not base64") from error


def _decode_percent(body: str) -> bytes:
    if not body.isascii():
        raise InvalidDataUri("not ASCII")
    return unquote_to_bytes(body)
