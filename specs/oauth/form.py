"""Parameters of a form or a query, already split and decoded into pairs (RFC 6749 appendix B)."""

from collections.abc import Collection, Iterable
from typing import Final

from specs.oauth.errors import MalformedParameter, MissingParameter, RepeatedParameter, TooManyParameters

MAX_PARAMETERS: Final = 50
MAX_NAME_LENGTH: Final = 128
MAX_VALUE_LENGTH: Final = 8192


def parse_parameters(
    pairs: Iterable[tuple[str, str]],
    *,
    repeatable: Collection[str] = (),
    max_value_length: int = MAX_VALUE_LENGTH,
) -> dict[str, str]:
    """Every parameter that has a value, by name.

    RFC 6749 sections 3.1 and 3.2: one without a value counts as omitted, and none may come twice, whether we
    know it or not. Names in `repeatable` (RFC 8707 lets `resource` repeat) are left out of the result. Raises
    RepeatedParameter, TooManyParameters, MalformedParameter (too long).
    """
    found: dict[str, str] = {}
    seen: set[str] = set()
    for count, (name, value) in enumerate(pairs, start=1):
        if count > MAX_PARAMETERS:
            raise TooManyParameters
        if len(name) > MAX_NAME_LENGTH or len(value) > max_value_length:
            raise MalformedParameter("too long")
        if name in repeatable:
            continue
        if name in seen:
            raise RepeatedParameter
        seen.add(name)
        if value:
            found[name] = value
    return found


def require_parameter(parameters: dict[str, str], name: str) -> str:
    """The value of a parameter that must be there. Raises MissingParameter."""
    value = parameters.get(name)
    if value is None:
        raise MissingParameter(name)
    return value


def check_visible(value: str, name: str, *, max_length: int) -> str:
    """A value of printable ASCII (RFC 6749 appendix A, VSCHAR). Raises MalformedParameter."""
    if len(value) > max_length or not (value.isascii() and value.isprintable()):
        raise MalformedParameter(name)
    return value
