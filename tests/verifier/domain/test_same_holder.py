"""Journey 5: credentials that are shown together belong to one person, or nothing comes of it."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.issuing import NOW, public_key
from verifier.domain.policy import Presented
from verifier.domain.reasons import kinds_of
from verifier.domain.same_holder import SameClaim, SameHolder
from verifier.domain.verdict import ClerkOutcome

ISSUER = "https://issuer.example"
NAMED = {"family_name": "Tremblay", "given_name": "Maya"}
BORN = {"birthdate": "1994-06-14"}
MAYA = NAMED | BORN


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
    assert codes(MAYA, BORN | {"family_name": "TREMBLAY ", "given_name": "maya"}) == []
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
    for more in ({}, BORN):
        assert codes(MAYA, other | more, key) == ["holders_differ"]
        assert codes(other | more, MAYA, key) == ["holders_differ"]


def test_siblings_cannot_pass_by_withholding_what_tells_them_apart() -> None:
    """A withheld given name looks like that of somebody who has none: that decides nothing."""
    family = {"family_name": "Tremblay", **BORN}  # twins
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
    family = {"family_name": "Suharto", **BORN}
    assert codes(family, family, key="holder") == []
    assert codes(family, {"family_name": "Suharto"}, key="holder") == ["same_name_only"]
    assert codes(family, {"family_name": "Sukarno"}, key="holder") == ["holders_differ"]
    assert codes(family, {"family_name": ""}, key="holder") == ["holders_not_certain"]
    assert codes({}, {}, key="holder") == ["holders_not_certain"]
    assert codes(MAYA, {"family_name": "Tremblay"}, key="holder") == ["holders_not_certain"]


@pytest.mark.parametrize("key", ["holder", "other"])
def test_two_people_of_one_name_are_not_taken_for_one(key: str) -> None:
    """Somebody's namesake holds the authority; one key does not say whom the issuer meant either."""
    assert codes(NAMED, NAMED, key) == ["same_name_only"]
    assert codes(MAYA, NAMED, key) == ["same_name_only"]
    assert codes(NAMED, MAYA, key) == ["same_name_only"]
    assert codes(MAYA, NAMED | {"birthdate": "1961-02-03"}, key) == ["holders_differ"]


@pytest.mark.parametrize(
    "born", ["", " ", "1994", "1994-06", "0000-00-00", "19940614", "unknown", 1994, True]
)
def test_a_date_that_is_none_tells_nobody_apart(born: object) -> None:
    spoilt = NAMED | {"birthdate": born}
    assert codes(spoilt, spoilt) == ["same_name_only"]


def test_cannot_tell_is_said_in_both_languages_with_what_to_do() -> None:
    [kind] = kinds_of(["same_name_only"])
    assert kind.outcome is ClerkOutcome.CANNOT_TELL
    assert "date of birth" in kind.advice.english
    assert "date de naissance" in kind.advice.french


@pytest.mark.parametrize("claim", ["personal_administrative_number", "sub"])
def test_a_number_of_one_issuer_identifies_and_must_not_contradict(claim: str) -> None:
    assert codes({**NAMED, claim: "1"}, {**NAMED, claim: "1"}) == []
    assert codes({**NAMED, claim: "1"}, NAMED) == ["same_name_only"]
    assert codes({**NAMED, claim: ""}, {**NAMED, claim: ""}) == ["same_name_only"]
    assert codes({**MAYA, claim: "1"}, MAYA) == []
    assert codes({**MAYA, claim: "1"}, {**MAYA, claim: "2"}) == ["holders_differ"]
    assert codes({**MAYA, claim: "1"}, {**MAYA, claim: 1}) == ["holders_differ"]


@pytest.mark.parametrize("claim", ["personal_administrative_number", "sub"])
def test_numbers_of_two_issuers_say_nothing_about_each_other(claim: str) -> None:
    def found(one: dict[str, Any], two: dict[str, Any]) -> list[str]:
        presented = [Presented("person", ISSUER, one), Presented("authority", "https://other.example", two)]
        return [reason.kind.code for reason in SameHolder(("person", "authority")).check(presented, NOW)]

    assert found({**NAMED, claim: "1"}, {**NAMED, claim: "1"}) == ["same_name_only"]
    assert found({**MAYA, claim: "1"}, {**MAYA, claim: "2"}) == []
    assert found(MAYA, NAMED | {"birthdate": "1961-02-03"}) == ["holders_differ"]


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
    {},
    optional={
        **{name: st.sampled_from(["A", "a", "B", "", None]) for name in ("family_name", "given_name")},
        "birthdate": st.sampled_from(["1994-06-14", "1961-02-03", "1994", "", None]),
    },
)


@given(names, names)
def test_nothing_passes_but_one_whole_name_and_one_date_of_birth(
    one: dict[str, Any], two: dict[str, Any]
) -> None:
    passes = codes(one, two) == []
    alike = all(
        one.get(name) and two.get(name) and str(one[name]).casefold() == str(two[name]).casefold()
        for name in ("family_name", "given_name")
    )
    born = one.get("birthdate")
    assert passes is bool(alike and born and born == two.get("birthdate") and len(born) == 10)
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
