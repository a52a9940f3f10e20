"""Presets that recognize people: the number behind a subject is asked for nowhere else (5.33, 7.09)."""

from typing import Any

import pytest

from specs.dcql import create_dcql_query
from tests.verifier.domain.preset_files import TEXTS, asking, parse, preset_file, query
from verifier.clients.presets import read_preset_files
from verifier.domain.preset import SubjectMode
from verifier.errors import BadPreset, OverAsking

NUMBER = ["personal_administrative_number"]
NAMES = [{"id": "a", "path": ["given_name"]}, {"id": "b", "path": ["family_name"]}]


def recognizing(**changed: Any) -> dict[str, Any]:
    members = {"subject_mode": "stable", "needs": ["recognition"], "query": asking(NUMBER)}
    return preset_file(**(members | changed))


def with_names(**changed: Any) -> dict[str, Any]:
    claims = [*NAMES, {"id": "n", "path": NUMBER}]
    return recognizing(needs=["name", "recognition"], query=query(claims=claims, **changed))


def two(*sets: list[str]) -> dict[str, Any]:
    """A card with the number, another one with names."""
    card = {**asking(NUMBER)["credentials"][0], "id": "card"}
    other = {**query()["credentials"][0], "id": "other"}
    return {"credentials": [card, other], "credential_sets": [{"options": list(sets)}]}


def test_7_09_the_sign_in_preset_asks_for_the_number_and_nothing_else() -> None:
    preset = read_preset_files(None, production=True).unresolved["sign-in"].preset
    [asked] = create_dcql_query(preset.query)["credentials"]
    assert asked["claims"] == [{"path": NUMBER}]
    assert (preset.subject_mode, preset.recognizes) == (SubjectMode.STABLE, True)
    assert preset.evidence is None


@pytest.mark.parametrize("mode", ["stable", "per-preset"])
@pytest.mark.parametrize(
    "file",
    [
        recognizing(),
        with_names(),
        with_names(claim_sets=[["a", "b", "n"], ["b", "n"]]),
        recognizing(needs=["name", "recognition"], query=two(["card", "other"], ["card"])),
    ],
    ids=["number-alone", "with-names", "in-every-claim-set", "in-every-credential-set"],
)
def test_7_09_presets_may_recognize_people_by_the_number(file: dict[str, Any], mode: str) -> None:
    assert parse(file | {"subject_mode": mode}).recognizes


@pytest.mark.parametrize("mode", ["stable", "per-preset"])
@pytest.mark.parametrize(
    ("file", "why"),
    [
        (preset_file(), "one credential has to show"),
        (with_names(claim_sets=[["a", "n"], ["b"]]), "every answer has to have"),
        (recognizing(needs=["name", "recognition"], query=two(["card"], ["other"])), "every answer"),
        (recognizing(evidence={"days": 1, "purposes": TEXTS}), "evidence would hand"),
    ],
    ids=["not-asked-for", "not-in-every-claim-set", "not-in-every-credential-set", "evidence"],
)
def test_5_33_who_is_recognized_without_the_number_in_every_answer_is_refused(
    file: dict[str, Any], why: str, mode: str
) -> None:
    with pytest.raises(BadPreset) as refused:
        parse(file | {"subject_mode": mode})
    assert why in refused.value.detail


def test_5_33_two_numbers_would_be_two_subjects() -> None:
    both = two(["card", "other"])
    both["credentials"][1]["claims"] = [{"path": NUMBER}]
    with pytest.raises(BadPreset):
        parse(recognizing(query=both))


def test_7_09_the_number_is_not_asked_for_where_nobody_is_recognized() -> None:
    with pytest.raises(BadPreset) as refused:
        parse(recognizing(subject_mode="ephemeral"))
    assert "presets that recognize people" in refused.value.detail
    with pytest.raises(OverAsking) as too_much:
        parse(recognizing(needs=["name"]))
    assert {one.kind for one in too_much.value.findings} == {"stable_subject", "unused_need"}


def test_a_part_of_the_number_is_no_way_around() -> None:
    with pytest.raises(BadPreset):
        parse(recognizing(query=asking([*NUMBER, "part"])))
    with pytest.raises(BadPreset):
        parse(recognizing(subject_mode="ephemeral", query=asking([*NUMBER, "part"])))
