"""The deferred credential endpoint: what was promised is fetched, once (OpenID4VCI section 9).

A pick-up claims the transaction for some seconds, records its copies, signs, and confirms after the answer
has gone out. Whatever happens in between, a later pick-up finds the transaction free again and signs for the
places that were recorded: no second card, no lost one. The keys are those of the request, never of the
pick-up.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.deferred import (
    DELIVERY_TIME,
    REMEMBERED,
    DeferralState,
    DeferredTransaction,
    Delivery,
    hash_grant_holder,
)
from issuer.domain.event import Actor, Event, EventName
from issuer.domain.offer import ConfigurationId
from issuer.domain.records import IssuanceRecord
from issuer.domain.validity import ValidityPeriod
from issuer.errors import CredentialNotSigned
from issuer.ports import Clock, DeferredStore, StatusStore
from issuer.services.authorize_request import Grant
from issuer.services.defer_credential import DeferralRules, PromisedCredentials
from issuer.services.find_claims import FindClaims
from issuer.services.issue_credential import IssuedCredentials
from issuer.services.secrets_of_offers import hash_secret
from issuer.services.sign_copies import Batch, SignCopies
from specs.errors import ProtocolError
from specs.openid4vci import CredentialIssuerMetadata, DeferredCredentialRequest, verify_deferred_request
from specs.openid4vci.errors import CredentialRequestDenied, InvalidTransactionId

_OVER = (DeferralState.DENIED, DeferralState.EXPIRED)


@dataclass(frozen=True, slots=True)
class FetchedCredentials:
    """What goes out, and the claim to confirm once it has."""

    issued: IssuedCredentials
    claimed: DeferredTransaction


@dataclass(frozen=True, slots=True)
class IssueDeferred:
    """Hands out what was approved."""

    metadata: CredentialIssuerMetadata
    configurations: Mapping[ConfigurationId, CredentialConfiguration]
    store: DeferredStore
    statuses: StatusStore
    find_claims: FindClaims
    copies: SignCopies
    rules: DeferralRules
    clock: Clock

    async def __call__(
        self, grant: Grant, request: DeferredCredentialRequest
    ) -> FetchedCredentials | PromisedCredentials:
        """The credentials, or the same promise again.

        Raises:
            InvalidTransactionId: unknown, somebody else's, or fetched already.
            CredentialRequestDenied: denied, or not fetched in time; asking again is of no use.
            CredentialNotSigned: our fault; the wallet asks again.
        """
        verify_deferred_request(request, self.metadata)
        now = self.clock.now()
        transaction = await self._own(grant, request.transaction_id)
        state = transaction.state_at(now)
        if state in _OVER:
            raise CredentialRequestDenied(state.value)
        if state is DeferralState.DELIVERED:
            raise InvalidTransactionId(state.value)
        fetched = await self._fetch(transaction) if state is DeferralState.APPROVED else None
        if fetched is not None:
            return fetched
        return PromisedCredentials(request.transaction_id, int(self.rules.interval.total_seconds()))

    async def confirm(self, fetched: FetchedCredentials) -> None:
        """Ends the transaction, after the answer has gone out."""
        claimed = fetched.claimed
        await self.store.deliver(
            claimed, self._event(EventName.DEFERRED_DELIVERED, claimed, self.clock.now())
        )

    async def purge(self) -> int:
        """Forgets transactions that ended some time ago; until then their wallets are told of the end."""
        return await self.store.purge(self.clock.now() - REMEMBERED)

    async def _own(self, grant: Grant, transaction_id: str) -> DeferredTransaction:
        """Section 9.1: the token has to be one for this transaction: same person, client and key."""
        transaction = await self.store.find(hash_secret(transaction_id))
        if transaction is None:
            raise InvalidTransactionId("unknown")
        holder = hash_grant_holder(grant.client_id, grant.jkt)
        same_holder = hmac.compare_digest(transaction.grant_hash, holder)
        allowed = transaction.configuration_id in grant.configuration_ids
        if not same_holder or transaction.subject_ref != grant.subject_ref or not allowed:
            raise InvalidTransactionId("of another grant")
        return transaction

    async def _fetch(self, transaction: DeferredTransaction) -> FetchedCredentials | None:
        """``None``: another pick-up has it."""
        configuration = self.configurations.get(transaction.configuration_id)
        if configuration is None:
            raise CredentialRequestDenied("no such type any more")
        # Before the claim, which ends soon: the register may take its time.
        claims = await self.find_claims(configuration, transaction.subject_ref, self.clock.now())
        now = self.clock.now()
        claimed = await self.store.claim(transaction.transaction_hash, now, now + DELIVERY_TIME)
        if claimed is None:
            return None
        try:
            batch = self.copies.batch(configuration, claimed.subject_ref, claimed.holder_keys, now)
            issued = await self._issue(batch, claimed, claims, now)
        except Exception as error:
            failed = self._event(EventName.CREDENTIAL_NOT_SIGNED, claimed, self.clock.now())
            await self.store.release(claimed, failed)
            if isinstance(error, ProtocolError):
                raise
            raise CredentialNotSigned from error
        return FetchedCredentials(issued, claimed)

    async def _issue(
        self, batch: Batch, claimed: DeferredTransaction, claims: Mapping[str, object], now: datetime
    ) -> IssuedCredentials:
        records: Sequence[IssuanceRecord] = ()
        if claimed.delivery is not None:
            batch, records = await self._recorded(batch, claimed.delivery)
        if not records:
            records = await self._record(batch, claimed, now)
        credentials = await self.copies.sign(batch, claims, records)
        # It is optional, and a widely used wallet (credo-ts 0.6.3) refuses a deferred answer that has one.
        return IssuedCredentials(credentials, notification_id=None)

    async def _recorded(self, batch: Batch, delivery: Delivery) -> tuple[Batch, Sequence[IssuanceRecord]]:
        """What an earlier pick-up recorded, with its end of validity; nothing when its key is gone.

        A list is signed by the key of its credentials, so copies by another key need other places.
        """
        lists = await self.statuses.lists_of(delivery.issuance_id)
        if any(one.group.key_id != batch.signer.key_id for one in lists):
            return batch, ()
        records = _in_order(await self.store.recorded(delivery.issuance_id))
        issued_at = batch.configuration.validity_at(delivery.recorded_at).issued_at
        return replace(batch, validity=ValidityPeriod(issued_at, records[0].expires_at)), records

    async def _record(
        self, batch: Batch, claimed: DeferredTransaction, now: datetime
    ) -> Sequence[IssuanceRecord]:
        records = _in_order(await self.copies.new_records(batch))
        issued = self._event(EventName.CREDENTIAL_ISSUED, claimed, now)
        if not await self.store.record_delivery(claimed, records, issued):
            raise CredentialNotSigned("another pick-up has it")
        return records

    def _event(self, name: EventName, claimed: DeferredTransaction, at: datetime) -> Event:
        actor = Actor("system" if name is EventName.CREDENTIAL_NOT_SIGNED else "wallet")
        return Event(name, actor, at, claimed.subject_ref, claimed.configuration_id, len(claimed.holder_keys))


def _in_order(records: Sequence[IssuanceRecord]) -> Sequence[IssuanceRecord]:
    """An order that both who records and who finds them after a crash know: each key keeps its place."""
    return sorted(records, key=lambda record: (record.entry.list_id, record.entry.index))
