"""Proofs and attestations for tests: good ones, and every member changed or left out."""

from datetime import UTC, datetime, timedelta
from typing import Any

from specs.encoding import create_json
from specs.jose import Algorithm, prepare_jws, sign_with, trust_anchors
from specs.jose.x5c import TrustAnchors, create_x5c
from specs.oauth import create_access_token_hash
from tests.specs.jose.certificates import CA, LEAF, Issued, self_signed
from tests.specs.jose.material import private_key, public_key

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
SERVER = "https://issuer.example/tenant"
URL = f"{SERVER}/token"
ACCESS_TOKEN = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU"
ROOT = self_signed(CA)
ATTESTER = ROOT.issue(LEAF)
ATTESTERS: TrustAnchors = trust_anchors([ROOT.certificate])
CLIENT = "https://wallet.example"
MINUTE = timedelta(minutes=1)


def jwt(header: dict[str, Any], claims: dict[str, Any], key: Any, algorithm: Algorithm) -> str:
    """Signed, without those members that are None."""
    prepared = prepare_jws(_present(header), create_json(_present(claims)))
    return prepared.attach(sign_with(key, algorithm, prepared.data))


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def dpop_proof(
    *,
    number: int = 0,
    algorithm: Algorithm = Algorithm.ES256,
    header: dict[str, Any] | None = None,
    **claims: Any,
) -> str:
    """A proof for a POST to URL by the key of a number; a claim that is None is left out."""
    head = {"typ": "dpop+jwt", "alg": algorithm.value, "jwk": dict(public_key(algorithm, number).members)}
    body = {"jti": "proof-1", "htm": "POST", "htu": URL, "iat": SECONDS}
    return jwt(head | (header or {}), body | claims, private_key(algorithm, number), algorithm)


def resource_proof(**claims: Any) -> str:
    """The same with the hash of ACCESS_TOKEN."""
    return dpop_proof(**({"ath": create_access_token_hash(ACCESS_TOKEN)} | claims))


def attestation(
    *,
    number: int = 0,
    signer: Issued = ATTESTER,
    chain: list[Issued] | None = None,
    header: dict[str, Any] | None = None,
    **claims: Any,
) -> str:
    """An attestation for the key of a number; a claim that is None is left out."""
    x5c = create_x5c([one.certificate for one in (chain or [signer])])
    head = {"typ": "oauth-client-attestation+jwt", "alg": "ES256", "x5c": x5c}
    body = {
        "sub": CLIENT,
        "iat": SECONDS - 60,
        "exp": SECONDS + 3600,
        "cnf": {"jwk": dict(public_key(Algorithm.ES256, number).members)},
    }
    return jwt(head | (header or {}), body | claims, signer.key, Algorithm.ES256)


def attestation_pop(*, number: int = 0, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A proof of possession for SERVER by the key of a number."""
    head = {"typ": "oauth-client-attestation-pop+jwt", "alg": "ES256"}
    body = {"aud": SERVER, "jti": "pop-1", "iat": SECONDS}
    key = private_key(Algorithm.ES256, number)
    return jwt(head | (header or {}), body | claims, key, Algorithm.ES256)
