"""The behaviour cases of the reference project, from claims to what a verifier reads (RFC 9901)."""

from typing import Any

import pytest

from specs.sd_jwt import JsonSerialisationUnsupported, disclosable_paths, parse_sd_jwt, verify_sd_jwt
from specs.sd_jwt.plan import DisclosurePlan
from tests.specs.sd_jwt.material import (
    ISSUER_CHECK,
    POLICY,
    UNBOUND,
    VECTORS,
    confirmed,
    issue,
    present,
    public_key,
    read,
    vector,
)

NAMES = sorted(path.stem for path in (VECTORS / "testcases").glob("*.json"))


def _paths(found: list[list[Any]]) -> list[tuple[Any, ...]]:
    return [tuple(path) for path in found]


def test_all_seventeen_are_here() -> None:
    assert len(NAMES) == 17


@pytest.mark.parametrize("name", NAMES)
def test_case(name: str) -> None:
    """1.01, 1.03, 1.07, 1.08, 1.10, 1.20, 1.28."""
    case = vector(f"testcases/{name}.json")
    if case["serialization"] == "json":
        with pytest.raises(JsonSerialisationUnsupported):
            parse_sd_jwt('{"payload":"e30","signature":"","header":{"disclosures":[]}}')
        return
    claims, paths = case["user_claims"], _paths(case["selectively_disclosable_paths"])
    expected = case["expected_processed_claims"]
    if case["key_binding"]:
        claims = confirmed(claims)
        expected = confirmed(expected)
    issued = issue(claims, paths)
    assert issued.endswith("~")
    assert issued.count("~") == len(paths) + 1
    assert set(disclosable_paths(claims, DisclosurePlan(tuple(paths)))) == set(paths)
    shown = present(issued, _paths(case["disclose_paths"]))
    if not case["key_binding"]:
        shown = shown[: shown.rindex("~") + 1]
    verified = verify_sd_jwt(
        read(shown),
        public_key("issuer"),
        key_binding=POLICY if case["key_binding"] else UNBOUND,
        **ISSUER_CHECK,
    )
    assert verified.claims == expected
    assert set(verified.processed.disclosed) == set(_paths(case["disclose_paths"]))
