"""Redeeming an offer, in two steps around the signatures of the holder keys (OpenID4VCI 1.0 sections 6 to 8).

``prepare`` exchanges the code for a token once and makes key proofs, an operation for each credential of the
offer. ``complete`` takes the signatures of one of them, asks for the credential, verifies and keeps it. When
the issuer finds the nonce used up, ``complete`` asks for a fresh one and hands the proofs out again, once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from specs.encoding import b64url_encode, create_json, from_numeric_date
from specs.oauth import PreAuthorizedCodeRequest, TokenResponse
from specs.openid4vci import (
    create_credential_request,
    parse_credential_authorizations,
    prepare_key_proof,
)
from specs.sd_jwt_vc import EffectiveTypeMetadata, render_text
from wallet_api.domain.account import Account
from wallet_api.domain.event import RESIDENT, Event, EventName
from wallet_api.domain.held_credential import (
    CredentialId,
    HeldCopy,
    HeldCredential,
    TypeName,
    copy_context,
    short_type,
)
from wallet_api.domain.holder_key import HolderKey
from wallet_api.domain.operation import OperationId
from wallet_api.domain.pending import (
    OfferedCredential,
    PendingOffer,
    PendingReceiving,
    ToSign,
)
from wallet_api.errors import (
    CredentialRefused,
    IssuerRefused,
    OfferNotSupported,
    TransactionCodeNeeded,
)
from wallet_api.ports import Clock, CredentialStore, EventLog, Randomness
from wallet_api.services.issuer_calls import IssuerCalls
from wallet_api.services.operations import Operations, verify_signatures
from wallet_api.services.vault import Vault
from wallet_api.services.verify_received import ReceivedBatch, ReceivedCopy, Requested, VerifyReceived

MOST_COPIES: Final = 10
NONCE_RETRIES: Final = 1
_ID_BYTES: Final = 16
_INVALID_NONCE: Final = "invalid_nonce"

NewKeys = Callable[[int], Sequence[HolderKey]]
"""So many holder keys, all different: made here, or brought by a device."""


@dataclass(frozen=True, slots=True)
class PreparedReceiving:
    """Key proofs of one credential, to be signed by ``waiting[…].key`` in this order."""

    operation_id: OperationId
    configuration_id: str
    waiting: Sequence[ToSign]


@dataclass(frozen=True, slots=True)
class ReceiveCredential:
    """``client_id``: how the wallet names itself to issuers; None: not at all."""

    calls: IssuerCalls
    verify: VerifyReceived
    operations: Operations
    credentials: CredentialStore
    events: EventLog
    vault: Vault
    clock: Clock
    randomness: Randomness
    client_id: str | None = None

    async def prepare(
        self,
        account: Account,
        operation_id: OperationId,
        *,
        tx_code: str | None,
        copies: int | None,
        new_keys: NewKeys,
    ) -> Sequence[PreparedReceiving]:
        """Redeems the code and prepares the proofs. ``copies``: None for as many as sensible.

        A refused code leaves the offer open, for the resident may have mistyped the transaction code; how
        often that may happen is the issuer's rule (4.14).

        Raises:
            UnknownOperation, TransactionCodeNeeded, IssuerRefused, IssuerUnreachable, OfferNotSupported.
        """
        offer = await self.operations.peek(account, operation_id, PendingOffer)
        if offer.needs_tx_code != (tx_code is not None):
            raise TransactionCodeNeeded
        request = PreAuthorizedCodeRequest(offer.pre_authorized_code, tx_code, self.client_id)
        token = await self.calls.token(offer.token_endpoint, request)
        # Two at once may have peeked; the code is redeemed once, and so is the operation.
        await self.operations.take(account, operation_id, PendingOffer)
        count = max(1, min(copies or MOST_COPIES, MOST_COPIES, offer.batch_size))
        prepared = []
        for offered, identifier in _granted(offer, token):
            nonce = await self._nonce(offer.nonce_endpoint)
            pending = PendingReceiving(
                credential_issuer=offer.credential_issuer,
                credential_endpoint=offer.credential_endpoint,
                nonce_endpoint=offer.nonce_endpoint,
                access_token=token.access_token,
                offered=offered,
                credential_identifier=identifier,
                proofs=self._proofs(offer.credential_issuer, new_keys(count), nonce),
                retries=NONCE_RETRIES,
            )
            prepared.append(await self._wait(account, pending))
        return prepared

    async def complete(
        self, account: Account, operation_id: OperationId, signatures: Sequence[bytes]
    ) -> HeldCredential | PreparedReceiving:
        """Asks for the credential and keeps it; or the proofs again, for a fresh nonce.

        Raises:
            UnknownOperation: completed before, expired, or another account's.
            WrongSignatures: the operation waits on for better ones.
            IssuerRefused, IssuanceDeferred, IssuerUnreachable: no credential came.
            CredentialRefused: one came that a verifier would not accept; nothing is kept.
        """
        pending = await self.operations.peek(account, operation_id, PendingReceiving)
        verify_signatures(pending.proofs, signatures)
        pending = await self.operations.take(account, operation_id, PendingReceiving)
        proofs = [
            one.signing_input().attach(signature)
            for one, signature in zip(pending.proofs, signatures, strict=True)
        ]
        identifier = pending.credential_identifier
        request = create_credential_request(
            proofs=proofs,
            credential_configuration_id=None if identifier else pending.offered.configuration_id,
            credential_identifier=identifier,
        )
        try:
            response = await self.calls.credential(
                pending.credential_endpoint, pending.access_token, request, number_of_keys=len(proofs)
            )
        except IssuerRefused as error:
            # Section 8.3.1.2: a fresh nonce, and the same request again.
            if error.issuer_code != _INVALID_NONCE or not pending.retries:
                raise
            return await self._again(account, pending)
        return await self._keep(account, pending, response.credentials)

    async def _again(self, account: Account, pending: PendingReceiving) -> PreparedReceiving:
        nonce = await self._nonce(pending.nonce_endpoint)
        keys = [one.key.key() for one in pending.proofs]
        proofs = self._proofs(pending.credential_issuer, keys, nonce)
        changes = {"proofs": proofs, "retries": pending.retries - 1}
        return await self._wait(account, pending.model_copy(update=changes))

    async def _wait(self, account: Account, pending: PendingReceiving) -> PreparedReceiving:
        operation_id = await self.operations.put(account, pending)
        return PreparedReceiving(operation_id, pending.offered.configuration_id, pending.proofs)

    async def _nonce(self, endpoint: str | None) -> str | None:
        return None if endpoint is None else await self.calls.nonce(endpoint)

    def _proofs(
        self, credential_issuer: str, keys: Sequence[HolderKey], nonce: str | None
    ) -> tuple[ToSign, ...]:
        now = self.clock.now()
        return tuple(
            ToSign.of(
                key,
                prepare_key_proof(
                    key.public_jwk,
                    credential_issuer=credential_issuer,
                    nonce=nonce,
                    issued_at=now,
                    client_id=self.client_id,
                ),
            )
            for key in keys
        )

    async def _keep(
        self, account: Account, pending: PendingReceiving, credentials: Sequence[str]
    ) -> HeldCredential:
        now, offered = self.clock.now(), pending.offered
        event = Event(
            EventName.CREDENTIAL_RECEIVED, RESIDENT, now, account.account_id, short_type(offered.vct)
        )
        keys = [one.key.key() for one in pending.proofs]
        requested = Requested(pending.credential_issuer, offered.vct, keys)
        try:
            batch = await self.verify(credentials, requested, now)
        except CredentialRefused:
            await self.events.append(replace(event, name=EventName.CREDENTIAL_REFUSED))
            raise
        held = HeldCredential(
            credential_id=CredentialId(b64url_encode(self.randomness.token_bytes(_ID_BYTES))),
            account_id=account.account_id,
            credential_issuer=pending.credential_issuer,
            configuration_id=offered.configuration_id,
            vct=offered.vct,
            lineage=batch.type_metadata.lineage if batch.type_metadata else (offered.vct,),
            names=_names(batch.type_metadata),
            received_at=now,
            expires_at=_earliest_end(batch),
            copies=len(batch.copies),
            status=batch.status,
        )
        copies = [self._seal(account, held, number, one) for number, one in enumerate(batch.copies)]
        await self.credentials.add_credential(held, copies, event)
        return held

    def _seal(self, account: Account, held: HeldCredential, number: int, copy: ReceivedCopy) -> HeldCopy:
        value = create_json({"credential": copy.text, "key": b64url_encode(copy.key.wrapped)})
        context = copy_context(account.account_id, held.credential_id, number)
        return HeldCopy(number, self.vault.seal_for(account, value, context))


def _granted(offer: PendingOffer, token: TokenResponse) -> Sequence[tuple[OfferedCredential, str | None]]:
    """What to ask for, by identifier where the token response has some (4.29), else by configuration."""
    authorizations = parse_credential_authorizations(token.authorization_details)
    if not authorizations:
        return [(offered, None) for offered in offer.credentials]
    found = [
        (offered, identifier)
        for offered in offer.credentials
        for one in authorizations
        if one.credential_configuration_id == offered.configuration_id
        for identifier in one.credential_identifiers
    ]
    if not found:
        raise OfferNotSupported("the token is for nothing that was offered")
    return found


def _names(metadata: EffectiveTypeMetadata | None) -> tuple[TypeName, ...]:
    displays = metadata.display if metadata else ()
    return tuple(TypeName(one.locale, render_text(one.name)) for one in displays)


def _earliest_end(batch: ReceivedBatch) -> datetime | None:
    ends = [one.credential.claims["exp"] for one in batch.copies if "exp" in one.credential.claims]
    return from_numeric_date(min(ends)) if ends else None
