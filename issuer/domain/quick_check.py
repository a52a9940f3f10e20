"""A quick answer for claims that obey their schema; all others are for the full validator.

The schemas of credential types use few keywords of JSON Schema 2020-12. Those are turned into plain functions
once, since walking a schema again for every credential costs more than its signature. A quick check says yes
only when the validator would: whatever it does not know, in a schema or in claims, it leaves to it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any, Final, TypeAlias

Check: TypeAlias = Callable[[Any], bool]

_TYPES: Final[Mapping[str, type]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "null": type(None),
}
_NO_RULES: Final = frozenset({"$schema", "$comment", "title", "description", "examples", "deprecated"})


class _Unknown(Exception):
    """A keyword, or a form of one, that is not handled here."""


def create_quick_check(schema: Mapping[str, Any]) -> Check | None:
    """The check for a schema; None when it says something that is not known here."""
    try:
        return _check_for(schema)
    except _Unknown:
        return None


def _check_for(schema: Any) -> Check:
    if not isinstance(schema, Mapping) or not schema.keys() <= _KEYWORDS.keys() | _NO_RULES:
        raise _Unknown
    checks = [make(schema[keyword], schema) for keyword, make in _KEYWORDS.items() if keyword in schema]
    if not checks:
        raise _Unknown

    return reduce(_both, checks)


def _both(first: Check, second: Check) -> Check:
    return lambda value: first(value) and second(value)


def _type(name: Any, _schema: Mapping[str, Any]) -> Check:
    expected = _TYPES.get(name) if isinstance(name, str) else None
    if expected is None:
        raise _Unknown
    # The very class: true is no integer, and 1.0, which is one, is left to the validator.
    return lambda value: type(value) is expected


def _enum(values: Any, _schema: Mapping[str, Any]) -> Check:
    # Only texts: Python finds 1, 1.0 and true equal, JSON Schema tells true apart.
    texts = frozenset(value for value in values if type(value) is str)
    return lambda value: type(value) is str and value in texts


def _const(constant: Any, _schema: Mapping[str, Any]) -> Check:
    return _enum([constant], {})


def _pattern(pattern: Any, schema: Mapping[str, Any]) -> Check:
    _require_type(schema, "string")
    search = re.compile(pattern).search
    return lambda value: search(value) is not None


def _size(kind: str, *, least: bool) -> Callable[[Any, Mapping[str, Any]], Check]:
    def make(bound: Any, schema: Mapping[str, Any]) -> Check:
        _require_type(schema, kind)
        if type(bound) is not int:
            raise _Unknown
        if least:
            return lambda value: len(value) >= bound
        return lambda value: len(value) <= bound

    return make


def _properties(members: Any, schema: Mapping[str, Any]) -> Check:
    _require_type(schema, "object")
    checks = {name: _check_for(member) for name, member in members.items()}
    find = checks.get

    def check(value: dict[str, Any]) -> bool:
        for name, member in value.items():
            own = find(name)
            # A member without a schema is refused here, so that nothing unknown is ever waved through.
            if own is None or not own(member):
                return False
        return True

    return check


def _closed(value: Any, schema: Mapping[str, Any]) -> Check:
    # With this keyword `properties` has seen to everything; in any other form it is for the validator.
    if value is not False or "properties" not in schema:
        raise _Unknown
    return lambda _value: True


def _required(names: Sequence[str], schema: Mapping[str, Any]) -> Check:
    _require_type(schema, "object")
    needed = frozenset(names)
    return lambda value: needed <= value.keys()


def _items(element: Any, schema: Mapping[str, Any]) -> Check:
    _require_type(schema, "array")
    own = _check_for(element)
    return lambda value: all(own(one) for one in value)


def _require_type(schema: Mapping[str, Any], name: str) -> None:
    """These keywords pass over values of other types; `type`, which is checked first, leaves none."""
    if schema.get("type") != name:
        raise _Unknown


# In this order: what comes later relies on the type.
_KEYWORDS: Final[Mapping[str, Callable[[Any, Mapping[str, Any]], Check]]] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "minLength": _size("string", least=True),
    "maxLength": _size("string", least=False),
    "pattern": _pattern,
    "required": _required,
    "minProperties": _size("object", least=True),
    "maxProperties": _size("object", least=False),
    "additionalProperties": _closed,
    "properties": _properties,
    "minItems": _size("array", least=True),
    "maxItems": _size("array", least=False),
    "items": _items,
}
