"""Who fetches, and when: one fetch of a list at a time, few of one server, a pause after a failure."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

import structlog

from specs.errors import ProtocolError
from trillium.runtime.http_client import TimedOut
from trillium.runtime.status_lists.kept import KeptList, Place

log: Final = structlog.get_logger()

MOST_FETCHES: Final = 32
MOST_FETCHES_PER_ORIGIN: Final = 4
"""A server that answers slowly holds up its own lists and nobody else's."""
PATIENCE: Final = 15.0
"""Seconds that anybody waits for a list, queues included."""
PAUSE_AFTER_FAILURE: Final = 2.0
"""Seconds without another try: a server in trouble, and everybody who waits for it, is spared."""
MOST_FAILURES: Final = 1024


@dataclass(slots=True, weakref_slot=True)
class Turn:
    """One fetch of a list at a time, counted, so that whoever waits knows which outcomes concern them."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    begun: int = 0
    succeeded: int = 0
    """The number of the last fetch that brought a list."""
    failed: int = 0
    failure: ProtocolError | None = None


@dataclass(frozen=True, slots=True)
class Waiter:
    """Somebody who has come for a list: what had happened before them does not count as theirs."""

    turn: Turn
    begun: int
    failed: int

    @property
    def has_later_list(self) -> bool:
        """A fetch that began after they came brought a list: nothing could be fresher."""
        return self.turn.succeeded > self.begun

    @property
    def later_failure(self) -> ProtocolError | None:
        """What a fetch that ended after they came failed with."""
        return self.turn.failure if self.turn.failed > self.failed else None


@dataclass(slots=True)
class FetchTurns:
    """`pause`: see PAUSE_AFTER_FAILURE. `patience`: see PATIENCE."""

    pause: float = PAUSE_AFTER_FAILURE
    patience: float = PATIENCE
    # A turn or a queue is there for as long as somebody has it in hand.
    _turns: WeakValueDictionary[Place, Turn] = field(default_factory=WeakValueDictionary)
    _queues: WeakValueDictionary[str, asyncio.Semaphore] = field(default_factory=WeakValueDictionary)
    _all: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_FETCHES))
    _failures: OrderedDict[Place, tuple[float, ProtocolError]] = field(default_factory=OrderedDict)

    def __len__(self) -> int:
        """How many are in somebody's hand."""
        return len(self._turns)

    @asynccontextmanager
    async def next(self, place: Place) -> AsyncIterator[Waiter]:
        """Waits for this caller's turn at a list.

        Raises:
            TimedOut: the turn did not come, or its fetch did not end, in time.
            ProtocolError: fetching failed a moment ago, and is not tried again yet.
        """
        self._refuse_in_pause(place)
        turn = self._turns.setdefault(place, Turn())
        waiter = Waiter(turn, turn.begun, turn.failed)
        try:
            async with asyncio.timeout(self.patience), turn.lock:
                yield waiter
        except TimeoutError as error:
            raise TimedOut(f"no list within {self.patience} s") from error

    async def fetch(self, waiter: Waiter, place: Place, fetch: Callable[[], Awaitable[KeptList]]) -> KeptList:
        """Does it, as the one whose turn it is, and notes for the others how it went."""
        turn = waiter.turn
        turn.begun += 1
        try:
            async with self._queue(place[0]), self._all:
                kept = await fetch()
        except ProtocolError as error:
            # One line for each try, not for each who waits: the log counts no presentations.
            log.warning("status_list_unavailable", error=type(error).__name__)
            turn.failed, turn.failure = turn.begun, error
            self._note_failure(place, error)
            raise
        turn.succeeded = turn.begun
        self._failures.pop(place, None)
        return kept

    def _queue(self, uri: str) -> asyncio.Semaphore:
        return self._queues.setdefault(_origin(uri), asyncio.Semaphore(MOST_FETCHES_PER_ORIGIN))

    def _refuse_in_pause(self, place: Place) -> None:
        known = self._failures.get(place)
        if known is not None and _monotonic() - known[0] < self.pause:
            raise known[1]

    def _note_failure(self, place: Place, error: ProtocolError) -> None:
        self._failures[place] = (_monotonic(), error)
        self._failures.move_to_end(place)
        while len(self._failures) > MOST_FAILURES:
            self._failures.popitem(last=False)


def _monotonic() -> float:
    """The pause is about the network's present state: no date can shorten or stretch it."""
    return asyncio.get_running_loop().time()


def _origin(uri: str) -> str:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()
