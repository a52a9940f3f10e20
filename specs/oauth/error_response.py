"""Error answers in JSON (RFC 6749 section 5.2; OpenID4VCI 1.0 section 8.3.1.2 uses the same form)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from specs.encoding import EncodingError, parse_json_object
from specs.errors import ProtocolError
from specs.oauth.errors import InvalidErrorResponse

MAX_ERROR_RESPONSE_BYTES: Final = 16_384
_MAX_TEXT: Final = 1000
# RFC 6749 appendix A.7 and A.8.
_CODE: Final = re.compile(r"[\x20\x21\x23-\x5B\x5D-\x7E]{1,100}")
_NOT_ALLOWED: Final = re.compile(r"[^\x20\x21\x23-\x5B\x5D-\x7E]")


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """What the other side says went wrong: its words, not ours."""

    error: str
    error_description: str | None = None


def create_error_response(error: ProtocolError) -> dict[str, str]:
    """`error` and `error_description`, from the class alone: no detail of the request finds its way out."""
    return {"error": error.code, "error_description": error.text}


def parse_error_response(body: bytes) -> ErrorResponse:
    """The refusal of a server. Raises InvalidErrorResponse.

    A description with characters that it may not have (RFC 6749 appendix A.8) is a common fault of peers;
    they are replaced rather than the reason thrown away.
    """
    try:
        members = parse_json_object(body, max_bytes=MAX_ERROR_RESPONSE_BYTES)
    except EncodingError as error:
        raise InvalidErrorResponse(error.code) from error
    return parse_error_members(members)


def parse_error_members(members: Mapping[str, object]) -> ErrorResponse:
    """The same from parsed members or form parameters. Raises InvalidErrorResponse."""
    code, description = members.get("error"), members.get("error_description")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise InvalidErrorResponse("error")
    if not isinstance(description, str):
        return ErrorResponse(code)
    return ErrorResponse(code, _NOT_ALLOWED.sub("?", description[:_MAX_TEXT]))
