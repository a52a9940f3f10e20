"""Requirement 2.22: claim paths as Type Metadata reads them (SD-JWT VC section 5.6.1)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.sd_jwt.process import WITHHELD
from specs.sd_jwt_vc import parse_claim_path, select_claims, show_path
from specs.sd_jwt_vc.errors import ClaimPathMismatch, InvalidClaimPath
from tests.specs.sd_jwt_vc.material import vector

VECTOR = vector("claim_paths.json")
# Two of the paths that must not be evaluated are no paths at all; the others do not fit the credential.
MALFORMED = [case for case in VECTOR["cases"] if case["path"] in ([], ["degrees", -1])]
MISFITS = [
    case for case in VECTOR["cases"] if case["type_metadata_selection"] == "error" and case not in MALFORMED
]
SELECTING = [case for case in VECTOR["cases"] if case["type_metadata_selection"] != "error"]


def values(claims: dict[str, Any], path: list[Any]) -> list[Any]:
    return [selected.value for selected in select_claims(claims, parse_claim_path(path))]


@pytest.mark.parametrize("case", SELECTING, ids=lambda case: str(case["path"]))
def test_2_22_the_vector_selects(case: dict[str, Any]) -> None:
    assert values(VECTOR["credential"], case["path"]) == case["type_metadata_selection"]


@pytest.mark.parametrize("case", MISFITS, ids=lambda case: str(case["path"]))
def test_2_22_a_path_that_does_not_fit_the_claims_is_an_error(case: dict[str, Any]) -> None:
    with pytest.raises(ClaimPathMismatch):
        values(VECTOR["credential"], case["path"])


def test_2_22_all_vectors_are_used() -> None:
    assert len(SELECTING) + len(MISFITS) + len(MALFORMED) == len(VECTOR["cases"])
    assert (len(MALFORMED), len(MISFITS)) == (2, 5)


@pytest.mark.parametrize(
    "path",
    [
        *(case["path"] for case in MALFORMED),
        "name",
        None,
        {},
        [True],
        [False],
        [1.0],
        [["a"]],
        [{}],
        ["a"] * 33,
    ],
    ids=str,
)
def test_2_22_malformed_paths_are_refused(path: object) -> None:
    with pytest.raises(InvalidClaimPath):
        parse_claim_path(path)


def test_2_22_selected_claims_know_where_they_are() -> None:
    selection = select_claims(VECTOR["credential"], ("degrees", None, "type"))

    assert [selected.path for selected in selection] == [("degrees", 0, "type"), ("degrees", 1, "type")]


def test_2_22_a_missing_key_in_one_element_only_shrinks_the_selection() -> None:
    assert values({"a": [{"b": 1}, {}, {"b": 3}]}, ["a", None, "b"]) == [1, 3]


def test_2_22_one_element_of_the_wrong_kind_is_an_error_for_all() -> None:
    with pytest.raises(ClaimPathMismatch):
        values({"a": [{"b": 1}, "text"]}, ["a", None, "b"])


def test_2_22_a_member_whose_name_is_a_number_is_no_index() -> None:
    with pytest.raises(ClaimPathMismatch):
        values({"a": {"0": "x"}}, ["a", 0])


def test_2_22_a_null_value_is_selected_but_has_no_members() -> None:
    assert values({"a": None}, ["a"]) == [None]
    with pytest.raises(ClaimPathMismatch):
        values({"a": None}, ["a", "b"])


def test_2_24_an_undisclosed_element_is_counted_and_selected() -> None:
    claims = {"a": [{"b": 1}, WITHHELD, {"b": 3}]}

    assert values(claims, ["a", None])[1] is WITHHELD
    assert values(claims, ["a", 2, "b"]) == [3]


def test_2_24_what_is_inside_an_undisclosed_element_selects_nothing() -> None:
    assert values({"a": [WITHHELD]}, ["a", 0, "b"]) == []
    assert values({"a": [WITHHELD, {"b": 2}]}, ["a", None, "b"]) == [2]
    assert values({"a": [WITHHELD]}, ["a", None, None, 4]) == []


def test_a_path_is_shown_without_values() -> None:
    assert show_path(("degrees", None, "type")) == "degrees[*].type"
    assert show_path(("nationalities", 0)) == "nationalities[0]"
    assert show_path(()) == ""


JSON = st.recursive(
    st.sampled_from([None, True, 0, 1, "", "a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)


@given(
    st.dictionaries(st.sampled_from("abc"), JSON, max_size=3),
    st.lists(st.sampled_from(["a", "b", None, 0, 1]), min_size=1, max_size=4),
)
def test_2_22_every_selected_claim_is_what_stands_at_its_path(
    claims: dict[str, Any], path: list[Any]
) -> None:
    try:
        selection = select_claims(claims, parse_claim_path(path))
    except ClaimPathMismatch:
        return
    for selected in selection:
        found: Any = claims
        for component in selected.path:
            found = found[component]
        assert found == selected.value
        assert len(selected.path) == len(path)
    assert len({selected.path for selected in selection}) == len(selection)
