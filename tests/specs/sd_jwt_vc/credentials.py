"""Whole credentials for the tests, made as the issuer makes them or as it never would."""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from specs.encoding import create_json
from specs.jose import Algorithm, PublicJwk, prepare_jws, public_jwk_of, sign_with
from specs.sd_jwt import (
    DisclosurePlan,
    KeyBindingPolicy,
    PlanPath,
    ProcessedClaims,
    WithoutKeyBinding,
    open_held_sd_jwt,
    parse_sd_jwt,
    prepare_key_binding,
    select_disclosures,
)
from specs.sd_jwt_vc.credential_issuance import (
    CredentialEnvelope,
    CredentialHeader,
    PreparedCredential,
    approve_claims,
    check_prepared,
    credential_entropy_length,
    prepare_credential,
)
from specs.token_status_list.reference import StatusReference

VECTORS = Path(__file__).parents[2] / "vectors"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LEEWAY = timedelta(seconds=60)
VCT = "https://credentials.example/identity/1"
ISSUER = "https://issuer.example"
POLICY = KeyBindingPolicy("n-0S6_WzA2Mj", "x509_hash:abc", timedelta(minutes=5))
UNBOUND = WithoutKeyBinding(expected=None)
HEADER = {"alg": "ES256", "typ": "dc+sd-jwt"}
STATUS = StatusReference("https://status.example/lists/17", 412)
SUBJECT: dict[str, Any] = {
    "given_name": "Aïda",
    "birthdate": "1987-03-14",
    "address": {"locality": "Toronto", "region": "ON"},
    "nationalities": ["CA", "NG"],
    "issuing_country": "CA",
}
PLAN = DisclosurePlan(
    (("given_name",), ("birthdate",), ("address",), ("address", "locality"), ("nationalities", None))
)


def vector(path: str) -> Any:
    return json.loads((VECTORS / path).read_text(encoding="utf-8"))


@cache
def private_key(who: str) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def public_key(who: str) -> PublicJwk:
    return public_jwk_of(private_key(who).public_key())


def sign(who: str, data: bytes) -> bytes:
    return sign_with(private_key(who), Algorithm.ES256, data)


def envelope(**changed: Any) -> CredentialEnvelope:
    values: dict[str, Any] = {
        "vct": VCT,
        "issuer": ISSUER,
        "issued_at": NOW,
        "expires_at": NOW + timedelta(days=90),
        "holder_key": public_key("holder"),
        "status": STATUS,
    }
    return CredentialEnvelope(**(values | changed))


def prepare(
    subject: Mapping[str, Any] = SUBJECT, plan: DisclosurePlan = PLAN, **changed: Any
) -> PreparedCredential:
    return prepare_credential(
        subject,
        plan,
        envelope=envelope(**changed),
        header=CredentialHeader(Algorithm.ES256, kid="2026-1"),
        salts=os.urandom(credential_entropy_length(subject, plan)),
    )


def any_claims(_: ProcessedClaims) -> None:
    """A type that allows everything."""


def issue(subject: Mapping[str, Any] = SUBJECT, plan: DisclosurePlan = PLAN, **changed: Any) -> str:
    prepared = prepare(subject, plan, **changed)
    checked = check_prepared(prepared, approve_claims(prepared, any_claims))
    return checked.attach(sign("issuer", checked.signing_input.data))


def signed(payload: Mapping[str, Any], header: Mapping[str, Any] = HEADER, by: str = "issuer") -> str:
    """A credential without disclosures over any payload."""
    prepared = prepare_jws(header, create_json(dict(payload)))
    return prepared.attach(sign(by, prepared.data)) + "~"


def present(credential: str, *paths: PlanPath, by: str = "holder") -> str:
    held = open_held_sd_jwt(parse_sd_jwt(credential))
    prepared = prepare_key_binding(
        select_disclosures(held, paths),
        nonce=POLICY.nonce,
        audience=POLICY.audience,
        issued_at=NOW,
        algorithm=Algorithm.ES256,
    )
    return prepared.attach(sign(by, prepared.signing_input.data))
