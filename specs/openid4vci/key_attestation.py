"""Key attestations (OpenID4VCI 1.0 appendix D): someone vouches for where a wallet keeps its keys."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from specs.jose.algorithms import Algorithm
from specs.jose.jwk import PublicJwk
from specs.jose.jws import SigningInput, UnverifiedJws
from specs.jose.x5c import VerifiedChain

KEY_ATTESTATION_TYPE: Final = "key-attestation+jwt"
MAX_ATTESTATION_LENGTH: Final = 65_536
ATTACK_POTENTIALS: Final = (
    "iso_18045_high",
    "iso_18045_moderate",
    "iso_18045_enhanced-basic",
    "iso_18045_basic",
)


class AttestationUse(Enum):
    """Where an attestation came: in the header of a `jwt` proof, or alone as the `attestation` proof."""

    JWT_PROOF = "jwt"
    ATTESTATION_PROOF = "attestation"


@dataclass(frozen=True, slots=True)
class KeyAttestationPolicy:
    """What an attestation must fit.

    `required`: a `jwt` proof without attestation is refused. `verify_chain(x5c, now)`: the chain below the
    trusted attesters (ChainCache.verify with their anchors). `key_storage`, `user_authentication`: the levels
    of which one at least must be attested, as announced in `key_attestations_required`; empty: any, or none.
    `max_keys`: how many credentials one request may get.
    """

    required: bool
    verify_chain: Callable[[object, datetime], VerifiedChain]
    key_storage: frozenset[str]
    user_authentication: frozenset[str]
    max_keys: int


@dataclass(frozen=True, slots=True)
class UnverifiedKeyAttestation:
    """An attestation as it came."""

    jws: UnverifiedJws


@dataclass(frozen=True, slots=True)
class VerifiedKeyAttestation:
    """Keys that a trusted attester vouches for. Whether `nonce` is one of ours is a question of its own."""

    keys: tuple[PublicJwk, ...]
    key_storage: tuple[str, ...]
    user_authentication: tuple[str, ...]
    nonce: str
    attester: VerifiedChain


def prepare_key_attestation(
    keys: Sequence[PublicJwk],
    *,
    algorithm: Algorithm,
    certificate_chain: Sequence[str],
    nonce: str | None,
    issued_at: datetime,
    expires_at: datetime | None,
    key_storage: Sequence[str] = (),
    user_authentication: Sequence[str] = (),
) -> SigningInput:
    """The bytes an attester signs. `certificate_chain`: for `x5c`, leaf first, no anchor."""
    raise NotImplementedError


def parse_key_attestation(attestation: object) -> UnverifiedKeyAttestation:
    """An attestation, taken apart. Raises MalformedKeyAttestation."""
    raise NotImplementedError


def verify_key_attestation(
    attestation: UnverifiedKeyAttestation,
    policy: KeyAttestationPolicy,
    *,
    use: AttestationUse,
    algorithms: frozenset[Algorithm],
    now: datetime,
    leeway: timedelta,
) -> VerifiedKeyAttestation:
    """The attestation, known to be signed by a trusted attester and good enough.

    `algorithms`: as announced in `proof_signing_alg_values_supported`. Raises a subclass of InvalidProof.
    """
    raise NotImplementedError
