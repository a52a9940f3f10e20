"""Requirements 2.17, 2.18, 2.23 and 2.25: a type and what it extends (SD-JWT VC section 5)."""

from typing import Any

import pytest

from specs.sd_jwt_vc import (
    EffectiveTypeMetadata,
    SelectiveDisclosure,
    TypeReference,
    create_integrity,
    next_document,
    parse_type_metadata,
    resolve_type_metadata,
)
from specs.sd_jwt_vc.errors import (
    CircularExtends,
    ExtendsTooDeep,
    IllegalOverride,
    IntegrityMismatch,
    InvalidTypeMetadata,
    TypeMetadataMismatch,
    TypeMetadataUnavailable,
    UnsupportedIntegrityAlgorithm,
)
from specs.sd_jwt_vc.extends import MAX_CHAIN
from tests.specs.sd_jwt_vc.material import document, vector

VECTOR = vector("type_metadata_extends.json")
CHILD, PARENT, GRANDPARENT = (
    "https://example.com/child",
    "https://example.com/parent",
    "urn:example:grandparent",
)


def library(*documents: dict[str, Any]) -> dict[str, bytes]:
    return {members["vct"]: document(members) for members in documents}


def resolved(*documents: dict[str, Any], integrity: str | None = None) -> EffectiveTypeMetadata:
    """The effective metadata of the first document."""
    return resolve_type_metadata(TypeReference(documents[0]["vct"], integrity), library(*documents))


def overridden(parent: dict[str, Any], child: dict[str, Any]) -> EffectiveTypeMetadata:
    return resolved({"vct": CHILD, "extends": PARENT, "claims": [child]}, {"vct": PARENT, "claims": [parent]})


def test_2_25_the_example_of_the_standard() -> None:
    metadata = resolved(VECTOR["child"], VECTOR["base"])
    expected = parse_type_metadata(document({"vct": "x", "claims": VECTOR["effective_claims"]}))

    assert metadata.claims == expected.claims
    assert metadata.vct == VECTOR["child"]["vct"]
    assert metadata.lineage == (VECTOR["child"]["vct"], VECTOR["base"]["vct"])


@pytest.mark.parametrize("case", [case for case in VECTOR["illegal_overrides"] if case["expect"] == "accept"])
def test_2_25_a_child_may_make_rules_stricter(case: dict[str, Any]) -> None:
    (claim,) = overridden(case["parent"], case["child"]).claims
    effective = case.get("effective", {**case["parent"], **case["child"]})

    assert (claim,) == parse_type_metadata(document({"vct": "x", "claims": [effective]})).claims


@pytest.mark.parametrize("case", [case for case in VECTOR["illegal_overrides"] if case["expect"] == "reject"])
def test_2_25_a_child_may_not_relax_or_turn_round_what_is_fixed(case: dict[str, Any]) -> None:
    with pytest.raises(IllegalOverride):
        overridden(case["parent"], case["child"])


def test_2_25_what_a_grandparent_fixed_stays_fixed() -> None:
    with pytest.raises(IllegalOverride):
        resolved(
            {"vct": CHILD, "extends": PARENT, "claims": [{"path": ["a"], "sd": "allowed"}]},
            {"vct": PARENT, "extends": GRANDPARENT},
            {"vct": GRANDPARENT, "claims": [{"path": ["a"], "sd": "always"}]},
        )


def test_2_25_saying_the_same_again_is_no_override() -> None:
    claim = {"path": ["a"], "sd": "never", "mandatory": True}

    (effective,) = overridden(claim, claim).claims
    assert (effective.sd, effective.mandatory) == (SelectiveDisclosure.NEVER, True)


def test_2_25_properties_are_never_merged_inside() -> None:
    labels = [{"locale": "en", "label": "A"}, {"locale": "fr", "label": "A"}]

    (claim,) = overridden({"path": ["a"], "display": labels}, {"path": ["a"], "display": labels[:1]}).claims
    assert claim.display is not None
    assert [display.locale for display in claim.display] == ["en"]


def test_2_25_the_display_of_a_type_is_inherited_or_replaced_as_a_whole() -> None:
    english, french = {"locale": "en", "name": "Card"}, {"locale": "fr", "name": "Carte"}
    parent = {"vct": PARENT, "extends": GRANDPARENT}
    grandparent = {"vct": GRANDPARENT, "display": [english, french]}

    inherited = resolved({"vct": CHILD, "extends": PARENT}, parent, grandparent)
    assert [display.name for display in inherited.display] == ["Card", "Carte"]
    replaced = resolved({"vct": CHILD, "extends": PARENT, "display": [french]}, parent, grandparent)
    assert [display.name for display in replaced.display] == ["Carte"]
    emptied = resolved({"vct": CHILD, "extends": PARENT, "display": []}, parent, grandparent)
    assert emptied.display == ()


def test_2_21_an_svg_id_is_unique_across_the_chain() -> None:
    with pytest.raises(InvalidTypeMetadata, match="svg_id"):
        overridden({"path": ["a"], "svg_id": "x"}, {"path": ["b"], "svg_id": "x"})


@pytest.mark.parametrize("length", [1, 2, 3])
def test_2_25_a_cycle_is_refused_whatever_its_length(length: int) -> None:
    names = [f"https://example.com/{number}" for number in range(length)]
    documents = [{"vct": name, "extends": names[(place + 1) % length]} for place, name in enumerate(names)]

    with pytest.raises(CircularExtends):
        resolved(*documents)


def test_2_25_a_cycle_among_the_parents_is_found_before_anything_more_is_fetched() -> None:
    documents = library(
        {"vct": CHILD, "extends": PARENT},
        {"vct": PARENT, "extends": GRANDPARENT},
        {"vct": GRANDPARENT, "extends": PARENT},
    )

    with pytest.raises(CircularExtends):
        next_document(TypeReference(CHILD, None), documents)


def chain(length: int) -> list[dict[str, Any]]:
    documents = [
        {"vct": f"urn:type:{number}", "extends": f"urn:type:{number + 1}"} for number in range(length)
    ]
    del documents[-1]["extends"]
    return documents


def test_2_25_a_chain_may_be_long_but_not_endless() -> None:
    assert len(resolved(*chain(MAX_CHAIN)).lineage) == MAX_CHAIN
    with pytest.raises(ExtendsTooDeep):
        resolved(*chain(MAX_CHAIN + 1))


def test_2_25_a_chain_that_is_too_long_is_not_fetched_to_its_end() -> None:
    with pytest.raises(ExtendsTooDeep):
        next_document(TypeReference("urn:type:0", None), library(*chain(MAX_CHAIN + 1)[:MAX_CHAIN]))


def test_2_23_without_a_parent_nothing_is_used() -> None:
    with pytest.raises(TypeMetadataUnavailable, match=PARENT):
        resolved({"vct": CHILD, "extends": PARENT})


def test_2_23_documents_are_asked_for_one_after_the_other() -> None:
    parent = {"vct": PARENT, "extends": GRANDPARENT}
    child = {"vct": CHILD, "extends": PARENT, "extends#integrity": create_integrity(document(parent))}
    reference = TypeReference(CHILD, "sha256-…")
    plain = TypeReference(CHILD, None)

    assert next_document(reference, {}) == reference
    assert next_document(plain, library(child)) == TypeReference(PARENT, child["extends#integrity"])
    assert next_document(plain, library(child, parent)) == TypeReference(GRANDPARENT, None)
    assert next_document(plain, library(child, parent, {"vct": GRANDPARENT})) is None


def test_2_17_a_document_of_another_type_is_refused() -> None:
    with pytest.raises(TypeMetadataMismatch):
        resolve_type_metadata(TypeReference(CHILD, None), {CHILD: document({"vct": CHILD.upper()})})
    with pytest.raises(TypeMetadataMismatch):
        resolve_type_metadata(TypeReference(CHILD, None), {CHILD: document({"vct": CHILD + "/"})})


def test_2_18_integrity_of_the_type_and_of_what_it_extends_is_checked() -> None:
    parent = {"vct": PARENT}
    child = {"vct": CHILD, "extends": PARENT, "extends#integrity": create_integrity(document(parent))}

    assert resolved(child, parent, integrity=create_integrity(document(child))).vct == CHILD
    with pytest.raises(IntegrityMismatch):
        resolved(child, parent, integrity=create_integrity(document(parent)))
    with pytest.raises(IntegrityMismatch):
        resolved(child, {**parent, "name": "changed"})


def test_2_18_integrity_comes_before_parsing() -> None:
    with pytest.raises(IntegrityMismatch):
        resolve_type_metadata(TypeReference(CHILD, create_integrity(b"other")), {CHILD: b"no json"})


def test_2_18_an_integrity_value_that_cannot_be_checked_is_not_passed_over() -> None:
    with pytest.raises(UnsupportedIntegrityAlgorithm):
        resolved({"vct": CHILD}, integrity="md5-Md8kNkToQtO1BaGj6zLwkw==")
    with pytest.raises(UnsupportedIntegrityAlgorithm):
        resolved({"vct": CHILD}, integrity="")


def test_2_18_a_wrong_document_never_causes_another_request() -> None:
    with pytest.raises(IntegrityMismatch):
        next_document(
            TypeReference(CHILD, create_integrity(b"other")), library({"vct": CHILD, "extends": PARENT})
        )
