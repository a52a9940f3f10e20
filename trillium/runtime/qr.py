"""QR codes, as an SVG path or a PNG. Small symbols only: what is scanned is a reference, not the data."""

import asyncio
import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias
from xml.sax.saxutils import escape

import qrcode
from qrcode.base import rs_blocks
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M
from qrcode.util import MODE_8BIT_BYTE, QRData

LARGEST_REFERENCE: Final = 10
"""A reference of some 200 bytes; larger symbols are hard to read from a phone's screen."""
QUIET_ZONE: Final = 4
INLINE_BYTES: Final = 80
"""Drawing more than this takes over 5 ms and belongs into a thread."""

_Row: TypeAlias = tuple[bool, ...]


class QrTooLarge(ValueError):
    """The text needs a larger symbol than allowed."""


class Svg(str):
    """A drawing that templates put into a page as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


@dataclass(frozen=True, slots=True)
class QrCode:
    """The modules of a symbol, without its quiet zone; True is dark."""

    rows: tuple[_Row, ...]

    @property
    def version(self) -> int:
        """1 to 40; every version is four modules wider."""
        return (len(self.rows) - 17) // 4

    def svg(self, label: str) -> Svg:
        """An `<svg>` of one path, to stand in a page. `label` is its text for those who cannot see it."""
        side = len(self.rows) + 2 * QUIET_ZONE
        # Colours as attributes: the content security policy allows no inline style.
        return Svg(
            f'<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img" '
            f'shape-rendering="crispEdges" aria-label="{_attribute(label)}">'
            f'<rect width="{side}" height="{side}" fill="#fff"/><path fill="#000" d="{self._path()}"/></svg>'
        )

    def _path(self) -> str:
        parts = []
        for y, row in enumerate(self.rows, QUIET_ZONE):
            start = None
            for x, dark in enumerate((*row, False)):
                if dark and start is None:
                    start = x
                elif not dark and start is not None:
                    parts.append(f"M{start + QUIET_ZONE} {y}h{x - start}v1h-{x - start}z")
                    start = None
        return "".join(parts)

    def png(self, scale: int = 8) -> bytes:
        """A black and white PNG with `scale` pixels per module."""
        if not 1 <= scale <= 32:
            raise ValueError("1 to 32 pixels per module")
        blank = (False,) * QUIET_ZONE
        side = (len(self.rows) + 2 * QUIET_ZONE) * scale
        margin = _scan_line((False,) * (side // scale), scale) * (QUIET_ZONE * scale)
        lines = [_scan_line((*blank, *row, *blank), scale) * scale for row in self.rows]
        header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)  # one bit a pixel, greyscale
        chunks = (
            (b"IHDR", header),
            (b"IDAT", zlib.compress(b"".join([margin, *lines, margin]))),
            (b"IEND", b""),
        )
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _scan_line(row: _Row, scale: int) -> bytes:
    bits = "".join(("0" if dark else "1") * scale for dark in row)
    bits += "0" * (-len(bits) % 8)
    return b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _attribute(text: str) -> str:
    return escape(text, {'"': "&quot;"})


def _smallest_version(size: int, level: int, largest: int) -> int:
    """ISO/IEC 18004: a mode of 4 bits and a length of 8 or 16 bits come before the bytes."""
    for version in range(1, largest + 1):
        bits = sum(block.data_count for block in rs_blocks(version, level)) * 8
        if 4 + (8 if version < 10 else 16) + size * 8 <= bits:
            return version
    raise QrTooLarge(f"{size} bytes do not fit into version {largest}")


@lru_cache(maxsize=256)
def draw_qr(text: str, *, largest_version: int = LARGEST_REFERENCE, robust: bool = False) -> QrCode:
    """The symbol of `text`, the smallest that holds it. `robust`: 15 % may be unreadable, instead of 7 %.

    Raises QrTooLarge before drawing anything that needs more than `largest_version`.
    """
    data = text.encode()
    level = ERROR_CORRECT_M if robust else ERROR_CORRECT_L
    version = _smallest_version(len(data), level, largest_version)
    symbol = qrcode.QRCode(version=version, error_correction=level, border=0)
    symbol.add_data(QRData(data, mode=MODE_8BIT_BYTE), optimize=0)
    symbol.make(fit=False)
    return QrCode(tuple(tuple(bool(module) for module in row) for row in symbol.get_matrix()))


def qr_svg(text: str, label: str = "QR code") -> Svg:
    """The symbol of a short reference as an `<svg>`. Raises QrTooLarge."""
    return draw_qr(text).svg(label)


async def draw_qr_apart(
    text: str, *, largest_version: int = LARGEST_REFERENCE, robust: bool = False
) -> QrCode:
    """The same, without holding up the event loop for a symbol that takes long."""
    if len(text) <= INLINE_BYTES:
        return draw_qr(text, largest_version=largest_version, robust=robust)
    return await asyncio.to_thread(draw_qr, text, largest_version=largest_version, robust=robust)
