"""Forms of OAuth requests."""

from starlette.requests import Request

from specs.oauth import InvalidRequest
from trillium.runtime.bodies import WrongContentType, read_form


async def read_parameters(request: Request) -> list[tuple[str, str]]:
    """The fields of the body. Another media type is InvalidRequest (RFC 6749 section 5.2: status 400)."""
    try:
        return await read_form(request)
    except WrongContentType as error:
        raise InvalidRequest(error.detail) from error
