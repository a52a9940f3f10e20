"""Key proofs of type `jwt` (OpenID4VCI 1.0 appendices F.1 and F.4): the wallet shows that it has the key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from specs.encoding import EncodingError, create_json, to_numeric_date
from specs.jose.algorithms import Algorithm, Use
from specs.jose.certificates import key_of
from specs.jose.errors import (
    AlgorithmNotAllowed,
    Expired,
    InvalidCertificateChain,
    InvalidJwk,
    InvalidJws,
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
from specs.jose.x5c import parse_x5c
from specs.openid4vci.errors import (
    AmbiguousProofKey,
    InvalidProof,
    InvalidProofSignature,
    MalformedProof,
    MissingProofNonce,
    PrivateKeyInProof,
    ProofAlgorithmNotSupported,
    ProofNotCurrent,
    UnsupportedProofKey,
    WrongProofAudience,
    WrongProofIssuer,
    WrongProofType,
)
from specs.openid4vci.key_attestation import (
    MAX_ATTESTED_KEYS,
    AttestationUse,
    KeyAttestationPolicy,
    VerifiedKeyAttestation,
    parse_key_attestation,
    verify_key_attestation,
)
from specs.openid4vci.key_attestation_errors import KeyNotAttested, MissingKeyAttestation

KEY_PROOF_TYPE: Final = "openid4vci-proof+jwt"
# With an attestation, whose keys and certificates are base64url twice over.
MAX_PROOF_LENGTH: Final = 98_304

_KEY_REFERENCES: Final = ("jwk", "kid", "x5c")
_PLACES: Final = tuple(str(place) for place in range(MAX_ATTESTED_KEYS))
# What the signature layer calls a defect, and what a credential request calls it.
_REFUSALS: Final[Mapping[type[JoseError], type[InvalidProof]]] = {
    AlgorithmNotAllowed: ProofAlgorithmNotSupported,
    WrongType: WrongProofType,
    InvalidSignature: InvalidProofSignature,
    Expired: ProofNotCurrent,
    NotYetValid: ProofNotCurrent,
    IssuedInTheFuture: ProofNotCurrent,
}


@dataclass(frozen=True, slots=True)
class ProofPolicy:
    """What a proof must fit.

    `client_id`: of the client the access token was issued to; None when that client was anonymous.
    `algorithms`: as announced in `proof_signing_alg_values_supported`. `max_age`: of a proof by its `iat`;
    `leeway`: for clocks that are not ours, on top of it. `key_attestation` None: nobody is trusted to attest
    keys; attestations are then not looked at, and proofs that rest on one are refused.
    """

    credential_issuer: str
    client_id: str | None
    algorithms: frozenset[Algorithm]
    max_age: timedelta
    leeway: timedelta
    key_attestation: KeyAttestationPolicy | None = None


@dataclass(frozen=True, slots=True)
class UnverifiedKeyProof:
    """A proof as it came; whoever sent it may not have the key. `key` None: one of the attested, by `kid`."""

    jws: UnverifiedJws
    key: PublicJwk | None
    attestation: str | None = None


@dataclass(frozen=True, slots=True)
class VerifiedKeyProof:
    """Proof that the sender has `key`. Whether `nonce` is one of ours is a question of its own.

    `attestation`: what was vouched for in its header, and verified; `key` is one of the attested.
    """

    key: PublicJwk
    nonce: str
    attestation: VerifiedKeyAttestation | None = None


def prepare_key_proof(
    key: PublicJwk,
    *,
    credential_issuer: str,
    nonce: str | None,
    issued_at: datetime,
    client_id: str | None = None,
    key_attestation: str | None = None,
) -> SigningInput:
    """The bytes a wallet signs with `key`.

    `nonce`: from the nonce endpoint; None when the issuer has none. `client_id`: None for an anonymous one.
    `key_attestation`: one that lists `key`.
    """
    claims: dict[str, Any] = {"aud": credential_issuer, "iat": to_numeric_date(issued_at)}
    if nonce is not None:
        claims["nonce"] = nonce
    if client_id is not None:
        claims["iss"] = client_id
    header: dict[str, Any] = {"alg": key.algorithm, "typ": KEY_PROOF_TYPE, "jwk": dict(key.members)}
    if key_attestation is not None:
        header["key_attestation"] = key_attestation
    return prepare_jws(header, create_json(claims))


def parse_key_proof(proof: str) -> UnverifiedKeyProof:
    """A proof, taken apart, with the key it names. Raises a subclass of InvalidProof.

    Of a certificate only the key is looked at: nothing is concluded from the rest, so nothing in it needs to
    be trusted. A `kid` names one of the attested keys beside it; one that is a DID URL cannot be followed.
    """
    try:
        jws = parse_jws(proof, max_bytes=MAX_PROOF_LENGTH)
    except (InvalidJws, EncodingError) as error:
        raise MalformedProof(error.code) from error
    attestation = jws.header.get("key_attestation")
    if attestation is not None and not isinstance(attestation, str):
        raise MalformedProof("key_attestation")
    # Appendix F.1: two key references could name two keys, and readers would differ on which one was proved.
    references = [name for name in _KEY_REFERENCES if name in jws.header]
    if len(references) != 1:
        raise AmbiguousProofKey(" ".join(references))
    reference = jws.header[references[0]]
    if references[0] == "kid":
        if not isinstance(reference, str) or attestation is None:
            raise UnsupportedProofKey("kid without key_attestation")
        return UnverifiedKeyProof(jws, None, attestation)
    try:
        key = parse_public_jwk(reference) if references[0] == "jwk" else key_of(parse_x5c(reference)[0])
    except PrivateJwk as error:
        raise PrivateKeyInProof from error
    except (InvalidJwk, InvalidCertificateChain) as error:
        raise UnsupportedProofKey(error.code) from error
    return UnverifiedKeyProof(jws, key, attestation)


def verify_key_proof(
    proof: UnverifiedKeyProof,
    policy: ProofPolicy,
    *,
    now: datetime,
    verify_attestation: Callable[[str], VerifiedKeyAttestation] | None = None,
) -> VerifiedKeyProof:
    """The proof, known to be made by the holder of its key, for this issuer, recently.

    Every check of appendix F.4 but the value of the nonce. `verify_attestation`: for callers that remember
    what they verified. Raises a subclass of InvalidProof.
    """
    attestation = _attestation_of(proof, policy, verify_attestation or attestation_check(policy, now))
    key = _key_of(proof, attestation)
    if key.algorithm not in policy.algorithms:
        raise ProofAlgorithmNotSupported(key.algorithm)
    try:
        claims = verify_jws(proof.jws, key, use=Use.KEY_PROOF, typ=KEY_PROOF_TYPE).claims()
        verify_times(claims, now=now, leeway=policy.leeway, require=("iat",))
    except JoseError as error:
        raise _REFUSALS.get(type(error), MalformedProof)(error.code) from error
    except EncodingError as error:
        raise MalformedProof(error.code) from error
    if now.timestamp() - claims["iat"] > (policy.max_age + policy.leeway).total_seconds():
        raise ProofNotCurrent("too old")
    return VerifiedKeyProof(key, _check_claims(claims, policy), attestation)


def attestation_check(policy: ProofPolicy, now: datetime) -> Callable[[str], VerifiedKeyAttestation]:
    """Verifies attestations in the headers of proofs, each of them once."""

    @cache
    def verify(text: str) -> VerifiedKeyAttestation:
        if policy.key_attestation is None:
            raise UnsupportedProofKey("nobody is trusted to attest keys")
        return verify_key_attestation(
            parse_key_attestation(text),
            policy.key_attestation,
            use=AttestationUse.JWT_PROOF,
            algorithms=policy.algorithms,
            now=now,
            leeway=policy.leeway,
        )

    return verify


def _attestation_of(
    proof: UnverifiedKeyProof, policy: ProofPolicy, verify: Callable[[str], VerifiedKeyAttestation]
) -> VerifiedKeyAttestation | None:
    if proof.attestation is None:
        if policy.key_attestation is not None and policy.key_attestation.required:
            raise MissingKeyAttestation
        return None
    # An attestation that nobody asked for and that we cannot judge adds nothing, and takes nothing away.
    if policy.key_attestation is None and proof.key is not None:
        return None
    return verify(proof.attestation)


def _key_of(proof: UnverifiedKeyProof, attestation: VerifiedKeyAttestation | None) -> PublicJwk:
    if attestation is None:
        if proof.key is None:
            raise UnsupportedProofKey("kid")
        return proof.key
    key = proof.key or _named(proof.jws.header["kid"], attestation.keys)
    # Appendix D.1: a good attestation for other keys says nothing about this one.
    if key not in attestation.keys:
        raise KeyNotAttested
    return key


def _named(kid: str, keys: tuple[PublicJwk, ...]) -> PublicJwk:
    """By its own `kid`; where keys have none, by its place in the array (the example in appendix F.1)."""
    named = [key for key in keys if key.kid == kid]
    if not named and kid in _PLACES[: len(keys)] and all(key.kid is None for key in keys):
        named = [keys[int(kid)]]
    if len(named) != 1:
        raise KeyNotAttested("kid")
    return named[0]


def _check_claims(claims: Mapping[str, Any], policy: ProofPolicy) -> str:
    # `aud` is one string here, not an array (appendix F.1), and compared without normalisation.
    if claims.get("aud") != policy.credential_issuer:
        raise WrongProofAudience
    # Absent is allowed for a client we know; for an anonymous one, present is not (client_id is None then).
    if "iss" in claims and (policy.client_id is None or claims["iss"] != policy.client_id):
        raise WrongProofIssuer
    nonce = claims.get("nonce")
    if not isinstance(nonce, str):
        raise MissingProofNonce
    return nonce
