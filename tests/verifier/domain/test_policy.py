"""Policies as values: what each lets pass, and how they are put together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from specs.token_status_list import StatusAnswer, StatusOutcome
from tests.verifier.domain.preset_files import TEXTS, parse, preset_file, query
from tests.verifier.issuing import NOW
from verifier.domain import reasons
from verifier.domain.policy import (
    AllOf,
    AnyOf,
    ClaimEquals,
    HeldInPerson,
    IssuedBy,
    LastDayNotPassed,
    Policy,
    Presented,
    StatusFresh,
)
from verifier.domain.same_holder import SameClaim, SameHolder
from verifier.domain.verdict import Reason, ReasonKind
from verifier.errors import BadPreset

ISSUER = "https://issuer.example"


@dataclass(frozen=True)
class Says:
    """A policy that says what it is told to."""

    kinds: tuple[ReasonKind, ...] = ()

    def check(self, presented: object, now: datetime) -> list[Reason]:
        return [Reason(kind) for kind in self.kinds]

    def is_about(self, presented: object) -> bool:
        return True


FINE, BAD, WORSE = Says(), Says((reasons.REQUIREMENT_NOT_MET,)), Says((reasons.REVOKED, reasons.EXPIRED))
UNSURE, HALF = Says((reasons.STATUS_STALE,)), Says((reasons.STATUS_STALE, reasons.EXPIRED))


def card(query_id: str = "card", issuer: str = ISSUER, **claims: Any) -> Presented:
    return Presented(query_id, issuer, claims)


def claiming(claims: dict[str, Any]) -> Presented:
    return Presented("card", ISSUER, claims)


def codes(policy: Policy, *presented: Presented, now: datetime = NOW) -> list[str]:
    return _codes(policy.check(presented, now))


def _codes(found: Iterable[Reason]) -> list[str]:
    return [reason.kind.code for reason in found]


def test_all_of_tells_everything() -> None:
    assert codes(AllOf()) == []
    assert codes(AllOf((FINE, FINE))) == []
    assert codes(AllOf((BAD, FINE, WORSE))) == ["requirement_not_met", "revoked", "expired"]
    assert codes(AllOf((AllOf((BAD,)), UNSURE))) == ["requirement_not_met", "status_stale"]


def test_any_of_needs_one() -> None:
    assert codes(AnyOf((BAD, FINE))) == []
    assert codes(AnyOf((BAD, WORSE))) == ["requirement_not_met", "revoked", "expired"]
    assert codes(AnyOf(())) == ["requirement_not_met"]


def test_any_of_is_open_while_one_alternative_is() -> None:
    assert codes(AnyOf((BAD, UNSURE))) == ["status_stale"]
    assert codes(AnyOf((BAD, HALF))) == ["requirement_not_met", "status_stale", "expired"]
    assert codes(AnyOf((UNSURE, FINE))) == []


LICENCE_OF_CLASS_G = ClaimEquals("licence", ("class",), ("G",))


def test_a_wallet_that_leaves_a_card_out_does_not_make_the_alternative_about_it_hold() -> None:
    """Either card will do for the query, and each has a claim that must be right."""
    either = AnyOf((LICENCE_OF_CLASS_G, ClaimEquals("card", ("over",), (True,))))
    assert codes(either, card(over=True)) == []
    assert codes(either, card(over=False)) == ["requirement_not_met"]
    assert codes(either, card("licence", **{"class": "M"})) == ["requirement_not_met"]
    assert codes(either, card("licence", **{"class": "M"}), card(over=True)) == []


@pytest.mark.parametrize(
    "absent",
    [
        LICENCE_OF_CLASS_G,
        LastDayNotPassed("licence", ("last_day",)),
        IssuedBy(frozenset(), "licence"),
        AnyOf((LICENCE_OF_CLASS_G,)),
        AllOf((LICENCE_OF_CLASS_G,)),
    ],
    ids=lambda policy: type(policy).__name__,
)
def test_no_policy_about_a_card_that_was_not_shown_is_an_alternative(absent: Policy) -> None:
    assert codes(AnyOf((absent, BAD)), card()) == ["requirement_not_met"]
    assert codes(AnyOf((absent, FINE)), card()) == []
    # Whether one of them had to be shown is for the query to say, as with a policy that stands alone.
    assert codes(AnyOf((absent, absent)), card()) == codes(absent, card()) == []


@pytest.mark.parametrize("absent", [SameHolder(("card", "two")), SameClaim(("card", "two"), ("name",))])
def test_a_rule_about_two_cards_of_which_one_is_missing_does_not_hold_in_any_of(absent: Policy) -> None:
    assert codes(AnyOf((absent, BAD)), card()) == ["query_not_answered", "requirement_not_met"]


@pytest.mark.parametrize("other", [1, 1.0, "true", [True], {"a": True}, None])
def test_two_cards_say_the_same_by_type_and_value(other: object) -> None:
    """To Python True == 1 == 1.0; a register's number 1 is no yes."""
    policy = SameClaim(("card", "two"), ("it",))
    assert codes(policy, card(it=True), card("two", it=True)) == []
    assert codes(policy, card(it=True), card("two", it=other)) == ["requirement_not_met"]
    assert codes(policy, card(it={"in": [True]}), card("two", it={"in": [other]})) == ["requirement_not_met"]


def test_two_cards_say_the_same_whatever_the_order_of_names() -> None:
    policy = SameClaim(("card", "two"), ("it",))
    assert codes(policy, card(it={"a": 1, "b": [2]}), card("two", it={"b": [2], "a": 1})) == []
    assert codes(policy, card(it=[1, 2]), card("two", it=[1])) == ["requirement_not_met"]


def test_issued_by_looks_at_the_issuer_whose_key_verified() -> None:
    policy = IssuedBy(frozenset({ISSUER}))
    assert codes(policy, card()) == []
    assert codes(policy, card(issuer="https://other.example", iss=ISSUER)) == ["issuer_not_accepted"]
    assert codes(policy, card(issuer=f"{ISSUER}/")) == ["issuer_not_accepted"]
    assert codes(IssuedBy(frozenset(), "other"), card()) == []


@pytest.mark.parametrize("role", ["guardian", "", None, "parent"])
def test_a_card_in_somebody_elses_hands_is_not_the_holders(role: object) -> None:
    assert codes(HeldInPerson(), card(), claiming({"ca.on.holder_role": role})) == ["held_by_guardian"]


@pytest.mark.parametrize("value", [False, 1, 1.0, "true", None, [True], {}])
def test_claims_are_equal_by_type_and_value(value: object) -> None:
    policy = ClaimEquals("card", ("over", "19"), (True,))
    assert codes(policy, card(over={"19": True})) == []
    assert codes(policy, card(over={"19": value})) == ["requirement_not_met"]


def test_every_value_at_a_path_counts() -> None:
    policy = ClaimEquals("card", ("classes", None), ("G", "M"))
    assert codes(policy, card(classes=["G", "M"])) == []
    assert codes(policy, card(classes=["G", "A"])) == ["requirement_not_met"]
    nothing: list[dict[str, Any]] = [{}, {"classes": []}, {"classes": "G"}]
    for absent in nothing:
        assert codes(policy, claiming(absent)) == ["requirement_not_met"]
    assert codes(policy, card("another")) == []


DAY = ("last_day",)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 22, 4, 59, 59, tzinfo=UTC), []),  # still the 21st in Toronto
        (datetime(2026, 11, 22, 5, 0, 0, tzinfo=UTC), ["last_day_passed"]),
        (datetime(2026, 7, 1, tzinfo=UTC), []),
    ],
)
def test_a_last_day_ends_at_midnight_in_toronto(now: datetime, expected: list[str]) -> None:
    assert codes(LastDayNotPassed("card", DAY), card(last_day="2026-11-21"), now=now) == expected


@pytest.mark.parametrize("value", [None, 20270101, "soon", "", "2027-02-30", ["2027-01-01"]])
def test_a_last_day_that_is_no_day_is_not_met(value: object) -> None:
    assert codes(LastDayNotPassed("card", DAY), card(last_day=value)) == ["requirement_not_met"]
    assert codes(LastDayNotPassed("card", DAY), card()) == ["requirement_not_met"]


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (StatusOutcome.VALID, []),
        (StatusOutcome.INVALID, ["revoked"]),
        (StatusOutcome.SUSPENDED, ["suspended"]),
        (StatusOutcome.UNKNOWN, ["status_unknown"]),
        (StatusOutcome.STALE, ["status_stale"]),
        (None, ["no_status"]),
    ],
)
def test_only_valid_is_good_news(outcome: StatusOutcome | None, expected: list[str]) -> None:
    status = None if outcome is None else StatusAnswer(outcome, "why")
    found = StatusFresh(timedelta(0)).check("card", status)
    assert _codes(found) == expected
    detail = "" if status is None else "why"
    assert all((reason.query_id, reason.detail) == ("card", detail) for reason in found)


POLICIES: dict[str, tuple[dict[str, Any], Policy]] = {
    "same-claim": (
        {"policy": "same_claim", "credentials": ["card", "two"], "path": ["given_name"]},
        SameClaim(("card", "two"), ("given_name",)),
    ),
    "same-holder": (
        {"policy": "same_holder", "credentials": ["card", "two"]},
        SameHolder(("card", "two")),
    ),
    "claim-equals": (
        {"policy": "claim_equals", "credential": "card", "path": ["given_name"], "values": ["A", 1, True]},
        ClaimEquals("card", ("given_name",), ("A", 1, True)),
    ),
    "last-day": (
        {"policy": "last_day_not_passed", "credential": "two", "path": ["family_name"]},
        LastDayNotPassed("two", ("family_name",)),
    ),
    "issued-by": (
        {"policy": "issued_by", "credential": "card", "issuers": [ISSUER]},
        IssuedBy(frozenset({ISSUER}), "card"),
    ),
    "part-of-a-claim": (
        {"policy": "claim_equals", "credential": "card", "path": ["given_name", 0], "values": ["A"]},
        ClaimEquals("card", ("given_name", 0), ("A",)),
    ),
}
ASKED = [{"path": [name]} for name in ("given_name", "family_name", "birthdate")]
BOTH = {
    "credentials": [one for name in ("card", "two") for one in query(id=name, claims=ASKED)["credentials"]]
}


def with_policies(*policies: Mapping[str, Any]) -> Policy:
    return parse(preset_file(needs=["name", "birthdate"], query=BOTH, policies=list(policies))).policy


@pytest.mark.parametrize("name", POLICIES)
def test_policies_are_read_from_the_file(name: str) -> None:
    written, policy = POLICIES[name]
    assert with_policies(written) == AllOf((HeldInPerson(), policy))


def test_alternatives_are_read_from_the_file() -> None:
    written = {"policy": "any_of", "policies": [one for one, _ in POLICIES.values()]}
    assert with_policies(written) == AllOf(
        (HeldInPerson(), AnyOf(tuple(one for _, one in POLICIES.values())))
    )


SOME = POLICIES["claim-equals"][0]


@pytest.mark.parametrize(
    "policy",
    [
        {},
        {"policy": "nothing"},
        {"policy": "same_holder"},
        {"policy": "same_holder", "credentials": ["card"]},
        {"policy": "same_holder", "credentials": ["card", "nobody"]},
        {"policy": "same_holder", "credentials": ["card", "card"]},
        {"policy": "same_claim", "credentials": ["card", "card"], "path": ["given_name"]},
        {**SOME, "credential": "nobody"},
        {**SOME, "path": ["sex"]},
        {**SOME, "path": []},
        {**SOME, "values": []},
        {**SOME, "values": [1.5]},
        {**SOME, "more": True},
        {"policy": "issued_by", "credential": "card", "issuers": []},
        {"policy": "any_of", "policies": [SOME]},
        {"policy": "any_of", "policies": [SOME, {**SOME, "credential": "nobody"}]},
    ],
)
def test_policies_that_could_never_hold_are_refused(policy: dict[str, Any]) -> None:
    with pytest.raises(BadPreset):
        with_policies(policy)


@pytest.mark.parametrize("wrapped", [False, True], ids=["alone", "in-any-of"])
@pytest.mark.parametrize("born", [(), ("card",), ("two",)], ids=["neither", "one", "the-other"])
def test_same_holder_that_would_compare_names_alone_is_refused(born: tuple[str, ...], wrapped: bool) -> None:
    """People have namesakes: its verdict could be nothing but *cannot tell*."""
    both = [query(id=name, claims=ASKED if name in born else ASKED[:2]) for name in ("card", "two")]
    policy = POLICIES["same-holder"][0]
    if wrapped:
        policy = {"policy": "any_of", "policies": [policy, SOME]}
    file = preset_file(
        needs=["name", *(["birthdate"] if born else [])],
        query={"credentials": [one for part in both for one in part["credentials"]]},
        policies=[policy],
    )
    with pytest.raises(BadPreset) as refused:
        parse(file)
    assert "birthdate" in refused.value.detail


def test_same_holder_needs_the_names_to_be_asked_for() -> None:
    unnamed = query(id="two", claims=[{"path": ["birthdate"]}])["credentials"]
    file = preset_file(
        needs=["name", "birthdate"],
        query={"credentials": [*query(claims=ASKED)["credentials"], *unnamed]},
        policies=[POLICIES["same-holder"][0]],
        names=TEXTS,
    )
    with pytest.raises(BadPreset) as refused:
        parse(file)
    assert "family_name of two" in refused.value.detail
