"""Attestation-based client authentication: a wallet's provider vouches for the key of one installation.

draft-ietf-oauth-attestation-based-client-auth, OpenID4VCI 1.0 appendix E, HAIP 1.0 section 4.4.1. Two
generations are read alike: up to -07 the attestation names its `iss`, the proof of possession repeats the
client as `iss`, may end with `exp` and may carry the challenge as `nonce`; from -08 on none of that, and a
DPoP proof by the attested key may take the place of the proof of possession (combined mode, -09). What an
older member says is checked where it is there, and asked for nowhere.
"""

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from specs.encoding import EncodingError, create_json, from_numeric_date, to_numeric_date
from specs.jose.algorithms import Algorithm, Use
from specs.jose.errors import JoseError
from specs.jose.jwk import PublicJwk, parse_public_jwk
from specs.jose.jws import SigningInput, parse_jws, prepare_jws, verify_jws
from specs.jose.jwt import verify_audience, verify_times
from specs.jose.x5c import TrustAnchors, parse_x5c, verify_chain
from specs.oauth.client_attestation_errors import (
    InvalidClientAttestation,
    UseFreshAttestation,
    WrongAttestedClient,
    WrongAttestedKey,
)
from specs.oauth.dpop import VerifiedDpopProof
from specs.oauth.errors import MalformedParameter
from specs.oauth.form import check_visible
from specs.oauth.token_request import MAX_CLIENT_ID_LENGTH

ATTESTATION_HEADER: Final = "OAuth-Client-Attestation"
ATTESTATION_POP_HEADER: Final = "OAuth-Client-Attestation-PoP"
ATTESTATION_CHALLENGE_HEADER: Final = "OAuth-Client-Attestation-Challenge"
ATTESTATION_TYPE: Final = "oauth-client-attestation+jwt"
ATTESTATION_POP_TYPE: Final = "oauth-client-attestation-pop+jwt"
ATTESTATION_AUTH_METHOD: Final = "attest_jwt_client_auth"
COMBINED_AUTH_METHOD: Final = "attest_jwt_client_auth_dpop"
ATTESTATION_ALGORITHMS: Final = (Algorithm.ES256, Algorithm.ES384, Algorithm.ES512, Algorithm.EDDSA)
MAX_ATTESTATION_LENGTH: Final = 32_768
MAX_POP_LENGTH: Final = 8192
_MAX_JTI_LENGTH: Final = 512


@dataclass(frozen=True, slots=True)
class AttestationPolicy:
    """Whom we believe, and how old things may be.

    `server`: our issuer identifier, the audience of proofs. `max_age`: of an attestation that says when it
    was made; None for no limit but its own end. `pop_max_age`: of a proof by its `iat`; `leeway`: for clocks
    that are not ours, on top. `check_challenge`: returns for a challenge of ours that is not too old, and
    raises UseAttestationChallenge otherwise; asked about "" when one is required and there is none.
    """

    server: str
    attesters: TrustAnchors
    max_age: timedelta | None
    pop_max_age: timedelta
    leeway: timedelta
    check_challenge: Callable[[str], None]
    challenge_required: bool
    algorithms: Collection[Algorithm] = ATTESTATION_ALGORITHMS


@dataclass(frozen=True, slots=True)
class VerifiedClientAttestation:
    """A trusted attester says that `key` belongs to an installation of the client; still to be proved."""

    client_id: str
    key: PublicJwk
    expires_at: datetime
    attester: str
    """SHA-256 of the attester's certificate, base64url."""

    @property
    def jkt(self) -> str:
        """The thumbprint of the installation's key."""
        return self.key.thumbprint


@dataclass(frozen=True, slots=True)
class VerifiedAttestationPop:
    """Proof that the sender has the attested key. `replay_key`: to be remembered until `replay_until`."""

    replay_key: bytes
    replay_until: datetime


def single_header(values: Sequence[str]) -> str | None:
    """The value of a header that may come once; None when it did not. Raises InvalidClientAttestation."""
    if len(values) > 1:
        raise InvalidClientAttestation("more than one header")
    return values[0] if values else None


def verify_client_attestation(
    attestation: str, policy: AttestationPolicy, *, client_id: str | None, now: datetime
) -> VerifiedClientAttestation:
    """The attestation, known to come from a trusted attester (-10 section 8.1, HAIP 1.0 section 4.4.1).

    `client_id`: of the request; None when it names none. Raises InvalidClientAttestation, WrongAttestedClient
    and UseFreshAttestation. The key still has to be proved.
    """
    try:
        jws = parse_jws(attestation, max_bytes=MAX_ATTESTATION_LENGTH)
        # HAIP: the chain comes along, without the anchor and not ending in a self-signed leaf; no `kid`
        # look-up.
        chain = verify_chain(parse_x5c(jws.header.get("x5c")), policy.attesters, now=now)
        _check_algorithm(chain.key, policy)
        claims = verify_jws(jws, chain.key, use=Use.CLIENT_ATTESTATION, typ=ATTESTATION_TYPE).claims()
        verify_times(claims, now=now, leeway=policy.leeway, require=("exp",))
        key = _attested_key(claims)
        _check_algorithm(key, policy)
    except (JoseError, EncodingError) as error:
        raise InvalidClientAttestation(error.code) from error
    subject = _subject(claims)
    if client_id is not None and client_id != subject:
        raise WrongAttestedClient
    _check_freshness(claims, policy, now)
    return VerifiedClientAttestation(subject, key, from_numeric_date(claims["exp"]), chain.leaf_hash)


def verify_attestation_pop(
    pop: str, attestation: VerifiedClientAttestation, policy: AttestationPolicy, *, now: datetime
) -> VerifiedAttestationPop:
    """The proof, known to be made with the attested key, for this server, recently (-10 section 8.2).

    Raises InvalidClientAttestation, WrongAttestedKey, and UseAttestationChallenge for a proof that is good
    otherwise.
    """
    claims = _verify_pop(pop, attestation.key, policy, now)
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= _MAX_JTI_LENGTH:
        raise InvalidClientAttestation("jti")
    last = from_numeric_date(claims["iat"]) + policy.pop_max_age + policy.leeway
    if now > last:
        raise InvalidClientAttestation("too old")
    if claims.get("iss", attestation.client_id) != attestation.client_id:
        raise InvalidClientAttestation("iss")
    _check_challenge(claims, policy)
    replay_key = hashlib.sha256(f"attestation {attestation.jkt} {jti}".encode("utf-8", "surrogatepass"))
    return VerifiedAttestationPop(replay_key.digest(), last)


def verify_combined_proof(attestation: VerifiedClientAttestation, proof: VerifiedDpopProof) -> None:
    """Returns when a DPoP proof is by the attested key (-10 section 8.3). Raises WrongAttestedKey."""
    if attestation.key != proof.key:
        raise WrongAttestedKey


def prepare_client_attestation(
    key: PublicJwk,
    *,
    client_id: str,
    issued_at: datetime,
    expires_at: datetime,
    algorithm: Algorithm,
    certificate_chain: Sequence[str],
    issuer: str | None = None,
) -> SigningInput:
    """The bytes an attester signs to vouch for `key`. `issuer`: only for servers of the older generation."""
    claims: dict[str, Any] = {
        "sub": client_id,
        "iat": to_numeric_date(issued_at),
        "exp": to_numeric_date(expires_at),
        "cnf": {"jwk": dict(key.members)},
    }
    if issuer is not None:
        claims["iss"] = issuer
    header = {"alg": algorithm, "typ": ATTESTATION_TYPE, "x5c": list(certificate_chain)}
    return prepare_jws(header, create_json(claims))


def prepare_attestation_pop(
    key: PublicJwk,
    *,
    server: str,
    jti: str,
    issued_at: datetime,
    challenge: str | None = None,
    client_id: str | None = None,
) -> SigningInput:
    """The bytes a wallet signs with its attested key. `client_id`: for servers of the older generation."""
    claims: dict[str, Any] = {"aud": server, "jti": jti, "iat": to_numeric_date(issued_at)}
    if challenge is not None:
        claims["challenge"] = challenge
    if client_id is not None:
        claims["iss"] = client_id
    return prepare_jws({"alg": key.algorithm, "typ": ATTESTATION_POP_TYPE}, create_json(claims))


def _check_algorithm(key: PublicJwk, policy: AttestationPolicy) -> None:
    if key.algorithm not in policy.algorithms:
        raise InvalidClientAttestation("alg")


def _attested_key(claims: dict[str, Any]) -> PublicJwk:
    confirmation = claims.get("cnf")
    if not isinstance(confirmation, dict):
        raise InvalidClientAttestation("cnf")
    return parse_public_jwk(confirmation.get("jwk"))


def _check_freshness(claims: dict[str, Any], policy: AttestationPolicy, now: datetime) -> None:
    if policy.max_age is None or "iat" not in claims:
        return
    if now > from_numeric_date(claims["iat"]) + policy.max_age + policy.leeway:
        raise UseFreshAttestation


def _subject(claims: dict[str, Any]) -> str:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise InvalidClientAttestation("sub")
    try:
        return check_visible(subject, "sub", max_length=MAX_CLIENT_ID_LENGTH)
    except MalformedParameter as error:
        raise InvalidClientAttestation("sub") from error


def _verify_pop(pop: str, key: PublicJwk, policy: AttestationPolicy, now: datetime) -> dict[str, Any]:
    try:
        jws = parse_jws(pop, max_bytes=MAX_POP_LENGTH)
        claims = verify_jws(jws, key, use=Use.CLIENT_ATTESTATION_POP, typ=ATTESTATION_POP_TYPE).claims()
        verify_times(claims, now=now, leeway=policy.leeway, require=("iat",))
        verify_audience(claims, policy.server, sole=True)
    except (JoseError, EncodingError) as error:
        raise InvalidClientAttestation(error.code) from error
    return claims


def _check_challenge(claims: dict[str, Any], policy: AttestationPolicy) -> None:
    # `nonce` is what drafts before -06 called it; two different values could be read in two ways.
    found = {name: claims[name] for name in ("challenge", "nonce") if name in claims}
    if not all(isinstance(value, str) for value in found.values()) or len(set(found.values())) > 1:
        raise InvalidClientAttestation("challenge")
    if found:
        policy.check_challenge(next(iter(found.values())))
    elif policy.challenge_required:
        policy.check_challenge("")
        raise InvalidClientAttestation("challenge")
