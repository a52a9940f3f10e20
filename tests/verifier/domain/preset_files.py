"""Preset files to spoil, and the types that they ask for."""

import json
from collections.abc import Sequence
from typing import Any

from tests.verifier.issuing import ISSUER, PHOTO_CARD, PROOF_OF_AGE
from verifier.domain.known_types import KnownTypes
from verifier.domain.preset import Preset
from verifier.domain.preset_file import parse_preset

TEXTS = {"en-CA": "Name", "fr-CA": "Nom"}
LICENCE = f"{ISSUER}/types/drivers-licence/1"
RESIDENCE = f"{ISSUER}/types/proof-of-residence/1"
AUTHORITY = f"{ISSUER}/types/business-authority/1"
TYPES = KnownTypes(
    {
        "photo-card": [PHOTO_CARD],
        "proof-of-age": [PROOF_OF_AGE],
        "drivers-licence": [LICENCE],
        "proof-of-residence": [RESIDENCE],
        "business-authority": [AUTHORITY],
    }
)


def preset_file(**changed: Any) -> dict[str, Any]:
    """A good file; ``None`` leaves a member out."""
    members: dict[str, Any] = {
        "names": TEXTS,
        "purposes": TEXTS,
        "subject_mode": "ephemeral",
        "status_max_age": {"sandbox": 0, "production": 60},
        "needs": ["name"],
        "query": query(),
    }
    return {name: value for name, value in (members | changed).items() if value is not None}


def query(**changed: Any) -> dict[str, Any]:
    """For one photo card that shows names."""
    credential = {
        "id": "card",
        "format": "dc+sd-jwt",
        "meta": {"vct_values": ["photo-card"]},
        "claims": [{"id": "a", "path": ["given_name"]}, {"id": "b", "path": ["family_name"]}],
    }
    members = {name: value for name, value in (credential | changed).items() if value is not None}
    return {"credentials": [members]}


def asking(*paths: Sequence[str | int | None], **more: Any) -> dict[str, Any]:
    """A query for these claims of a photo card."""
    return query(claims=[{"path": list(path)} for path in paths], **more)


def parse(content: object, *, production: bool = False, types: KnownTypes = TYPES) -> Preset:
    """The preset in a file."""
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return parse_preset("test", data, production=production).resolved(types)
