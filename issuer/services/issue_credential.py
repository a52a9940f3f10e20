"""The credential endpoint: check, record, sign (OpenID4VCI section 8; decisions.md, Transactions).

The nonce is consumed and every copy recorded in one committed step before anything is signed. A crash in
between leaves a record without a credential, never a credential without a record. Types that somebody decides
about are promised instead, under the same nonce and for the same keys.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.event import Actor, Event, EventName
from issuer.domain.offer import ConfigurationId
from issuer.domain.records import IssuanceRecord, UsedNonce
from issuer.errors import CredentialNotSigned
from issuer.ports import Clock, IssuanceStore
from issuer.services.authorize_request import Grant
from issuer.services.defer_credential import DeferCredential, PromisedCredentials
from issuer.services.find_claims import FindClaims
from issuer.services.issue_nonce import IssueNonce
from issuer.services.notification_ids import NotificationIds
from issuer.services.sign_copies import Batch, IssuerIdentity, SignCopies
from issuer.services.verify_holder_keys import LEEWAY, PROOF_MAX_AGE, VerifyHolderKeys
from specs.openid4vci import (
    CredentialIssuerMetadata,
    CredentialRequest,
    GrantedCredentials,
    VerifiedKeyProofs,
    verify_credential_request,
)
from specs.openid4vci.errors import UsedNonce as NonceUsedBefore

__all__ = [
    "LEEWAY",
    "PROOF_MAX_AGE",
    "Grant",
    "IssueCredential",
    "IssuedCredentials",
    "IssuerIdentity",
    "PromisedCredentials",
]


@dataclass(frozen=True, slots=True)
class IssuedCredentials:
    """The signed copies, one for each proved key. ``notification_id``: the wallet's name for them, if any."""

    credentials: Sequence[str] = field(repr=False)
    notification_id: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class IssueCredential:
    """Issues at once what may be issued at once, and promises the rest."""

    metadata: CredentialIssuerMetadata
    configurations: Mapping[ConfigurationId, CredentialConfiguration]
    holder_keys: VerifyHolderKeys
    find_claims: FindClaims
    copies: SignCopies
    issuances: IssuanceStore
    defer: DeferCredential
    notification_ids: NotificationIds
    clock: Clock

    @property
    def nonces(self) -> IssueNonce:
        """Makes the nonces that requests spend."""
        return self.holder_keys.nonces

    @property
    def identity(self) -> IssuerIdentity:
        """How the issuer signs."""
        return self.copies.identity

    async def __call__(
        self, grant: Grant, request: CredentialRequest
    ) -> IssuedCredentials | PromisedCredentials:
        """The copies in the order of the proofs, or the promise of them.

        Raises the refusals of ``verify_credential_request`` and ``VerifyHolderKeys``, and
        CredentialRequestDenied when the register no longer has the person.
        """
        now = self.clock.now()
        granted = GrantedCredentials(grant.configuration_ids, grant.credential_identifiers)
        authorized = verify_credential_request(request, granted, self.metadata)
        configuration = self.configurations[ConfigurationId(authorized.configuration_id)]
        proofs = self.holder_keys(authorized, configuration, grant, now)
        if configuration.settings.deferred is not None:
            return await self.defer(configuration, grant, proofs, now)
        claims = await self.find_claims(configuration, grant.subject_ref, now)
        batch = self.copies.batch(configuration, grant.subject_ref, proofs.keys, now)
        records = await self._record(batch, proofs, now)
        return await self._sign(batch, claims, records)

    async def _record(
        self, batch: Batch, proofs: VerifiedKeyProofs, now: datetime
    ) -> Sequence[IssuanceRecord]:
        records = await self.copies.new_records(batch)
        used = UsedNonce(proofs.nonce.nonce_id, proofs.nonce.expires_at)
        issued = Event(
            EventName.CREDENTIAL_ISSUED,
            Actor("wallet"),
            now,
            batch.subject_ref,
            batch.configuration.id,
            len(records),
        )
        if not await self.issuances.record_issuance(used, records, issued):
            raise NonceUsedBefore
        return records

    async def _sign(
        self, batch: Batch, claims: Mapping[str, object], records: Sequence[IssuanceRecord]
    ) -> IssuedCredentials:
        issuance_id = records[0].issuance_id
        try:
            credentials = await self.copies.sign(batch, claims, records)
        except Exception as error:
            now = self.clock.now()
            failed = Event(EventName.CREDENTIAL_NOT_SIGNED, Actor("system"), now, batch.subject_ref)
            await self.issuances.mark_unsigned(issuance_id, failed)
            raise CredentialNotSigned from error
        return IssuedCredentials(credentials, self.notification_ids.seal(issuance_id, batch.subject_ref))
