"""Request bodies by media type. `BodyLimit` has read them with a limit before anything here sees them."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from specs.errors import ProtocolError

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
    found = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if found != expected:
        raise WrongContentType(f"not {expected}")


async def read_form(request: Request) -> list[tuple[str, str]]:
    """The fields in order, repeated ones kept: whether a repetition is legal is the protocol's question."""
    require_content_type(request, FORM)
    body = await request.body()
    try:
        return parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=MAX_FORM_FIELDS,
        )
    except ValueError as error:
        raise MalformedForm(type(error).__name__) from error


async def read_json(request: Request) -> bytes:
    """The bytes of a JSON body; parsing is the protocol's, strict about names and numbers."""
    require_content_type(request, JSON)
    return await request.body()
