"""Requirement 2.08: embedded documents are hostile until kind and size are known (SD-JWT VC section 7.9)."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.sd_jwt_vc import IMAGES, RASTER_IMAGES, parse_data_uri
from specs.sd_jwt_vc.errors import InvalidDataUri


def test_2_08_an_accepted_picture_is_read() -> None:
    found = parse_data_uri("data:image/PNG;base64,iVBORw0KGgo=", accepted=RASTER_IMAGES)

    assert (found.media_type, found.data) == ("image/png", b"\x89PNG\r\n\x1a\n")


def test_2_08_percent_encoded_text_is_read() -> None:
    found = parse_data_uri("data:image/svg+xml;charset=utf-8,%3Csvg/%3E", accepted=IMAGES)

    assert (found.media_type, found.data) == ("image/svg+xml", b"<svg/>")


@pytest.mark.parametrize(
    "uri",
    [
        "", "data:", "data:,x", "data:image/png", "image/png;base64,AAAA", "https://example.com/x.png",
        "data:text/html,<script>", "data:image/svg+xml,%3Csvg/%3E", "data:image/png;base64,A",
        "data:image/png;base64,A A=",
        "data:image/png;base64,====", "data:image/png;x=y;base64,AAAA", " data:image/png;base64,AAAA",
        "data:image/png,é", "data:image/png;base64;base64,AAAA",
    ],
)  # fmt: skip
def test_2_08_other_kinds_and_broken_encodings_are_refused(uri: str) -> None:
    with pytest.raises(InvalidDataUri):
        parse_data_uri(uri, accepted=RASTER_IMAGES)


@pytest.mark.parametrize("size", [101, 100_000])
def test_2_08_large_ones_are_refused(size: int) -> None:
    uri = "data:image/png;base64," + base64.b64encode(bytes(size)).decode()

    with pytest.raises(InvalidDataUri):
        parse_data_uri(uri, accepted=RASTER_IMAGES, max_bytes=100)


@given(st.binary(max_size=100))
def test_2_08_what_was_embedded_comes_out(data: bytes) -> None:
    uri = "data:image/jpeg;base64," + base64.b64encode(data).decode()

    assert parse_data_uri(uri, accepted=RASTER_IMAGES, max_bytes=100).data == data
