"""Anything a stranger may send: JSON values, JSON texts, bytes and form fields."""

from typing import Any

from hypothesis import strategies as st

from specs.encoding import create_json

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def objects_with(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """Objects in which any of these members may be there, with any value."""
    known = st.fixed_dictionaries({}, optional=dict.fromkeys(names, VALUES))
    return st.builds(
        lambda unknown, members: unknown | members, st.dictionaries(st.text(max_size=8), SCALARS), known
    )


def bodies_with(*names: str) -> st.SearchStrategy[bytes]:
    """Bytes: any at all, any JSON value, or an object with some of these members."""
    values = VALUES | objects_with(*names)
    return st.binary(max_size=200) | values.map(create_json)


def fields_with(*names: str) -> st.SearchStrategy[list[tuple[str, str]]]:
    """Form fields, some of them with these names."""
    any_text = st.text(max_size=40) | st.text(st.characters(exclude_categories=()), max_size=10)
    return st.lists(st.tuples(st.sampled_from(names) | any_text, any_text), max_size=8)
