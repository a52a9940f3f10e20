"""Pushed authorization requests (RFC 9126): the answer, and the reference it hands out."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from specs.encoding import EncodingError, parse_json_object
from specs.oauth.authorization_errors import InvalidPushedResponse

REQUEST_URI_PREFIX: Final = "urn:ietf:params:oauth:request_uri:"
# FAPI 2.0 section 5.3.2.2: less than 600 seconds.
MAX_REQUEST_URI_SECONDS: Final = 599
_MAX_RESPONSE_BYTES: Final = 8192
_REFERENCE: Final = re.compile(r"[A-Za-z0-9\-._~]{22,256}")


@dataclass(frozen=True, slots=True)
class PushedResponse:
    """What a client takes to the authorization endpoint, within `expires_in` seconds."""

    request_uri: str = field(repr=False)
    expires_in: int


def create_request_uri(reference: str) -> str:
    """The `request_uri` of a reference. ValueError for one that could be guessed (RFC 9126 section 7.1)."""
    if not _REFERENCE.fullmatch(reference):
        raise ValueError("a reference has at least 22 characters, that is 128 bits in base64url")
    return REQUEST_URI_PREFIX + reference


def create_par_response(request_uri: str, expires_in: int) -> dict[str, Any]:
    """The body of the answer, sent with status 201 (RFC 9126 section 2.2). ValueError: too long-lived."""
    if not request_uri.startswith(REQUEST_URI_PREFIX) or not 0 < expires_in <= MAX_REQUEST_URI_SECONDS:
        raise ValueError("a request URI lives for less than ten minutes")
    return {"request_uri": request_uri, "expires_in": expires_in}


def parse_par_response(body: bytes) -> PushedResponse:
    """A server's answer. Raises InvalidPushedResponse; unknown members are ignored."""
    try:
        members = parse_json_object(body, max_bytes=_MAX_RESPONSE_BYTES)
    except EncodingError as error:
        raise InvalidPushedResponse(error.code) from error
    request_uri, expires_in = members.get("request_uri"), members.get("expires_in")
    if not isinstance(request_uri, str) or not request_uri:
        raise InvalidPushedResponse("request_uri")
    if isinstance(expires_in, bool) or not isinstance(expires_in, int) or expires_in <= 0:
        raise InvalidPushedResponse("expires_in")
    return PushedResponse(request_uri, expires_in)
