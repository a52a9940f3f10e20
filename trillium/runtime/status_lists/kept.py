"""The lists at hand: bounded in number and in bytes; the one that was used longest ago goes first."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from specs.jose import TrustAnchors
from specs.token_status_list import Freshness, VerifiedStatusListToken, decide_freshness

Place: TypeAlias = tuple[str, str]
"""The list's address, and the version of the anchors that vouch for it: a list counts only under those."""

_OVERHEAD: Final = 2048
"""Of one kept list, beside its bytes: objects, names, a place in two tables."""
_REMEMBERED_PER_LIST: Final = 16


@dataclass(frozen=True, slots=True)
class KeptList:
    """A verified list with everything that says how long it may be used."""

    token: VerifiedStatusListToken
    text: str = field(repr=False)
    """The token as it was received, for whoever must prove later what was known."""
    etag: str
    resolved_at: datetime
    """When it was fetched or revalidated; by the clock of who asked first."""
    anchors: TrustAnchors
    chain_until: datetime
    """When the certificates above the token end: nothing vouches for it afterwards."""

    @property
    def size(self) -> int:
        """Bytes of memory, about."""
        return self.token.unpacked_bytes + len(self.text) + _OVERHEAD

    def freshness(self, max_age: timedelta, now: datetime) -> Freshness:
        """Whether it may be relied on at `now`, by its own word and the reader's rule (3.24)."""
        if now > self.chain_until:
            return Freshness.EXPIRED
        return decide_freshness(self.token.times, resolved_at=self.resolved_at, max_age=max_age, now=now)


@dataclass(frozen=True, slots=True)
class KeptLimits:
    """How many lists, and how many bytes of them."""

    lists: int = 256
    bytes: int = 64 * 1024 * 1024


@dataclass(slots=True)
class KeptLists:
    """`newest` of a list is remembered longer than the list: forgetting it would let an old one come back."""

    limits: KeptLimits = field(default_factory=KeptLimits)
    size: int = 0
    _lists: OrderedDict[Place, KeptList] = field(default_factory=OrderedDict)
    _used_at: dict[Place, datetime] = field(default_factory=dict)
    _newest: OrderedDict[Place, datetime] = field(default_factory=OrderedDict)

    def __len__(self) -> int:
        return len(self._lists)

    def find(self, place: Place, now: datetime) -> KeptList | None:
        """The list at hand, unless nothing vouches for it any more."""
        kept = self._lists.get(place)
        return kept if kept is not None and now <= kept.chain_until else None

    def newest(self, place: Place) -> datetime | None:
        """When the newest list that was ever seen there was issued."""
        return self._newest.get(place)

    def keep(self, place: Place, kept: KeptList) -> KeptList:
        """Keeps a list in place of the one before; others make room."""
        before = self._lists.pop(place, None)
        self.size += kept.size - (before.size if before else 0)
        self._lists[place] = kept
        self._note_newest(place, kept.token.times.issued_at)
        while len(self._lists) > 1 and self._is_full():
            dropped, list_ = self._lists.popitem(last=False)
            self._used_at.pop(dropped, None)
            self.size -= list_.size
        return kept

    def note_use(self, place: Place, now: datetime) -> None:
        """Somebody needed the list: nothing about who, or about which entry (3.26)."""
        if place in self._lists:
            self._lists.move_to_end(place)
            self._used_at[place] = now

    def used_since(self, moment: datetime) -> Iterator[tuple[Place, KeptList]]:
        """The lists that were needed or brought at `moment` or later."""
        for place, kept in list(self._lists.items()):
            if self._used_at.get(place, kept.resolved_at) >= moment:
                yield place, kept

    def below(self, version: str) -> list[KeptList]:
        """Everything that these anchors vouch for."""
        return [kept for (_, anchors), kept in self._lists.items() if anchors == version]

    def _is_full(self) -> bool:
        return len(self._lists) > self.limits.lists or self.size > self.limits.bytes

    def _note_newest(self, place: Place, issued_at: datetime) -> None:
        self._newest[place] = max(issued_at, self._newest.get(place, issued_at))
        self._newest.move_to_end(place)
        while len(self._newest) > self.limits.lists * _REMEMBERED_PER_LIST:
            self._newest.popitem(last=False)
