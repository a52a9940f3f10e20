"""Presets by hand: queries that tests write themselves, and the shipped ones as they are resolved."""

from datetime import timedelta
from importlib.resources import files
from typing import Any

from specs.dcql import parse_dcql_query
from verifier.domain.known_types import KnownTypes
from verifier.domain.policy import StatusFresh
from verifier.domain.preset import Preset, SubjectMode
from verifier.domain.preset_file import parse_preset

TEXTS = {"en-CA": "A test", "fr-CA": "Un test"}
TYPES = ("photo-card", "proof-of-age", "proof-of-residence", "drivers-licence", "business-authority")
SHIPPED = (
    "age-19-or-over",
    "business-authority",
    "identity",
    "licence-class",
    "ontario-resident",
    "sign-in",
)


def preset(
    *queries: dict[str, Any], mode: SubjectMode = SubjectMode.STABLE, preset_id: str = "test"
) -> Preset:
    """``queries``: credential queries by their ``id`` and ``claims`` alone."""
    whole = [
        {"format": "dc+sd-jwt", "meta": {"vct_values": ["https://issuer.example/types/card/1"]}, **one}
        for one in queries
    ]
    return Preset(
        id=preset_id,
        names=TEXTS,
        purposes=TEXTS,
        subject_mode=mode,
        query=parse_dcql_query({"credentials": whole}),
        status=StatusFresh(timedelta()),
    )


def card(*claims: dict[str, Any], query_id: str = "card") -> dict[str, Any]:
    return {"id": query_id, "claims": list(claims)}


def path(*parts: str, values: list[Any] | None = None) -> dict[str, Any]:
    return {"path": list(parts)} if values is None else {"path": list(parts), "values": values}


def shipped(preset_id: str) -> Preset:
    """As the product has it."""
    data = files("verifier").joinpath("presets", f"{preset_id}.json").read_bytes()
    types = KnownTypes({name: [f"https://issuer.example/types/{name}/1"] for name in TYPES})
    return parse_preset(preset_id, data, production=False).resolved(types)
