"""Requirement 2.24: does a credential obey the claim metadata of its type? (SD-JWT VC section 5.6)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.sd_jwt.process import ProcessedClaims
from specs.sd_jwt_vc import (
    ClaimMetadata,
    Reader,
    SelectiveDisclosure,
    parse_type_metadata,
    verify_claim_rules,
)
from specs.sd_jwt_vc.errors import (
    ClaimNotSelectivelyDisclosable,
    ClaimPathMismatch,
    ClaimRulesBroken,
    ClaimSelectivelyDisclosable,
    MandatoryClaimMissing,
    TypeMetadataError,
)
from tests.specs.sd_jwt_vc.material import as_seen, document, vector

ADDRESS = {"address": {"street_address": "42 Market Street", "country": "CA"}}
DEGREES = {"degrees": [{"type": "Bachelor"}, {"type": "Master"}]}
NATIONALITIES = {"nationalities": ["CA", "FR", "DE"]}


def reasons(
    rules: list[dict[str, Any]], processed: ProcessedClaims, reader: Reader = Reader.VERIFIER
) -> list[type[TypeMetadataError]]:
    claims = parse_type_metadata(document({"vct": "x", "claims": rules})).claims
    try:
        verify_claim_rules(claims, processed, reader)
    except ClaimRulesBroken as broken:
        return [type(reason) for reason in broken.reasons]
    return []


def test_2_24_the_example_of_the_standard_obeys_its_own_type() -> None:
    material = vector("type_metadata_education.json")
    claims = material["unsecured_payload"]
    rules = material["type_metadata"]["claims"]
    disclosable = [tuple(rule["path"]) for rule in rules if rule["sd"] == "always"]

    for reader in Reader:
        assert reasons(rules, as_seen(claims, *disclosable), reader) == []


@pytest.mark.parametrize("reader", Reader)
def test_2_24_always_means_behind_a_disclosure_of_its_own(reader: Reader) -> None:
    rule = [{"path": ["address", "country"], "sd": "always"}]

    assert reasons(rule, as_seen(ADDRESS, ("address", "country")), reader) == []
    assert reasons(rule, as_seen(ADDRESS), reader) == [ClaimNotSelectivelyDisclosable]


def test_2_24_an_ancestor_that_can_be_withheld_does_not_make_the_claim_selectively_disclosable() -> None:
    hidden_parent = as_seen(ADDRESS, ("address",))

    assert reasons([{"path": ["address", "country"], "sd": "always"}], hidden_parent) == [
        ClaimNotSelectivelyDisclosable
    ]
    assert reasons([{"path": ["address", "country"], "sd": "never"}], hidden_parent) == []


@pytest.mark.parametrize("reader", Reader)
def test_2_24_never_means_without_a_disclosure(reader: Reader) -> None:
    rule = [{"path": ["address"], "sd": "never"}]

    assert reasons(rule, as_seen(ADDRESS), reader) == []
    assert reasons(rule, as_seen(ADDRESS, ("address",)), reader) == [ClaimSelectivelyDisclosable]


def test_2_24_allowed_permits_both() -> None:
    for processed in (as_seen(ADDRESS), as_seen(ADDRESS, ("address",))):
        assert reasons([{"path": ["address"]}], processed) == []


def test_2_24_a_recursive_disclosure_is_seen_at_both_levels() -> None:
    rules = [{"path": ["address"], "sd": "always"}, {"path": ["address", "country"], "sd": "always"}]

    assert reasons(rules, as_seen(ADDRESS, ("address",), ("address", "country"))) == []


def test_2_24_the_holder_finds_that_a_mandatory_claim_is_missing() -> None:
    rule = [{"path": ["name"], "mandatory": True}]

    assert reasons(rule, as_seen(ADDRESS), Reader.HOLDER) == [MandatoryClaimMissing]
    assert reasons(rule, as_seen({"name": "x"}, ("name",)), Reader.HOLDER) == []


def test_2_24_decoys_do_not_excuse_the_issuer_in_the_eyes_of_the_holder() -> None:
    rule = [{"path": ["name"], "mandatory": True}]

    assert reasons(rule, as_seen(ADDRESS, decoys={(): 3}), Reader.HOLDER) == [MandatoryClaimMissing]


def test_2_24_the_verifier_does_not_take_a_withheld_claim_for_a_missing_one() -> None:
    rule = [{"path": ["name"], "mandatory": True, "sd": "always"}]

    assert reasons(rule, as_seen({"name": "x"}, ("name",), withheld={"name"})) == []
    assert reasons(rule, as_seen(ADDRESS, decoys={(): 1})) == []


def test_2_24_the_verifier_does_find_what_nothing_can_hide() -> None:
    rule = [{"path": ["name"], "mandatory": True, "sd": "always"}]

    assert reasons(rule, as_seen(ADDRESS)) == [MandatoryClaimMissing]
    # The only undisclosed digest is inside the address, so the name cannot be behind it.
    processed = as_seen(ADDRESS, ("address", "country"), withheld={"country"})
    assert reasons(rule, processed) == [MandatoryClaimMissing]


def test_2_24_a_mandatory_claim_that_is_never_disclosable_cannot_be_behind_a_digest() -> None:
    rule = [{"path": ["name"], "mandatory": True, "sd": "never"}]

    assert reasons(rule, as_seen(ADDRESS, decoys={(): 3})) == [MandatoryClaimMissing]


def test_2_24_a_mandatory_claim_may_be_inside_a_withheld_parent() -> None:
    rule = [{"path": ["address", "country"], "mandatory": True, "sd": "never"}]
    withheld_parent = as_seen(ADDRESS, ("address",), withheld={"address"})

    assert reasons(rule, withheld_parent) == []
    assert reasons(rule, as_seen({"name": "x"}), Reader.VERIFIER) == [MandatoryClaimMissing]
    assert reasons(rule, as_seen({"name": "x"}), Reader.HOLDER) == [MandatoryClaimMissing]


def test_2_24_indices_count_the_array_as_issued() -> None:
    processed = as_seen(NATIONALITIES, ("nationalities", 0), ("nationalities", 2), withheld={"CA"})
    assert processed.claims["nationalities"] == ["FR", "DE"]

    assert reasons([{"path": ["nationalities", 1], "sd": "never"}], processed) == []
    assert reasons([{"path": ["nationalities", 2], "sd": "always"}], processed) == []
    assert reasons([{"path": ["nationalities", 1], "sd": "always"}], processed) == [
        ClaimNotSelectivelyDisclosable
    ]


def test_2_24_an_undisclosed_element_was_issued_and_is_selectively_disclosable() -> None:
    processed = as_seen(NATIONALITIES, ("nationalities", None), withheld={"CA", "FR", "DE"})

    assert reasons([{"path": ["nationalities", 1], "sd": "always", "mandatory": True}], processed) == []
    assert reasons([{"path": ["nationalities", 1], "sd": "never"}], processed) == [
        ClaimSelectivelyDisclosable
    ]


def test_2_24_the_content_of_an_undisclosed_element_is_unknown() -> None:
    plan = ("degrees", None)
    processed = as_seen({"degrees": [{"type": "Bachelor"}]}, plan, withheld=[{"type": "Bachelor"}])

    for path in (["degrees", None, "type"], ["degrees", 0, "type", "x"], ["degrees", 0, 0]):
        assert reasons([{"path": path, "mandatory": True, "sd": "never"}], processed) == []


def test_2_24_all_elements_must_obey() -> None:
    rule = [{"path": ["degrees", None], "sd": "always"}]

    assert reasons(rule, as_seen(DEGREES, ("degrees", None))) == []
    assert reasons(rule, as_seen(DEGREES, ("degrees", 1))) == [ClaimNotSelectivelyDisclosable]


def test_2_22_2_24_claims_of_another_structure_break_the_rules() -> None:
    assert reasons([{"path": ["address", 0]}], as_seen(ADDRESS)) == [ClaimPathMismatch]
    assert reasons([{"path": ["address", "country", "x"], "mandatory": True}], as_seen(ADDRESS)) == [
        ClaimPathMismatch
    ]


def test_2_24_every_reason_is_reported_and_none_with_a_value() -> None:
    rules = [
        {"path": ["address", "country"], "sd": "always"},
        {"path": ["name"], "mandatory": True},
        {"path": ["address", None]},
    ]
    claims = parse_type_metadata(document({"vct": "x", "claims": rules})).claims

    with pytest.raises(ClaimRulesBroken) as caught:
        verify_claim_rules(claims, as_seen(ADDRESS), Reader.HOLDER)
    assert [reason.code for reason in caught.value.reasons] == [
        "claim_not_selectively_disclosable",
        "mandatory_claim_missing",
        "claim_path_mismatch",
    ]
    assert "address.country" in caught.value.detail
    assert "Market" not in caught.value.detail


NAMES = st.sets(st.sampled_from(["a", "b", "c", "d"]))


@given(disclosable=NAMES, withheld=NAMES, mandatory=NAMES)
def test_2_24_withholding_never_breaks_a_rule_that_the_full_set_obeys(
    disclosable: set[str], withheld: set[str], mandatory: set[str]
) -> None:
    claims = dict.fromkeys("abcd", 1)
    paths = [(name,) for name in sorted(disclosable)]
    rules = [
        ClaimMetadata(
            (name,),
            mandatory=name in mandatory,
            sd=SelectiveDisclosure.ALWAYS if name in disclosable else SelectiveDisclosure.NEVER,
        )
        for name in claims
    ]

    verify_claim_rules(rules, as_seen(claims, *paths), Reader.HOLDER)
    verify_claim_rules(rules, as_seen(claims, *paths, withheld=withheld), Reader.VERIFIER)
