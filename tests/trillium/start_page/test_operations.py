"""From an OpenAPI document to lines: complete, in order, and nothing that is not an operation."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from trillium.start_page.operations import METHODS, Operation, operations_of

PATHS = st.dictionaries(
    st.from_regex(r"/[a-z]{1,5}", fullmatch=True),
    st.dictionaries(
        st.sampled_from(sorted(METHODS)),
        st.fixed_dictionaries({}, optional={"summary": st.text(), "tags": st.lists(st.text(), max_size=2)}),
    ),
)


def test_an_operation_becomes_a_line() -> None:
    document = {"paths": {"/offers": {"post": {"summary": "Offer credentials", "tags": ["management"]}}}}
    assert operations_of(document) == [Operation("POST", "/offers", "Offer credentials", "management")]


def test_lines_are_by_group_then_path_then_method() -> None:
    document = {
        "paths": {
            "/token": {"post": {"tags": ["wallets"]}},
            "/offers": {"post": {"tags": ["management"]}, "get": {"tags": ["management"]}},
            "/credentials": {"get": {"tags": ["management"]}},
        }
    }
    assert [(one.group, one.method, one.path) for one in operations_of(document)] == [
        ("management", "GET", "/credentials"),
        ("management", "GET", "/offers"),
        ("management", "POST", "/offers"),
        ("wallets", "POST", "/token"),
    ]


def test_shared_parameters_and_a_summary_of_a_path_are_no_operations() -> None:
    """OpenAPI 3.1, Path Item Object: members beside the methods."""
    item = {"summary": "Offers", "parameters": [], "servers": [], "$ref": "#/a", "get": {}}
    assert operations_of({"paths": {"/offers": item}}) == [Operation("GET", "/offers", "", "")]


def test_a_document_without_paths_has_no_lines() -> None:
    assert operations_of({"openapi": "3.1.0"}) == []


@given(PATHS)
def test_every_operation_is_there_once(paths: dict[str, dict[str, Any]]) -> None:
    found = operations_of({"paths": paths})
    expected = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    assert {(one.method, one.path) for one in found} == expected
    assert len(found) == len(expected)
