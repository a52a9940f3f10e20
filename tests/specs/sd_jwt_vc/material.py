"""Vectors of this standard, and claims as a holder or a verifier sees them."""

import hashlib
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from specs.encoding import b64url_decode
from specs.sd_jwt.issue import entropy_length, prepare_sd_jwt
from specs.sd_jwt.plan import DisclosurePlan
from specs.sd_jwt.process import ProcessedClaims, process_claims

VECTORS = Path(__file__).parents[2] / "vectors" / "sd-jwt-vc"


def vector(name: str) -> Any:
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def document(members: dict[str, Any]) -> bytes:
    """The octets of a Type Metadata document."""
    return json.dumps(members).encode()


def as_seen(
    claims: dict[str, Any],
    *paths: tuple[str | int | None, ...],
    withheld: Collection[Any] = (),
    decoys: dict[tuple[str | int | None, ...], int] | None = None,
) -> ProcessedClaims:
    """The claims of an SD-JWT with these disclosable paths, without the disclosures of the named claims.

    An array element is named in `withheld` by its value.
    """
    plan = DisclosurePlan(paths, decoys or {})
    length = entropy_length(claims, plan)
    salts = b"".join(hashlib.sha256(bytes([place])).digest() for place in range(length // 32 + 1))[:length]
    prepared = prepare_sd_jwt(claims, plan, header={"alg": "ES256", "typ": "dc+sd-jwt"}, salts=salts)
    # Salt and name and value, or salt and value: what an element or claim is called is in second place.
    shown = [one for one in prepared.disclosures if json.loads(b64url_decode(one))[1] not in withheld]
    return process_claims(prepared.payload, shown)
