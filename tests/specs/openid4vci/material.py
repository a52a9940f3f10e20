"""An issuer, a wallet and their messages, for the tests of this folder."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from specs.encoding import create_json
from specs.jose import Algorithm, PublicJwk, prepare_jws, sign_with
from specs.openid4vci import (
    JWT_PROOF_TYPE,
    KEY_PROOF_TYPE,
    SD_JWT_VC_FORMAT,
    BatchCredentialIssuance,
    CredentialConfiguration,
    CredentialIssuerMetadata,
    ProofPolicy,
    ProofTypeMetadata,
    create_nonce,
)
from tests.specs.jose.material import private_key, public_key

VECTORS = Path(__file__).parents[2] / "vectors" / "openid4vci"
ISSUER = "https://issuer.example/tenant"
NOW = datetime(2027, 1, 15, 12, 0, tzinfo=UTC)
POLICY = ProofPolicy(
    credential_issuer=ISSUER,
    client_id=None,
    algorithms=frozenset({Algorithm.ES256, Algorithm.ES384, Algorithm.EDDSA}),
    max_age=timedelta(minutes=5),
    leeway=timedelta(minutes=1),
)


def load(name: str) -> Any:
    return json.loads((VECTORS / name).read_bytes())


def mac(data: bytes) -> bytes:
    return hmac.digest(b"the nonce secret", data, hashlib.sha256)


def nonce(number: int = 0, *, expires_at: datetime = NOW + timedelta(minutes=5)) -> str:
    return create_nonce(mac, random=number.to_bytes(16, "big"), expires_at=expires_at)


def configuration(**changes: Any) -> CredentialConfiguration:
    members: dict[str, Any] = {
        "format": SD_JWT_VC_FORMAT,
        "scope": "person",
        "vct": "https://issuer.example/types/person/1",
        "cryptographic_binding_methods_supported": ("jwk",),
        "proof_types_supported": {
            JWT_PROOF_TYPE: ProofTypeMetadata(proof_signing_alg_values_supported=("ES256",))
        },
    }
    return CredentialConfiguration(**(members | changes))


def metadata(**changes: Any) -> CredentialIssuerMetadata:
    unbound = configuration(
        cryptographic_binding_methods_supported=None, proof_types_supported=None, scope="notice"
    )
    members: dict[str, Any] = {
        "credential_issuer": ISSUER,
        "credential_endpoint": f"{ISSUER}/credential",
        "nonce_endpoint": f"{ISSUER}/nonce",
        "batch_credential_issuance": BatchCredentialIssuance(batch_size=10),
        "credential_configurations_supported": {
            "person": configuration(),
            "licence": configuration(scope="licence"),
            "notice": unbound,
        },
    }
    return CredentialIssuerMetadata(**(members | changes))


def key(number: int = 0, algorithm: Algorithm = Algorithm.ES256) -> PublicJwk:
    return public_key(algorithm, number)


def proof(
    number: int = 0,
    *,
    algorithm: Algorithm = Algorithm.ES256,
    claims: dict[str, Any] | None = None,
    header: dict[str, Any] | None = None,
) -> str:
    """A good key proof but for what is changed; a member changed to None is left out."""
    body = {"aud": ISSUER, "iat": int(NOW.timestamp()), "nonce": nonce()} | (claims or {})
    head = {"alg": algorithm.value, "typ": KEY_PROOF_TYPE, "jwk": dict(key(number, algorithm).members)} | (
        header or {}
    )
    prepared = prepare_jws(_without_none(head), create_json(_without_none(body)))
    return prepared.attach(sign_with(private_key(algorithm, number), algorithm, prepared.data))


def _without_none(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
