"""Invariants between the two sides, on generated credentials and queries (5.13, 5.14, 5.27)."""

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from specs.dcql import (
    Candidate,
    CheckedAnswer,
    ClaimsPath,
    DcqlQuery,
    Location,
    Match,
    QueryNotAnswered,
    check_answer,
    create_dcql_query,
    match_query,
    parse_dcql_query,
    select_claims,
    suggest_choice,
    verify_choice,
)
from tests.specs.dcql.wallet import candidate, presented, query

NAMES = ["a", "b", "c", "0"]
scalars = st.booleans() | st.integers(0, 2) | st.sampled_from(["x", "y"])
documents = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
    ),
    max_leaves=10,
)
credentials = st.dictionaries(st.sampled_from(NAMES), documents, min_size=1, max_size=4)
any_path = st.lists(st.sampled_from([*NAMES, 0, 1, None]), min_size=1, max_size=3).map(tuple)


@st.composite
def answerable(draw: st.DrawFn) -> tuple[DcqlQuery, Candidate]:
    """A credential and a query with one or more claims that it answers."""
    held = candidate(claims=draw(credentials))
    chosen = draw(
        st.lists(
            st.sampled_from(sorted(paths_in(held.claims), key=repr)), min_size=1, max_size=4, unique=True
        )
    )
    claims: list[dict[str, Any]] = [{"id": f"c{n}", "path": list(path)} for n, path in enumerate(chosen)]
    for claim in claims:
        found = select_claims(held.claims, tuple(claim["path"]))
        plain = [one.value for one in found if isinstance(one.value, str | int)]
        if plain and draw(st.booleans()):
            claim["values"] = [draw(st.sampled_from(plain)), draw(scalars)]
    members: dict[str, Any] = {}
    if draw(st.booleans()):
        ids = st.lists(st.sampled_from([claim["id"] for claim in claims]), min_size=1, unique=True)
        members["claim_sets"] = draw(st.lists(ids, min_size=1, max_size=3))
    return parse_dcql_query(query(*claims, **members)), held


@st.composite
def asked(draw: st.DrawFn) -> tuple[DcqlQuery, Candidate]:
    """A credential and a query that it may or may not answer."""
    claims = draw(st.lists(any_path, min_size=1, max_size=3, unique=True))
    values = [{"values": draw(st.lists(scalars, min_size=1))} if draw(st.booleans()) else {} for _ in claims]
    asking = query(*({"path": list(path), **value} for path, value in zip(claims, values, strict=True)))
    return parse_dcql_query(asking), candidate(claims=draw(credentials))


def paths_in(value: Any) -> set[ClaimsPath]:
    """Every path into a value that selects something; for arrays both by index and for all elements."""
    found: set[ClaimsPath] = set()
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        below = {(), *paths_in(inner)}
        found |= {(step, *rest) for rest in below}
        if isinstance(value, list):
            found |= {(None, *rest) for rest in below if select_claims({"": value}, ("", None, *rest))}
    return found


def answer(asking: DcqlQuery, held: Candidate, locations: list[Location]) -> CheckedAnswer:
    return check_answer(asking, {"p": [presented(held, locations)]})


def locations_of(match: Match) -> list[Location]:
    (selection,) = verify_choice(match, suggest_choice(match))["p"]
    return list(selection.locations)


@given(answerable())
def test_5_13_a_selection_never_discloses_more_than_the_query_asks_for(
    case: tuple[DcqlQuery, Candidate],
) -> None:
    asking, held = case
    match = match_query(asking, [held])

    requested = {
        one.location
        for claim in asking.credentials[0].claims or ()
        for one in select_claims(held.claims, claim.path)
    }
    assert set(locations_of(match)) <= requested


@given(answerable())
def test_5_27_what_the_wallet_selects_is_enough_for_the_verifier(case: tuple[DcqlQuery, Candidate]) -> None:
    asking, held = case
    match = match_query(asking, [held])

    assert not answer(asking, held, locations_of(match)).discarded


@given(answerable(), st.data())
def test_5_27_one_claim_less_is_not_enough(case: tuple[DcqlQuery, Candidate], data: st.DataObject) -> None:
    """Unless what is left answers another claim set, which the wallet would then have been free to choose."""
    asking, held = case
    match = match_query(asking, [held])
    (selection,) = match.of("p").selections

    dropped = data.draw(st.sampled_from(selection.claims))
    gone = {one.location for one in dropped.found}
    # What lies within another location, or around it, is shown by that one anyway.
    left = [place for place in selection.locations if not any(overlap(place, one) for one in gone)]
    if asking.credentials[0].claim_sets is None:
        with pytest.raises(QueryNotAnswered):
            answer(asking, held, left)
    else:
        try:
            accepted = answer(asking, held, left).accepted
        except QueryNotAnswered:
            return
        assert accepted[0].claim_set != selection.claim_set


@given(asked())
def test_5_15_what_does_not_match_when_all_is_shown_is_never_accepted(
    case: tuple[DcqlQuery, Candidate],
) -> None:
    asking, held = case
    assume(not match_query(asking, [held]).satisfied)

    with pytest.raises(QueryNotAnswered):
        check_answer(asking, {"p": [presented(held, [()])]})


@given(answerable())
def test_6_writing_a_query_and_parsing_it_again_changes_nothing(case: tuple[DcqlQuery, Candidate]) -> None:
    asking, _ = case

    assert parse_dcql_query(create_dcql_query(asking)) == asking


@given(credentials)
@settings(max_examples=20)
def test_5_13_without_claims_nothing_is_disclosed(claims: dict[str, Any]) -> None:
    match = match_query(parse_dcql_query(query()), [candidate(claims=claims)])

    assert locations_of(match) == []


def overlap(one: Location, other: Location) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]
