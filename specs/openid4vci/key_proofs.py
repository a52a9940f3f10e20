"""The key proofs of a whole request (OpenID4VCI 1.0 section 8.2, appendix F): which keys get a credential."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from specs.jose.jwk import PublicJwk
from specs.openid4vci.credential_configuration import ATTESTATION_PROOF_TYPE, JWT_PROOF_TYPE
from specs.openid4vci.errors import (
    DifferentNonces,
    InvalidNonce,
    InvalidProof,
    MalformedProofs,
    MissingProofs,
    RefusedNonces,
    RefusedProof,
    RefusedProofs,
    RepeatedProofKey,
    UnsupportedProofType,
)
from specs.openid4vci.key_attestation import (
    AttestationUse,
    VerifiedKeyAttestation,
    parse_key_attestation,
    verify_key_attestation,
)
from specs.openid4vci.key_attestation_errors import TooManyAttestedKeys
from specs.openid4vci.key_proof import (
    ProofPolicy,
    VerifiedKeyProof,
    attestation_check,
    parse_key_proof,
    verify_key_proof,
)
from specs.openid4vci.nonce import NonceClaims


@dataclass(frozen=True, slots=True)
class VerifiedKeyProofs:
    """The different keys of one request, in its order, and the nonce that the request spends.

    Each key may get one credential. `attestations`: what was vouched for, as far as it was.
    """

    keys: tuple[PublicJwk, ...]
    nonce: NonceClaims
    attestations: tuple[VerifiedKeyAttestation, ...] = ()


def verify_key_proofs(
    proofs: Sequence[str],
    policy: ProofPolicy,
    *,
    proof_type: str = JWT_PROOF_TYPE,
    now: datetime,
    check_nonce: Callable[[str], NonceClaims],
) -> VerifiedKeyProofs:
    """The keys of a whole request; one bad proof refuses it, and every bad one is reported.

    One attestation, alone or beside one proof, speaks for all the keys in it; several proofs speak for their
    own keys only. `check_nonce`: verify_nonce with its secret and the time; it raises a subclass of
    InvalidNonce. Raises MissingProofs, UnsupportedProofType, TooManyAttestedKeys, RefusedProofs, or
    RefusedNonces when nothing but nonces is wrong: only then does a fresh nonce help (section 8.3.1.2).
    """
    if not proofs:
        raise MissingProofs
    if proof_type == ATTESTATION_PROOF_TYPE:
        return _verify_attestation_proof(proofs, policy, now, check_nonce)
    if proof_type != JWT_PROOF_TYPE:
        raise UnsupportedProofType
    return _verify_jwt_proofs(proofs, policy, now, check_nonce)


def _verify_jwt_proofs(
    proofs: Sequence[str], policy: ProofPolicy, now: datetime, check_nonce: Callable[[str], NonceClaims]
) -> VerifiedKeyProofs:
    refused: list[RefusedProof] = []
    verified: dict[PublicJwk, VerifiedKeyProof] = {}
    nonces: dict[str, NonceClaims] = {}
    verify_attestation = attestation_check(policy, now)
    for index, text in enumerate(proofs):
        try:
            proof = verify_key_proof(
                parse_key_proof(text), policy, now=now, verify_attestation=verify_attestation
            )
            # Section 8.3: a key gets one credential at most; two for one key could be linked by it.
            if proof.key in verified:
                raise RepeatedProofKey
            verified[proof.key] = proof
            if proof.nonce not in nonces:
                _add_nonce(nonces, proof.nonce, check_nonce(proof.nonce))
            # Appendix F.1: made for this request too, not taken from an earlier one.
            if proof.attestation is not None and proof.attestation.nonce != proof.nonce:
                raise DifferentNonces("key attestation")
        except (InvalidProof, InvalidNonce) as reason:
            refused.append(RefusedProof(index, reason))
    if refused:
        _refuse(refused)
    [nonce] = nonces.values()
    # The same one may stand beside several proofs.
    found = {id(one.attestation): one.attestation for one in verified.values()}
    attestations = tuple(one for one in found.values() if one is not None)
    if len(proofs) == 1 and attestations:
        return _all_attested(attestations[0], policy, nonce)
    return VerifiedKeyProofs(tuple(verified), nonce, attestations)


def _verify_attestation_proof(
    proofs: Sequence[str], policy: ProofPolicy, now: datetime, check_nonce: Callable[[str], NonceClaims]
) -> VerifiedKeyProofs:
    """Appendix F.3: an attestation without a proof; whoever attests has seen that the wallet has the keys."""
    if policy.key_attestation is None:
        raise UnsupportedProofType("nobody is trusted to attest keys")
    if len(proofs) != 1:
        raise MalformedProofs("more than one attestation")
    try:
        attestation = verify_key_attestation(
            parse_key_attestation(proofs[0]),
            policy.key_attestation,
            use=AttestationUse.ATTESTATION_PROOF,
            algorithms=policy.algorithms,
            now=now,
            leeway=policy.leeway,
        )
        nonce = check_nonce(attestation.nonce)
    except (InvalidProof, InvalidNonce) as reason:
        _refuse([RefusedProof(0, reason)])
    return _all_attested(attestation, policy, nonce)


def _all_attested(
    attestation: VerifiedKeyAttestation, policy: ProofPolicy, nonce: NonceClaims
) -> VerifiedKeyProofs:
    most = 0 if policy.key_attestation is None else policy.key_attestation.max_keys
    if len(attestation.keys) > most:
        raise TooManyAttestedKeys(f"{len(attestation.keys)} keys, {most} allowed")
    return VerifiedKeyProofs(attestation.keys, nonce, (attestation,))


def _refuse(refused: Sequence[RefusedProof]) -> NoReturn:
    only_nonces = all(isinstance(one.reason, InvalidNonce) for one in refused)
    raise (RefusedNonces if only_nonces else RefusedProofs)(refused)


def _add_nonce(nonces: dict[str, NonceClaims], nonce: str, claims: NonceClaims) -> None:
    # A second good nonce would go unspent and could be used again (our rule; section 13.8 leaves it to us).
    if nonces:
        raise DifferentNonces
    nonces[nonce] = claims
