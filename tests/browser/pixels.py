"""The picture that a browser took, as grey pixels: enough for a reader of QR codes."""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {2: 3, 6: 4}
"""Colour types of PNG section 11.2.2 that browsers write: RGB, and RGB with alpha."""


def grey_pixels(png: bytes) -> memoryview:
    """Rows and columns of bytes, 0 is black: the green of each pixel of an 8-bit picture."""
    assert png.startswith(SIGNATURE)
    data, place, header = b"", len(SIGNATURE), b""
    while place < len(png):
        (length,), kind = struct.unpack(">I", png[place : place + 4]), png[place + 4 : place + 8]
        body = png[place + 8 : place + 8 + length]
        header = body if kind == b"IHDR" else header
        data += body if kind == b"IDAT" else b""
        place += length + 12
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    assert (depth, interlaced) == (8, 0)
    step = CHANNELS[colour]
    lines = _unfiltered(zlib.decompress(data), height, width * step, step)
    return memoryview(b"".join(bytes(line[1::step]) for line in lines)).cast("B", (height, width))


def _unfiltered(data: bytes, height: int, size: int, step: int) -> list[bytearray]:
    """PNG section 9.2."""
    lines: list[bytearray] = []
    above = bytearray(size)
    for row in range(height):
        start = row * (size + 1)
        kind, line = data[start], bytearray(data[start + 1 : start + 1 + size])
        for place in range(size):
            left = line[place - step] if place >= step else 0
            corner = above[place - step] if place >= step else 0
            line[place] = (line[place] + _predicted(kind, left, above[place], corner)) & 0xFF
        lines.append(line)
        above = line
    return lines


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    if kind < 4:
        return (0, left, up, (left + up) // 2)[kind]
    guess = left + up - corner
    distances = ((abs(guess - one), order, one) for order, one in enumerate((left, up, corner)))
    return min(distances)[2]
