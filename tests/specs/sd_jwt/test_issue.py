"""What our issuer makes (RFC 9901 sections 4 and 4.2)."""

import os
from datetime import UTC, datetime
from typing import Any

import pytest

from specs.encoding import b64url_decode, create_json
from specs.sd_jwt import (
    DisclosurePlan,
    IssuanceRefused,
    PreparedSdJwt,
    digest_algorithm_of,
    entropy_length,
    parse_sd_jwt,
    prepare_sd_jwt,
    process_claims,
)
from specs.sd_jwt.issue import SALT_BYTES
from tests.specs.sd_jwt.material import HEADER, contents, sign

CLAIMS: dict[str, Any] = {
    "iss": "https://issuer.example",
    "given_name": "Aïda",
    "family_name": "Okafor",
    "address": {"street": "12 Queen St W", "city": "Toronto"},
    "nationalities": ["CA", "NG"],
}
PATHS = (("given_name",), ("family_name",), ("address",), ("address", "city"), ("nationalities", None))


def _prepare(
    claims: Any = CLAIMS, paths: Any = PATHS, decoys: Any = None, salts: bytes = b""
) -> PreparedSdJwt:
    plan = DisclosurePlan(tuple(paths), decoys or {})
    entropy = salts or os.urandom(entropy_length(claims, plan))
    return prepare_sd_jwt(claims, plan, header=HEADER, salts=entropy)


def test_payload_holds_digests_in_place_of_claims() -> None:
    """1.03, 1.06, 1.07, 1.08, 1.11."""
    prepared = _prepare()
    payload = prepared.payload
    assert set(payload) == {"iss", "nationalities", "_sd", "_sd_alg"}
    assert payload["_sd_alg"] == "sha-256"
    assert len(payload["_sd"]) == 3
    assert all(list(element) == ["..."] for element in payload["nationalities"])
    by_digest = {digest_algorithm_of({}).digest(one.encode()): contents(one) for one in prepared.disclosures}
    assert [by_digest[element["..."]][1:] for element in payload["nationalities"]] == [["CA"], ["NG"]]
    assert {by_digest[one][1] for one in payload["_sd"]} == {"given_name", "family_name", "address"}


def test_children_are_inside_their_parents_disclosure() -> None:
    """1.10."""
    prepared = _prepare()
    (address,) = [contents(one)[2] for one in prepared.disclosures if contents(one)[1] == "address"]
    (city,) = [one for one in prepared.disclosures if contents(one)[1] == "city"]
    assert address == {"street": "12 Queen St W", "_sd": [digest_algorithm_of({}).digest(city.encode())]}


def test_signing_input_is_the_payload() -> None:
    prepared = _prepare()
    text = prepared.attach(sign("issuer", prepared.signing_input.data))
    parsed = parse_sd_jwt(text)
    assert parsed.payload == prepared.payload
    assert tuple(parsed.disclosures) == prepared.disclosures
    assert parsed.jws.payload == create_json(prepared.payload)


def test_digests_are_sorted() -> None:
    """1.07: ten claims in ten orders give no hint of their order."""
    claims = {f"claim_{number}": number for number in range(10)}
    for _ in range(10):
        digests = _prepare(claims, [(name,) for name in claims]).payload["_sd"]
        assert digests == sorted(digests)


def test_nothing_to_hide_leaves_no_trace() -> None:
    """1.07, 2.06: no empty `_sd`, no disclosure; `_sd_alg` is written all the same (1.11)."""
    prepared = _prepare({"a": 1, "b": {"c": []}}, [("missing",)])
    assert prepared.payload == {"a": 1, "b": {"c": []}, "_sd_alg": "sha-256"}
    assert prepared.disclosures == ()
    assert prepared.attach(b"\1" * 64).endswith("~")


def test_claims_handed_in_stay_as_they_were() -> None:
    before = create_json(CLAIMS)
    _prepare()
    assert create_json(CLAIMS) == before


@pytest.mark.parametrize("disclosed", [0, 1, 4])
def test_decoys_hide_how_many_claims_there_are(disclosed: int) -> None:
    """1.09: every credential of the type shows the same number of digests, at the same length."""
    claims: dict[str, Any] = {f"claim_{number}": number for number in range(disclosed)}
    claims["list"] = list(range(disclosed))
    paths = [(f"claim_{number}",) for number in range(4)] + [("list", None)]
    prepared = _prepare(claims, paths, {(): 4, ("list",): 6})
    assert len(prepared.payload["_sd"]) == 4
    assert len(prepared.payload["list"]) == 6
    assert len(prepared.disclosures) == 2 * disclosed
    digests = prepared.payload["_sd"] + [element["..."] for element in prepared.payload["list"]]
    assert len(set(digests)) == 10
    assert {len(digest) for digest in digests} == {43}
    assert process_claims(prepared.payload, prepared.disclosures).claims == claims


def test_decoys_of_an_array_come_last() -> None:
    """1.09: indices of the type stay true."""
    prepared = _prepare({"list": ["a", "b"]}, [("list", 1)], {("list",): 3})
    assert prepared.payload["list"][0] == "a"
    shown = process_claims(prepared.payload, prepared.disclosures)
    assert shown.arrays[("list",)] == (4, (2, 3))


def test_decoys_inside_every_element() -> None:
    """1.09: one total for all of them, whether or not an element has an entry of its own."""
    claims = {"degrees": [{"type": "BSc"}, {"type": "MSc"}]}
    prepared = _prepare(claims, [("degrees", 0), ("degrees", None, "type")], {("degrees", None): 3})
    payload = process_claims(prepared.payload, prepared.disclosures)
    assert payload.hidden == {("degrees", 0): 2, ("degrees", 1): 2}


def test_more_claims_than_the_type_shows_digests() -> None:
    with pytest.raises(IssuanceRefused):
        _prepare({"a": 1, "b": 2}, [("a",), ("b",)], {(): 1})


@pytest.mark.parametrize("name", ["_sd", "...", "_sd_alg"])
@pytest.mark.parametrize("place", ["top", "object", "array", "disclosed"])
def test_reserved_names_are_not_issued(name: str, place: str) -> None:
    """1.02, 1.04."""
    inner = {name: "x"}
    claims = {
        "top": inner,
        "object": {"a": {"b": inner}},
        "array": {"a": [1, [inner]]},
        "disclosed": {"given_name": inner},
    }[place]
    with pytest.raises(IssuanceRefused):
        _prepare(claims, [("given_name",)])


def test_reserved_names_are_fine_as_values() -> None:
    prepared = _prepare({"a": "_sd", "b": ["...", "_sd_alg"], "c_sd": 1}, [("a",)])
    assert process_claims(prepared.payload, prepared.disclosures).claims["a"] == "_sd"


def test_repeated_salt_is_refused() -> None:
    """1.05, 1.12: also what a broken source of randomness looks like."""
    with pytest.raises(IssuanceRefused) as caught:
        _prepare(salts=bytes(SALT_BYTES * 6))
    assert caught.value.section == "RFC 9901 section 9.3"


def test_too_few_random_bytes() -> None:
    with pytest.raises(ValueError, match="too few random bytes"):
        _prepare(salts=os.urandom(SALT_BYTES * 6 - 1))
    assert _prepare(salts=os.urandom(SALT_BYTES * 6))


def test_salts_are_long_enough() -> None:
    """1.05: at least 128 bits of the caller's randomness, base64url."""
    salts = os.urandom(SALT_BYTES * 6)
    found = {b64url_decode(contents(one)[0]) for one in _prepare(salts=salts).disclosures}
    assert {len(salt) for salt in found} == {SALT_BYTES}
    assert b"".join(sorted(found)) == b"".join(
        sorted(salts[start : start + SALT_BYTES] for start in range(0, len(salts), SALT_BYTES))
    )
    assert SALT_BYTES * 8 >= 128


def test_salts_and_digests_never_repeat() -> None:
    """1.05, 1.12, 1.14: over 10 000 SD-JWTs with the same claims."""
    salts: set[str] = set()
    digests: set[str] = set()
    plan = DisclosurePlan((("a",), ("list", None)), {(): 3})
    claims = {"a": 1, "list": [1]}
    length = entropy_length(claims, plan)
    for _ in range(10_000):
        prepared = prepare_sd_jwt(claims, plan, header=HEADER, salts=os.urandom(length))
        salts.update(contents(one)[0] for one in prepared.disclosures)
        digests.update(prepared.payload["_sd"])
        digests.add(prepared.payload["list"][0]["..."])
    assert len(salts) == 20_000
    assert len(digests) == 40_000


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "ES256"},
        {"alg": "ES256", "typ": "JWT"},
        {"alg": "none", "typ": "a+sd-jwt"},
        {"typ": "a+sd-jwt"},
    ],
    ids=["typ-missing", "typ-jwt", "alg-none", "alg-missing"],
)
def test_unsuitable_header(header: dict[str, Any]) -> None:
    """1.02, 1.16."""
    with pytest.raises(ValueError, match=r"typ|header"):
        prepare_sd_jwt({}, DisclosurePlan(), header=header, salts=b"")


@pytest.mark.parametrize("depth", [31, 32])
def test_depth_stays_readable_for_every_verifier(depth: int) -> None:
    claims: Any = {"a": 1}
    for _ in range(depth - 1):
        claims = {"a": claims}
    path = ("a",) * depth
    if depth > 31:
        with pytest.raises(IssuanceRefused):
            _prepare(claims, [path])
        return
    prepared = _prepare(claims, [path, ("a",)])
    parsed = parse_sd_jwt(prepared.attach(b"\1" * 64))
    assert process_claims(parsed.payload, parsed.disclosures).claims == claims


@pytest.mark.parametrize("value", [object(), {1}, datetime(2026, 1, 1, tzinfo=UTC), b"x"])
def test_values_json_cannot_hold(value: Any) -> None:
    for claims in ({"a": value}, {"a": [value]}, {"a": {"b": value}}):
        for paths in ([("a",)], []):
            with pytest.raises(TypeError):
                _prepare(claims, paths)
