"""Requirement 2.18: integrity of referenced documents (SD-JWT VC section 6)."""

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.sd_jwt_vc import create_integrity, verify_integrity
from specs.sd_jwt_vc.errors import (
    IntegrityError,
    IntegrityMismatch,
    InvalidIntegrity,
    UnsupportedIntegrityAlgorithm,
)
from tests.specs.sd_jwt_vc.material import vector

CASES = vector("integrity_cases.json")
DOCUMENT = base64.b64decode(CASES["document_base64"])
REASONS = {
    "mismatch": (IntegrityMismatch,),
    "mismatch-or-invalid": (InvalidIntegrity,),
    "invalid": (InvalidIntegrity,),
    "reject": (UnsupportedIntegrityAlgorithm,),
}


def digest(algorithm: str, data: bytes) -> str:
    return f"{algorithm}-" + base64.b64encode(hashlib.new(algorithm, data).digest()).decode()


@pytest.mark.parametrize("case", [case for case in CASES["cases"] if case["expect"] == "match"])
def test_2_18_an_integrity_value_that_matches_is_accepted(case: dict[str, str]) -> None:
    verify_integrity(DOCUMENT, case["integrity"])


@pytest.mark.parametrize("case", [case for case in CASES["cases"] if case["expect"] != "match"])
def test_2_18_any_other_integrity_value_rejects_the_document(case: dict[str, str]) -> None:
    with pytest.raises(REASONS[case["expect"]]):
        verify_integrity(DOCUMENT, case["integrity"])


@pytest.mark.parametrize(
    ("integrity", "reason"),
    [
        ("sha256-", InvalidIntegrity),
        ("sha256", InvalidIntegrity),
        ("-AAAA", InvalidIntegrity),
        ("sha256-AAAA", InvalidIntegrity),
        ("sha256-" + "A" * 44, InvalidIntegrity),
        ("SHA256-" + digest("sha256", DOCUMENT)[7:], UnsupportedIntegrityAlgorithm),
        ("   ", UnsupportedIntegrityAlgorithm),
        ("sha3_256-" + "A" * 43 + "=", InvalidIntegrity),
        (digest("sha256", DOCUMENT) + " nonsense", InvalidIntegrity),
        (" ".join([digest("sha256", DOCUMENT)] * 100), InvalidIntegrity),
    ],
    ids=[
        "no digest", "no dash", "no algorithm", "short digest", "digest too long", "algorithm in capitals",
        "only white space", "algorithm with underscore", "one good and one broken expression", "far too long",
    ],
)  # fmt: skip
def test_2_18_malformed_integrity_is_refused(integrity: str, reason: type[IntegrityError]) -> None:
    with pytest.raises(reason):
        verify_integrity(DOCUMENT, integrity)


def test_2_18_a_digest_with_a_second_spelling_is_refused() -> None:
    integrity = digest("sha256", DOCUMENT)
    body, last = integrity[:-2], integrity[-2]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = body + alphabet[alphabet.index(last) | 1] + "="
    assert base64.b64decode(other[7:]) == base64.b64decode(integrity[7:])

    with pytest.raises(InvalidIntegrity):
        verify_integrity(DOCUMENT, other)


def test_2_18_an_unknown_algorithm_beside_a_known_one_is_passed_over() -> None:
    verify_integrity(DOCUMENT, "blake3-AAAA " + digest("sha384", DOCUMENT))


def test_2_18_options_after_a_question_mark_are_skipped() -> None:
    verify_integrity(DOCUMENT, digest("sha256", DOCUMENT) + "?ct=application/json")


def test_2_18_a_matching_weaker_digest_does_not_rescue_a_wrong_stronger_one() -> None:
    with pytest.raises(IntegrityMismatch):
        verify_integrity(DOCUMENT, f"{digest('sha512', b'other')} {digest('sha384', DOCUMENT)}")


@given(st.binary(max_size=200))
def test_2_18_created_integrity_verifies(data: bytes) -> None:
    verify_integrity(data, create_integrity(data))


@given(st.binary(min_size=1, max_size=200), st.data())
def test_2_18_any_changed_byte_is_noticed(data: bytes, draw: st.DataObject) -> None:
    place = draw.draw(st.integers(0, len(data) - 1))
    changed = data[:place] + bytes([data[place] ^ draw.draw(st.integers(1, 255))]) + data[place + 1 :]

    with pytest.raises(IntegrityMismatch):
        verify_integrity(changed, create_integrity(data))
