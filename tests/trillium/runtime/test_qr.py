"""QR codes: an independent reader reads what we draw, and nothing too large is drawn."""

import re
import struct
import zlib
from collections.abc import Sequence

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from trillium.runtime.qr import QrTooLarge, draw_qr, draw_qr_apart, qr_svg

OFFER = "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fissuer.example%2Foffers%2Fq9f3"


def read(rows: Sequence[Sequence[bool]], scale: int = 4) -> str:
    """What zxing-cpp reads; `rows` with quiet zone, True is dark."""
    pixels = bytearray()
    for row in rows:
        line = b"".join((b"\x00" if dark else b"\xff") * scale for dark in row)
        pixels += line * scale
    side = len(rows) * scale
    image = memoryview(bytes(pixels)).cast("B", (side, side))
    (found,) = zxingcpp.read_barcodes(image)
    text: str = found.text
    return text


def rows_of_svg(svg: str) -> list[list[bool]]:
    """Fills the rectangles of the path into a grid, as a browser would."""
    match = re.search(r'viewBox="0 0 (\d+) \1"', svg)
    assert match is not None
    side = int(match[1])
    rows = [[False] * side for _ in range(side)]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", svg):
        for column in range(int(x), int(x) + int(width)):
            rows[int(y)][column] = True
    return rows


def rows_of_png(png: bytes) -> list[list[bool]]:
    """Reads the one kind of PNG that we write."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, position = {}, 8
    while position < len(png):
        (length,) = struct.unpack_from(">I", png, position)
        name, data = png[position + 4 : position + 8], png[position + 8 : position + 8 + length]
        (crc,) = struct.unpack_from(">I", png, position + 8 + length)
        assert crc == zlib.crc32(name + data)
        chunks[name] = data
        position += 12 + length
    width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (width, depth, colour) == (height, 1, 0)
    data, stride = zlib.decompress(chunks[b"IDAT"]), (width + 7) // 8 + 1
    assert len(data) == stride * height
    rows = []
    for start in range(0, len(data), stride):
        bits = "".join(f"{byte:08b}" for byte in data[start + 1 : start + stride])
        rows.append([bit == "0" for bit in bits[:width]])
    return rows


def test_the_svg_is_readable() -> None:
    assert read(rows_of_svg(qr_svg(OFFER))) == OFFER


@pytest.mark.parametrize("scale", [1, 3, 8])
def test_the_png_is_readable(scale: int) -> None:
    assert read(rows_of_png(draw_qr(OFFER).png(scale)), scale=max(1, 4 // scale)) == OFFER


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=150))
def test_any_reference_is_readable(text: str) -> None:
    assert read(rows_of_svg(qr_svg(text))) == text


def test_a_quiet_zone_of_four_modules_surrounds_it() -> None:
    rows = rows_of_svg(qr_svg(OFFER))
    assert not any(any(row) for row in rows[:4] + rows[-4:])
    assert not any(any(row[:4]) or any(row[-4:]) for row in rows)


def test_nothing_too_large_is_drawn() -> None:
    """Requirement 8.05: a version holds so many bytes, and offers go by reference (4.09)."""
    assert draw_qr("x" * 271).version == 10
    for text in ("x" * 272, "x" * 2953, "x" * 100_000):
        with pytest.raises(QrTooLarge):
            draw_qr(text)
    assert draw_qr("x" * 1003, largest_version=22).version == 22
    with pytest.raises(QrTooLarge):
        draw_qr("x" * 1004, largest_version=22)


def test_a_robust_symbol_is_larger() -> None:
    assert draw_qr(OFFER, robust=True).version > draw_qr(OFFER).version


def test_the_label_is_escaped_and_nothing_is_inline_style() -> None:
    svg = qr_svg(OFFER, '"><script>alert(1)</script>')
    assert "<script>" not in svg
    assert "style=" not in svg
    assert OFFER not in svg


@pytest.mark.parametrize("scale", [0, 33])
def test_pictures_have_a_bearable_size(scale: int) -> None:
    with pytest.raises(ValueError, match="pixels"):
        draw_qr(OFFER).png(scale)


async def test_the_same_symbol_comes_from_a_thread() -> None:
    for text in ("short", OFFER):
        assert await draw_qr_apart(text) == draw_qr(text)
