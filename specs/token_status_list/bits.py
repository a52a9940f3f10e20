"""The status list itself: a byte array of 1, 2, 4 or 8 bit entries (Token Status List section 4.1).

Index 0 lies in the least significant bits of byte 0; indices ascend towards the most significant bits, then
to the next byte. A new list holds VALID everywhere, so that unused and valid entries look alike (section
13.3).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from specs.token_status_list.compression import BlockCompressor
from specs.token_status_list.errors import IndexOutOfRange, InvalidBits
from specs.token_status_list.status_types import BITS

_POSITION_SHIFT: Final = {1: 3, 2: 2, 4: 1, 8: 0}  # index >> shift is the byte that holds the entry


class StatusList:
    """Entries that can be read and changed; `data` is the byte array of the standard, shared, not copied."""

    __slots__ = ("_compressor", "_mask", "_shift", "bits", "data")

    def __init__(self, bits: int, data: bytearray) -> None:
        """Use `data` as a list of `bits` bits an entry; raises InvalidBits."""
        _check_bits(bits)
        self.bits = bits
        self.data = data
        self._compressor = BlockCompressor()
        self._shift = _POSITION_SHIFT[bits]
        self._mask = (1 << bits) - 1

    @classmethod
    def empty(cls, *, size: int, bits: int) -> "StatusList":
        """A list of `size` entries, all VALID. Rounded up to whole bytes, as section 13.4 advises."""
        _check_bits(bits)
        if size < 1:
            raise ValueError("a status list has at least one entry")
        return cls(bits, bytearray((size * bits + 7) // 8))

    @classmethod
    def from_statuses(cls, statuses: Sequence[int], *, bits: int) -> "StatusList":
        """A list whose first entries are `statuses`, in order."""
        created = cls.empty(size=len(statuses), bits=bits)
        created.update((index, status) for index, status in enumerate(statuses) if status)
        return created

    @classmethod
    def from_indices(cls, indices: Iterable[int], *, status: int, size: int, bits: int) -> "StatusList":
        """A list with `status` at each of `indices` and VALID elsewhere: the quick way to rebuild one.

        Raises IndexOutOfRange, and ValueError when the status does not fit.
        """
        created = cls.empty(size=size, bits=bits)
        if not 0 <= status < 1 << bits:
            raise ValueError("the status does not fit in the bits of this list")
        chosen = list(indices)
        if chosen and min(chosen) < 0:
            raise IndexOutOfRange
        data, shift = created.data, _POSITION_SHIFT[bits]
        last_place = (1 << shift) - 1
        shifted = [status << (place * bits) for place in range(last_place + 1)]
        try:
            for index in chosen:  # every entry is zero before, so a bitwise or is enough
                data[index >> shift] |= shifted[index & last_place]
        except IndexError:
            raise IndexOutOfRange from None
        return created

    def __len__(self) -> int:
        """How many entries the byte array holds (at least as many as were asked for)."""
        return len(self.data) << self._shift

    def __iter__(self) -> Iterator[int]:
        """Every status, in order of index."""
        mask, places = self._mask, range(0, 8, self.bits)
        for byte in self.data:
            for place in places:
                yield (byte >> place) & mask

    def get(self, index: int) -> int:
        """The status at `index`; raises IndexOutOfRange."""
        if index < 0:  # Python would count from the end
            raise IndexOutOfRange
        try:
            byte = self.data[index >> self._shift]
        except IndexError:
            raise IndexOutOfRange from None
        return (byte >> (index * self.bits & 7)) & self._mask

    def set(self, index: int, status: int) -> None:
        """Write one entry; raises IndexOutOfRange, and ValueError when the status does not fit."""
        # section 7: bits must be large enough for the status
        if not 0 <= status <= self._mask:
            raise ValueError("the status does not fit in the bits of this list")
        if not 0 <= index < len(self):
            raise IndexOutOfRange
        place = index * self.bits & 7
        position = index >> self._shift
        self.data[position] = (self.data[position] & ~(self._mask << place) & 0xFF) | (status << place)

    def update(self, changes: Iterable[tuple[int, int]]) -> None:
        """Write (index, status) pairs in order; what came before a refused pair stays written."""
        for index, status in changes:
            self.set(index, status)

    def compressed(self) -> bytes:
        """The byte array as zlib stream. Asked again, only the parts that changed are compressed again."""
        return self._compressor.compress(self.data)


def _check_bits(bits: int) -> None:
    # section 4.1: 1, 2, 4 or 8, and a JSON integer: True and 2.0 are equal to allowed ones in Python only
    if type(bits) is not int or bits not in BITS:
        raise InvalidBits
