"""Taking places in status lists that are almost full, each recorded durably and under a unique index."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure, at_least, rate
from bench.interleave import Timing
from bench.surroundings import SUBJECT, issuer_settings
from bench.wallet import TYPE
from issuer.app import Issuer, Stores, opened_issuer
from issuer.domain.event import Actor, Event, EventName
from issuer.domain.permutation import Permutation
from issuer.domain.records import IssuanceId, IssuanceRecord, StatusEntry, StatusGroup, UsedNonce
from issuer.domain.status import expiry_bucket
from issuer.services.allocate_entries import BLOCK, AllocateEntries
from keys import KeyPurpose
from specs.encoding import b64url_encode
from trillium.runtime.randomness import SystemRandomness

GROUP = "Status index allocation"
FULL = 0.985
CLIENTS = 16
_BITS = 2
_INSERT_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class Lists:
    """How large the four lists are, and how many places are taken in each round."""

    size: int
    rounds: int
    places: int


@dataclass
class Registrar:
    """Takes places and records them, as issuing does, in a database of its own."""

    stores: Stores
    allocate: AllocateEntries
    group: StatusGroup
    now: datetime
    randomness: SystemRandomness = field(default_factory=SystemRandomness)

    @classmethod
    def of(cls, issuer: Issuer) -> "Registrar":
        """With leases of the usual size."""
        now = issuer.outside.clock.now()
        signer = issuer.ring.signer_for(KeyPurpose.CREDENTIAL, now)
        group = StatusGroup(TYPE, signer.key_id, expiry_bucket(now + timedelta(days=180)))
        allocate = replace(issuer.credentials.copies.allocate, block=BLOCK, _leases={}, _leasing={})
        return cls(issuer.outside.stores, allocate, group, now)

    async def take(self, places: int) -> float:
        """Sixteen clients at once, one place after the other; seconds for each place."""
        share = places // CLIENTS
        begin = time.perf_counter()
        await asyncio.gather(*(self._client(share) for _ in range(CLIENTS)))
        return (time.perf_counter() - begin) / (share * CLIENTS)

    async def _client(self, places: int) -> None:
        for _ in range(places):
            await self._record(await self.allocate.take(self.group, _BITS, 1))

    async def fill(self) -> None:
        """As if that many credentials had been issued before; what is left is leased as always."""
        await self.allocate.take(self.group, _BITS, 1)
        for row in await self.stores.statuses.open_lists(self.group):
            counters = await self.stores.statuses.lease_block(row.list_id, int(row.size * FULL) - BLOCK)
            assert counters is not None
            permutation = Permutation(self.allocate.permutation_key(row.key_version, row.list_id), row.size)
            for start in range(0, len(counters), _INSERT_AT_ONCE):
                part = counters[start : start + _INSERT_AT_ONCE]
                await self._record([StatusEntry(row.list_id, permutation.index(one)) for one in part])

    async def _record(self, entries: Sequence[StatusEntry]) -> None:
        expires_at = self.now + timedelta(days=180)
        issuance = IssuanceId(b64url_encode(self.randomness.token_bytes(16)))
        records = [IssuanceRecord(issuance, SUBJECT, TYPE, entry, expires_at) for entry in entries]
        nonce = UsedNonce(self.randomness.token_bytes(16), expires_at)
        event = Event(EventName.CREDENTIAL_ISSUED, Actor("wallet"), self.now, SUBJECT, TYPE, len(records))
        # A place taken twice would raise here: the table has a unique index over list and place.
        assert await self.stores.issuances.record_issuance(nonce, records, event)


def figures(lists: Lists) -> Iterator[Figure]:
    empty, full = asyncio.run(_measure(lists))
    yield Figure(
        GROUP,
        f"take and record one, lists of {lists.size} {FULL:.1%} full",
        rate(1 / full.median),
        f"empty lists {rate(1 / empty.median)}",
        full.share_of(empty),
        full.best_share_of(empty),
        goal=at_least(0.60),
    )


async def _measure(lists: Lists) -> tuple[Timing, Timing]:
    with TemporaryDirectory(prefix="trillium-bench-") as folder:
        async with (
            _registrar(Path(folder) / "empty", lists) as empty,
            _registrar(Path(folder) / "full", lists) as full,
        ):
            await full.fill()
            rounds: dict[str, list[float]] = {"empty": [], "full": []}
            both = {"empty": empty, "full": full}
            for registrar in both.values():
                await registrar.take(CLIENTS)
            for number in range(lists.rounds):
                for name in both if number % 2 == 0 else reversed(both):
                    rounds[name].append(await both[name].take(lists.places))
    return Timing(tuple(rounds["empty"])), Timing(tuple(rounds["full"]))


@asynccontextmanager
async def _registrar(var_dir: Path, lists: Lists) -> AsyncIterator[Registrar]:
    async with opened_issuer(issuer_settings(var_dir, status_list_size=lists.size)) as issuer:
        yield Registrar.of(issuer)
