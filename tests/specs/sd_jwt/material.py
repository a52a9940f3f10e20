"""Keys, vectors and whole SD-JWTs for the tests of this standard."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from specs.encoding import b64url_decode, b64url_encode, create_json
from specs.jose import Algorithm, PublicJwk, Use, parse_public_jwk, prepare_jws, public_jwk_of, sign_with
from specs.sd_jwt import (
    DisclosurePlan,
    KeyBindingPolicy,
    PlanPath,
    UnverifiedSdJwt,
    WithoutKeyBinding,
    entropy_length,
    open_held_sd_jwt,
    parse_sd_jwt,
    prepare_key_binding,
    prepare_sd_jwt,
    select_disclosures,
)

VECTORS = Path(__file__).parents[2] / "vectors" / "sd-jwt-rfc9901"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LEEWAY = timedelta(seconds=60)
TYPE = "example+sd-jwt"
HEADER = {"alg": "ES256", "typ": TYPE}
NONCE = "n-0S6_WzA2Mj"
AUDIENCE = "x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWEviRiA0OZszk"
POLICY = KeyBindingPolicy(NONCE, AUDIENCE, timedelta(minutes=5))
UNBOUND = WithoutKeyBinding(expected=None)


def vector(name: str) -> Any:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


@cache
def private_key(who: str) -> ec.EllipticCurvePrivateKey:
    """One key per name and test run."""
    return ec.generate_private_key(ec.SECP256R1())


def public_key(who: str) -> PublicJwk:
    return public_jwk_of(private_key(who).public_key())


def example_key(who: str) -> PublicJwk:
    """The issuer's or holder's key of the examples in the RFC."""
    return parse_public_jwk(vector("public_keys.json")[who])


def sign(who: str, data: bytes) -> bytes:
    return sign_with(private_key(who), Algorithm.ES256, data)


def confirmed(claims: Mapping[str, Any]) -> dict[str, Any]:
    """The claims, bound to the key of the holder."""
    return {**claims, "cnf": {"jwk": dict(public_key("holder").members)}}


def issue(
    claims: Mapping[str, Any], paths: Iterable[PlanPath] = (), decoys: Mapping[PlanPath, int] | None = None
) -> str:
    plan = DisclosurePlan(tuple(paths), decoys or {})
    prepared = prepare_sd_jwt(claims, plan, header=HEADER, salts=os.urandom(entropy_length(claims, plan)))
    return prepared.attach(sign("issuer", prepared.signing_input.data))


def present(sd_jwt: str, paths: Iterable[PlanPath], **changed: Any) -> str:
    """A presentation with key binding, made as our wallet makes it."""
    presentation = select_disclosures(open_held_sd_jwt(parse_sd_jwt(sd_jwt)), paths)
    wanted: dict[str, Any] = {"nonce": NONCE, "audience": AUDIENCE, "issued_at": NOW}
    prepared = prepare_key_binding(presentation, algorithm=Algorithm.ES256, **(wanted | changed))
    return prepared.attach(sign("holder", prepared.signing_input.data))


def bind(presented: str, *, by: str = "holder", header: Any = None, **changed: Any) -> str:
    """A presentation whose KB-JWT says whatever the test wants; None leaves a claim out."""
    claims = {
        "iat": int(NOW.timestamp()),
        "aud": AUDIENCE,
        "nonce": NONCE,
        "sd_hash": b64url_encode(hashlib.sha256(presented.encode()).digest()),
    }
    claims = {name: value for name, value in (claims | changed).items() if value is not None}
    prepared = prepare_jws(header or {"alg": "ES256", "typ": "kb+jwt"}, create_json(claims))
    return presented + prepared.attach(sign(by, prepared.data))


def signed(payload: Mapping[str, Any] | bytes, header: Mapping[str, Any] = HEADER) -> str:
    """An issuer-signed JWT over any payload: what our issuer would refuse to make."""
    data = payload if isinstance(payload, bytes) else create_json(dict(payload))
    prepared = prepare_jws(header, data)
    return prepared.attach(sign("issuer", prepared.data))


def disclosure(*content: Any) -> tuple[str, str]:
    """An encoded disclosure and its digest, whatever it contains."""
    encoded = b64url_encode(json.dumps(list(content), ensure_ascii=False).encode())
    return encoded, digest(encoded)


def digest(encoded: str) -> str:
    return b64url_encode(hashlib.sha256(encoded.encode("ascii")).digest())


def contents(encoded: str) -> Any:
    return json.loads(b64url_decode(encoded))


def read(text: str) -> UnverifiedSdJwt:
    return parse_sd_jwt(text)


ISSUER_CHECK: dict[str, Any] = {"use": Use.CREDENTIAL, "typ": TYPE, "now": NOW, "leeway": LEEWAY}
