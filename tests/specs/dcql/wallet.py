"""Credentials for the tests, the vectors they come from, and what a presentation of one discloses."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from specs.dcql import Candidate, CredentialView, Location

VECTORS = Path(__file__).parents[2] / "vectors" / "openid4vp"

PERSON = "https://issuer.example.com/vct/person/1"
AGE = "https://issuer.example.com/vct/over-age/1"

CLAIMS = {
    "vct": PERSON,
    "given_name": "Aida",
    "family_name": "Okafor",
    "address": {"locality": "Toronto", "region": "ON"},
    "nationalities": ["CA", "NG"],
    "age_equal_or_over": {"18": True, "65": False},
    "degrees": [{"type": "BSc", "year": 2012}, {"type": "MSc"}],
    "photo_version": 7,
}


class Withheld:
    """Stands for an array element that was not disclosed; no JSON value."""


def load(name: str) -> Any:
    return json.loads((VECTORS / name).read_bytes())


def candidate(credential_id: str = "pid", claims: dict[str, Any] | None = None, **changes: Any) -> Candidate:
    held = CLAIMS if claims is None else claims
    members: dict[str, Any] = {
        "credential_id": credential_id,
        "format": "dc+sd-jwt",
        "types": (held.get("vct", PERSON),),
        "claims": held,
        "holder_bound": True,
    }
    return Candidate(**(members | changes))


def query(*claims: dict[str, Any], **members: Any) -> dict[str, Any]:
    """One credential query, as JSON, wrapped into a whole one."""
    one: dict[str, Any] = {"id": "p", "format": "dc+sd-jwt", "meta": {"vct_values": [PERSON]}, **members}
    if claims:
        one["claims"] = list(claims)
    return {"credentials": [one]}


def two_queries(**members: Any) -> dict[str, Any]:
    """Two credential queries for the same type: `p` for a family name, `r` for a given name."""
    first = query({"path": ["family_name"]})["credentials"][0]
    second = query({"path": ["given_name"]}, id="r")["credentials"][0]
    return {"credentials": [first, second], **members}


def presented(held: Candidate, locations: Iterable[Location], **changes: Any) -> CredentialView:
    """What a verifier sees of a credential when exactly the claims at `locations` are disclosed."""
    members: dict[str, Any] = {
        "format": held.format,
        "types": held.types,
        "claims": disclosed(held.claims, list(locations)),
        "holder_bound": held.holder_bound,
        "authority_key_ids": held.authority_key_ids,
    }
    return CredentialView(**(members | changes))


def disclosed(value: Any, locations: list[Location]) -> Any:
    """`value` with everything gone but what is at `locations`; markers keep the places in arrays."""
    if () in locations:
        return value
    if isinstance(value, dict):
        below = {name: _below(locations, name) for name in value}
        return {name: disclosed(value[name], found) for name, found in below.items() if found}
    if isinstance(value, list):
        return [
            disclosed(element, found) if (found := _below(locations, place)) else Withheld()
            for place, element in enumerate(value)
        ]
    return value


def _below(locations: list[Location], name: str | int) -> list[Location]:
    return [location[1:] for location in locations if location and location[0] == name]
