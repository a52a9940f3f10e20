"""Processing beyond the vectors (RFC 9901 section 7.1), and what it tells about withheld claims."""

from typing import Any

import pytest

from specs.encoding import b64url_encode, create_json
from specs.errors import ProtocolError
from specs.sd_jwt import (
    WITHHELD,
    ArrayAsIssued,
    ClaimsTooDeep,
    DigestAlgorithmUnsupported,
    DuplicateDigest,
    ForbiddenClaimName,
    MalformedDigests,
    MalformedDisclosure,
    RepeatedDisclosure,
    SdJwtRejected,
    UnreferencedDisclosure,
    digest_algorithm_of,
    process_claims,
)
from tests.specs.sd_jwt.material import digest, disclosure


def _reasons(payload: dict[str, Any], *disclosures: str) -> list[type[ProtocolError]]:
    with pytest.raises(SdJwtRejected) as caught:
        process_claims(payload, list(disclosures))
    return [type(reason) for reason in caught.value.reasons]


def test_what_is_withheld_is_counted_and_placed() -> None:
    """2.24: a verifier must be able to tell withheld from missing, and index arrays as issued."""
    second, second_digest = disclosure("salt-2", {"type": "MSc", "_sd": ["x" * 43]})
    payload = {
        "clear": {"a": 1},
        "_sd": ["y" * 43, "z" * 43],
        "degrees": [{"...": "u" * 43}, {"...": second_digest}, "BSc", {"...": "v" * 43}],
    }
    processed = process_claims(payload, [second])
    assert processed.claims == {"clear": {"a": 1}, "degrees": [{"type": "MSc"}, "BSc"]}
    assert processed.arrays == {("degrees",): ArrayAsIssued(4, (0, 3))}
    assert processed.claims_as_issued()["degrees"] == [WITHHELD, {"type": "MSc"}, "BSc", WITHHELD]
    assert processed.hidden == {(): 2, ("degrees", 1): 1}
    assert processed.may_hide(())
    assert processed.may_hide(("degrees", 1))
    assert not processed.may_hide(("clear",))
    assert processed.disclosed == {("degrees", 1): second}


def test_nothing_withheld_needs_no_copy() -> None:
    processed = process_claims({"a": [1, {"b": 2}]}, [])
    assert processed.claims_as_issued() is processed.claims


@pytest.mark.parametrize("name", ["sha-256", "sha-384", "sha-512"])
def test_digest_algorithms(name: str) -> None:
    """1.23."""
    encoded, _ = disclosure("salt", "a", 1)
    algorithm = digest_algorithm_of({"_sd_alg": name})
    payload = {"_sd_alg": name, "_sd": [algorithm.digest(encoded.encode())]}
    assert process_claims(payload, [encoded]).claims == {"a": 1}
    assert algorithm.digests([encoded.encode(), b""])[0] == algorithm.digest(encoded.encode())
    assert algorithm.digests([]) == []


@pytest.mark.parametrize("name", ["md5", "sha-1", "sha-256-64", "SHA-512", "", None, 256, ["sha-256"]])
def test_other_digest_algorithms(name: Any) -> None:
    """1.11, 1.23."""
    assert _reasons({"_sd_alg": name}) == [DigestAlgorithmUnsupported]


@pytest.mark.parametrize(
    "payload",
    [
        {"a": {"_sd_alg": "sha-256"}},
        {"a": [{"_sd_alg": "sha-256"}]},
        {"...": "x" * 43},
        {"a": {"...": "x" * 43}},
        {"a": [{"_sd": {"x": 1}}]},
        {"_sd": [None]},
        {"_sd": [["x"]]},
        {"_sd": None},
        {"a": [{"...": 5}]},
        {"a": [{"...": None}]},
        {"a": [{"...": "x" * 43, "_sd": []}]},
    ],
    ids=[
        "sd-alg-in-object",
        "sd-alg-in-array",
        "dots-at-the-top",
        "dots-in-object",
        "sd-object",
        "sd-holds-null",
        "sd-holds-array",
        "sd-null",
        "placeholder-number",
        "placeholder-null",
        "placeholder-with-sd",
    ],
)
def test_digests_in_other_forms_and_places(payload: dict[str, Any]) -> None:
    """1.02, 1.11, 1.33."""
    assert _reasons(payload) == [MalformedDigests]


def test_escaped_spelling_of_reserved_names_does_not_pass() -> None:
    """1.33: what is not mentioned by its plain name in the text of a disclosure is still found."""
    encoded = b64url_encode(b'["salt","a",{"b":{"\\u005fsd":"x"}}]')
    assert _reasons({"_sd": [digest(encoded)]}, encoded) == [MalformedDigests]


def test_digest_algorithm_is_not_disclosable() -> None:
    """1.11."""
    encoded, its_digest = disclosure("salt", "_sd_alg", "sha-256")
    assert _reasons({"_sd": [its_digest]}, encoded) == [ForbiddenClaimName]


@pytest.mark.parametrize(
    "text",
    [
        b'["salt","a",{"b":1,"b":2}]',
        b'["salt","a",NaN]',
        b'["salt","a",1e999]',
        b'["salt","a",' + b"9" * 30 + b"]",
        b'["salt","a","\\ud800"]',
        b'["salt","a",' + b"[" * 40 + b"]" * 40 + b"]",
        b'["salt","a",1] ["salt","b",2]',
        b'["salt","a",1],["salt","b",2]',
        b'[1,"a",1]',
        b'[null,"a",1]',
        b'["salt"]',
        b"[]",
        b"\xff",
        b"",
    ],
    ids=[
        "duplicate-member",
        "not-a-number",
        "infinite",
        "huge-integer",
        "lone-surrogate",
        "too-deep",
        "two-values",
        "two-elements",
        "salt-number",
        "salt-null",
        "one-element",
        "no-element",
        "not-utf-8",
        "empty",
    ],
)
def test_disclosure_must_be_strict_json(text: bytes) -> None:
    """1.24, 1.33: alone, beside one that is written as ours are, and beside one with white space."""
    encoded = b64url_encode(text)
    for other in ([], [b64url_encode(b'["salt","name","x"]')], [disclosure("salt", "name", "x")[0]]):
        disclosures = [encoded, *other]
        assert _reasons({"_sd": [digest(one) for one in disclosures]}, *disclosures) == [MalformedDisclosure]


@pytest.mark.parametrize("spoilt", ["=", "==", "+", "/", " ", "é", "."])
def test_disclosure_must_be_strict_base64url(spoilt: str) -> None:
    """1.33."""
    encoded = disclosure("salt", "a", 1)[0] + spoilt
    its_digest = digest_algorithm_of({}).digest(encoded.encode())
    assert MalformedDisclosure in _reasons({"_sd": [its_digest]}, encoded)


def test_last_character_has_one_spelling() -> None:
    """1.33: the bits that no byte takes up are zero."""
    encoded = b64url_encode(b'["salt","a",12]')
    assert len(encoded) % 4 == 0
    encoded = b64url_encode(b'["salt","a",1]')
    other = encoded[:-1] + chr(ord(encoded[-1]) + 1)
    assert _reasons({"_sd": [digest(other)]}, other) == [MalformedDisclosure]


def test_pieces_of_two_disclosures_do_not_make_one() -> None:
    """Neither is JSON by itself, though side by side they would be two arrays of the right size."""
    pieces = [b'["salt","a",1],["salt"', b'"b",2]']
    encoded = [b64url_encode(piece) for piece in pieces]
    payload = {"_sd": [digest(one) for one in encoded]}
    assert _reasons(payload, *encoded) == [MalformedDisclosure, MalformedDisclosure]


def test_every_reason_is_reported() -> None:
    twice, twice_digest = disclosure("salt-1", "a", 1)
    stray, _ = disclosure("salt-2", "b", 2)
    short, short_digest = disclosure("salt-3")
    reasons = _reasons({"_sd": [twice_digest, short_digest, 5]}, twice, twice, stray, short)
    assert sorted(reason.__name__ for reason in reasons) == sorted(
        ["RepeatedDisclosure", "MalformedDisclosure", "MalformedDigests", "UnreferencedDisclosure"]
    )


def test_repeated_malformed_disclosure_is_named_as_both() -> None:
    bad = b64url_encode(b"{}")
    assert _reasons({"_sd": [digest(bad)]}, bad, bad) == [
        RepeatedDisclosure,
        MalformedDisclosure,
        MalformedDisclosure,
    ]


def test_depth_of_disclosures_in_disclosures_is_bounded() -> None:
    """1.33: each one alone is flat."""
    value: Any = "end"
    encoded: list[str] = []
    inner = ""
    for _ in range(40):
        content = {"_sd": [inner]} if inner else value
        one, inner = disclosure("salt", "a", content)
        encoded.append(one)
    assert ClaimsTooDeep in _reasons({"_sd": [inner]}, *encoded)


def test_work_does_not_grow_with_repeated_digests() -> None:
    """1.26: followed each time, thirty levels of two would be a billion steps."""
    inner = ""
    encoded: list[str] = []
    for _ in range(30):
        value = [{"...": inner}, {"...": inner}] if inner else "end"
        one, inner = disclosure("salt", value)
        encoded.append(one)
    reasons = _reasons({"list": [{"...": inner}]}, *encoded)
    assert set(reasons) == {DuplicateDigest}


def test_a_disclosure_does_not_reach_above_its_place() -> None:
    """1.25: the same name may stand at another level, also inside the disclosed value."""
    encoded, its_digest = disclosure("salt", "a", {"a": {"a": 1}})
    assert process_claims({"b": {"a": 2}, "_sd": [its_digest]}, [encoded]).claims == {
        "b": {"a": 2},
        "a": {"a": {"a": 1}},
    }


def test_parents_come_before_children() -> None:
    child, child_digest = disclosure("salt-1", "city", "Toronto")
    parent, parent_digest = disclosure("salt-2", "address", {"_sd": [child_digest]})
    processed = process_claims({"_sd": [parent_digest]}, [child, parent])
    assert list(processed.disclosed) == [("address",), ("address", "city")]
    assert _reasons({"_sd": [parent_digest]}, child) == [UnreferencedDisclosure]


def test_payload_must_not_be_encoded_twice() -> None:
    assert process_claims({"text": create_json({"_sd": ["x"]}).decode()}, []).claims["text"]
