"""The quick answer is never kinder than the full validator, and the types that are shipped have one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from issuer.domain import quick_check
from issuer.domain.claims_schema import SCHEMA_FILE, ClaimsSchema
from issuer.domain.quick_check import create_quick_check
from issuer.errors import ClaimsDoNotFit
from specs.encoding import parse_json_object
from tests.issuer.domain.type_folders import shipped_folders

OBJECT = {"type": "object", "additionalProperties": False}
EVERYTHING: dict[str, Any] = {
    "title": "Every keyword that is known",
    **OBJECT,
    "required": ["name"],
    "minProperties": 1,
    "maxProperties": 4,
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 3, "pattern": "^[a-c]*$"},
        "kind": {"enum": ["a", "b", 1, True]},
        "fixed": {"const": "c"},
        "count": {"type": "integer"},
        "list": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "boolean"}},
        "inner": {**OBJECT, "properties": {"name": {"type": "null"}}},
    },
}
SCALARS = st.sampled_from(["", "a", "b", "c", "d", "ab", "abca", "c\n", 0, 1, 1.0, 2.5, True, False, None])
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "kind", "other"]), inner)
    ),
    max_leaves=6,
)
CLAIMS = st.dictionaries(st.sampled_from([*EVERYTHING["properties"], "other"]), VALUES, max_size=6)


@given(CLAIMS)
def test_a_quick_yes_is_a_yes_of_the_validator(claims: dict[str, Any]) -> None:
    check = create_quick_check(EVERYTHING)
    assert check is not None
    if check(claims):
        assert Draft202012Validator(EVERYTHING).is_valid(claims)


@given(
    st.fixed_dictionaries(
        {"name": st.text("abc", min_size=1, max_size=3)},
        optional={
            "kind": st.sampled_from(["a", "b"]),
            "fixed": st.just("c"),
            "list": st.lists(st.booleans(), min_size=1, max_size=2),
        },
    )
)
def test_usual_claims_get_a_quick_yes(claims: dict[str, Any]) -> None:
    check = create_quick_check(EVERYTHING)
    assert check is not None
    assert check(claims)


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"kind": "a"},
        {"name": ""},
        {"name": "abca"},
        {"name": "d"},
        {"name": 1},
        {"name": "a", "other": "a"},
        {"name": "a", "kind": "c"},
        {"name": "a", "fixed": "b"},
        {"name": "a", "count": True},
        {"name": "a", "list": []},
        {"name": "a", "list": [True, True, True]},
        {"name": "a", "list": ["a"]},
        {"name": "a", "inner": {"name": "a"}},
        {"name": "a", "inner": {"other": None}},
        {"name": "a", "kind": "a", "fixed": "c", "count": 1, "list": [True]},
        [],
    ],
)
def test_what_breaks_a_rule_gets_no_quick_yes(claims: Any) -> None:
    check = create_quick_check(EVERYTHING)
    assert check is not None
    assert not check(claims)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": ["string", "null"]},
        {"type": "number"},
        {"type": "string", "format": "date"},
        {"type": "object", "patternProperties": {}},
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": "object", "additionalProperties": False},
        {"properties": {}},
        {"pattern": "a"},
        {"minLength": 1},
        {"type": "string", "minLength": 1.0},
        {"type": "array", "items": True},
        {"type": "array", "uniqueItems": True},
        {"anyOf": [{"type": "string"}]},
        {**OBJECT, "properties": {"inner": {"not": {}}}},
    ],
)
def test_what_is_not_known_is_left_to_the_validator(schema: dict[str, Any]) -> None:
    assert create_quick_check(schema) is None


def test_true_is_no_number_and_a_number_that_could_be_one_is_left_to_the_validator() -> None:
    schema = {**OBJECT, "properties": {"kind": {"enum": [1]}, "count": {"type": "integer"}}}
    check = create_quick_check(schema)
    assert check is not None
    assert not check({"kind": True})
    assert not check({"count": 1.0})
    ClaimsSchema(schema).check({"kind": 1.0, "count": 1.0})
    with pytest.raises(ClaimsDoNotFit):
        ClaimsSchema(schema).check({"kind": True})


@pytest.mark.parametrize("name", sorted(shipped_folders()))
def test_the_schemas_that_are_shipped_are_known(name: str) -> None:
    schema = parse_json_object(shipped_folders()[name][SCHEMA_FILE], max_bytes=65536)
    assert quick_check.create_quick_check(schema) is not None
