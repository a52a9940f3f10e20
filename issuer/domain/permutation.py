"""Turns a counter into an unpredictable index, and never two counters into the same one (3.08, 3.10).

A list hands out 0, 1, 2, … under a lock; credentials carry the permuted value. Nobody without the key can
tell which indices belong to one batch, which come next, or how many have been used. No index has to be drawn
and tried, and a full list costs as much as an empty one.

The permutation is a Feistel network: the number is cut into a left and a right part, and each round mixes a
secret function of one part into the other. Every round can be undone whatever the function is, so two inputs
never meet in one output. The parts need not be of the same width. With ten rounds and parts this short the
functions are best kept as tables, filled from SHAKE-256 with the key in front: a hash call less per round.
"""

import hashlib
import sys
from array import array
from typing import Final

KEY_BYTES: Final = 32
MAX_SIZE: Final = 2**24

_ROUNDS: Final = 10  # as many as NIST SP 800-38G gives FF1, for the same reason: few bits on each side
_CONTEXT: Final = b"trillium status index permutation 1"


class Permutation:
    """The permutation of 0 … size - 1 that belongs to one key: the same on every machine, for ever."""

    __slots__ = ("_right_bits", "_right_mask", "_tables", "size")

    def __init__(self, key: bytes, size: int) -> None:
        """`key`: 32 secret bytes of this list only. `size`: a power of two from 4 to 2^24. ValueError
        otherwise.
        """
        if len(key) != KEY_BYTES:
            raise ValueError("the key has 32 bytes")
        if size.bit_count() != 1 or not 4 <= size <= MAX_SIZE:
            raise ValueError("the size is a power of two from 4 to 2^24")
        bits = size.bit_length() - 1
        self.size = size
        self._right_bits = bits // 2
        self._right_mask = (1 << self._right_bits) - 1
        left_mask = (1 << (bits - self._right_bits)) - 1
        # Even rounds mix a function of the right part into the left one, odd rounds the other way round.
        sides = ((self._right_mask, left_mask), (left_mask, self._right_mask))
        self._tables = [_table(key, bits, number, *sides[number % 2]) for number in range(_ROUNDS)]

    def index(self, counter: int) -> int:
        """The index that `counter` stands for; ValueError when the counter is past the end of the list."""
        if not 0 <= counter < self.size:
            raise ValueError("the counter is past the end of the list")
        left, right = counter >> self._right_bits, counter & self._right_mask
        tables = iter(self._tables)
        for into_left, into_right in zip(tables, tables, strict=True):
            left ^= into_left[right]
            right ^= into_right[left]
        return left << self._right_bits | right


def _table(key: bytes, bits: int, number: int, input_mask: int, output_mask: int) -> "array[int]":
    """A secret function from one part to the other, as the list of its values."""
    seed = _CONTEXT + bytes((bits, number)) + key
    size = 2 * (input_mask + 1)
    drawn = int.from_bytes(hashlib.shake_256(seed).digest(size), "little")
    masks = int.from_bytes(output_mask.to_bytes(2, "little") * (input_mask + 1), "little")
    values = array("H", (drawn & masks).to_bytes(size, "little"))
    if sys.byteorder == "big":
        values.byteswap()
    return values
