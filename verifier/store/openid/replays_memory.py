"""``ports_openid.ReplayStore`` in memory."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class MemoryReplays:
    """For tests and benchmarks: one process only."""

    _until: dict[bytes, datetime] = field(default_factory=dict)

    async def first_use(self, key: bytes, until: datetime) -> bool:
        if key in self._until:
            return False
        self._until[key] = until
        return True

    async def purge_replays(self, now: datetime) -> int:
        over = [key for key, until in self._until.items() if until < now]
        for key in over:
            del self._until[key]
        return len(over)
