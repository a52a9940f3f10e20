"""Random claims, and what is left of them when some paths are withheld: worked out in the plainest way."""

from collections.abc import Collection
from typing import Any

from hypothesis import strategies as st

from specs.sd_jwt import NEVER_DISCLOSABLE

_RESERVED = {"_sd", "_sd_alg", "..."} | NEVER_DISCLOSABLE
_REGISTERED = {"iat", "status"}

_names = st.text(max_size=8).filter(lambda name: name not in _RESERVED | _REGISTERED)
_texts = st.text(max_size=12)
_numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False, width=32)
_scalars = st.none() | st.booleans() | _numbers | _texts


def claim_sets() -> st.SearchStrategy[dict[str, Any]]:
    """Objects as JSON has them, with names that may be made disclosable."""
    values = st.recursive(
        _scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_names, inner, max_size=4),
        max_leaves=12,
    )
    return st.dictionaries(_names, values, max_size=6)


def all_paths(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every member and element, parents first."""
    if isinstance(value, dict):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    else:
        return []
    paths = []
    for name, member in inside:
        paths.append((*place, name))
        paths += all_paths(member, (*place, name))
    return paths


def keep(value: Any, withheld: Collection[tuple[Any, ...]], place: tuple[Any, ...] = ()) -> Any:
    """The value without what is at or below the withheld paths."""
    if isinstance(value, dict):
        return {
            name: keep(member, withheld, (*place, name))
            for name, member in value.items()
            if (*place, name) not in withheld
        }
    if isinstance(value, list):
        return [
            keep(element, withheld, (*place, index))
            for index, element in enumerate(value)
            if (*place, index) not in withheld
        ]
    return value
