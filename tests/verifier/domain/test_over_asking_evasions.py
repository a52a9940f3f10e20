"""Ways around the linter: what each would let a service learn, and that it is found (5.19, rule 9)."""

from typing import Any

import pytest

from tests.verifier.domain.preset_files import TEXTS, asking, parse, preset_file, query
from verifier.clients.presets import SHIPPED, examine_preset_files
from verifier.domain.age_words import speak_of_an_age
from verifier.domain.over_asking import warnings_about
from verifier.errors import BadPreset, OverAsking

OTHERS = {"en-CA": "To know who you are.", "fr-CA": "Savoir qui vous êtes."}


def kinds(**changed: Any) -> list[tuple[str, str]]:
    try:
        parse(preset_file(**changed))
    except OverAsking as error:
        return [(one.kind.value, one.place) for one in error.findings]
    return []


def over(age: object, *, values: list[Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"path": ["age_equal_or_over", age], "values": [True] if values is None else values, **more}


def one_each(*ages: str, types: tuple[str, ...] = ("photo-card", "proof-of-age")) -> list[dict[str, Any]]:
    """A credential query for each age, of several types in turn."""
    return [
        query(id=f"over_{age}", meta={"vct_values": [types[place % len(types)]]}, claims=[over(age)])[
            "credentials"
        ][0]
        for place, age in enumerate(ages)
    ]


FURTHER = [("several_ages", "over_25.age_equal_or_over.25"), ("several_ages", "over_65.age_equal_or_over.65")]


def test_ages_as_alternatives_tell_between_which_two_somebody_is() -> None:
    """A wallet answers the first set that it can: 25 was answered, so 65 could not be."""
    claims = [over(age, id=f"over_{age}") for age in ("65", "25", "19")]
    asked = query(claims=claims, claim_sets=[["over_65"], ["over_25"], ["over_19"]])
    assert kinds(needs=["age"], query=asked) == [
        ("several_ages", "card.age_equal_or_over.25"),
        ("several_ages", "card.age_equal_or_over.19"),
    ]


def test_ages_spread_over_credentials_are_found() -> None:
    assert kinds(needs=["age"], query={"credentials": one_each("19", "25", "65")}) == FURTHER


@pytest.mark.parametrize(
    "sets",
    [
        [{"options": [["over_19"], ["over_25"], ["over_65"]]}],
        [
            {"options": [["over_19"]]},
            {"options": [["over_25"]], "required": False},
            {"options": [["over_65"]], "required": False},
        ],
    ],
    ids=["options", "optional-sets"],
)
def test_ages_spread_over_credential_sets_are_found(sets: list[dict[str, Any]]) -> None:
    asked = {"credentials": one_each("19", "25", "65"), "credential_sets": sets}
    assert kinds(needs=["age"], query=asked) == FURTHER


def test_one_age_of_either_card_is_one_age() -> None:
    both = one_each("19", "19")
    both[1]["id"] = "other"
    sets = [{"options": [["over_19"], ["other"]]}]
    assert kinds(needs=["age"], query={"credentials": both, "credential_sets": sets}) == []


@pytest.mark.parametrize(
    "values", [[False], [True, False], [False, True], [1], [True, 1], ["true"], [True, "true"]]
)
def test_only_true_may_be_asked_about_an_age(values: list[Any]) -> None:
    """`false` makes somebody too young show that they are; so does a list with it."""
    asked = query(claims=[over("19", values=values)])
    assert kinds(needs=["age"], query=asked) == [("age_not_true", "card.age_equal_or_over.19")]


@pytest.mark.parametrize("part", [None, 0, 19])
@pytest.mark.parametrize("name", ["age_equal_or_over", "address", "ca.on.licence_class", "place_of_birth"])
def test_every_element_is_no_part(name: str, part: int | None) -> None:
    asked = query(claims=[{"path": [name, part], "values": [True]}])
    found = kinds(needs=["age", "address", "licence", "birth"], query=asked)
    assert [kind for kind, place in found if place.startswith("card.")] == ["whole_object"]


def test_a_birth_date_beside_an_age_leaves_nothing_for_the_age_to_protect() -> None:
    asked = query(claims=[over("19"), {"path": ["birthdate"]}])
    with pytest.raises(OverAsking) as refused:
        parse(preset_file(needs=["age", "birthdate"], query=asked))
    [finding] = refused.value.findings
    assert (finding.kind.value, finding.place) == ("need_within_another", "-.birthdate")
    assert "age_equal_or_over" in finding.suggestion.english
    assert "age_equal_or_over" in finding.suggestion.french


def test_a_whole_address_beside_a_place_of_residence() -> None:
    asked = asking(["address", "locality"], ["address", "street_address"])
    with pytest.raises(OverAsking) as refused:
        parse(preset_file(needs=["address", "residence"], query=asked))
    [finding] = refused.value.findings
    assert (finding.kind.value, finding.place) == ("need_within_another", "-.address")
    assert "address.locality" in finding.suggestion.english


SAYS_AN_AGE = [
    *("To check that you are 19 or over.", "19+", "To see if you are over 18", "Ages 19 and older"),
    *("You must be at least 65.", "For people who are nineteen or over", "Open to 16-year-olds"),
    *("To check the legal age", "You are old enough to buy it", "older than 20", "18 years of age"),
    *("Vérifier que vous avez 19 ans.", "19 ans ou plus", "Avoir 19\u00a0ans et plus", "18 ans révolus"),
    *("Vérifier que vous avez au moins dix-neuf ans", "Être âgée de plus de 65 ans", "Vous êtes majeure"),
    *("L'âge minimal pour entrer", "Vérifier l’âge requis", "Vous êtes assez âgé", "Atteinte de la majorité"),
]
SAYS_NONE = [
    *(
        "To know your name and date of birth.",
        "To find your file by date of birth",
        "Since 19 May",
        "In 2019",
    ),
    *("To compute your premium from your date of birth, kept for 10 years", "About 25 or so", "Page 19"),
    *("Connaître votre nom et votre date de naissance.", "Conservé pendant 10 ans", "Depuis 19 ans déjà"),
    *("Image, stage, village", "Vérifier, par le nom et la date de naissance, que c'est bien vous"),
]


@pytest.mark.parametrize("said", SAYS_AN_AGE)
@pytest.mark.parametrize("where", ["names", "purposes"])
def test_rule_9_a_purpose_that_says_19_or_over_does_not_need_the_birth_date(said: str, where: str) -> None:
    for language in TEXTS:
        texts = {"names": OTHERS, "purposes": OTHERS, where: OTHERS | {language: said}}
        found = kinds(needs=["birthdate"], query=asking(["birthdate"]), **texts)
        assert found == [("age_is_enough", "-.birthdate")]
    place = asking(["place_of_birth", "country"])
    assert kinds(needs=["birth"], query=place, purposes=OTHERS | {"en-CA": said}) == [
        ("age_is_enough", "-.birth")
    ]
    assert kinds(needs=["age"], query=query(claims=[over("19")]), purposes=OTHERS | {"en-CA": said}) == []


@pytest.mark.parametrize("said", SAYS_NONE)
def test_a_purpose_that_is_about_the_date_itself_may_need_it(said: str) -> None:
    assert not speak_of_an_age([said])
    assert kinds(needs=["birthdate"], query=asking(["birthdate"]), purposes=OTHERS | {"en-CA": said}) == []


@pytest.mark.parametrize(
    "name", ["birthdate", "birth_date", "date_of_birth", "age_birth_year", "age_in_years"]
)
def test_a_birth_date_by_another_name_needs_the_registered_word(name: str) -> None:
    """Words of one's own for a claim would be a way around those that are looked at."""
    own = {"path": [name], "purposes": TEXTS}
    with pytest.raises(BadPreset) as refused:
        parse(preset_file(needs=[own], query=asking([name])))
    assert "registered word" in refused.value.detail
    assert ("beyond_purpose", f"card.{name}") in kinds(needs=["age"], query=asking([name]))
    assert kinds(needs=["birthdate"], query=asking([name])) == []


KEPT = {"purposes": TEXTS}


def test_an_answer_that_lets_somebody_in_is_not_kept_for_years() -> None:
    asked: dict[str, Any] = {"needs": ["age"], "query": query(claims=[over("19")])}
    assert kinds(**asked, retention={"days": 400, **KEPT}) == []
    assert kinds(**asked, retention={"days": 401, **KEPT}) == [("kept_too_long", "-")]
    living = {"needs": ["residence"], "query": asking(["address", "locality"])}
    assert kinds(**living, retention={"days": 401, **KEPT}) == [("kept_too_long", "-")]
    assert kinds(retention={"days": 401, **KEPT}) == []


def test_nothing_is_kept_for_a_lifetime() -> None:
    assert parse(preset_file(retention={"days": 3660, **KEPT})).retention.days == 3660
    with pytest.raises(BadPreset):
        parse(preset_file(retention={"days": 3661, **KEPT}))


def test_more_than_evidence_may_be_kept_is_a_warning() -> None:
    assert warnings_about(400) == ()
    assert [one.kind.value for one in warnings_about(401)] == ["kept_long"]


def test_nothing_that_is_shipped_is_found_or_warned_about() -> None:
    files = sorted(SHIPPED.glob("*.json"))
    examined = examine_preset_files(files, types=None, production=True)
    assert len(examined) == 6
    assert [(one.problem, one.findings) for one in examined] == [("", ())] * 6
