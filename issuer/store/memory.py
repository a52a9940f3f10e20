"""The issuer's stores in memory: for tests and for measuring without a database.

No method awaits anything, so each runs as one step of the event loop.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from issuer.domain.event import Event, SubjectRef
from issuer.domain.offer import ConfigurationId
from issuer.domain.records import (
    LEASE_SLACK,
    IssuanceId,
    IssuanceRecord,
    IssuanceSummary,
    ListChange,
    ListId,
    PublishedToken,
    StatusEntry,
    StatusGroup,
    StatusListRow,
    UsedNonce,
)
from issuer.domain.status import StatusChange
from issuer.errors import StatusEntryTaken
from issuer.store.offers_memory import MemoryOffers


@dataclass(slots=True)
class _Copy:
    record: IssuanceRecord
    issued_at: datetime
    status: int = 0
    decoy: bool = False
    signed: bool = True


@dataclass(slots=True)
class _List:
    row: StatusListRow
    token: PublishedToken
    next_counter: int = 0
    lease_holder: str = ""
    lease_until: datetime | None = None


@dataclass(slots=True)
class MemoryIssuerStore(MemoryOffers):
    """``OfferStore``, ``IssuanceStore``, ``StatusStore`` and ``EventLog`` over dictionaries."""

    _nonces: dict[bytes, datetime] = field(default_factory=dict)
    _copies: dict[StatusEntry, _Copy] = field(default_factory=dict)
    _cards: dict[IssuanceId, list[_Copy]] = field(default_factory=dict)
    _lists: dict[ListId, _List] = field(default_factory=dict)
    _changes: list[tuple[ListId, ListChange]] = field(default_factory=list)
    _last_change: int = 0

    # issuances

    async def record_issuance(
        self, nonce: UsedNonce, records: Sequence[IssuanceRecord], event: Event
    ) -> bool:
        if nonce.nonce_id in self._nonces:
            return False
        self.insert(records, event.at)
        self.consume(nonce)
        self.events.append(event)
        return True

    def consume(self, nonce: UsedNonce) -> bool:
        """Remembers a nonce; ``False`` when it was used before. For the other stores in memory."""
        fresh = nonce.nonce_id not in self._nonces
        if fresh:
            self._nonces[nonce.nonce_id] = nonce.expires_at
        return fresh

    def insert(self, records: Sequence[IssuanceRecord], issued_at: datetime) -> None:
        """Keeps the copies of a card; raises StatusEntryTaken. For the other stores in memory."""
        self._insert([_Copy(record, issued_at) for record in records])

    def copies_of(self, issuance_id: IssuanceId) -> list[IssuanceRecord]:
        """The copies of a card without its decoys. For the other stores in memory."""
        return [copy.record for copy in self._cards.get(issuance_id, ()) if not copy.decoy]

    def hide(self, issuance_id: IssuanceId) -> None:
        """Marks a card unsigned. For the other stores in memory."""
        for copy in self._cards.get(issuance_id, ()):
            copy.signed = False

    def _insert(self, copies: Sequence[_Copy]) -> None:
        fresh = {copy.record.entry for copy in copies}
        # Asked one by one: isdisjoint would walk through everything that was ever issued.
        if len(fresh) < len(copies) or any(entry in self._copies for entry in fresh):
            raise StatusEntryTaken
        for copy in copies:
            self._copies[copy.record.entry] = copy
            self._cards.setdefault(copy.record.issuance_id, []).append(copy)

    async def mark_unsigned(self, issuance_id: IssuanceId, event: Event) -> None:
        self.hide(issuance_id)
        self.events.append(event)

    async def issuances_of(self, subject_ref: SubjectRef) -> Sequence[IssuanceSummary]:
        cards = [self._summary(issuance_id) for issuance_id in self._cards]
        mine = [card for card in cards if card is not None and card.subject_ref == subject_ref]
        return sorted(mine, key=lambda card: (-card.issued_at.timestamp(), card.issuance_id))

    async def find_issuance(self, issuance_id: IssuanceId) -> IssuanceSummary | None:
        return self._summary(issuance_id)

    def _summary(self, issuance_id: IssuanceId) -> IssuanceSummary | None:
        copies = [copy for copy in self._cards.get(issuance_id, ()) if copy.signed]
        if not copies:
            return None
        record = copies[0].record
        decoys = sum(copy.decoy for copy in copies)
        return IssuanceSummary(
            issuance_id=issuance_id,
            subject_ref=record.subject_ref,
            configuration_id=record.configuration_id,
            copies=len(copies) - decoys,
            decoys=decoys,
            status=max(copy.status for copy in copies),
            issued_at=min(copy.issued_at for copy in copies),
            expires_at=max(copy.record.expires_at for copy in copies),
        )

    async def renewal_allowed(
        self, subject_ref: SubjectRef, configuration_id: ConfigurationId, since: datetime
    ) -> bool:
        return not any(
            card.configuration_id == configuration_id and card.status and card.issued_at >= since
            for card in await self.issuances_of(subject_ref)
        )

    async def purge_nonces(self, now: datetime) -> int:
        old = [nonce_id for nonce_id, expires_at in self._nonces.items() if expires_at <= now]
        for nonce_id in old:
            del self._nonces[nonce_id]
        return len(old)

    # status lists

    async def open_lists(self, group: StatusGroup) -> Sequence[StatusListRow]:
        rows = [
            known.row
            for known in self._lists.values()
            if known.row.group == group and known.next_counter < known.row.size
        ]
        return sorted(rows, key=lambda row: (row.slot, row.generation))

    async def add_list(self, row: StatusListRow, token: PublishedToken, event: Event) -> bool:
        place = (row.group, row.slot, row.generation)
        if any(
            (known.row.group, known.row.slot, known.row.generation) == place for known in self._lists.values()
        ):
            return False
        self._lists[row.list_id] = _List(row, token)
        self.events.append(event)
        return True

    async def latest_generation(self, group: StatusGroup, slot: int) -> int:
        rows = (known.row for known in self._lists.values())
        return max((row.generation for row in rows if (row.group, row.slot) == (group, slot)), default=-1)

    async def lease_block(self, list_id: ListId, count: int) -> range | None:
        known = self._lists.get(list_id)
        if known is None or known.next_counter >= known.row.size:
            return None
        start = known.next_counter
        known.next_counter = min(start + count, known.row.size)
        return range(start, known.next_counter)

    async def change_status(
        self,
        issuance_ids: Sequence[IssuanceId],
        change: StatusChange,
        decoys: Sequence[IssuanceRecord],
        event: Event,
    ) -> Sequence[StatusEntry]:
        cards = [copy for issuance_id in issuance_ids for copy in self._cards.get(issuance_id, ())]
        changed = [copy for copy in cards if copy.status in change.sources]
        if not changed:
            return []
        fresh = [_Copy(record, event.at, decoy=True) for record in decoys]
        self._insert(fresh)
        for copy in (*changed, *fresh):
            copy.status = int(change.target)
            self._last_change += 1
            entry = copy.record.entry
            self._changes.append((entry.list_id, ListChange(self._last_change, entry.index, copy.status)))
        self.events.append(event)
        return [copy.record.entry for copy in (*changed, *fresh)]

    async def find_list(self, list_id: ListId) -> StatusListRow | None:
        known = self._lists.get(list_id)
        return known.row if known else None

    async def lists_of(self, issuance_id: IssuanceId) -> Sequence[StatusListRow]:
        used = sorted({copy.record.entry.list_id for copy in self._cards.get(issuance_id, ())})
        return [self._lists[list_id].row for list_id in used if list_id in self._lists]

    async def lists_with_changes(self) -> Sequence[ListId]:
        return list(dict.fromkeys(list_id for list_id, _ in self._changes))

    async def lists_expiring(self, before: datetime, now: datetime) -> Sequence[ListId]:
        return [
            list_id
            for list_id, known in self._lists.items()
            if known.token.expires_at < before and known.row.last_expiry > now
        ]

    async def take_lease(self, list_id: ListId, holder: str, now: datetime, until: datetime) -> bool:
        known = self._lists.get(list_id)
        if known is None:
            return False
        lasting = known.lease_until is not None and now < known.lease_until < until + LEASE_SLACK
        if known.lease_holder != holder and lasting:
            return False
        known.lease_holder, known.lease_until = holder, until
        return True

    async def pending_changes(self, list_id: ListId) -> Sequence[ListChange]:
        return [change for changed, change in self._changes if changed == list_id]

    async def entries(self, list_id: ListId) -> Sequence[tuple[int, int]]:
        return [
            (entry.index, copy.status)
            for entry, copy in self._copies.items()
            if entry.list_id == list_id and copy.status
        ]

    async def store_token(
        self, token: PublishedToken, published: Sequence[int], holder: str, now: datetime, until: datetime
    ) -> bool:
        known = self._lists.get(token.list_id)
        if known is None or known.token.version != token.version - 1:
            return False
        if known.lease_holder != holder or known.lease_until is None or known.lease_until <= now:
            return False
        known.token, known.lease_until = token, until
        done = set(published)
        self._changes = [pair for pair in self._changes if pair[1].change_id not in done]
        return True

    async def token(self, list_id: ListId) -> PublishedToken | None:
        known = self._lists.get(list_id)
        return known.token if known else None

    async def token_versions(self) -> Sequence[tuple[ListId, int]]:
        return [(list_id, known.token.version) for list_id, known in self._lists.items()]

    # events

    async def latest(self, limit: int) -> Sequence[Event]:
        return self.events[::-1][:limit]
