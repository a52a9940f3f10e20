"""From a decision to issue to signed copies: places in status lists, records, signatures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.event import SubjectRef
from issuer.domain.issuance import BatchFacts, CopyFacts, header_for, prepare_copies
from issuer.domain.records import IssuanceId, IssuanceRecord, ListId, StatusEntry, StatusGroup
from issuer.domain.status import expiry_bucket
from issuer.domain.validity import ValidityPeriod
from issuer.ports import Randomness
from issuer.services.allocate_entries import AllocateEntries
from keys.signer import Signer
from specs.encoding import b64url_encode
from specs.jose import PublicJwk
from specs.sd_jwt_vc.credential_issuance import CredentialHeader
from specs.token_status_list import StatusReference

_ISSUANCE_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class IssuerIdentity:
    """How the issuer signs: its identifier and the keys of the moment."""

    credential_issuer: str
    credential_signer: Callable[[datetime], Signer]
    status_list_uri: Callable[[ListId], str]


@dataclass(frozen=True, slots=True)
class Batch:
    """One card that may be issued, and the one moment that counts for all of it.

    The end of validity decides which list a copy is on and is recorded before it is signed: read at two
    moments, it would differ around midnight.
    """

    configuration: CredentialConfiguration
    subject_ref: SubjectRef
    holder_keys: Sequence[PublicJwk]
    signer: Signer
    validity: ValidityPeriod


@dataclass(frozen=True, slots=True)
class SignCopies:
    """Prepares the records of a batch, and signs what was recorded."""

    identity: IssuerIdentity
    allocate: AllocateEntries
    randomness: Randomness

    def batch(
        self,
        configuration: CredentialConfiguration,
        subject_ref: SubjectRef,
        holder_keys: Sequence[PublicJwk],
        now: datetime,
    ) -> Batch:
        """A batch by the key that signs now, which then also signs the lists of its copies."""
        signer = self.identity.credential_signer(now)
        return Batch(configuration, subject_ref, holder_keys, signer, configuration.validity_at(now))

    async def new_records(self, batch: Batch) -> Sequence[IssuanceRecord]:
        """One record for each key, at places of the status lists that nobody had before."""
        configuration, expires_at = batch.configuration, batch.validity.expires_at
        group = StatusGroup(configuration.id, batch.signer.key_id, expiry_bucket(expires_at))
        entries = await self.allocate.take(group, configuration.status_bits, len(batch.holder_keys))
        issuance_id = IssuanceId(b64url_encode(self.randomness.token_bytes(_ISSUANCE_ID_BYTES)))
        return [
            IssuanceRecord(issuance_id, batch.subject_ref, configuration.id, entry, expires_at)
            for entry in entries
        ]

    async def sign(
        self, batch: Batch, claims: Mapping[str, object], records: Sequence[IssuanceRecord]
    ) -> Sequence[str]:
        """The signed copies, one for each key, in the order of the keys. Call it after recording."""
        signer, configuration = batch.signer, batch.configuration
        copies = [
            CopyFacts(key, self._reference(record.entry))
            for key, record in zip(batch.holder_keys, records, strict=True)
        ]
        header = CredentialHeader(signer.algorithm, signer.key_id, signer.certificate_chain)
        facts = BatchFacts(self.identity.credential_issuer, batch.validity, header_for(configuration, header))
        prepared = prepare_copies(configuration, claims, facts, copies, random=self.randomness.token_bytes)
        return [copy.attach(await signer.sign(copy.signing_input.data)) for copy in prepared]

    def _reference(self, entry: StatusEntry) -> StatusReference:
        return StatusReference(self.identity.status_list_uri(entry.list_id), entry.index)
