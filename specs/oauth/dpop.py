"""DPoP proofs (RFC 9449): whoever sends a request has the private key, for this request, now."""

import hashlib
import hmac
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from specs.encoding import EncodingError, b64url_encode, create_json, from_numeric_date, to_numeric_date
from specs.jose.algorithms import Algorithm, Use
from specs.jose.errors import JoseError
from specs.jose.jwk import PublicJwk, parse_public_jwk
from specs.jose.jws import SigningInput, parse_jws, prepare_jws, verify_jws
from specs.jose.jwt import verify_times
from specs.oauth.dpop_errors import InvalidDpopProof, UseDpopNonce, WrongDpopKey
from specs.oauth.http_uri import normalise_http_uri

DPOP_HEADER: Final = "DPoP"
DPOP_NONCE_HEADER: Final = "DPoP-Nonce"
DPOP_PROOF_TYPE: Final = "dpop+jwt"
DPOP_ALGORITHMS: Final = (Algorithm.ES256, Algorithm.ES384, Algorithm.ES512, Algorithm.EDDSA)
"""What our servers announce in `dpop_signing_alg_values_supported`; HAIP 1.0 section 7 asks for the first."""
MAX_PROOF_LENGTH: Final = 8192
MAX_JTI_LENGTH: Final = 512


@dataclass(frozen=True, slots=True)
class DpopRequest:
    """The request that a proof has to be about. `url`: as the client addressed it.

    `access_token`: the one it carries, at a resource; None at the token endpoint. `jkt`: the only key that
    will do; None for any.
    """

    method: str
    url: str
    access_token: str | None = field(default=None, repr=False)
    jkt: str | None = None


@dataclass(frozen=True, slots=True)
class DpopPolicy:
    """What a proof must fit. `max_age`: by its `iat`; `leeway`: for clocks that are not ours, on top.

    `check_nonce`: returns for a nonce of ours that is not too old, and raises UseDpopNonce otherwise; it is
    also asked when no nonce is required. `nonce_required`: without one, check_nonce is asked about "".
    """

    max_age: timedelta
    leeway: timedelta
    check_nonce: Callable[[str], None]
    nonce_required: bool
    algorithms: Collection[Algorithm] = DPOP_ALGORITHMS


@dataclass(frozen=True, slots=True)
class VerifiedDpopProof:
    """Proof that the sender has `key`, whose thumbprint is `jkt`.

    Not known: that it was not sent before. `replay_key` is to be remembered until `replay_until`, from when
    on the proof is too old anyway, and whoever brings it a second time is refused (section 11.1).
    """

    key: PublicJwk
    jkt: str
    jti: str
    replay_key: bytes
    replay_until: datetime


def dpop_proof_of(header_values: Sequence[str]) -> str | None:
    """The proof of a request, from all its `DPoP` headers; None when there is no such header.

    Raises InvalidDpopProof for more than one (section 4.3, check 1): each reader might take another.
    """
    if len(header_values) > 1:
        raise InvalidDpopProof("more than one header")
    return header_values[0] if header_values else None


def prepare_dpop_proof(
    key: PublicJwk, request: DpopRequest, *, jti: str, issued_at: datetime, nonce: str | None = None
) -> SigningInput:
    """The bytes a client signs with `key` (section 4.2). `nonce`: the server's latest, if it gave one."""
    claims: dict[str, Any] = {
        "jti": jti,
        "htm": request.method,
        "htu": request.url.partition("#")[0].partition("?")[0],
        "iat": to_numeric_date(issued_at),
    }
    if request.access_token is not None:
        claims["ath"] = create_access_token_hash(request.access_token)
    if nonce is not None:
        claims["nonce"] = nonce
    header = {"alg": key.algorithm, "typ": DPOP_PROOF_TYPE, "jwk": dict(key.members)}
    return prepare_jws(header, create_json(claims))


def create_access_token_hash(access_token: str) -> str:
    """`ath`: the SHA-256 of the token as it is sent (section 4.2)."""
    return b64url_encode(hashlib.sha256(access_token.encode("ascii")).digest())


def verify_dpop_proof(
    proof: str, request: DpopRequest, policy: DpopPolicy, *, now: datetime
) -> VerifiedDpopProof:
    """Every check of section 4.3 but the memory of earlier proofs.

    Raises InvalidDpopProof, WrongDpopKey (one of them) and UseDpopNonce; the last only for a proof that is
    good otherwise, so that a new nonce helps.
    """
    key, claims = _verify_signature(proof, policy, now)
    # Checks 8 and 9: for this method, which has a case, and this address.
    if claims.get("htm") != request.method:
        raise InvalidDpopProof("htm")
    if not _same_address(claims.get("htu"), request.url):
        raise InvalidDpopProof("htu")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= MAX_JTI_LENGTH:
        raise InvalidDpopProof("jti")
    # Check 11: recent. The future was refused with the times, beyond the leeway.
    issued_at = from_numeric_date(claims["iat"])
    last = issued_at + policy.max_age + policy.leeway
    if now > last:
        raise InvalidDpopProof("too old")
    # Check 12: for this access token, and by the key that the token is bound to.
    if request.access_token is not None and not _is_hash_of(claims.get("ath"), request.access_token):
        raise InvalidDpopProof("ath")
    thumbprint = key.thumbprint
    if request.jkt is not None and not hmac.compare_digest(request.jkt, thumbprint):
        raise WrongDpopKey
    _check_nonce(claims.get("nonce"), policy)
    replay_key = hashlib.sha256(f"dpop {thumbprint} {jti}".encode("utf-8", "surrogatepass")).digest()
    return VerifiedDpopProof(key, thumbprint, jti, replay_key, last)


def _verify_signature(proof: str, policy: DpopPolicy, now: datetime) -> tuple[PublicJwk, dict[str, Any]]:
    try:
        jws = parse_jws(proof, max_bytes=MAX_PROOF_LENGTH)
        # Checks 5 and 6: an asymmetric algorithm that we announce, and a key without its private part.
        key = parse_public_jwk(jws.header.get("jwk"))
        if key.algorithm not in policy.algorithms:
            raise InvalidDpopProof("alg")
        claims = verify_jws(jws, key, use=Use.DPOP, typ=DPOP_PROOF_TYPE).claims()
        verify_times(claims, now=now, leeway=policy.leeway, require=("iat",))
    except (JoseError, EncodingError) as error:
        raise InvalidDpopProof(error.code) from error
    return key, claims


def _same_address(htu: object, url: str) -> bool:
    if not isinstance(htu, str):
        return False
    try:
        return htu == url or normalise_http_uri(htu) == normalise_http_uri(url)
    except ValueError:
        return False


def _is_hash_of(ath: object, access_token: str) -> bool:
    expected = create_access_token_hash(access_token)
    return isinstance(ath, str) and hmac.compare_digest(ath.encode("utf-8", "replace"), expected.encode())


def _check_nonce(nonce: object, policy: DpopPolicy) -> None:
    if nonce is None:
        if policy.nonce_required:
            policy.check_nonce("")
            raise UseDpopNonce("missing")
        return
    if not isinstance(nonce, str):
        raise InvalidDpopProof("nonce")
    policy.check_nonce(nonce)
