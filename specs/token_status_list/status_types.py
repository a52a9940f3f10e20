"""Status types: what a value in a list means (Token Status List section 7)."""

from collections.abc import Iterable
from enum import IntEnum
from typing import Final

BITS: Final = (1, 2, 4, 8)
"""The sizes of an entry that the standard allows (section 4.1)."""


class StatusType(IntEnum):
    """The three registered values (section 7.1); every other value is application-specific or reserved."""

    VALID = 0x00
    INVALID = 0x01  # final: a consumer may remember it for ever
    SUSPENDED = 0x02  # temporary


_APPLICATION_SPECIFIC: Final = frozenset({0x03, 0x0C, 0x0D, 0x0E, 0x0F})


def is_application_specific(status: int) -> bool:
    """Whether the meaning of `status` is left to an ecosystem (section 7.1)."""
    return status in _APPLICATION_SPECIFIC


def is_reserved(status: int) -> bool:
    """Whether `status` has no meaning yet; 0x0B, defined by older drafts, has none (section 7.1)."""
    return status not in _APPLICATION_SPECIFIC and status not in frozenset(StatusType)


def required_bits(statuses: Iterable[int]) -> int:
    """The smallest entry size, in bits, that holds each of `statuses` (section 7: it must be large enough).

    Raises ValueError for a negative status or one above 255.
    """
    largest = 0
    for status in statuses:
        if not 0 <= status <= 0xFF:
            raise ValueError("a status is a number from 0 to 255")
        largest = max(largest, status)
    return next(bits for bits in BITS if largest < 1 << bits)
