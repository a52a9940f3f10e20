"""The example queries of the standard and the derived matching cases (5.12 to 5.18)."""

from typing import Any

import pytest

from specs.dcql import (
    Candidate,
    ClaimSetsWithoutClaims,
    InvalidClaimsPath,
    InvalidIdentifier,
    InvalidQuery,
    MalformedMember,
    QueryNotSatisfied,
    RepeatedClaim,
    RepeatedIdentifier,
    UnknownIdentifier,
    check_answer,
    create_dcql_query,
    match_query,
    parse_dcql_query,
    suggest_choice,
    verify_choice,
)
from tests.specs.dcql.wallet import VECTORS, load, presented

DATA = load("dcql_matching_cases.json")
CASES: list[dict[str, Any]] = DATA["cases"]
WALLET: dict[str, dict[str, Any]] = DATA["wallet_credentials"]
EXAMPLES = sorted(path.name for path in (VECTORS / "dcql").glob("*.json"))

REASONS: dict[str, type[InvalidQuery]] = {
    "invalid-empty-credentials": MalformedMember,
    "invalid-dup-id": RepeatedIdentifier,
    "invalid-id-charset": InvalidIdentifier,
    "invalid-no-meta": MalformedMember,
    "invalid-empty-vct-values": MalformedMember,
    "invalid-claim-sets-without-claims": ClaimSetsWithoutClaims,
    "invalid-claim-sets-unknown-id": UnknownIdentifier,
    "invalid-claim-without-id": InvalidIdentifier,
    "invalid-option-unknown-id": UnknownIdentifier,
    "invalid-empty-path": InvalidClaimsPath,
    "invalid-negative-index": InvalidClaimsPath,
    "invalid-same-claim-twice": RepeatedClaim,
    "invalid-empty-values": MalformedMember,
}
INVALID = [case for case in CASES if case["expect"].get("invalid")]
SATISFIED = [case for case in CASES if case["expect"].get("satisfied") is True]
UNSATISFIED = [case for case in CASES if case["expect"].get("satisfied") is False]


def name(case: dict[str, Any]) -> str:
    return str(case["id"])


def wallet_of(case: dict[str, Any]) -> list[Candidate]:
    return [
        Candidate(
            credential_id=held["id"],
            format=held["format"],
            types=(held["claims"]["vct"], *held.get("extends", ())),
            claims=held["claims"],
            holder_bound=held.get("holder_bound", True),
        )
        for held in (WALLET[credential_id] for credential_id in case["wallet"])
    ]


def test_all_39_cases_are_run() -> None:
    assert len(INVALID) + len(SATISFIED) + len(UNSATISFIED) == len(CASES) == 39
    assert {name(case) for case in INVALID} == set(REASONS)


@pytest.mark.parametrize("case", INVALID, ids=name)
def test_5_12_a_query_that_breaks_the_grammar_is_refused_for_its_reason(case: dict[str, Any]) -> None:
    with pytest.raises(InvalidQuery) as refused:
        parse_dcql_query(case["query"])
    assert type(refused.value) is REASONS[case["id"]]
    assert refused.value.code == "invalid_request"


@pytest.mark.parametrize("case", SATISFIED, ids=name)
def test_5_13_to_5_18_what_matches_and_what_it_discloses(case: dict[str, Any]) -> None:
    match = match_query(parse_dcql_query(case["query"]), wallet_of(case))

    assert match.satisfied
    assert list(match.return_ids) == case["expect"]["return_ids"]
    found = {
        query_id: [
            {"credential": one.credential_id, "disclose": [list(path) for path in one.disclose]}
            for one in match.of(query_id).selections
        ]
        for query_id in match.return_ids
    }
    assert found == case["expect"]["candidates"]


@pytest.mark.parametrize("case", SATISFIED, ids=name)
def test_5_27_the_verifier_accepts_what_the_wallet_selects(case: dict[str, Any]) -> None:
    query, wallet = parse_dcql_query(case["query"]), wallet_of(case)
    match = match_query(query, wallet)
    held = {one.credential_id: one for one in wallet}
    chosen = verify_choice(match, suggest_choice(match))

    answer = check_answer(
        query,
        {
            query_id: [presented(held[one.credential_id], one.locations) for one in selections]
            for query_id, selections in chosen.items()
        },
    )

    assert not answer.discarded
    assert {one.query_id for one in answer.accepted} == set(case["expect"]["return_ids"])


@pytest.mark.parametrize("case", UNSATISFIED, ids=name)
def test_5_15_what_does_not_match_sends_nothing_and_says_why(case: dict[str, Any]) -> None:
    match = match_query(parse_dcql_query(case["query"]), wallet_of(case))

    assert not match.satisfied
    assert match.return_ids == match.optional_ids == ()
    assert all(rejection.reasons for one in match.queries for rejection in one.rejections)
    with pytest.raises(QueryNotSatisfied) as refused:
        suggest_choice(match)
    assert refused.value.code == "access_denied"


def test_the_seven_example_queries_are_there() -> None:
    assert len(EXAMPLES) == 7


@pytest.mark.parametrize("example", EXAMPLES)
def test_5_12_an_example_of_the_standard_is_parsed_and_written_again(example: str) -> None:
    value = load(f"dcql/{example}")

    query = parse_dcql_query(value)

    assert [one.id for one in query.credentials] == [one["id"] for one in value["credentials"]]
    assert parse_dcql_query(create_dcql_query(query)) == query
    assert create_dcql_query(query)["credentials"] == value["credentials"]
