"""The linter: over-asking is found where a preset is registered, with what to ask instead (5.19, rule 9)."""

from typing import Any

import pytest

from tests.verifier.domain.preset_files import TEXTS, TYPES, asking, parse, preset_file, query
from tests.verifier.issuing import PHOTO_CARD, PROOF_OF_AGE
from verifier.domain.known_types import KnownTypes
from verifier.domain.needs import NEEDS
from verifier.domain.over_asking import OverAskingFinding
from verifier.domain.over_asking_texts import SUGGESTIONS, FindingKind, suggestion_for
from verifier.domain.over_asking_texts import TEXTS as FINDING_TEXTS
from verifier.errors import OverAsking

NEVER_WITHHELD = ("iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status", "aka_vcts")


def findings(types: KnownTypes = TYPES, **changed: Any) -> list[OverAskingFinding]:
    """What is found in a file."""
    try:
        parse(preset_file(**changed), types=types)
    except OverAsking as error:
        return list(error.findings)
    return []


def kinds(**changed: Any) -> list[tuple[str, str]]:
    return [(one.kind.value, one.place) for one in findings(**changed)]


def test_what_the_purpose_needs_may_be_asked() -> None:
    assert findings() == []
    assert findings(needs=["birthdate"], query=asking(["birthdate"])) == []
    assert findings(needs=["address"], query=asking(["address", "street_address"])) == []
    assert findings(needs=["age"], query=asking(["issuing_country"], ["age_equal_or_over", "19"])) != []


def test_rule_9_a_birth_date_where_an_age_answers() -> None:
    asked = query(claims=[{"path": ["birthdate"]}, {"path": ["age_equal_or_over", "19"], "values": [True]}])
    [finding] = findings(needs=["age"], query=asked)
    assert (finding.kind, finding.place) == (FindingKind.BEYOND_PURPOSE, "card.birthdate")
    assert "age_equal_or_over" in finding.suggestion.english
    assert "age_equal_or_over" in finding.suggestion.french


@pytest.mark.parametrize(
    ("path", "kind", "instead"),
    [
        (["address", "street_address"], "beyond_purpose", "address.locality"),
        (["address", "postal_code"], "beyond_purpose", "ca.on.postal_prefix"),
        (["address"], "whole_object", "address.locality"),
        (["birthdate"], "beyond_purpose", "age_equal_or_over"),
        (["age_equal_or_over"], "whole_object", "age_equal_or_over.19"),
        (["ca.on.licence_class"], "whole_object", "Name the parts"),
        (["given_name"], "beyond_purpose", "names out"),
        (["family_name"], "beyond_purpose", "names out"),
        (["portrait"], "beyond_purpose", "photo"),
        (["document_number"], "beyond_purpose", "number out"),
        (["nationalities"], "beyond_purpose", "nationality"),
        (["nationalities", None], "beyond_purpose", "nationality"),
        (["sex"], "beyond_purpose", "register the need"),
        (["ca.example.shoe_size"], "beyond_purpose", "register the need"),
        (["personal_administrative_number"], "stable_subject", "sign-in"),
    ],
)
def test_claims_that_knowing_a_place_of_residence_does_not_need(
    path: list[str | None], kind: str, instead: str
) -> None:
    asked = asking(["address", "locality"], path) if path != ["address"] else asking(path)
    found = [one for one in findings(needs=["residence"], query=asked) if one.kind == kind]
    assert [one.path for one in found] == [tuple(path)]
    assert instead in found[0].suggestion.english


def test_no_need_but_recognition_covers_the_number_that_follows_a_person() -> None:
    for need in NEEDS.keys() - {"recognition"}:
        found = kinds(needs=[need], query=asking(["personal_administrative_number"]))
        assert ("stable_subject", "card.personal_administrative_number") in found


@pytest.mark.parametrize("name", NEVER_WITHHELD)
def test_claims_that_are_always_shown_cannot_be_asked_for(name: str) -> None:
    assert kinds(query=asking([name], ["given_name"])) == [("never_withheld", f"card.{name}")]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (query(claim_sets=[["a"]]), ("claim_in_no_set", "card.family_name")),
        (asking(["given_name"], ["given_name", "first"]), ("claim_twice", "card.given_name.first")),
        (
            {
                "credentials": [*query()["credentials"], *query(id="other")["credentials"]],
                "credential_sets": [{"options": [["card"]]}],
            },
            ("query_in_no_set", "other"),
        ),
    ],
    ids=["claim-in-no-set", "claim-within-another", "query-in-no-set"],
)
def test_what_the_query_itself_shows(asked: dict[str, Any], expected: tuple[str, str]) -> None:
    assert expected in kinds(query=asked)


def test_an_age_is_asked_with_the_answer_that_is_wanted() -> None:
    """A minor's wallet then has nothing to show, and nobody learns that a minor was asked."""
    assert kinds(needs=["age"], query=asking(["age_equal_or_over", "19"])) == [
        ("age_without_value", "card.age_equal_or_over.19")
    ]


def ages(*numbers: str) -> list[dict[str, Any]]:
    return [{"id": f"over_{one}", "path": ["age_equal_or_over", one], "values": [True]} for one in numbers]


def test_several_ages_together_narrow_the_birth_date_down() -> None:
    assert kinds(needs=["age"], query=query(claims=ages("19", "65"))) == [
        ("several_ages", "card.age_equal_or_over.65")
    ]


def test_needs_that_nothing_asks_for_are_found() -> None:
    assert kinds(needs=["name", "birthdate"]) == [("unused_need", "-.birthdate")]
    own = {"path": ["ca.example.size"], "purposes": TEXTS}
    assert kinds(needs=["name", own]) == [("unused_need", "-.ca.example.size")]


def test_a_claim_of_the_operators_own_needs_words_of_its_own() -> None:
    own = {"path": ["ca.example.size"], "purposes": TEXTS}
    asked = asking(["given_name"], ["ca.example.size", "left"])
    assert kinds(needs=["name", own], query=asked) == []
    assert kinds(query=asked) == [("beyond_purpose", "card.ca.example.size.left")]


def test_claims_that_no_asked_type_has_by_its_description() -> None:
    described = KnownTypes(
        {"photo-card": [PHOTO_CARD]},
        {PHOTO_CARD: frozenset({("given_name",), ("family_name",), ("nationalities", None)})},
    )
    assert findings(types=described) == []
    misspelt = query(claims=[{"path": ["given_name"]}, {"path": ["familyname"]}])
    needs = ["name", {"path": ["familyname"], "purposes": TEXTS}]
    assert kinds(types=described, needs=needs, query=misspelt) == [("unknown_claim", "card.familyname")]
    elements = asking(["nationalities", 0])
    assert findings(types=described, needs=["nationality"], query=elements) == []
    either = KnownTypes({"photo-card": [PHOTO_CARD, PROOF_OF_AGE]}, described.claims)
    assert findings(types=either, needs=needs, query=misspelt) == []  # of one type nothing is known


def test_a_refusal_says_what_and_where_for_the_log() -> None:
    with pytest.raises(OverAsking) as refused:
        parse(preset_file(needs=["name"], query=asking(["given_name"], ["birthdate"])))
    assert refused.value.detail == "test: beyond_purpose card.birthdate"


def test_everything_is_found_at_once() -> None:
    asked = asking(["exp"], ["birthdate"], ["address"], ["portrait"])
    assert [kind for kind, _ in kinds(query=asked)] == [
        *("never_withheld", "beyond_purpose", "whole_object", "beyond_purpose", "unused_need")
    ]


@pytest.mark.parametrize("kind", FindingKind)
def test_every_finding_is_told_in_both_languages(kind: FindingKind) -> None:
    for texts in (FINDING_TEXTS[kind], SUGGESTIONS[kind]):
        assert texts.english.strip()
        assert texts.french.strip()
        assert texts.english != texts.french
        assert set(texts.by_language) == {"en-CA", "fr-CA"}


def test_a_suggestion_is_the_nearest_one() -> None:
    assert suggestion_for(("address", "house", "floor")) == suggestion_for(("address",))
    assert suggestion_for(("ca.example",)) == SUGGESTIONS[FindingKind.BEYOND_PURPOSE]
