"""The claims path pointer (OpenID4VP 1.0 section 7): from a path to the claims it selects.

Type Metadata of SD-JWT VC writes the same arrays and reads them differently: there a selection may be empty.
Here that is no match, as is a name in something that is no object or an index in something that is no array.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, TypeAlias, cast

from specs.dcql.errors import InvalidClaimsPath, QueryTooLarge

ClaimsPath: TypeAlias = tuple[str | int | None, ...]
"""Strings name a member of an object, None selects all elements of an array, an integer >= 0 one of them."""

Location: TypeAlias = tuple[str | int, ...]
"""Where one selected claim is: a path without None. Indices count withheld elements too."""

MAX_PATH_LENGTH: Final = 32
MAX_NAME_LENGTH: Final = 1024

_JSON: Final = (str, int, float, dict, list, type(None))


class Selected(NamedTuple):
    """One claim that a path selects."""

    location: Location
    value: Any


def parse_claims_path(value: object) -> ClaimsPath:
    """The path in a parsed JSON value; raises InvalidClaimsPath, QueryTooLarge."""
    if not isinstance(value, list) or not value:
        raise InvalidClaimsPath("not a non-empty array")
    if len(value) > MAX_PATH_LENGTH:
        raise QueryTooLarge("components of a path")
    for component in value:
        _check_component(component)
    return tuple(value)


def select_claims(claims: Mapping[str, Any], path: ClaimsPath) -> tuple[Selected, ...]:
    """The claims that `path` selects, in the order of the credential; empty means "not matched" (section
    7.1).

    Arrays may hold markers (any object that is no JSON value) in the place of elements that were not
    disclosed, so that indices count as in the issued credential; a marker is never selected.
    """
    values = follow_names(claims, path)
    if values is None:
        return _select_step_by_step(claims, path)
    return (Selected(cast(Location, path), values[0]),) if values else ()


def follow_names(claims: Mapping[str, Any], path: ClaimsPath) -> tuple[Any, ...] | None:
    """The one value, or none, that a path of names alone leads to; None for any other path or way.

    Most paths are names all the way; they need no list of what each step selects.
    """
    value: Any = claims
    for component in path:
        if type(value) is not dict or type(component) is not str:
            return None
        if component not in value:
            return ()
        value = value[component]
    return (value,)


def _select_step_by_step(claims: Mapping[str, Any], path: ClaimsPath) -> tuple[Selected, ...]:
    selection = [Selected((), claims)]
    for component in path:
        step = _member if isinstance(component, str) else _elements
        deeper: list[Selected] = []
        for one in selection:
            found = step(one, component)
            if found is None:
                return ()  # section 7.1: the wrong type anywhere ends the processing with an error
            deeper += found
        selection = deeper
    return tuple(selection)


def _member(one: Selected, name: Any) -> list[Selected] | None:
    if not isinstance(one.value, Mapping):
        return None
    return [Selected((*one.location, name), one.value[name])] if name in one.value else []


def _elements(one: Selected, index: Any) -> list[Selected] | None:
    array = one.value
    if not isinstance(array, list):
        return None
    places = range(len(array)) if index is None else range(index, min(index + 1, len(array)))
    return [
        Selected((*one.location, place), array[place]) for place in places if isinstance(array[place], _JSON)
    ]


def _check_component(component: object) -> None:
    if component is None:
        return
    if isinstance(component, str):
        if len(component) > MAX_NAME_LENGTH:
            raise QueryTooLarge("name in a path")
        return
    # JSON true is an int to Python; it is no index.
    if isinstance(component, bool) or not isinstance(component, int) or component < 0:
        raise InvalidClaimsPath("a component that is no string, null or non-negative integer")
