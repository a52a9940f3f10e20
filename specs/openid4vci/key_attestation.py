"""Key attestations (OpenID4VCI 1.0 appendix D): someone vouches for where a wallet keeps its keys."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final

from specs.encoding import EncodingError, create_json, to_numeric_date
from specs.jose.algorithms import Algorithm, Use
from specs.jose.errors import (
    AlgorithmNotAllowed,
    Expired,
    InvalidCertificateChain,
    InvalidJwk,
    InvalidSignature,
    IssuedInTheFuture,
    JoseError,
    NotYetValid,
    PrivateJwk,
    WrongType,
)
from specs.jose.jwk import PublicJwk, parse_public_jwk
from specs.jose.jws import SigningInput, UnverifiedJws, parse_jws, prepare_jws, verify_jws
from specs.jose.jwt import verify_times
from specs.jose.x5c import VerifiedChain
from specs.openid4vci.errors import InvalidProof, PrivateKeyInProof
from specs.openid4vci.key_attestation_errors import (
    InsufficientKeyStorage,
    InsufficientUserAuthentication,
    InvalidKeyAttestationSignature,
    KeyAttestationAlgorithmNotSupported,
    KeyAttestationNotCurrent,
    MalformedKeyAttestation,
    MissingKeyAttestationNonce,
    UnsupportedAttestedKey,
    UntrustedKeyAttestation,
    WrongKeyAttestationType,
)

KEY_ATTESTATION_TYPE: Final = "key-attestation+jwt"
MAX_ATTESTATION_LENGTH: Final = 65_536
MAX_ATTESTED_KEYS: Final = 256
MAX_LEVELS: Final = 16
# Appendix D.2, the best first. Ecosystems may have names of their own.
ATTACK_POTENTIALS: Final = (
    "iso_18045_high",
    "iso_18045_moderate",
    "iso_18045_enhanced-basic",
    "iso_18045_basic",
)

_REFUSALS: Final[Mapping[type[JoseError], type[InvalidProof]]] = {
    AlgorithmNotAllowed: KeyAttestationAlgorithmNotSupported,
    WrongType: WrongKeyAttestationType,
    InvalidSignature: InvalidKeyAttestationSignature,
    Expired: KeyAttestationNotCurrent,
    NotYetValid: KeyAttestationNotCurrent,
    IssuedInTheFuture: KeyAttestationNotCurrent,
}


class AttestationUse(Enum):
    """Where an attestation came: in the header of a `jwt` proof, or alone as the `attestation` proof."""

    JWT_PROOF = "jwt"
    ATTESTATION_PROOF = "attestation"


@dataclass(frozen=True, slots=True)
class KeyAttestationPolicy:
    """What an attestation must fit.

    `required`: a `jwt` proof without attestation is refused. `verify_chain(x5c, now)`: the chain below the
    trusted attesters, or an InvalidCertificateChain (ChainCache.verify with their anchors). `key_storage`,
    `user_authentication`: the levels of which one at least must be attested, as announced in
    `key_attestations_required`; empty: any, or none. `max_keys`: how many credentials one request may get.
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
    """The bytes an attester signs.

    `certificate_chain`: for `x5c`, leaf first, no anchor. `expires_at`: needed beside a `jwt` proof.
    """
    claims: dict[str, Any] = {
        "iat": to_numeric_date(issued_at),
        "attested_keys": [_create_jwk(key) for key in keys],
    }
    if expires_at is not None:
        claims["exp"] = to_numeric_date(expires_at)
    if key_storage:
        claims["key_storage"] = list(key_storage)
    if user_authentication:
        claims["user_authentication"] = list(user_authentication)
    if nonce is not None:
        claims["nonce"] = nonce
    header = {"alg": algorithm, "typ": KEY_ATTESTATION_TYPE, "x5c": list(certificate_chain)}
    return prepare_jws(header, create_json(claims))


def parse_key_attestation(attestation: object) -> UnverifiedKeyAttestation:
    """An attestation, taken apart. Raises MalformedKeyAttestation."""
    if not isinstance(attestation, str):
        raise MalformedKeyAttestation("not a string")
    try:
        return UnverifiedKeyAttestation(parse_jws(attestation, max_bytes=MAX_ATTESTATION_LENGTH))
    except (JoseError, EncodingError) as error:
        raise MalformedKeyAttestation(error.code) from error


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

    `algorithms`: as announced in `proof_signing_alg_values_supported`, for the attestation and for the keys.
    Raises a subclass of InvalidProof.
    """
    # 1. A trusted attester: the chain in the header ends at a configured anchor (HAIP 1.0 section 4.5.1).
    if "x5c" not in attestation.jws.header:
        raise UntrustedKeyAttestation("no x5c")
    try:
        attester = policy.verify_chain(attestation.jws.header["x5c"], now)
    except InvalidCertificateChain as error:
        raise UntrustedKeyAttestation(error.code) from error
    # 2. It signed this, as an attestation, with an algorithm that we announced (appendix F.1).
    if attester.key.algorithm not in algorithms:
        raise KeyAttestationAlgorithmNotSupported(attester.key.algorithm)
    # 3. It is valid now. Beside a proof it must end some time (appendix D.1).
    required = ("iat", "exp") if use is AttestationUse.JWT_PROOF else ("iat",)
    try:
        verified = verify_jws(
            attestation.jws, attester.key, use=Use.KEY_ATTESTATION, typ=KEY_ATTESTATION_TYPE
        )
        claims = verified.claims()
        verify_times(claims, now=now, leeway=leeway, require=required)
    except JoseError as error:
        raise _REFUSALS.get(type(error), MalformedKeyAttestation)(error.code) from error
    except EncodingError as error:
        raise MalformedKeyAttestation(error.code) from error
    # 4. The keys are such as credentials are bound to.
    keys = _parse_keys(claims.get("attested_keys"), algorithms)
    # 5. They are kept well enough (appendix D.2).
    key_storage = _parse_levels(claims, "key_storage")
    user_authentication = _parse_levels(claims, "user_authentication")
    if policy.key_storage and policy.key_storage.isdisjoint(key_storage):
        raise InsufficientKeyStorage
    if policy.user_authentication and policy.user_authentication.isdisjoint(user_authentication):
        raise InsufficientUserAuthentication
    # 6. It was made for this issuer, just now (appendices F.1 and F.3).
    nonce = claims.get("nonce")
    if not isinstance(nonce, str):
        raise MissingKeyAttestationNonce
    return VerifiedKeyAttestation(keys, key_storage, user_authentication, nonce, attester)


def _parse_keys(value: object, algorithms: frozenset[Algorithm]) -> tuple[PublicJwk, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= MAX_ATTESTED_KEYS:
        raise MalformedKeyAttestation("attested_keys")
    keys = tuple(_parse_key(one, algorithms) for one in value)
    # Two credentials for one key could be linked by it.
    if len(set(keys)) != len(keys):
        raise MalformedKeyAttestation("one key twice")
    return keys


def _parse_key(value: object, algorithms: frozenset[Algorithm]) -> PublicJwk:
    try:
        key = parse_public_jwk(value)
    except PrivateJwk as error:
        raise PrivateKeyInProof from error
    except InvalidJwk as error:
        raise UnsupportedAttestedKey(error.code) from error
    if key.algorithm not in algorithms:
        raise UnsupportedAttestedKey(key.algorithm)
    return key


def _parse_levels(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    if name not in claims:
        return ()
    levels = claims[name]
    if not isinstance(levels, list) or not 0 < len(levels) <= MAX_LEVELS:
        raise MalformedKeyAttestation(name)
    if not all(isinstance(one, str) for one in levels):
        raise MalformedKeyAttestation(name)
    return tuple(levels)


def _create_jwk(key: PublicJwk) -> dict[str, str]:
    return dict(key.members) | ({} if key.kid is None else {"kid": key.kid})
