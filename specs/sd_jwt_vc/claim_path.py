"""Claim paths as Type Metadata reads them (SD-JWT VC section 5.6.1).

OpenID4VP reads the same arrays differently: there an empty selection is an error. Type Metadata calls it
the empty set, so the two readings are two functions in two packages (`specs.dcql` has the other one).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias, cast

from specs.dcql.claims_path import follow_names
from specs.sd_jwt.process import WITHHELD
from specs.sd_jwt_vc.errors import ClaimPathMismatch, InvalidClaimPath

ClaimPath: TypeAlias = tuple[str | int | None, ...]
"""Strings select a member, non-negative integers an element, None every element."""

ConcretePath: TypeAlias = tuple[str | int, ...]
"""Where one selected claim is: a claim path without None."""

MAX_PATH_LENGTH: Final = 32


class Selected(NamedTuple):
    """One claim that a path selects. `value` is WITHHELD for an undisclosed array element."""

    path: ConcretePath
    value: Any


def parse_claim_path(value: object) -> ClaimPath:
    """The claim path in a parsed JSON value; raises InvalidClaimPath."""
    if not isinstance(value, list) or not 0 < len(value) <= MAX_PATH_LENGTH:
        raise InvalidClaimPath("not a non-empty array of acceptable length")
    if not all(_is_component(component) for component in value):
        raise InvalidClaimPath("a component that is no string, null or non-negative integer")
    return tuple(value)


def select_claims(claims: Mapping[str, Any], path: ClaimPath) -> tuple[Selected, ...]:
    """The claims that a path selects, in document order; an empty tuple when there are none.

    Arrays in `claims` are as issued: an undisclosed element is WITHHELD, so that indices count it. It is
    selected like any other, but what is inside it is unknown and selects nothing (section 5.6).

    Raises ClaimPathMismatch for a name in something that is no object, or null or an index in something
    that is no array. A missing name or index only makes the selection smaller (section 5.6.1.2).
    """
    values = follow_names(claims, path)
    if values is None:
        return _select_step_by_step(claims, path)
    return (Selected(cast(ConcretePath, path), values[0]),) if values else ()


def show_path(path: Sequence[str | int | None]) -> str:
    """A path for people and logs: `degrees[*].type`. Names of claims, never values."""
    shown = ""
    for component in path:
        if isinstance(component, str):
            shown += f".{component}" if shown else component
        else:
            shown += "[*]" if component is None else f"[{component}]"
    return shown


def _select_step_by_step(claims: Mapping[str, Any], path: ClaimPath) -> tuple[Selected, ...]:
    selection: list[Selected] = [Selected((), claims)]
    for component in path:
        selection = [
            deeper for one in selection if one.value is not WITHHELD for deeper in _step(one, component)
        ]
    return tuple(selection)


def _step(one: Selected, component: str | int | None) -> list[Selected]:
    value = one.value
    if isinstance(component, str):
        if not isinstance(value, Mapping):
            raise ClaimPathMismatch(f"no object at {show_path(one.path)}")
        return [Selected((*one.path, component), value[component])] if component in value else []
    if not isinstance(value, list | tuple):
        raise ClaimPathMismatch(f"no array at {show_path(one.path)}")
    places = range(len(value)) if component is None else range(component, min(component + 1, len(value)))
    return [Selected((*one.path, place), value[place]) for place in places]


def _is_component(component: object) -> bool:
    # JSON true is an int to Python; it is no index.
    if isinstance(component, bool):
        return False
    return component is None or isinstance(component, str) or (isinstance(component, int) and component >= 0)
