"""Receipts and evidence in memory. No method awaits anything, so each runs as one step of the event loop."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from verifier.domain.event import Event
from verifier.domain.evidence import (
    EvidenceEnd,
    EvidenceEntry,
    EvidenceId,
    EvidencePlace,
    KeptEvidence,
    evidence_deleted,
    evidence_kept,
)
from verifier.domain.kept import Kept
from verifier.domain.presentation import RequestId
from verifier.domain.receipt import KeptReceipt
from verifier.domain.relying_service import ClientId


@dataclass(slots=True)
class MemoryKept:
    """``ReceiptStore`` and ``EvidenceStore`` over dictionaries."""

    events: list[Event] = field(default_factory=list)
    _receipts: dict[RequestId, KeptReceipt] = field(default_factory=dict)
    _evidence: dict[EvidenceId, KeptEvidence] = field(default_factory=dict)

    def keep(self, kept: Kept) -> None:
        """As part of ``conclude``."""
        self._receipts[kept.receipt.request_id] = kept.receipt
        if kept.evidence is not None:
            entry = kept.evidence.entry
            self._evidence[entry.evidence_id] = kept.evidence
            self.events.append(evidence_kept(entry))

    async def has_receipt(self, request_id: RequestId, now: datetime) -> bool:
        found = self._receipts.get(request_id)
        return found is not None and now < found.kept_until

    async def take_receipt(self, request_id: RequestId, now: datetime, event: Event) -> KeptReceipt | None:
        if not await self.has_receipt(request_id, now):
            return None
        self.events.append(event)
        return self._receipts.pop(request_id)

    async def purge_receipts(self, now: datetime) -> int:
        late = [one.request_id for one in self._receipts.values() if one.kept_until <= now]
        for request_id in late:
            del self._receipts[request_id]
        return len(late)

    async def evidence_of(self, transaction_hash: bytes) -> KeptEvidence | None:
        kept = self._evidence.values()
        return next((one for one in kept if one.entry.transaction_hash == transaction_hash), None)

    async def find_evidence(self, evidence_id: EvidenceId) -> KeptEvidence | None:
        return self._evidence.get(evidence_id)

    async def evidence_since(
        self, client_id: ClientId, since: datetime, after: EvidencePlace | None, limit: int
    ) -> Sequence[EvidenceEntry]:
        mine = (one for one in self._entries() if one.client_id == client_id and not one.held_back)
        found = [one for one in mine if one.made_at >= since and (after is None or one.place > after)]
        return sorted(found, key=lambda one: one.place)[:limit]

    async def held_back(self, limit: int) -> Sequence[EvidenceEntry]:
        return [one for one in self._entries() if one.held_back][:limit]

    async def hand_over(self, evidence_id: EvidenceId) -> None:
        found = self._evidence.get(evidence_id)
        if found is not None:
            self._evidence[evidence_id] = replace(found, entry=replace(found.entry, held_back=False))

    async def record_reading(self, event: Event) -> None:
        self.events.append(event)

    async def delete_evidence(self, evidence_id: EvidenceId, end: EvidenceEnd, now: datetime) -> bool:
        found = self._evidence.pop(evidence_id, None)
        if found is not None:
            self.events.append(evidence_deleted(found.entry.client_id, found.entry.preset, end, now))
        return found is not None

    async def delete_due_evidence(self, now: datetime) -> int:
        due = [one.evidence_id for one in self._entries() if one.delete_at <= now]
        return sum([await self.delete_evidence(one, EvidenceEnd.DUE, now) for one in due])

    def _entries(self) -> list[EvidenceEntry]:
        return [one.entry for one in self._evidence.values()]
