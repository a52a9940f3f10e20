"""Which keys a wallet has proved, under the key policy of the type (OpenID4VCI appendices D and F)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from issuer.domain.configuration import CredentialConfiguration
from issuer.errors import BatchTooLarge
from issuer.services.authorize_request import Grant
from issuer.services.issue_nonce import IssueNonce
from specs.jose import Algorithm
from specs.jose.x5c import VerifiedChain
from specs.openid4vci import (
    JWT_PROOF_TYPE,
    AuthorizedCredentialRequest,
    KeyAttestationPolicy,
    ProofPolicy,
    VerifiedKeyProofs,
    verify_key_proofs,
)
from specs.openid4vci.key_attestation_errors import TooManyAttestedKeys

PROOF_MAX_AGE = timedelta(minutes=5)
LEEWAY = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class KeyAttesters:
    """Who may vouch for keys. ``verify_chain(x5c, now)`` raises for every chain that is not below them.

    ``any_trusted`` False: there is nobody. Attestations are then not looked at where a type does not ask for
    one, and where it does nothing passes.
    """

    verify_chain: Callable[[object, datetime], VerifiedChain]
    any_trusted: bool


@dataclass(frozen=True, slots=True)
class VerifyHolderKeys:
    """The proofs of a request against what its type asks of keys. ``largest_batch``: as the metadata says."""

    credential_issuer: str
    nonces: IssueNonce
    attesters: KeyAttesters
    largest_batch: int

    def __call__(
        self,
        request: AuthorizedCredentialRequest,
        configuration: CredentialConfiguration,
        grant: Grant,
        now: datetime,
    ) -> VerifiedKeyProofs:
        """The different keys, each of which gets one copy: the first ones, as many as the type gives out.

        The metadata has one number for all types, so a wallet that keeps to it is not refused but gets fewer
        (section 8.3). Every proof is verified all the same. Raises BatchTooLarge for more attested keys than
        the metadata allows, and the refusals of ``verify_key_proofs``.
        """
        try:
            proved = verify_key_proofs(
                request.proofs,
                self._policy(configuration, grant),
                proof_type=request.proof_type or JWT_PROOF_TYPE,
                now=now,
                check_nonce=self.nonces.check,
            )
        except TooManyAttestedKeys as error:
            raise BatchTooLarge(self.largest_batch) from error
        return replace(proved, keys=proved.keys[: configuration.batch_size])

    def _policy(self, configuration: CredentialConfiguration, grant: Grant) -> ProofPolicy:
        algorithms = configuration.settings.holder_key.proof_algorithms
        return ProofPolicy(
            credential_issuer=self.credential_issuer,
            client_id=grant.client_id,
            algorithms=frozenset(Algorithm(name) for name in algorithms),
            max_age=PROOF_MAX_AGE,
            leeway=LEEWAY,
            key_attestation=self._attestation_policy(configuration),
        )

    def _attestation_policy(self, configuration: CredentialConfiguration) -> KeyAttestationPolicy | None:
        asked = configuration.settings.holder_key.attestation
        if asked is None and not self.attesters.any_trusted:
            return None
        return KeyAttestationPolicy(
            required=asked is not None,
            verify_chain=self.attesters.verify_chain,
            key_storage=frozenset(asked.key_storage if asked else ()),
            user_authentication=frozenset(asked.user_authentication if asked else ()),
            max_keys=self.largest_batch,
        )
