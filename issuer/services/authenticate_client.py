"""Who sends a request to the token endpoint or pushes one, and which keys they prove to have.

Wallets have no secrets. What an authentic one has is an attestation of its provider for the key of this
installation (OpenID4VCI appendix E, HAIP section 4.4.1); any wallet may have a DPoP key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from issuer.domain.authorization import ClientAuthentication, ClientId, Sender, SenderKeys
from issuer.ports import Clock, ReplayStore
from issuer.services.constrain_sender import ConstrainSender
from issuer.services.server_nonces import ServerNonces
from specs.jose.x5c import TrustAnchors
from specs.oauth import (
    AttestationPolicy,
    InvalidClientAttestation,
    MissingClientAttestation,
    NonceUse,
    UseAttestationChallenge,
    UsedAttestationPop,
    VerifiedAttestationPop,
    VerifiedClientAttestation,
    VerifiedDpopProof,
    single_header,
    verify_attestation_pop,
    verify_client_attestation,
    verify_combined_proof,
)

POP_MAX_AGE = timedelta(minutes=5)
LEEWAY = timedelta(seconds=60)


class AttestationUse(StrEnum):
    """Whether wallets show attestations."""

    OFF = "off"
    """They are not looked at."""
    SUPPORTED = "supported"
    """A wallet may show one, and then it must be good."""
    REQUIRED = "required"
    """Nothing without one (6.05)."""


@dataclass(frozen=True, slots=True)
class SenderHeaders:
    """Every value of each header, as it came."""

    dpop: Sequence[str] = ()
    attestation: Sequence[str] = ()
    attestation_pop: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class AttestationRules:
    """``max_age``: of an attestation by its ``iat``; ``None``: until its own end.

    ``challenge_required``: no proof of possession without a challenge of ours.
    """

    use: AttestationUse
    attesters: TrustAnchors
    max_age: timedelta | None
    challenge_required: bool


@dataclass(frozen=True, slots=True)
class AuthenticateClient:
    """``server``: our issuer identifier; every address of ours starts with it."""

    server: str
    rules: AttestationRules
    constrain: ConstrainSender
    nonces: ServerNonces
    replays: ReplayStore
    clock: Clock

    async def __call__(
        self, headers: SenderHeaders, *, client_id: str | None, path: str, key_is_optional: bool = False
    ) -> Sender:
        """The sender of a POST to ``path``. ``client_id``: the form's parameter; ``None``: it has none.

        ``key_is_optional``: no token is given here, so that a DPoP key need not be shown even where tokens
        are bound to one; a proof that is there must be good all the same.

        Raises:
            specs.oauth.InvalidClient: no attestation although one is needed, or one that is not good.
            specs.oauth.UseAttestationChallenge, specs.oauth.UseFreshAttestation: the wallet can help itself.
            specs.oauth.InvalidDpopProof, specs.oauth.UseDpopNonce: as ConstrainSender says.
        """
        attestation = self._attestation(headers, client_id)
        pop = single_header(headers.attestation_pop) if attestation else None
        combined = attestation is not None and pop is None
        pop_replay = None
        if attestation is not None and pop is not None:
            pop_replay = verify_attestation_pop(pop, attestation, self._policy(), now=self.clock.now())
        proof = await self.constrain.at_token_endpoint(
            headers.dpop, method="POST", url=self.server + path, combined=combined, optional=key_is_optional
        )
        if attestation is not None and combined:
            _check_combined(attestation, proof)
        if pop_replay is not None and not await self._is_first_use(pop_replay):
            raise UsedAttestationPop
        return _sender(attestation, proof, client_id)

    def _attestation(self, headers: SenderHeaders, client_id: str | None) -> VerifiedClientAttestation | None:
        if self.rules.use is AttestationUse.OFF:
            return None
        text = single_header(headers.attestation)
        if text is None:
            if headers.attestation_pop:
                raise InvalidClientAttestation("a proof of possession of nothing")
            if self.rules.use is AttestationUse.REQUIRED:
                raise MissingClientAttestation
            return None
        return verify_client_attestation(text, self._policy(), client_id=client_id, now=self.clock.now())

    async def _is_first_use(self, pop: VerifiedAttestationPop) -> bool:
        return await self.replays.first_use(pop.replay_key, pop.replay_until)

    def _policy(self) -> AttestationPolicy:
        return AttestationPolicy(
            server=self.server,
            attesters=self.rules.attesters,
            max_age=self.rules.max_age,
            pop_max_age=POP_MAX_AGE,
            leeway=LEEWAY,
            check_challenge=self._check_challenge,
            challenge_required=self.rules.challenge_required,
        )

    def _check_challenge(self, challenge: str) -> None:
        if not self.nonces.recognises(challenge, NonceUse.CLIENT_ATTESTATION):
            raise UseAttestationChallenge(challenge=self.nonces(NonceUse.CLIENT_ATTESTATION))


def _check_combined(attestation: VerifiedClientAttestation, proof: VerifiedDpopProof | None) -> None:
    if proof is None:
        raise InvalidClientAttestation("no proof of possession")
    # Lessons: swiyu-issuer #979 took a valid attestation for a different key.
    verify_combined_proof(attestation, proof)


def _sender(
    attestation: VerifiedClientAttestation | None, proof: VerifiedDpopProof | None, client_id: str | None
) -> Sender:
    dpop = None if proof is None else proof.jkt
    if attestation is None:
        claimed = None if client_id is None else ClientId(client_id)
        return Sender(claimed, ClientAuthentication.NONE, SenderKeys(dpop=dpop))
    keys = SenderKeys(dpop=dpop, instance=attestation.jkt)
    return Sender(ClientId(attestation.client_id), ClientAuthentication.ATTESTATION, keys)
