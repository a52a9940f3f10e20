"""Compression of the byte array: DEFLATE in a zlib container (Token Status List section 4.1, RFC 1950, RFC
1951).

The standard recommends the highest level. On bits scattered at random the *strategy* matters more: few
entries set compress best as runs of one byte, many as plain Huffman codes, in a hundredth of the time of
level 9 and within a few per cent of its size (smaller above 2.5 % set).
"""

import zlib
from typing import Final

from specs.token_status_list.errors import InvalidCompression, StatusListTooLarge

MAX_LIST_BYTES: Final = 4 * 1024 * 1024
"""How large a list may become when unpacked, unless the caller says otherwise: 2^25 one-bit entries."""

_RAW: Final = -15  # negative: DEFLATE without the container
_ZLIB: Final = 15
_HEADER: Final = b"\x78\xda"  # DEFLATE, 32 kB window, highest level
_LAST_BLOCK: Final = b"\x03\x00"  # an empty block with the "final" mark
_ADLER_MODULUS: Final = 65521
_BLOCK_BYTES: Final = 16 * 1024
# Measured for 1, 2, 4 and 8 bits alike: below this share of equal bytes Huffman codes beat runs.
_RUNS_FROM_SHARE: Final = 0.855


def decompress(data: bytes, *, max_bytes: int = MAX_LIST_BYTES) -> bytes:
    """The byte array in a zlib stream of any level.

    Never unpacks more than `max_bytes` (+ 1). Raises StatusListTooLarge, and InvalidCompression for another
    container, a damaged or truncated stream, a wrong checksum, and bytes after the end.
    """
    unpacker = zlib.decompressobj(_ZLIB)
    try:
        unpacked = unpacker.decompress(data, max_bytes + 1)
    except zlib.error:
        raise InvalidCompression("not a zlib stream, or damaged") from None
    # A small input can unpack to a thousand times its size: the bound is on the output.
    if len(unpacked) > max_bytes:
        raise StatusListTooLarge
    if not unpacker.eof:
        raise InvalidCompression("the stream ends early")
    if unpacker.unused_data:
        raise InvalidCompression("bytes after the end of the stream")
    return unpacked


class BlockCompressor:
    """Compresses one list again and again, doing only the work that a change asks for.

    The byte array is cut into blocks that are compressed on their own and end in a full flush (RFC 1951), so
    they can be joined and each reader sees one ordinary stream. Blocks equal to last time's are reused; what
    comes out always belongs to the bytes handed in, whatever was handed in before.
    """

    __slots__ = ("_blocks",)

    def __init__(self) -> None:
        self._blocks: list[_Block] = []

    def compress(self, data: bytes | bytearray) -> bytes:
        """`data` as one zlib stream, about 2 % longer than without the cuts."""
        known = self._blocks
        blocks: list[_Block] = []
        for number, start in enumerate(range(0, len(data), _BLOCK_BYTES)):
            plain = bytes(data[start : start + _BLOCK_BYTES])
            same = number < len(known) and known[number].plain == plain
            blocks.append(known[number] if same else _Block(plain))
        self._blocks = blocks
        return b"".join((_HEADER, *[block.packed for block in blocks], _LAST_BLOCK, _joined_checksum(blocks)))


class _Block:
    """One piece of a list with its compressed form and checksum."""

    __slots__ = ("checksum", "packed", "plain")

    def __init__(self, plain: bytes) -> None:
        packer = zlib.compressobj(9, zlib.DEFLATED, _RAW, 9, _strategy_for(plain))
        self.plain = plain
        self.packed = packer.compress(plain) + packer.flush(zlib.Z_FULL_FLUSH)
        self.checksum = zlib.adler32(plain)


def _joined_checksum(blocks: list[_Block]) -> bytes:
    """Adler-32 of all blocks together from those of each (RFC 1950 section 9), without reading them again.

    The low half is 1 + the sum of the bytes. The high half is the sum of all values the low half went
    through, so a block that starts from a low half of `low` instead of 1 adds (low - 1) once for each of its
    bytes.
    """
    low, high = 1, 0
    for block in blocks:
        block_low, block_high = block.checksum & 0xFFFF, block.checksum >> 16
        high = (high + block_high + (low - 1) * len(block.plain)) % _ADLER_MODULUS
        low = (low + block_low - 1) % _ADLER_MODULUS
    return (high << 16 | low).to_bytes(4, "big")


def _strategy_for(data: bytes | bytearray) -> int:
    """Runs when most bytes are equal (few entries set, or nearly all), Huffman codes otherwise."""
    if not data:
        return zlib.Z_RLE
    enough = len(data) * _RUNS_FROM_SHARE
    runs = data.count(0) >= enough or data.count(data[0]) >= enough
    return zlib.Z_RLE if runs else zlib.Z_HUFFMAN_ONLY
