"""The person's choice against the query (5.13, 5.15, 5.20): nothing leaves the wallet that does not answer
it.
"""

from collections.abc import Mapping, Sequence

import pytest

from specs.dcql import (
    InvalidChoice,
    Match,
    QueryNotSatisfied,
    match_query,
    parse_dcql_query,
    suggest_choice,
    verify_choice,
)
from tests.specs.dcql.wallet import AGE, candidate, query, two_queries

OPTIONAL = [{"options": [["r"]]}, {"options": [["p"]], "required": False}]


def match(value: object) -> Match:
    held = [candidate("one"), candidate("two"), candidate("age", {"vct": AGE})]
    return match_query(parse_dcql_query(value), held)


def test_the_suggestion_answers_with_the_first_match_of_each_needed_query() -> None:
    assert suggest_choice(match(two_queries())) == {"p": ("one",), "r": ("one",)}
    assert suggest_choice(match(two_queries(credential_sets=OPTIONAL))) == {"r": ("one",)}


def test_the_suggestion_is_never_empty() -> None:
    only_optional = [{"options": [["p"]], "required": False}]

    assert suggest_choice(match(two_queries(credential_sets=only_optional))) == {"p": ("one",)}


def test_a_choice_names_what_each_credential_shows() -> None:
    chosen = verify_choice(match(two_queries()), {"p": ["two"], "r": ["one"]})

    assert [one.credential_id for one in chosen["p"]] == ["two"]
    assert chosen["p"][0].disclose == (("family_name",),)
    assert chosen["r"][0].disclose == (("given_name",),)


def test_an_optional_query_may_be_added() -> None:
    chosen = verify_choice(match(two_queries(credential_sets=OPTIONAL)), {"r": ["one"], "p": ["two"]})

    assert set(chosen) == {"r", "p"}


def test_several_credentials_only_where_multiple_is_asked_for() -> None:
    assert len(verify_choice(match(query(multiple=True)), {"p": ["one", "two"]})["p"]) == 2
    with pytest.raises(InvalidChoice):
        verify_choice(match(query()), {"p": ["one", "two"]})


@pytest.mark.parametrize(
    "choice",
    [
        {},
        {"p": ["one"]},  # r is required too
        {"p": ["one"], "r": []},
        {"p": ["one"], "r": ["age"]},  # does not match
        {"p": ["one"], "r": ["stranger"]},
        {"p": ["one"], "r": ["one"], "x": ["one"]},
    ],
    ids=["empty", "set-unanswered", "empty-entry", "not-matching", "not-in-the-wallet", "not-asked"],
)
def test_a_choice_that_does_not_answer_the_query_is_refused(choice: Mapping[str, Sequence[str]]) -> None:
    with pytest.raises(InvalidChoice) as refused:
        verify_choice(match(two_queries()), choice)
    assert refused.value.code == "invalid_choice"


def test_the_same_credential_twice_for_one_query_is_refused() -> None:
    with pytest.raises(InvalidChoice):
        verify_choice(match(query(multiple=True)), {"p": ["one", "one"]})


def test_5_15_nothing_can_be_chosen_when_the_query_is_not_satisfied() -> None:
    unsatisfied = match(query({"path": ["eye_colour"]}))

    with pytest.raises(QueryNotSatisfied):
        verify_choice(unsatisfied, {"p": ["one"]})
