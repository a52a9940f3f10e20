"""Publishes committed status changes within a second or two (3.15, decisions.md "Status lists").

A change is committed together with a ``list_change`` row. Any process may publish a list, under a short
lease; it applies the rows, signs, stores the token with the next version and deletes the rows in one
transaction. Killed in between, nothing is lost: the rows are still there and the next process rebuilds
the list from the credentials' own rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from issuer.domain.records import ListChange, ListId, StatusListRow
from issuer.ports import Clock, StatusStore
from issuer.services.sign_status_list import StatusListSigner
from specs.token_status_list import StatusList

LEASE = timedelta(seconds=10)
KEPT = timedelta(seconds=1)
"""A lease is kept that long after a publication: who has the list in memory goes on with it while changes
come one after the other, and nobody waits for a process that died after its work was done."""
PAUSE = timedelta(seconds=5)
"""After a failure: a list that cannot be signed is not tried, and not logged, twice a second."""
RENEWAL = timedelta(hours=12)
"""A token is signed again when less than this is left of it, even without changes (3.15)."""


@dataclass(slots=True)
class PublishStatusLists:
    """One publisher process; ``holder`` names it in leases.

    ``on_failure`` hears of a list that cannot be published at the moment; the others are published all the
    same, and that one is tried again after a pause.
    """

    store: StatusStore
    signer: StatusListSigner
    clock: Clock
    holder: str
    on_failure: Callable[[ListId, Exception], None]
    lease: timedelta = LEASE
    renewal: timedelta = RENEWAL
    _lists: dict[ListId, tuple[int, StatusList]] = field(default_factory=dict)
    _paused: dict[ListId, datetime] = field(default_factory=dict)

    async def publish_pending(self) -> int:
        """Publishes every list that has changes; returns how many tokens were stored."""
        return await self._publish_all(await self.store.lists_with_changes())

    async def renew_expiring(self) -> int:
        """Signs again what would expire soon; returns how many tokens were stored."""
        now = self.clock.now()
        return await self._publish_all(await self.store.lists_expiring(now + self.renewal, now))

    async def _publish_all(self, list_ids: Sequence[ListId]) -> int:
        now, published = self.clock.now(), 0
        for list_id in list_ids:
            # Longer than a pause is none: the clock was ahead when it began, and was set right since.
            if now < self._paused.get(list_id, now) <= now + PAUSE:
                continue
            try:
                published += await self._publish(list_id)
            except Exception as error:  # one list whose key is gone must not hold up everybody's
                self._lists.pop(list_id, None)
                self._paused[list_id] = now + PAUSE
                self.on_failure(list_id, error)
        return published

    async def _publish(self, list_id: ListId) -> bool:
        now = self.clock.now()
        row = await self.store.find_list(list_id)
        current = await self.store.token(list_id)
        if row is None or current is None:
            return False
        if not await self.store.take_lease(list_id, self.holder, now, now + self.lease):
            return False
        # Read after the lease is ours; a change that commits later keeps its row and comes next time.
        changes = await self.store.pending_changes(list_id)
        status_list = await self._with_changes(row, current.version, changes)
        token = await self.signer.sign_list(row, status_list, version=current.version + 1, now=now)
        published = [change.change_id for change in changes]
        done = self.clock.now()
        stored = await self.store.store_token(token, published, self.holder, done, done + KEPT)
        if stored:
            self._lists[list_id] = (token.version, status_list)
        else:
            self._lists.pop(list_id, None)
        return stored

    async def _with_changes(
        self, row: StatusListRow, version: int, changes: Sequence[ListChange]
    ) -> StatusList:
        known = self._lists.pop(row.list_id, None)
        if known is not None and known[0] == version:
            for change in changes:
                known[1].set(change.index, change.value)
            return known[1]
        # Taken over from another process, or just started: the rows already hold the changes.
        status_list = StatusList.empty(size=row.size, bits=row.bits)
        for index, value in await self.store.entries(row.list_id):
            status_list.set(index, value)
        return status_list
