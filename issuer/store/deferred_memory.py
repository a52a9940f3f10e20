"""``ports.DeferredStore`` and ``ports.NotificationStore`` in memory, beside the issuer's other store."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from issuer.domain.deferred import DeferralId, DeferralState, DeferredTransaction, Delivery
from issuer.domain.event import Event, SubjectRef
from issuer.domain.notification import Notification
from issuer.domain.records import IssuanceId, IssuanceRecord, UsedNonce
from issuer.store.memory import MemoryIssuerStore
from specs.openid4vci import NotificationEvent


@dataclass(slots=True)
class MemoryDeferred:
    """``issued``: the store whose nonces are consumed and whose cards are recorded."""

    issued: MemoryIssuerStore
    _transactions: dict[bytes, DeferredTransaction] = field(default_factory=dict)

    async def add(self, transaction: DeferredTransaction, nonce: UsedNonce, event: Event) -> bool:
        if not self.issued.consume(nonce):
            return False
        self._keep(transaction)
        self.issued.events.append(event)
        return True

    def _keep(self, transaction: DeferredTransaction) -> None:
        self._transactions[transaction.transaction_hash] = transaction

    async def find(self, transaction_hash: bytes) -> DeferredTransaction | None:
        return self._transactions.get(transaction_hash)

    async def find_by_id(self, deferral_id: DeferralId) -> DeferredTransaction | None:
        return next((one for one in self._transactions.values() if one.deferral_id == deferral_id), None)

    async def waiting(
        self, subject_ref: SubjectRef | None, now: datetime, limit: int
    ) -> Sequence[DeferredTransaction]:
        found = [
            one
            for one in self._transactions.values()
            if one.state_at(now) in (DeferralState.PENDING, DeferralState.APPROVED)
            and subject_ref in (None, one.subject_ref)
        ]
        return sorted(found, key=lambda one: (one.requested_at, one.deferral_id))[:limit]

    async def approve(self, deferral_id: DeferralId, now: datetime, event: Event) -> bool:
        found = await self.find_by_id(deferral_id)
        if found is None or found.state_at(now) is not DeferralState.PENDING:
            return False
        self._keep(replace(found, state=DeferralState.APPROVED))
        self.issued.events.append(event)
        return True

    async def deny(self, deferral_id: DeferralId, now: datetime, event: Event) -> bool:
        found = await self.find_by_id(deferral_id)
        if found is None or found.claimed_until is not None or found.delivery is not None:
            return False
        if found.state_at(now) not in (DeferralState.PENDING, DeferralState.APPROVED):
            return False
        self._keep(replace(found, state=DeferralState.DENIED, reason=event.reason, holder_keys=()))
        self.issued.events.append(event)
        return True

    async def claim(
        self, transaction_hash: bytes, now: datetime, until: datetime
    ) -> DeferredTransaction | None:
        found = self._transactions.get(transaction_hash)
        if found is None or found.state_at(now) is not DeferralState.APPROVED or found.is_claimed_at(now):
            return None
        self._keep(replace(found, state=DeferralState.APPROVED, claimed_until=until))
        return self._transactions[transaction_hash]

    def _held(self, claimed: DeferredTransaction) -> DeferredTransaction | None:
        found = self._transactions.get(claimed.transaction_hash)
        if found is None or found.state is not DeferralState.APPROVED or claimed.claimed_until is None:
            return None
        return found if found.claimed_until == claimed.claimed_until else None

    async def record_delivery(
        self, claimed: DeferredTransaction, records: Sequence[IssuanceRecord], event: Event
    ) -> bool:
        found = self._held(claimed)
        if found is None:
            return False
        self.issued.insert(records, event.at)
        if found.delivery is not None:
            self.issued.hide(found.delivery.issuance_id)
        self._keep(replace(found, delivery=Delivery(records[0].issuance_id, event.at)))
        self.issued.events.append(event)
        return True

    async def recorded(self, issuance_id: IssuanceId) -> Sequence[IssuanceRecord]:
        return sorted(
            self.issued.copies_of(issuance_id), key=lambda record: (record.entry.list_id, record.entry.index)
        )

    async def release(self, claimed: DeferredTransaction, event: Event) -> bool:
        found = self._held(claimed)
        if found is None:
            return False
        self._keep(replace(found, claimed_until=None))
        self.issued.events.append(event)
        return True

    async def deliver(self, claimed: DeferredTransaction, event: Event) -> bool:
        found = self._held(claimed)
        if found is None or found.delivery is None:
            return False
        self._keep(replace(found, state=DeferralState.DELIVERED, holder_keys=()))
        self.issued.events.append(event)
        return True

    async def purge(self, ended_before: datetime) -> int:
        old = [key for key, one in self._transactions.items() if one.expires_at < ended_before]
        for key in old:
            del self._transactions[key]
        return len(old)


@dataclass(slots=True)
class MemoryNotifications:
    """``issued``: where events go."""

    issued: MemoryIssuerStore
    _kept: dict[tuple[IssuanceId, NotificationEvent], Notification] = field(default_factory=dict)

    async def record(self, notification: Notification, event: Event) -> bool:
        key = (notification.issuance_id, notification.kind)
        if key in self._kept:
            return False
        self._kept[key] = notification
        self.issued.events.append(event)
        return True

    async def of_issuance(self, issuance_id: IssuanceId) -> Sequence[Notification]:
        found = [one for one in self._kept.values() if one.issuance_id == issuance_id]
        return sorted(found, key=lambda one: (one.received_at, one.kind.value))
