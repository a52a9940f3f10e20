"""Journey 5: credentials that are shown together belong to one person, or nothing comes of it."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.issuing import NOW, public_key
from verifier.domain.policy import Presented
from verifier.domain.same_holder import SameClaim, SameHolder

ISSUER = "https://issuer.example"
MAYA = {"family_name": "Tremblay", "given_name": "Maya"}


def codes(person: dict[str, Any] | None, authority: dict[str, Any] | None, key: str = "other") -> list[str]:
    presented = []
    if person is not None:
        presented.append(Presented("person", ISSUER, person, public_key("holder")))
    if authority is not None:
        presented.append(Presented("authority", ISSUER, authority, public_key(key)))
    policy = SameHolder(("person", "authority"))
    return [reason.kind.code for reason in policy.check(presented, NOW)]


def test_the_same_name_in_both() -> None:
    assert codes(MAYA, MAYA) == []
    assert codes(MAYA, {"family_name": "TREMBLAY ", "given_name": "maya"}) == []
    assert codes({**MAYA, "given_name": "Ele\u0301a"}, {**MAYA, "given_name": "El\u00e9a"}) == []
    assert codes({**MAYA, "given_name": "Maya  Ann"}, {**MAYA, "given_name": "Maya Ann"}) == []


@pytest.mark.parametrize(
    "other",
    [
        {"family_name": "Tremblay", "given_name": "May"},
        {"family_name": "Roy", "given_name": "Maya"},
        {"family_name": "Tremblay Roy", "given_name": "Maya"},
        {"family_name": "Maya", "given_name": "Tremblay"},
        {"family_name": "Tremblay", "given_name": "Mayá"},
    ],
)
@pytest.mark.parametrize("key", ["holder", "other"])
def test_another_name_is_another_person_whatever_the_key(other: dict[str, str], key: str) -> None:
    assert codes(MAYA, other, key) == ["holders_differ"]
    assert codes(other, MAYA, key) == ["holders_differ"]


def test_siblings_cannot_pass_by_withholding_what_tells_them_apart() -> None:
    """A withheld given name looks like that of somebody who has none: that decides nothing."""
    family = {"family_name": "Tremblay"}
    assert codes(family, family) == ["holders_not_certain"]
    assert codes(MAYA, family) == ["holders_not_certain"]
    assert codes(family, MAYA) == ["holders_not_certain"]
    assert codes({"given_name": "Maya"}, {"given_name": "Maya"}) == ["holders_not_certain"]
    assert codes({}, {}) == ["holders_not_certain"]


@pytest.mark.parametrize("nothing", [None, "", " ", 7, ["Maya"], {"en": "Maya"}, True])
def test_what_is_no_name_does_not_count_as_one(nothing: object) -> None:
    spoilt = {**MAYA, "given_name": nothing}
    assert codes(spoilt, spoilt) == ["holders_not_certain"]


def test_somebody_with_one_name_passes_with_one_key() -> None:
    family = {"family_name": "Suharto"}
    assert codes(family, family, key="holder") == []
    assert codes(family, {"family_name": "Sukarno"}, key="holder") == ["holders_differ"]
    assert codes(family, {"family_name": ""}, key="holder") == ["holders_not_certain"]
    assert codes({}, {}, key="holder") == ["holders_not_certain"]
    assert codes(MAYA, {"family_name": "Tremblay"}, key="holder") == ["holders_not_certain"]


@pytest.mark.parametrize("claim", ["birthdate", "personal_administrative_number", "sub"])
def test_whatever_else_identifies_must_not_contradict(claim: str) -> None:
    assert codes({**MAYA, claim: "1"}, {**MAYA, claim: "1"}) == []
    assert codes({**MAYA, claim: "1"}, MAYA) == []
    assert codes({**MAYA, claim: "1"}, {**MAYA, claim: "2"}) == ["holders_differ"]
    assert codes({**MAYA, claim: "1"}, {**MAYA, claim: 1}) == ["holders_differ"]


def test_one_of_the_two_is_not_enough() -> None:
    assert codes(MAYA, None) == ["query_not_answered"]
    assert codes(None, MAYA) == ["query_not_answered"]
    assert codes(None, None) == ["query_not_answered"]


def test_two_of_one_do_not_stand_for_the_other() -> None:
    twice = [Presented("person", ISSUER, MAYA), Presented("person", ISSUER, MAYA)]
    found = SameHolder(("person", "authority")).check(twice, NOW)
    assert [reason.kind.code for reason in found] == ["query_not_answered"]


def test_a_second_card_of_somebody_else_for_one_query_is_seen() -> None:
    cards = [Presented("person", ISSUER, MAYA), Presented("person", ISSUER, {**MAYA, "given_name": "Eve"})]
    for order in itertools.permutations([*cards, Presented("authority", ISSUER, MAYA)]):
        found = SameHolder(("person", "authority")).check(order, NOW)
        assert [reason.kind.code for reason in found] == ["holders_differ"]


names = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(["A", "a", "B", "", None]) for name in ("family_name", "given_name")}
)


@given(names, names)
def test_nothing_passes_but_two_whole_names_that_are_alike(one: dict[str, Any], two: dict[str, Any]) -> None:
    passes = codes(one, two) == []
    alike = all(
        one.get(name) and two.get(name) and str(one[name]).casefold() == str(two[name]).casefold()
        for name in ("family_name", "given_name")
    )
    assert passes is bool(alike)
    assert codes(one, two) == codes(two, one)


def test_the_same_claim_in_both() -> None:
    policy = SameClaim(("person", "authority"), ("number",))

    def found(*claims: dict[str, Any]) -> list[str]:
        presented = [
            Presented(name, ISSUER, one) for name, one in zip(("person", "authority"), claims, strict=False)
        ]
        return [reason.kind.code for reason in policy.check(presented, NOW)]

    assert found({"number": "BR-1"}, {"number": "BR-1"}) == []
    assert found({"number": "BR-1"}, {"number": "BR-2"}) == ["requirement_not_met"]
    assert found({"number": "BR-1"}, {}) == ["requirement_not_met"]
    assert found({}, {}) == ["requirement_not_met"]
    assert found({"number": "BR-1"}) == ["query_not_answered"]
