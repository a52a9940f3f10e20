"""Vectors, keys and tokens that the tests of this package share."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from specs.encoding import create_json
from specs.jose import Algorithm, PublicJwk, prepare_jws, public_jwk_of, sign_with
from specs.token_status_list import StatusList, create_status_list, prepare_status_list_token

VECTORS = Path(__file__).parents[2] / "vectors" / "token-status-list"
URI = "https://example.com/statuslists/1"
NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
TTL, LIFETIME = timedelta(minutes=5), timedelta(hours=24)

SIGNER = ec.generate_private_key(ec.SECP256R1())
KEY: PublicJwk = public_jwk_of(SIGNER.public_key())
HEADER = {"alg": "ES256", "typ": "statuslist+jwt"}


def load(name: str) -> Any:
    return json.loads((VECTORS / name).read_bytes())


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a good token; a change to None takes a claim out."""
    issued = int(NOW.timestamp())
    status_list = create_status_list(StatusList.from_statuses([1, 0, 2, 3], bits=2))
    good = {"sub": URI, "iat": issued, "exp": issued + 3600, "ttl": 300, "status_list": status_list}
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(payload: Mapping[str, Any] | bytes, *, header: Mapping[str, Any] = HEADER) -> str:
    data = payload if isinstance(payload, bytes) else create_json(dict(payload))
    prepared = prepare_jws(header, data)
    return prepared.attach(sign_with(SIGNER, Algorithm.ES256, prepared.data))


def published(entries: StatusList, **changes: Any) -> str:
    """A token as the issuer makes it."""
    members: dict[str, Any] = {
        "uri": URI,
        "issued_at": NOW,
        "expires_at": NOW + LIFETIME,
        "ttl": TTL,
        "algorithm": Algorithm.ES256,
        "key_id": "12",
        "x5c": ("MIIB", "MIIC"),
    }
    prepared = prepare_status_list_token(entries, **(members | changes))
    return prepared.attach(sign_with(SIGNER, Algorithm.ES256, prepared.data))
