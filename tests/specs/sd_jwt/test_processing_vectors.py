"""What payload and disclosures say together: the derived cases and the encodings of RFC 9901 section 4.2."""

from contextlib import suppress
from typing import Any

import pytest

from specs.sd_jwt import (
    DigestAlgorithmUnsupported,
    DuplicateClaimName,
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
from tests.specs.sd_jwt.material import contents, vector

CASES = vector("processing_cases.json")["cases"]
ENCODINGS = vector("disclosure_encodings.json")

REASONS = {
    "dup-digest-same-sd": {DuplicateDigest},
    "dup-digest-two-objects": {DuplicateDigest},
    "dup-digest-undisclosed": {DuplicateDigest},
    "dup-digest-array-and-object": {DuplicateDigest},
    "dup-digest-inside-disclosure": {DuplicateDigest},
    "unreferenced-disclosure": {UnreferencedDisclosure},
    "recursive-child-without-parent": {UnreferencedDisclosure},
    "disclosure-twice": {RepeatedDisclosure},
    "name-sd": {ForbiddenClaimName},
    "name-dots": {ForbiddenClaimName},
    "name-collision-with-clear-claim": {DuplicateClaimName},
    "name-collision-two-disclosures": {DuplicateClaimName},
    "array-disclosure-in-sd": {MalformedDisclosure},
    "object-disclosure-in-array": {MalformedDisclosure},
    "four-elements": {MalformedDisclosure},
    "not-an-array": {MalformedDisclosure},
    "not-json": {MalformedDisclosure},
    "name-not-string": {MalformedDisclosure},
    "sd-not-array": {MalformedDigests},
    "sd-element-not-string": {MalformedDigests},
    # The disclosure of the refused placeholder is left without a place.
    "dots-with-other-key": {MalformedDigests, UnreferencedDisclosure},
    "unknown-sd-alg": {DigestAlgorithmUnsupported},
    "sd-alg-wrong-case": {DigestAlgorithmUnsupported},
    "digest-hex-encoded": {UnreferencedDisclosure},
    "digest-over-decoded-bytes": {UnreferencedDisclosure},
    "padded-digest": {UnreferencedDisclosure},
}


def _cases(expect: str) -> list[Any]:
    return [pytest.param(case, id=case["id"]) for case in CASES if case["expect"] == expect]


def test_every_vector_is_used() -> None:
    assert len(CASES) == 35
    assert {case["id"] for case in CASES if case["expect"] == "reject"} == set(REASONS)


@pytest.mark.parametrize("case", _cases("accept"))
def test_accepts(case: dict[str, Any]) -> None:
    """1.03, 1.06, 1.07, 1.08, 1.10, 1.11, 1.23, 1.28."""
    assert process_claims(case["payload"], case["disclosures"]).claims == case["processed_payload"]


@pytest.mark.parametrize("case", _cases("reject"))
def test_rejects_with_the_reason(case: dict[str, Any]) -> None:
    """1.23 to 1.27 and the strict reading of 1.33."""
    with pytest.raises(SdJwtRejected) as caught:
        process_claims(case["payload"], case["disclosures"])
    assert {type(reason) for reason in caught.value.reasons} == REASONS[case["id"]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_payload_stays_as_it_was(case: dict[str, Any]) -> None:
    before = repr(case["payload"])
    with suppress(SdJwtRejected):
        process_claims(case["payload"], case["disclosures"])
    assert repr(case["payload"]) == before


@pytest.mark.parametrize("case", ENCODINGS["disclosures"], ids=lambda case: case["note"])
def test_digest_is_over_the_encoded_form(case: dict[str, Any]) -> None:
    """1.06: four spellings of one disclosure have four digests, and all four are legal."""
    encoded, content = case["disclosure"], case["contents"]
    assert contents(encoded) == content
    assert digest_algorithm_of({}).digest(encoded.encode()) == case["sha256_digest"]
    named = len(content) == 3
    payload = {"_sd": [case["sha256_digest"]]} if named else {"list": [{"...": case["sha256_digest"]}]}
    expected = {content[1]: content[2]} if named else {"list": [content[1]]}
    assert process_claims(payload, [encoded]).claims == expected


@pytest.mark.parametrize("case", ENCODINGS["embedding_examples"], ids=lambda case: case["source"])
def test_embedding_examples(case: dict[str, Any]) -> None:
    """1.07, 1.08: sections 4.2.4.1 and 4.2.4.2."""
    assert process_claims(case["payload"], case["disclosures"]).claims == case["processed"]
