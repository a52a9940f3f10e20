"""The back office decides about deferred requests: who waits, yes, no and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.deferred import DeferralId, DeferralState, DeferredTransaction, DenialReason
from issuer.domain.event import Actor, Event, EventName, SubjectRef
from issuer.domain.offer import ConfigurationId
from issuer.errors import DeferralDecided, UnknownDeferral
from issuer.ports import Clock, DeferredStore

MAX_LISTED = 200


@dataclass(frozen=True, slots=True)
class DecideDeferred:
    """A decision is taken once; a yes can become a no until the wallet fetches the credential."""

    store: DeferredStore
    configurations: Mapping[ConfigurationId, CredentialConfiguration]
    clock: Clock

    async def waiting(
        self, subject_ref: SubjectRef | None
    ) -> Sequence[tuple[DeferredTransaction, DeferralState]]:
        """Those that wait for a decision or for their wallet, oldest first; ``None``: of everybody."""
        now = self.clock.now()
        found = await self.store.waiting(subject_ref, now, MAX_LISTED)
        return [(transaction, transaction.state_at(now)) for transaction in found]

    async def find(self, deferral_id: DeferralId) -> tuple[DeferredTransaction, DeferralState]:
        """One, and how it stands. Raises UnknownDeferral."""
        transaction = await self._known(deferral_id)
        return transaction, transaction.state_at(self.clock.now())

    def waits_for(self, transaction: DeferredTransaction) -> str:
        """Why it is not issued at once: a code of its type; empty when the type is gone."""
        configuration = self.configurations.get(transaction.configuration_id)
        policy = None if configuration is None else configuration.settings.deferred
        return "" if policy is None else policy.reason

    async def approve(self, deferral_id: DeferralId, *, actor: Actor) -> None:
        """The wallet gets the credential when it asks the next time.

        Raises:
            UnknownDeferral: no such request.
            DeferralDecided: it does not wait for a decision any more.
        """
        transaction, now = await self._known(deferral_id), self.clock.now()
        event = Event(EventName.DEFERRED_APPROVED, actor, now, transaction.subject_ref)
        if not await self.store.approve(deferral_id, now, event):
            raise DeferralDecided

    async def deny(self, deferral_id: DeferralId, reason: DenialReason, *, actor: Actor) -> None:
        """The wallet is told that there will be no credential. Raises as ``approve`` does."""
        transaction, now = await self._known(deferral_id), self.clock.now()
        event = Event(EventName.DEFERRED_DENIED, actor, now, transaction.subject_ref, reason.value)
        if not await self.store.deny(deferral_id, now, event):
            raise DeferralDecided

    async def _known(self, deferral_id: DeferralId) -> DeferredTransaction:
        transaction = await self.store.find_by_id(deferral_id)
        if transaction is None:
            raise UnknownDeferral
        return transaction
