"""A verifier, its certificate, and its requests, for the tests of this folder."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509

from specs.dcql import DcqlQuery, parse_dcql_query
from specs.encoding import b64url_encode, create_json
from specs.jose import Algorithm, create_x5c, prepare_jws, sign_with, trust_anchors
from specs.openid4vp import (
    REQUEST_OBJECT_TYPE,
    STATIC_DISCOVERY_AUDIENCE,
    ClientId,
    VerifiedRequestObject,
    create_client_metadata,
    create_vp_formats,
    create_x509_hash,
    create_x509_san_dns,
    parse_request_object,
    verify_request_object,
)
from tests.specs.jose.certificates import CA, LEAF, NOW, Issued, self_signed

VECTORS = Path(__file__).parents[2] / "vectors" / "openid4vp"
HOST = "verifier.example"
RESPONSE_URI = f"https://{HOST}:8443/responses/1"
NONCE = "n-0S6_WzA2MjzX4k0uYJxA"
LEEWAY = timedelta(minutes=1)

ROOT = self_signed(CA)
SIGNER = ROOT.issue(
    LEAF.but(name="Verifier", alternative_names=x509.SubjectAlternativeName([x509.DNSName(HOST)]))
)
STRANGER = self_signed(CA).issue(
    LEAF.but(name="Verifier", alternative_names=x509.SubjectAlternativeName([x509.DNSName(HOST)]))
)
ANCHORS = trust_anchors([ROOT.certificate])
BY_NAME = create_x509_san_dns(HOST)

FORMATS = create_vp_formats(credential_algorithms=["ES256"], key_binding_algorithms=["ES256"])
METADATA = create_client_metadata(FORMATS)
QUERY_JSON: dict[str, Any] = {
    "credentials": [
        {"id": "pid", "format": "dc+sd-jwt", "meta": {"vct_values": ["https://issuer.example/person/1"]}}
    ]
}


def load(name: str) -> Any:
    return json.loads((VECTORS / name).read_bytes())


def query(**changes: Any) -> DcqlQuery:
    """A query for one credential, with changed members of it."""
    [one] = QUERY_JSON["credentials"]
    return parse_dcql_query({"credentials": [one | changes]})


def leaf_hash(issued: Issued = SIGNER) -> str:
    return b64url_encode(issued.certificate.fingerprint(issued.certificate.signature_hash_algorithm))  # type: ignore[arg-type]


BY_HASH = create_x509_hash(leaf_hash())


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a good request; a member changed to None is left out."""
    good: dict[str, Any] = {
        "client_id": BY_HASH.full,
        "aud": STATIC_DISCOVERY_AUDIENCE,
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 300,
        "response_type": "vp_token",
        "response_mode": "direct_post",
        "response_uri": RESPONSE_URI,
        "nonce": NONCE,
        "state": "s-1",
        "dcql_query": QUERY_JSON,
        "client_metadata": METADATA,
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def sign(body: Any, *, signer: Issued = SIGNER, header: dict[str, Any] | None = None) -> bytes:
    """A request object over any claims; a header member changed to None is left out."""
    head: dict[str, Any] = {
        "alg": "ES256",
        "typ": REQUEST_OBJECT_TYPE,
        "x5c": create_x5c([signer.certificate]),
    } | (header or {})
    prepared = prepare_jws(
        {name: value for name, value in head.items() if value is not None}, create_json(body)
    )
    return prepared.attach(sign_with(signer.key, Algorithm.ES256, prepared.data)).encode()


def verify(
    body: bytes,
    *,
    client_id: ClientId = BY_HASH,
    now: datetime = NOW,
    wallet_nonce: str | None = None,
    request_uri: str | None = None,
    insecure_allow_http: bool = False,
) -> VerifiedRequestObject:
    return verify_request_object(
        parse_request_object(body),
        client_id=client_id,
        anchors=ANCHORS,
        now=now,
        leeway=LEEWAY,
        wallet_nonce=wallet_nonce,
        request_uri=request_uri,
        insecure_allow_http=insecure_allow_http,
    )
