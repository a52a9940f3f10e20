"""Key proofs of type `jwt` (OpenID4VCI 1.0 appendices F.1 and F.4): the wallet shows that it has the key."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from specs.encoding import EncodingError, create_json, to_numeric_date
from specs.jose.algorithms import Algorithm, Use
from specs.jose.errors import (
    AlgorithmNotAllowed,
    Expired,
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
from specs.openid4vci.credential_configuration import JWT_PROOF_TYPE
from specs.openid4vci.errors import (
    AmbiguousProofKey,
    DifferentNonces,
    InvalidNonce,
    InvalidProof,
    InvalidProofSignature,
    MalformedProof,
    MissingProofNonce,
    MissingProofs,
    PrivateKeyInProof,
    ProofAlgorithmNotSupported,
    ProofNotCurrent,
    RefusedNonces,
    RefusedProof,
    RefusedProofs,
    RepeatedProofKey,
    UnsupportedProofKey,
    WrongProofAudience,
    WrongProofIssuer,
    WrongProofType,
)
from specs.openid4vci.key_attestation import KeyAttestationPolicy, VerifiedKeyAttestation
from specs.openid4vci.nonce import NonceClaims

KEY_PROOF_TYPE: Final = "openid4vci-proof+jwt"
MAX_PROOF_LENGTH: Final = 16_384

_KEY_REFERENCES: Final = ("jwk", "kid", "x5c")
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
    """A proof as it came; whoever sent it may not have the key."""

    jws: UnverifiedJws
    key: PublicJwk


@dataclass(frozen=True, slots=True)
class VerifiedKeyProof:
    """Proof that the sender has `key`. Whether `nonce` is one of ours is a question of its own."""

    key: PublicJwk
    nonce: str


@dataclass(frozen=True, slots=True)
class VerifiedKeyProofs:
    """The different keys of one request, in its order, and the nonce that the request spends.

    Each key may get one credential. `attestation`: what was vouched for, when it was.
    """

    keys: tuple[PublicJwk, ...]
    nonce: NonceClaims
    attestation: VerifiedKeyAttestation | None = None


def prepare_key_proof(
    key: PublicJwk,
    *,
    credential_issuer: str,
    nonce: str | None,
    issued_at: datetime,
    client_id: str | None = None,
) -> SigningInput:
    """The bytes a wallet signs with `key`.

    `nonce`: from the nonce endpoint; None when the issuer has none. `client_id`: None for an anonymous one.
    """
    claims: dict[str, Any] = {"aud": credential_issuer, "iat": to_numeric_date(issued_at)}
    if nonce is not None:
        claims["nonce"] = nonce
    if client_id is not None:
        claims["iss"] = client_id
    header = {"alg": key.algorithm, "typ": KEY_PROOF_TYPE, "jwk": dict(key.members)}
    return prepare_jws(header, create_json(claims))


def parse_key_proof(proof: str) -> UnverifiedKeyProof:
    """A proof, taken apart, with the key it names. Raises a subclass of InvalidProof.

    Only `jwk` can be followed: `kid` would need a DID method and `x5c` a trust decision, and the issuer
    announces neither.
    """
    try:
        jws = parse_jws(proof, max_bytes=MAX_PROOF_LENGTH)
    except (InvalidJws, EncodingError) as error:
        raise MalformedProof(error.code) from error
    # Appendix F.1: two key references could name two keys, and readers would differ on which one was proved.
    references = [name for name in _KEY_REFERENCES if name in jws.header]
    if len(references) != 1:
        raise AmbiguousProofKey(" ".join(references))
    if references[0] != "jwk":
        raise UnsupportedProofKey(references[0])
    try:
        return UnverifiedKeyProof(jws, parse_public_jwk(jws.header["jwk"]))
    except PrivateJwk as error:
        raise PrivateKeyInProof from error
    except InvalidJwk as error:
        raise UnsupportedProofKey(error.code) from error


def verify_key_proof(proof: UnverifiedKeyProof, policy: ProofPolicy, *, now: datetime) -> VerifiedKeyProof:
    """The proof, known to be made by the holder of its key, for this issuer, recently.

    Every check of appendix F.4 but the value of the nonce. Raises a subclass of InvalidProof.
    """
    if proof.key.algorithm not in policy.algorithms:
        raise ProofAlgorithmNotSupported(proof.key.algorithm)
    try:
        claims = verify_jws(proof.jws, proof.key, use=Use.KEY_PROOF, typ=KEY_PROOF_TYPE).claims()
        verify_times(claims, now=now, leeway=policy.leeway, require=("iat",))
    except JoseError as error:
        raise _REFUSALS.get(type(error), MalformedProof)(error.code) from error
    except EncodingError as error:
        raise MalformedProof(error.code) from error
    if now.timestamp() - claims["iat"] > (policy.max_age + policy.leeway).total_seconds():
        raise ProofNotCurrent("too old")
    # `aud` is one string here, not an array (appendix F.1), and compared without normalisation.
    if claims.get("aud") != policy.credential_issuer:
        raise WrongProofAudience
    # Absent is allowed for a client we know; for an anonymous one, present is not (client_id is None then).
    if "iss" in claims and (policy.client_id is None or claims["iss"] != policy.client_id):
        raise WrongProofIssuer
    nonce = claims.get("nonce")
    if not isinstance(nonce, str):
        raise MissingProofNonce
    return VerifiedKeyProof(proof.key, nonce)


def verify_key_proofs(
    proofs: Sequence[str],
    policy: ProofPolicy,
    *,
    proof_type: str = JWT_PROOF_TYPE,
    now: datetime,
    check_nonce: Callable[[str], NonceClaims],
) -> VerifiedKeyProofs:
    """The keys of a whole request; one bad proof refuses it, and every bad one is reported.

    `check_nonce`: verify_nonce with its secret and the time; it raises a subclass of InvalidNonce. Raises
    MissingProofs, RefusedProofs, or RefusedNonces when nothing but nonces is wrong: only then does a fresh
    nonce help (section 8.3.1.2).
    """
    if not proofs:
        raise MissingProofs
    refused: list[RefusedProof] = []
    keys: dict[PublicJwk, None] = {}
    nonces: dict[str, NonceClaims] = {}
    for index, text in enumerate(proofs):
        try:
            proof = verify_key_proof(parse_key_proof(text), policy, now=now)
            # Section 8.3: a key gets one credential at most; two for one key could be linked by it.
            if proof.key in keys:
                raise RepeatedProofKey
            keys[proof.key] = None
            if proof.nonce not in nonces:
                _add_nonce(nonces, proof.nonce, check_nonce(proof.nonce))
        except (InvalidProof, InvalidNonce) as reason:
            refused.append(RefusedProof(index, reason))
    if refused:
        only_nonces = all(isinstance(one.reason, InvalidNonce) for one in refused)
        raise (RefusedNonces if only_nonces else RefusedProofs)(refused)
    return VerifiedKeyProofs(tuple(keys), next(iter(nonces.values())))


def _add_nonce(nonces: dict[str, NonceClaims], nonce: str, claims: NonceClaims) -> None:
    # A second good nonce would go unspent and could be used again (our rule; section 13.8 leaves it to us).
    if nonces:
        raise DifferentNonces
    nonces[nonce] = claims
