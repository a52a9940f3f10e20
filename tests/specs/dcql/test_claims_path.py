"""The claims path pointer of OpenID4VP (5.16): what it selects, and when that is "not matched"."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.dcql import Location, select_claims
from tests.specs.dcql.wallet import CLAIMS, Withheld

NESTED = {"rows": [[1, 2], [3], []], "mixed": [{"a": 1}, "text"], "null": None, "": "empty name", "0": "zero"}


@pytest.mark.parametrize(
    ("path", "locations"),
    [
        (("given_name",), [("given_name",)]),
        (("address",), [("address",)]),
        (("address", "region"), [("address", "region")]),
        (("nationalities", None), [("nationalities", 0), ("nationalities", 1)]),
        (("nationalities", 1), [("nationalities", 1)]),
        (("degrees", None, "type"), [("degrees", 0, "type"), ("degrees", 1, "type")]),
        (("degrees", None, "year"), [("degrees", 0, "year")]),  # one without it is left out, not an error
        (("degrees", 1, "type"), [("degrees", 1, "type")]),
        (("age_equal_or_over", "18"), [("age_equal_or_over", "18")]),
    ],
)
def test_5_16_a_path_selects(path: tuple[str | int | None, ...], locations: list[Location]) -> None:
    selected = select_claims(CLAIMS, path)

    assert [one.location for one in selected] == locations
    assert [one.value for one in selected] == [value_at(CLAIMS, location) for location in locations]


@pytest.mark.parametrize(
    "path",
    [
        ("absent",),
        ("address", "absent"),
        ("given_name", "first"),  # a name in a string
        ("nationalities", "0"),  # a name in an array
        ("nationalities", 2),
        ("address", 0),  # an index in an object
        ("address", None),
        ("age_equal_or_over", 18),  # a member "18" is no element 18
        ("degrees", None, "year", 0),
        (0,),
        (None,),
    ],
)
def test_5_16_wrong_type_or_nothing_is_not_matched(path: tuple[str | int | None, ...]) -> None:
    assert select_claims(CLAIMS, path) == ()


def test_5_16_one_element_of_the_wrong_type_ends_it_for_all() -> None:
    """Section 7.1: an error, not a smaller selection."""
    assert select_claims(NESTED, ("mixed", None, "a")) == ()
    assert len(select_claims(NESTED, ("mixed", 0, "a"))) == 1


def test_5_16_arrays_in_arrays() -> None:
    assert [one.value for one in select_claims(NESTED, ("rows", None, None))] == [1, 2, 3]
    assert [one.location for one in select_claims(NESTED, ("rows", None, 1))] == [("rows", 0, 1)]
    assert select_claims(NESTED, ("rows", 2, None)) == ()


def test_5_16_a_claim_that_is_null_is_there() -> None:
    assert [one.value for one in select_claims(NESTED, ("null",))] == [None]


def test_5_16_an_empty_name_and_a_numeric_name_are_names() -> None:
    assert select_claims(NESTED, ("",))[0].value == "empty name"
    assert select_claims(NESTED, ("0",))[0].value == "zero"


def test_5_16_a_withheld_element_keeps_its_place_and_is_never_selected() -> None:
    """An index means the same in the credential and in a presentation that hides other elements."""
    claims = {"nationalities": [Withheld(), "NG"]}

    assert [one.value for one in select_claims(claims, ("nationalities", 1))] == ["NG"]
    assert [one.location for one in select_claims(claims, ("nationalities", None))] == [("nationalities", 1)]
    assert select_claims(claims, ("nationalities", 0)) == ()
    assert select_claims({"a": [Withheld()]}, ("a", None)) == ()


scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "CA", "x"])
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab0"), inner, max_size=3),
    max_leaves=12,
)
paths = st.lists(st.sampled_from(["a", "b", "0", 0, 1, None]), min_size=1, max_size=4).map(tuple)


@given(claims=st.dictionaries(st.sampled_from("ab0"), documents, max_size=3), path=paths)
def test_5_16_what_is_selected_is_where_it_is_said_to_be_and_fits_the_path(
    claims: dict[str, Any], path: tuple[str | int | None, ...]
) -> None:
    selected = select_claims(claims, path)

    locations = [one.location for one in selected]
    assert len(set(locations)) == len(locations)
    for one in selected:
        assert value_at(claims, one.location) is one.value
        assert len(one.location) == len(path)
        for found, asked in zip(one.location, path, strict=True):
            assert found == asked if asked is not None else isinstance(found, int)


def value_at(value: Any, location: Location) -> Any:
    for step in location:
        value = value[step]
    return value
