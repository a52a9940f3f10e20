"""``ports.MetListStore`` in memory."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from verifier.domain.met_list import MetList


@dataclass(slots=True)
class MemoryMetLists:
    """The lists by address and anchors."""

    _met: dict[tuple[str, str], MetList] = field(default_factory=dict)

    async def note_lists(self, lists: Collection[MetList]) -> None:
        for one in lists:
            known = self._met.get((one.uri, one.anchors_version))
            if known is None or known.met_on < one.met_on:
                self._met[one.uri, one.anchors_version] = one

    async def lists_met(self, anchors_version: str, limit: int) -> Sequence[MetList]:
        found = [one for one in self._met.values() if one.anchors_version == anchors_version]
        return sorted(sorted(found, key=_uri), key=_day, reverse=True)[:limit]

    async def forget_lists(self, met_before: date) -> int:
        over = [place for place, one in self._met.items() if one.met_on < met_before]
        for place in over:
            del self._met[place]
        return len(over)


def _uri(one: MetList) -> str:
    return one.uri


def _day(one: MetList) -> date:
    return one.met_on
