"""Requirement 2.23: Type Metadata completely, or the credential is rejected (SD-JWT VC section 5.7)."""

from typing import Any

import pytest

from specs.sd_jwt_vc import Reader, TypeReference, create_integrity, process_type_metadata, type_reference_of
from specs.sd_jwt_vc.errors import (
    CircularExtends,
    ClaimRulesBroken,
    IntegrityMismatch,
    InvalidTypeMetadata,
    TypeMetadataError,
    TypeMetadataUnavailable,
)
from tests.specs.sd_jwt_vc.material import as_seen, document

VCT = "https://example.com/card/1"
PARENT = "https://example.com/base/1"
TYPE = {"vct": VCT, "claims": [{"path": ["name"], "sd": "always", "mandatory": True}]}


def credential(**claims: Any) -> dict[str, Any]:
    return {"vct": VCT, "vct#integrity": create_integrity(document(TYPE)), **claims}


def test_2_23_a_credential_that_obeys_its_type_gives_the_description() -> None:
    processed = as_seen(credential(name="x"), ("name",))

    metadata = process_type_metadata(processed, {VCT: document(TYPE)}, Reader.HOLDER)

    assert (metadata.vct, len(metadata.claims)) == (VCT, 1)


def test_2_23_broken_claim_rules_reject_although_the_documents_are_fine() -> None:
    with pytest.raises(ClaimRulesBroken):
        process_type_metadata(as_seen(credential(name="x")), {VCT: document(TYPE)}, Reader.VERIFIER)


@pytest.mark.parametrize(
    ("child", "parent", "reason"),
    [
        ({"extends": PARENT}, None, TypeMetadataUnavailable),
        ({"extends": PARENT}, {"vct": PARENT, "extends": VCT}, CircularExtends),
        ({"extends": PARENT}, {"vct": PARENT, "claims": [{"path": []}]}, TypeMetadataError),
        ({"extends": PARENT, "extends#integrity": create_integrity(b"")}, {"vct": PARENT}, IntegrityMismatch),
        ({"claims": [{"path": ["name"], "sd": "often"}]}, None, InvalidTypeMetadata),
    ],
    ids=["parent missing", "cycle", "parent malformed", "parent changed", "own claims malformed"],
)
def test_2_23_any_failure_on_the_way_rejects(
    child: dict[str, Any], parent: dict[str, Any] | None, reason: type[TypeMetadataError]
) -> None:
    documents = {VCT: document({"vct": VCT, **child})}
    if parent is not None:
        documents[PARENT] = document(parent)

    with pytest.raises(reason):
        process_type_metadata(as_seen({"vct": VCT, "name": "x"}), documents, Reader.VERIFIER)


def test_2_18_the_integrity_value_of_the_credential_is_checked() -> None:
    changed = document({**TYPE, "name": "changed"})

    with pytest.raises(IntegrityMismatch):
        process_type_metadata(as_seen(credential(name="x"), ("name",)), {VCT: changed}, Reader.HOLDER)


def test_2_24_rules_of_a_parent_bind_the_credential() -> None:
    documents = {
        VCT: document({"vct": VCT, "extends": PARENT}),
        PARENT: document({"vct": PARENT, "claims": [{"path": ["name"], "mandatory": True}]}),
    }

    with pytest.raises(ClaimRulesBroken):
        process_type_metadata(as_seen({"vct": VCT}), documents, Reader.HOLDER)


def test_2_17_the_reference_is_taken_from_the_credential() -> None:
    assert type_reference_of(as_seen({"vct": VCT})) == TypeReference(VCT, None)
    assert type_reference_of(as_seen({"vct": VCT, "vct#integrity": "x"})) == TypeReference(VCT, "x")


@pytest.mark.parametrize("claims", [{}, {"vct": 1}, {"vct": VCT, "vct#integrity": 5}, {"vct": None}])
def test_2_17_a_credential_without_a_proper_reference_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(InvalidTypeMetadata):
        type_reference_of(as_seen(claims))
