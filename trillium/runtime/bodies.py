"""Request bodies by media type. `BodyLimit` has read them with a limit before anything here sees them."""

from urllib.parse import unquote

from starlette.requests import Request

from specs.errors import ProtocolError
from trillium.runtime.asgi import header

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
MAX_FORM_FIELDS = 64


class BodyError(ProtocolError):
    """The body cannot be read."""

    code = "invalid_request"
    text = "The body of the request cannot be read."


class WrongContentType(BodyError):
    """Another media type than this endpoint takes."""

    code = "invalid_request"
    text = "The body of the request has the wrong media type."


class MalformedForm(BodyError):
    """Not a form in UTF-8, or one with too many fields."""

    code = "invalid_request"
    text = "The form in the body of the request is malformed."


def require_content_type(request: Request, expected: str) -> None:
    """Raises WrongContentType unless the media type, without its parameters, is `expected`."""
    value = (header(request.scope, b"content-type") or b"").decode("latin-1")
    if value != expected and value.partition(";")[0].strip().lower() != expected:
        raise WrongContentType(f"not {expected}")


async def read_form(request: Request) -> list[tuple[str, str]]:
    """The fields in order, repeated ones kept: whether a repetition is legal is the protocol's question."""
    require_content_type(request, FORM)
    body = await request.body()
    try:
        return parse_form(body.decode("utf-8"))
    except ValueError as error:
        raise MalformedForm(type(error).__name__) from error


def parse_form(text: str) -> list[tuple[str, str]]:
    """The pairs of a form as browsers and wallets write it (URL standard section 5.1), read strictly.

    What `parse_qsl` of the standard library makes of it, without its detours: an answer of a wallet is long.
    ValueError for a pair without `=`, for other bytes than UTF-8, and for too many pairs.
    """
    if not text:
        return []
    pairs = text.split("&", MAX_FORM_FIELDS)
    if len(pairs) > MAX_FORM_FIELDS:
        raise ValueError("too many fields")
    found = []
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise ValueError("a field without a value")
        found.append((_decoded(name), _decoded(value)))
    return found


def _decoded(text: str) -> str:
    if "+" in text:
        text = text.replace("+", " ")
    return unquote(text, errors="strict") if "%" in text else text


async def read_json(request: Request) -> bytes:
    """The bytes of a JSON body; parsing is the protocol's, strict about names and numbers."""
    require_content_type(request, JSON)
    return await request.body()
