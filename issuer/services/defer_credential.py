"""A credential request that somebody has to decide about first (OpenID4VCI sections 8.3 and 9)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.deferred import MAX_OPEN, DeferralId, DeferredTransaction, hash_grant_holder
from issuer.domain.event import Actor, Event, EventName
from issuer.domain.records import UsedNonce
from issuer.ports import DeferredStore, Randomness
from issuer.services.authorize_request import Grant
from issuer.services.secrets_of_offers import hash_secret
from specs.encoding import b64url_encode
from specs.openid4vci import VerifiedKeyProofs
from specs.openid4vci.errors import CredentialRequestDenied
from specs.openid4vci.errors import UsedNonce as NonceUsedBefore

_TRANSACTION_ID_BYTES = 32
_DEFERRAL_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class DeferralRules:
    """``interval``: how long a wallet waits between two questions. ``kept``: how long it may ask at all.

    ``approve_after``: in the sandbox, when time itself approves; ``None``: a clerk does.
    """

    interval: timedelta
    kept: timedelta
    approve_after: timedelta | None


@dataclass(frozen=True, slots=True)
class PromisedCredentials:
    """Not yet: the wallet asks again with this."""

    transaction_id: str
    interval: int
    """Seconds."""


@dataclass(frozen=True, slots=True)
class DeferCredential:
    """Keeps a request whose keys were proved. It is the keys that are kept, not the proofs (#740)."""

    store: DeferredStore
    randomness: Randomness
    rules: DeferralRules

    async def __call__(
        self, configuration: CredentialConfiguration, grant: Grant, proofs: VerifiedKeyProofs, now: datetime
    ) -> PromisedCredentials:
        """The promise, with an identifier of 256 bits of which only the hash is kept.

        Raises UsedNonce, and CredentialRequestDenied when too much of this person waits already.
        """
        if len(await self.store.waiting(grant.subject_ref, now, MAX_OPEN)) >= MAX_OPEN:
            raise CredentialRequestDenied("too many wait")
        transaction_id = b64url_encode(self.randomness.token_bytes(_TRANSACTION_ID_BYTES))
        wait = self.rules.approve_after
        transaction = DeferredTransaction(
            deferral_id=DeferralId(b64url_encode(self.randomness.token_bytes(_DEFERRAL_ID_BYTES))),
            transaction_hash=hash_secret(transaction_id),
            grant_hash=hash_grant_holder(grant.client_id, grant.jkt),
            subject_ref=grant.subject_ref,
            configuration_id=configuration.id,
            holder_keys=proofs.keys,
            requested_at=now,
            expires_at=now + self.rules.kept,
            approve_at=None if wait is None else now + wait,
        )
        nonce = UsedNonce(proofs.nonce.nonce_id, proofs.nonce.expires_at)
        event = Event(
            EventName.CREDENTIAL_DEFERRED,
            Actor("wallet"),
            now,
            grant.subject_ref,
            configuration.id,
            len(proofs.keys),
        )
        if not await self.store.add(transaction, nonce, event):
            raise NonceUsedBefore
        return PromisedCredentials(transaction_id, int(self.rules.interval.total_seconds()))
