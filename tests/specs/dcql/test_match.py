"""What of a wallet matches, what it discloses and why something does not (5.13 to 5.18)."""

import pytest

from specs.dcql import Candidate, Match, Mismatch, Reason, match_query, parse_dcql_query
from tests.specs.dcql.wallet import AGE, CLAIMS, PERSON, candidate, query, two_queries

KEY_ID = "s9tIpPmhxdiuNkHMEWNpYim8S8Y"
FAMILY, GIVEN, EYES = {"path": ["family_name"]}, {"path": ["given_name"]}, {"path": ["eye_colour"]}
A, B, C = {"id": "a", **EYES}, {"id": "b", **FAMILY}, {"id": "c", **GIVEN}


def match(value: object, *candidates: Candidate) -> Match:
    return match_query(parse_dcql_query(value), candidates or (candidate(),))


def reasons(value: object, held: Candidate) -> tuple[Reason, ...]:
    found = match(value, held)
    assert not found.satisfied
    return found.of("p").rejections[0].reasons


def test_5_13_without_claims_nothing_selectively_disclosable_is_sent() -> None:
    (selection,) = match(query()).of("p").selections

    assert selection.disclose == selection.locations == selection.claims == ()


def test_5_13_all_claims_or_no_credential() -> None:
    assert reasons(query(FAMILY, EYES), candidate()) == (Reason(Mismatch.CLAIM_ABSENT, ("eye_colour",)),)


def test_5_13_the_first_claim_set_that_can_be_met_wins() -> None:
    (selection,) = match(query(A, B, C, claim_sets=[["a", "b"], ["c"], ["b"]])).of("p").selections

    assert selection.claim_set == 1
    assert selection.disclose == (("given_name",),)


def test_5_13_no_claim_set_can_be_met() -> None:
    second = {"id": "d", "path": ["address", "street"]}
    found = reasons(query(A, B, second, claim_sets=[["b", "a"], ["a", "d"]]), candidate())

    assert found == (
        Reason(Mismatch.CLAIM_ABSENT, ("eye_colour",)),
        Reason(Mismatch.CLAIM_ABSENT, ("address", "street")),
    )


def test_5_13_a_claim_in_no_claim_set_is_not_disclosed() -> None:
    (selection,) = match(query(B, C, claim_sets=[["c"]])).of("p").selections

    assert selection.disclose == (("given_name",),)


def test_5_13_a_claim_that_cannot_be_withheld_needs_no_disclosure_but_is_shown() -> None:
    held = candidate(withholdable=frozenset({("family_name",)}))
    (selection,) = match(query(FAMILY, GIVEN), held).of("p").selections

    assert selection.disclose == (("family_name",),)
    assert selection.locations == (("family_name",),)
    assert [one.claim.path for one in selection.claims] == [("family_name",), ("given_name",)]


@pytest.mark.parametrize("withholdable", [("address",), ("address", "region"), ("address", "region", "code")])
def test_5_13_a_claim_within_or_around_something_withheld_needs_a_disclosure(
    withholdable: tuple[str, ...],
) -> None:
    held = candidate(withholdable=frozenset({withholdable}))
    (selection,) = match(query({"path": ["address", "region"]}), held).of("p").selections

    assert selection.locations == (("address", "region"),)


def test_5_13_of_an_array_only_the_elements_that_can_be_withheld_are_listed() -> None:
    held = candidate(withholdable=frozenset({("nationalities", 1)}))
    (selection,) = match(query({"path": ["nationalities", None]}), held).of("p").selections

    assert selection.disclose == (("nationalities", None),)
    assert selection.locations == (("nationalities", 1),)


def test_5_14_another_value_is_a_reason_of_its_own() -> None:
    asked = {"path": ["age_equal_or_over", "65"], "values": [True]}

    assert reasons(query(asked), candidate()) == (Reason(Mismatch.CLAIM_VALUE, ("age_equal_or_over", "65")),)


@pytest.mark.parametrize("value", ["7", True, 8, 0])
def test_5_14_type_and_value_must_be_equal(value: str | int | bool) -> None:
    assert reasons(query({"path": ["photo_version"], "values": [value]}), candidate())


@pytest.mark.parametrize("held", [7.0, True, "7", [7], {"7": 7}, None])
def test_5_14_a_claim_of_another_type_is_another_value(held: object) -> None:
    asked = query({"path": ["photo_version"], "values": [7]})

    assert reasons(asked, candidate(claims={**CLAIMS, "photo_version": held}))


def test_5_14_of_an_array_only_the_elements_with_the_value_are_disclosed() -> None:
    asked = query({"path": ["nationalities", None], "values": ["NG", "XX"]})
    (selection,) = match(asked).of("p").selections

    assert selection.locations == (("nationalities", 1),)


def test_5_14_a_value_can_decide_between_claim_sets() -> None:
    adult = {"id": "a", "path": ["age_equal_or_over", "65"], "values": [True]}
    (selection,) = match(query(adult, B, claim_sets=[["a"], ["b"]])).of("p").selections

    assert selection.claim_set == 1


def test_5_15_without_credential_sets_every_query_is_needed() -> None:
    found = match(two_queries(), candidate(claims={"vct": PERSON, "given_name": "Aida"}))

    assert found.of("r").selections
    assert not found.satisfied
    assert found.return_ids == ()


def test_5_15_the_first_option_that_can_be_met_is_returned_and_others_are_offered() -> None:
    sets = [{"options": [["p", "r"], ["r"]]}]
    found = match(two_queries(credential_sets=sets), candidate())

    assert found.return_ids == ("p", "r")
    assert found.sets[0].options == (("p", "r"), ("r",))


def test_5_15_an_optional_set_is_left_to_the_person() -> None:
    sets = [{"options": [["r"]]}, {"options": [["p"]], "required": False}]
    found = match(two_queries(credential_sets=sets), candidate())

    assert found.return_ids == ("r",)
    assert found.optional_ids == ("p",)


def test_5_15_only_optional_sets_and_none_of_them_possible_is_not_satisfied() -> None:
    """Nothing to send is no answer (D8)."""
    sets = [{"options": [["p"]], "required": False}]
    held = candidate(claims={"vct": PERSON, "given_name": "Aida"})

    assert not match(two_queries(credential_sets=sets), held).satisfied
    assert match(two_queries(credential_sets=sets), candidate()).satisfied


def test_5_15_a_query_in_no_set_is_not_even_looked_at() -> None:
    found = match(two_queries(credential_sets=[{"options": [["r"]]}]), candidate())

    assert [one.query.id for one in found.queries] == ["r"]
    with pytest.raises(KeyError):
        found.of("p")


def test_5_15_an_empty_wallet() -> None:
    found = match_query(parse_dcql_query(query()), ())

    assert not found.satisfied
    assert found.of("p").rejections == ()


def test_5_17_an_authority_key_id_filters() -> None:
    asked = query(trusted_authorities=[{"type": "aki", "values": ["other", KEY_ID]}])

    assert match(asked, candidate(authority_key_ids=frozenset({"x", KEY_ID}))).satisfied
    assert reasons(asked, candidate(authority_key_ids=frozenset({"x"}))) == (Reason(Mismatch.AUTHORITY),)


@pytest.mark.parametrize("kind", ["etsi_tl", "openid_federation", "AKI"])
def test_5_17_an_authority_of_a_type_we_cannot_decide_matches_nothing(kind: str) -> None:
    asked = query(trusted_authorities=[{"type": kind, "values": [KEY_ID]}])

    assert reasons(asked, candidate(authority_key_ids=frozenset({KEY_ID}))) == (Reason(Mismatch.AUTHORITY),)


def test_5_17_one_of_several_authorities_is_enough() -> None:
    several = [{"type": "etsi_tl", "values": ["t"]}, {"type": "aki", "values": [KEY_ID]}]

    assert match(
        query(trusted_authorities=several), candidate(authority_key_ids=frozenset({KEY_ID}))
    ).satisfied


def test_5_18_a_type_that_extends_the_requested_one_matches() -> None:
    assert match(query(), candidate(types=("urn:child", PERSON))).satisfied
    assert reasons(query(), candidate(types=("urn:child",))) == (Reason(Mismatch.TYPE),)


def test_5_12_format_and_holder_binding_are_reasons_of_their_own() -> None:
    assert reasons(query(), candidate(format="vc+sd-jwt")) == (Reason(Mismatch.FORMAT),)
    assert reasons(query(), candidate(holder_bound=False)) == (Reason(Mismatch.HOLDER_BINDING),)
    assert match(query(require_cryptographic_holder_binding=False), candidate(holder_bound=False)).satisfied


def test_5_12_an_unknown_format_matches_nothing_even_under_its_own_name() -> None:
    assert reasons(query(format="ldp_vc"), candidate(format="ldp_vc")) == (Reason(Mismatch.TYPE),)


def test_an_mdoc_is_matched_by_doctype_and_namespace() -> None:
    held = candidate(
        claims={"org.iso.18013.5.1": {"family_name": "Okafor"}},
        format="mso_mdoc",
        types=("org.iso.18013.5.1.mDL",),
    )
    asked = query(
        {"path": ["org.iso.18013.5.1", "family_name"]},
        format="mso_mdoc",
        meta={"doctype_value": "org.iso.18013.5.1.mDL"},
    )

    assert match(asked, held).of("p").selections[0].locations == (("org.iso.18013.5.1", "family_name"),)


def test_every_candidate_is_sorted_to_one_side() -> None:
    found = match(query(FAMILY), candidate("one"), candidate("two", {"vct": AGE}), candidate("three"))

    assert [one.credential_id for one in found.of("p").selections] == ["one", "three"]
    assert [one.credential_id for one in found.of("p").rejections] == ["two"]
