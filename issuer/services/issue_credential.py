"""The credential endpoint: record, check, sign (OpenID4VCI section 8; decisions.md, Transactions).

The nonce is consumed and every copy recorded in one committed step before anything is signed. A crash in
between leaves a record without a credential, never a credential without a record.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from issuer.domain.claims import claims_of
from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.event import Actor, Event, EventName, SubjectRef
from issuer.domain.issuance import BatchFacts, CopyFacts, header_for, prepare_copies
from issuer.domain.offer import ConfigurationId
from issuer.domain.records import IssuanceId, IssuanceRecord, ListId, StatusEntry, StatusGroup, UsedNonce
from issuer.domain.register_claims import DOCUMENT_NUMBER_BYTES, IssuanceFacts
from issuer.domain.status import expiry_bucket
from issuer.domain.validity import ValidityPeriod
from issuer.errors import CredentialNotSigned, UnknownSubject
from issuer.ports import Clock, IssuanceStore, Randomness, SubjectDirectory
from issuer.services.allocate_entries import AllocateEntries
from issuer.services.authorize_request import AuthorizeRequest, Grant
from issuer.services.issue_nonce import IssueNonce
from keys.signer import Signer
from specs.encoding import b64url_encode
from specs.jose import Algorithm
from specs.openid4vci import (
    CredentialIssuerMetadata,
    CredentialRequest,
    GrantedCredentials,
    ProofPolicy,
    VerifiedKeyProofs,
    verify_credential_request,
    verify_key_proofs,
)
from specs.openid4vci.errors import CredentialRequestDenied
from specs.openid4vci.errors import UsedNonce as NonceUsedBefore
from specs.sd_jwt_vc.credential_issuance import CredentialHeader
from specs.token_status_list import StatusReference

PROOF_MAX_AGE = timedelta(minutes=5)
LEEWAY = timedelta(seconds=60)
_ISSUANCE_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class IssuerIdentity:
    """How the issuer signs: its identifier and the key of the moment."""

    credential_issuer: str
    credential_signer: Callable[[datetime], Signer]
    status_list_uri: Callable[[ListId], str]


@dataclass(frozen=True, slots=True)
class _Batch:
    """One request that may be fulfilled, and the one moment that counts for all of it.

    The end of validity decides which list a copy is on and is recorded before it is signed: read at two
    moments, it would differ around midnight.
    """

    configuration: CredentialConfiguration
    grant: Grant
    proofs: VerifiedKeyProofs
    signer: Signer
    now: datetime

    @property
    def validity(self) -> ValidityPeriod:
        return self.configuration.validity_at(self.now)


@dataclass(frozen=True, slots=True)
class IssueCredential:
    """``authorize``: what a request may do, for the endpoint to ask first. ``today(now)``: the civil date in
    the province; ages are counted on it."""

    authorize: AuthorizeRequest
    identity: IssuerIdentity
    metadata: CredentialIssuerMetadata
    configurations: Mapping[ConfigurationId, CredentialConfiguration]
    issuances: IssuanceStore
    allocate: AllocateEntries
    directory: SubjectDirectory
    nonces: IssueNonce
    clock: Clock
    randomness: Randomness
    today: Callable[[datetime], date]

    async def __call__(self, grant: Grant, request: CredentialRequest) -> Sequence[str]:
        """The signed copies, one for each proved key, in the order of the proofs.

        Raises the refusals of ``verify_credential_request`` and ``verify_key_proofs``, and
        CredentialRequestDenied when the register no longer has the person.
        """
        now = self.clock.now()
        authorized = verify_credential_request(
            request, GrantedCredentials(grant.configuration_ids), self.metadata
        )
        configuration = self.configurations[ConfigurationId(authorized.configuration_id)]
        proofs = verify_key_proofs(
            authorized.proofs,
            self._proof_policy(configuration, grant),
            now=now,
            check_nonce=self.nonces.check,
        )
        claims = await self._claims(configuration, grant.subject_ref, now)
        batch = _Batch(configuration, grant, proofs, self.identity.credential_signer(now), now)
        records = await self._record(batch)
        try:
            return await self._sign(batch, claims, records)
        except Exception as error:
            failed = Event(EventName.CREDENTIAL_NOT_SIGNED, Actor("system"), now, grant.subject_ref)
            await self.issuances.mark_unsigned(records[0].issuance_id, failed)
            raise CredentialNotSigned from error

    def _proof_policy(self, configuration: CredentialConfiguration, grant: Grant) -> ProofPolicy:
        return ProofPolicy(
            credential_issuer=self.identity.credential_issuer,
            client_id=grant.client_id,
            algorithms=frozenset(
                Algorithm(name) for name in configuration.settings.holder_key.proof_algorithms
            ),
            max_age=PROOF_MAX_AGE,
            leeway=LEEWAY,
        )

    async def _claims(
        self, configuration: CredentialConfiguration, subject_ref: SubjectRef, now: datetime
    ) -> dict[str, object]:
        resident = await self.directory.get(subject_ref)
        if resident is None:
            raise CredentialRequestDenied from UnknownSubject()
        entropy = self.randomness.token_bytes(DOCUMENT_NUMBER_BYTES)
        return claims_of(configuration, resident, IssuanceFacts(self.today(now), entropy))

    async def _record(self, batch: _Batch) -> Sequence[IssuanceRecord]:
        configuration, subject_ref = batch.configuration, batch.grant.subject_ref
        copies, expires_at = len(batch.proofs.keys), batch.validity.expires_at
        group = StatusGroup(configuration.id, batch.signer.key_id, expiry_bucket(expires_at))
        entries = await self.allocate.take(group, configuration.status_bits, copies)
        issuance_id = IssuanceId(b64url_encode(self.randomness.token_bytes(_ISSUANCE_ID_BYTES)))
        records = [
            IssuanceRecord(issuance_id, subject_ref, configuration.id, entry, expires_at) for entry in entries
        ]
        used = UsedNonce(batch.proofs.nonce.nonce_id, batch.proofs.nonce.expires_at)
        issued = Event(
            EventName.CREDENTIAL_ISSUED, Actor("wallet"), batch.now, subject_ref, configuration.id, copies
        )
        if not await self.issuances.record_issuance(used, records, issued):
            raise NonceUsedBefore
        return records

    async def _sign(
        self, batch: _Batch, claims: Mapping[str, object], records: Sequence[IssuanceRecord]
    ) -> Sequence[str]:
        signer, configuration = batch.signer, batch.configuration
        copies = [
            CopyFacts(key, self._reference(record.entry))
            for key, record in zip(batch.proofs.keys, records, strict=True)
        ]
        header = CredentialHeader(signer.algorithm, signer.key_id, signer.certificate_chain)
        facts = BatchFacts(self.identity.credential_issuer, batch.validity, header_for(configuration, header))
        prepared = prepare_copies(configuration, claims, facts, copies, random=self.randomness.token_bytes)
        return [copy.attach(await signer.sign(copy.signing_input.data)) for copy in prepared]

    def _reference(self, entry: StatusEntry) -> StatusReference:
        return StatusReference(self.identity.status_list_uri(entry.list_id), entry.index)
