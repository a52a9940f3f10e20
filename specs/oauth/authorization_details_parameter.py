"""The parameter `authorization_details` (RFC 9396 section 2), as far as it is the same for every type."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from specs.encoding import EncodingError, create_json, parse_json
from specs.oauth.authorization_errors import InvalidAuthorizationDetails

AuthorizationDetails: TypeAlias = tuple[Mapping[str, Any], ...]

MAX_DETAILS_BYTES: Final = 8192
MAX_DETAILS: Final = 50


def parse_details_parameter(value: str | None) -> AuthorizationDetails:
    """The objects of the array, each with a string `type`; none when the parameter is absent.

    Raises InvalidAuthorizationDetails. What a type means is read by whoever knows the type.
    """
    if value is None:
        return ()
    try:
        details = parse_json(value, max_bytes=MAX_DETAILS_BYTES)
    except EncodingError as error:
        raise InvalidAuthorizationDetails(error.code) from error
    if not isinstance(details, list) or not 0 < len(details) <= MAX_DETAILS:
        raise InvalidAuthorizationDetails("not an array of a few objects")
    for one in details:
        if not isinstance(one, dict) or not isinstance(one.get("type"), str):
            raise InvalidAuthorizationDetails("an element without a type")
    return tuple(details)


def create_details_parameter(details: Sequence[Mapping[str, Any]]) -> str:
    """The value of the parameter."""
    return create_json([dict(one) for one in details]).decode()
