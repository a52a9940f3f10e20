"""Status of issued credentials: which changes are allowed, and which lists and indices copies get.

Nothing here reads a clock or draws a number: moments, seeds and counters are handed in.
"""

from datetime import UTC, datetime
from enum import Enum
from typing import Final

from specs.token_status_list import StatusType, required_bits

OPEN_LISTS: Final = 4
"""Lists of a group that are filled side by side (3.14). With one, all copies of a batch would share it; with
ten, hardly anybody else would be on the same ten."""

SEED_BYTES_PER_DRAW: Final = 4


class StatusChange(Enum):
    """What an administrator may do to a card. `target` and `sources` are status types of the published list.

    Revoked is final (Token Status List section 7.1: INVALID); only a suspended card can be reinstated.
    """

    REVOKE = ("revoke", StatusType.INVALID, (StatusType.VALID, StatusType.SUSPENDED))
    SUSPEND = ("suspend", StatusType.SUSPENDED, (StatusType.VALID,))
    REINSTATE = ("reinstate", StatusType.VALID, (StatusType.SUSPENDED,))

    target: StatusType
    sources: tuple[StatusType, ...]

    def __new__(cls, verb: str, target: StatusType, sources: tuple[StatusType, ...]) -> "StatusChange":
        """The verb is the value: `StatusChange("revoke")`."""
        change = object.__new__(cls)
        change._value_ = verb
        change.target = target
        change.sources = sources
        return change

    def allowed_from(self, status: int) -> bool:
        """Whether a card with `status` may be changed so."""
        return status in self.sources

    def fits(self, bits: int) -> bool:
        """Whether lists of `bits` bits an entry can show it: one bit has no room for a suspension (3.06)."""
        return required_bits((self.target,)) <= bits


def draw_lists(open_lists: int, count: int, seed: bytes) -> list[int]:
    """For each of `count` copies the position, from 0, of the open list that its entry is taken from.

    Each copy draws on its own, so some of a batch share a list and nobody can tell which (decisions.md
    "Status lists"). `seed`: four random bytes a copy; ValueError when there are fewer, or no list is open.
    """
    if open_lists < 1 or len(seed) < SEED_BYTES_PER_DRAW * count:
        raise ValueError("nothing to draw from")
    return [
        int.from_bytes(seed[start : start + SEED_BYTES_PER_DRAW], "big") % open_lists
        for start in range(0, SEED_BYTES_PER_DRAW * count, SEED_BYTES_PER_DRAW)
    ]


def expiry_bucket(expires_at: datetime) -> str:
    """The year, in UTC, in which a credential ends. Lists are kept apart by it, to be retired one day."""
    if expires_at.tzinfo is None:
        raise ValueError("a moment without time zone")
    return f"{expires_at.astimezone(UTC).year:04d}"
