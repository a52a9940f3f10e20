"""Where the metadata of an identifier lives: well-known URIs, inserted or appended.

Inserted between host and path: OpenID4VCI section 12.2.2, RFC 8414 section 3, SD-JWT VC section 4 (RFC 8615).
Appended to the whole identifier: OpenID Connect Discovery section 4. Mixing up the two is the most
reported defect of this field, so each has its own function and there is no switch.
"""

import re
from typing import Final

from specs.errors import ProtocolError

# RFC 3986 section 3: scheme, authority and path only. The authority has no user information.
_IDENTIFIER: Final = re.compile(
    r"(https?://[A-Za-z0-9._~%!$&'()*+,;=:\[\]-]+)((?:/[A-Za-z0-9._~%!$&'()*+,;=:@-]*)*)"
)


class InvalidIdentifier(ProtocolError):
    """Not an http(s) URL of scheme, host and path: a query or fragment has no place in an identifier."""

    code = "invalid_identifier"
    text = "The identifier is not a URL without query and fragment."
    section = "OpenID4VCI 1.0 section 12.2.1"


def inserted(identifier: str, name: str) -> str:
    """`https://h/t`, `openid-credential-issuer` → `https://h/.well-known/openid-credential-issuer/t`.

    One slash at the end of the identifier is removed first. Raises InvalidIdentifier.
    """
    origin, path = _split(identifier)
    return origin + inserted_path(path, name)


def appended(identifier: str, name: str) -> str:
    """`https://h/t`, `openid-configuration` → `https://h/t/.well-known/openid-configuration`.

    One slash at the end of the identifier is removed first. Raises InvalidIdentifier.
    """
    origin, path = _split(identifier)
    return origin + appended_path(path, name)


def inserted_path(path: str, name: str) -> str:
    """The path alone, for routing: `/t` → `/.well-known/<name>/t`, `` and `/` → `/.well-known/<name>`."""
    return f"/.well-known/{name}{path.removesuffix('/')}"


def appended_path(path: str, name: str) -> str:
    """The path alone, for routing: `/t` → `/t/.well-known/<name>`, `` and `/` → `/.well-known/<name>`."""
    return f"{path.removesuffix('/')}/.well-known/{name}"


def _split(identifier: str) -> tuple[str, str]:
    found = _IDENTIFIER.fullmatch(identifier)
    if found is None:
        raise InvalidIdentifier
    return found[1], found[2]
