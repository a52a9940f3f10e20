"""The verifier never trusts the wallet for the query (5.14, 5.15, 5.20, 5.26, 5.27)."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from specs.dcql import (
    CheckedAnswer,
    CredentialView,
    Defect,
    Fault,
    Mismatch,
    QueryNotAnswered,
    Reason,
    check_answer,
    parse_dcql_query,
)
from tests.specs.dcql.wallet import CLAIMS, PERSON, Withheld, candidate, presented, query, two_queries

FAMILY, GIVEN = ("family_name",), ("given_name",)


def showing(*locations: tuple[str | int, ...], **changes: Any) -> CredentialView:
    return presented(candidate(), [("vct",), *locations], **changes)


def check(value: object, answer: Mapping[str, Sequence[CredentialView]]) -> CheckedAnswer:
    return check_answer(parse_dcql_query(value), answer)


def defects(value: object, answer: Mapping[str, Sequence[CredentialView]]) -> tuple[Defect, ...]:
    with pytest.raises(QueryNotAnswered) as refused:
        check(value, answer)
    assert refused.value.code == "query_not_answered"
    return refused.value.defects


def mismatch(reason: Reason) -> tuple[Defect, ...]:
    return (Defect(Fault.MISMATCH, "p", 0, (reason,)), Defect(Fault.MISSING, position=0))


def test_5_15_an_answer_in_full_is_accepted_with_the_claims_that_were_asked_for() -> None:
    answer = check(two_queries(), {"p": [showing(FAMILY, GIVEN)], "r": [showing(GIVEN)]})

    assert answer.discarded == ()
    assert [(one.query_id, one.position) for one in answer.accepted] == [("p", 0), ("r", 0)]
    (claim,) = answer.accepted[0].claims  # the given name it also shows was not asked for here
    assert claim.claim.path == FAMILY
    assert [one.value for one in claim.found] == ["Okafor"]


@pytest.mark.parametrize(
    ("answer", "defect"),
    [
        ({}, Defect(Fault.EMPTY)),
        ({"p": []}, Defect(Fault.EMPTY, "p")),
        ({"x": [showing()]}, Defect(Fault.UNKNOWN_QUERY)),
        ({"p": [showing(), showing()]}, Defect(Fault.TOO_MANY, "p")),
    ],
    ids=["nothing", "empty-array", "unknown-id", "two-where-one-is-asked-for"],
)
def test_5_20_a_malformed_answer_is_refused(
    answer: Mapping[str, Sequence[CredentialView]], defect: Defect
) -> None:
    assert defects(query(), answer) == (defect,)


def test_5_20_multiple_allows_several_and_discards_those_that_do_not_match() -> None:
    several = query({"path": ["family_name"]}, multiple=True)
    answer = check(several, {"p": [showing(FAMILY), showing(GIVEN), showing(FAMILY)]})

    assert [one.position for one in answer.accepted] == [0, 2]
    assert answer.discarded == (Defect(Fault.MISMATCH, "p", 1, (Reason(Mismatch.CLAIM_ABSENT, FAMILY),)),)


def test_5_27_a_claim_that_was_not_disclosed_is_missing() -> None:
    assert defects(query({"path": ["family_name"]}), {"p": [showing(GIVEN)]}) == mismatch(
        Reason(Mismatch.CLAIM_ABSENT, FAMILY)
    )


def test_5_14_a_forced_false_does_not_answer_a_query_for_true() -> None:
    asked = query({"path": ["age_equal_or_over", "65"], "values": [True]})
    answer = {"p": [showing(("age_equal_or_over", "65"))]}

    assert defects(asked, answer) == mismatch(Reason(Mismatch.CLAIM_VALUE, ("age_equal_or_over", "65")))


def test_5_27_another_type_another_format_no_binding_no_authority() -> None:
    asked = query(trusted_authorities=[{"type": "aki", "values": ["k"]}])
    good = {"authority_key_ids": frozenset({"k"})}

    assert check(asked, {"p": [showing(**good)]}).accepted
    for changes, expected in (
        ({"types": ("urn:other",)}, Mismatch.TYPE),
        ({"format": "mso_mdoc"}, Mismatch.FORMAT),
        ({"holder_bound": False}, Mismatch.HOLDER_BINDING),
        ({"authority_key_ids": frozenset({"x"})}, Mismatch.AUTHORITY),
    ):
        assert defects(asked, {"p": [showing(**{**good, **changes})]}) == mismatch(Reason(expected))


def test_5_15_a_required_set_needs_a_complete_option() -> None:
    sets = [{"options": [["p", "r"]]}, {"options": [["r"]], "required": False}]

    assert defects(two_queries(credential_sets=sets), {"r": [showing(GIVEN)]}) == (
        Defect(Fault.MISSING, position=0),
    )


def test_5_15_every_missing_set_is_named() -> None:
    sets = [{"options": [["r"]]}, {"options": [["p"]], "required": False}, {"options": [["p"]]}]
    answer = {"p": [showing(GIVEN)]}

    assert [(one.fault, one.position) for one in defects(two_queries(credential_sets=sets), answer)] == [
        (Fault.MISMATCH, 0),
        (Fault.MISSING, 0),
        (Fault.MISSING, 2),
    ]


def test_5_15_an_optional_query_without_an_answer_is_fine() -> None:
    sets = [{"options": [["r"]]}, {"options": [["p"]], "required": False}]

    assert check(two_queries(credential_sets=sets), {"r": [showing(GIVEN)]}).accepted


def test_5_15_an_answer_to_what_was_not_requested_does_not_count() -> None:
    sets = [{"options": [["r"]]}]
    value = two_queries(credential_sets=sets)
    answer = check(value, {"r": [showing(GIVEN)], "p": [showing(FAMILY)]})

    assert [one.query_id for one in answer.accepted] == ["r"]
    assert answer.discarded == (Defect(Fault.NOT_REQUESTED, "p", 0),)


def test_5_20_when_all_that_came_is_discarded_nothing_was_answered() -> None:
    """All sets optional, so none is missing; still there is no answer."""
    value = two_queries(credential_sets=[{"options": [["p"]], "required": False}])

    assert [one.fault for one in defects(value, {"p": [showing(GIVEN)]})] == [Fault.MISMATCH]


def test_5_13_the_claim_set_that_was_answered_is_told() -> None:
    a, b = {"id": "a", "path": ["eye_colour"]}, {"id": "b", "path": ["given_name"]}
    answer = check(query(a, b, claim_sets=[["a"], ["b"]]), {"p": [showing(GIVEN)]})

    assert answer.accepted[0].claim_set == 1


def test_5_16_an_index_counts_the_elements_that_were_withheld() -> None:
    asked = query({"path": ["nationalities", 1]})

    (found,) = check(asked, {"p": [showing(("nationalities", 1))]}).accepted[0].claims[0].found
    assert (found.location, found.value) == (("nationalities", 1), "NG")
    assert defects(asked, {"p": [showing(("nationalities", 0))]})


def test_an_accepted_claim_is_plain_data_without_markers_of_withheld_elements() -> None:
    claims = {"vct": PERSON, "visits": [{"at": [Withheld(), 3, None]}, Withheld()]}
    view = presented(candidate(claims=claims), [()])

    (found,) = check(query({"path": ["visits"]}), {"p": [view]}).accepted[0].claims[0].found
    assert found.value == [{"at": [3, None]}]


def test_no_value_is_told_in_an_error() -> None:
    asked = query({"path": ["family_name"], "values": ["Tremblay"]})

    with pytest.raises(QueryNotAnswered) as refused:
        check(asked, {"p": [showing(FAMILY)], "sender's text": [showing()]})
    told = f"{refused.value} {refused.value.defects}"
    assert "Okafor" not in told
    assert "sender" not in told
    assert CLAIMS["family_name"] == "Okafor"
