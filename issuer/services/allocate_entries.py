"""Takes places in status lists for the copies of a batch (3.08–3.12).

Each list hands out counters in leased blocks, so that issuing a credential costs no round trip for its
index; a keyed permutation turns a counter into an unpredictable index. A process that dies loses what
is left of its blocks and nothing else. Copies of one batch draw their lists at random from a few open
ones, so that neither the list nor the index tells which copies belong together.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from issuer.domain.event import Actor, Event, EventName
from issuer.domain.permutation import Permutation
from issuer.domain.records import ListId, StatusEntry, StatusGroup, StatusListRow
from issuer.domain.status import OPEN_LISTS, draw_lists
from issuer.ports import Clock, Randomness, StatusStore
from issuer.services.secrets_of_offers import create_reference
from issuer.services.sign_status_list import StatusListSigner

BLOCK = 256
"""Counters leased at a time; what a crash can waste."""

LIST_SIZE = 2**20
"""Entries of a list (performance: big lists hide better and re-publishing costs nothing)."""


@dataclass(slots=True)
class _Lease:
    """What is left of a leased block, already permuted."""

    row: StatusListRow
    indices: deque[int]


@dataclass(slots=True)
class AllocateEntries:
    """Hands out entries of the lists of a group, opening lists when a slot has none.

    ``permutation_key(version, list_id)`` derives a list's key; it is never stored.
    """

    store: StatusStore
    signer: StatusListSigner
    clock: Clock
    randomness: Randomness
    permutation_key: Callable[[int, ListId], bytes]
    key_version: int = 1
    block: int = BLOCK
    list_size: int = LIST_SIZE
    _leases: dict[StatusGroup, list[_Lease]] = field(default_factory=dict)
    _leasing: dict[StatusGroup, asyncio.Lock] = field(default_factory=dict)

    async def take(self, group: StatusGroup, bits: int, count: int) -> Sequence[StatusEntry]:
        """``count`` distinct entries of at least ``bits`` bits, from lists of the group drawn at random."""
        entries: list[StatusEntry] = []
        while len(entries) < count:
            leases = await self._open_leases(group, bits)
            missing = count - len(entries)
            seed = self.randomness.token_bytes(4 * missing)
            # Everything between here and the next await is one step of the event loop, so two requests
            # of this process never take the same index; two processes never lease the same block.
            for position in draw_lists(len(leases), missing, seed):
                lease = leases[position]
                if lease.indices:
                    entries.append(StatusEntry(lease.row.list_id, lease.indices.popleft()))
        return entries

    async def _open_leases(self, group: StatusGroup, bits: int) -> list[_Lease]:
        leases = self._held(group, bits)
        if len(leases) == OPEN_LISTS:
            return leases
        # One request leases for all that wait; each for itself would throw away the blocks of the others.
        async with self._leasing.setdefault(group, asyncio.Lock()):
            leases = self._held(group, bits)
            held = {lease.row.slot for lease in leases}
            for slot in range(OPEN_LISTS):
                if slot not in held:
                    leases.append(await self._lease(group, slot, bits))
            self._leases[group] = leases
        return leases

    def _held(self, group: StatusGroup, bits: int) -> list[_Lease]:
        return [lease for lease in self._leases.get(group, ()) if lease.indices and lease.row.bits >= bits]

    async def _lease(self, group: StatusGroup, slot: int, bits: int) -> _Lease:
        while True:
            for row in await self.store.open_lists(group):
                # A list from before the type needed more bits could not show every status (3.06).
                if row.slot == slot and row.bits >= bits:
                    counters = await self.store.lease_block(row.list_id, self.block)
                    if counters is not None:
                        key = self.permutation_key(row.key_version, row.list_id)
                        permutation = Permutation(key, row.size)
                        return _Lease(row, deque(permutation.index(counter) for counter in counters))
            await self._open_list(group, slot, bits)

    async def _open_list(self, group: StatusGroup, slot: int, bits: int) -> None:
        now = self.clock.now()
        generation = await self.store.latest_generation(group, slot) + 1
        row = StatusListRow(
            list_id=ListId(create_reference(self.randomness.token_bytes(16))),
            group=group,
            slot=slot,
            generation=generation,
            bits=bits,
            size=self.list_size,
            key_version=self.key_version,
            last_expiry=_end_of(group.expiry_bucket),
        )
        token = await self.signer.sign(row, entries=(), version=1, now=now)
        # Losing the race for the generation is fine: the winner's list is leased on the next turn.
        await self.store.add_list(row, token, Event(EventName.STATUS_LIST_OPENED, Actor("system"), now))


def _end_of(bucket: str) -> datetime:
    return datetime.fromisoformat(f"{int(bucket) + 1}-01-01T00:00:00+00:00") + timedelta(days=1)
