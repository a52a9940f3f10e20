"""The token endpoint (OpenID4VCI section 6): a form in, JSON out, nothing cached."""

import orjson
from starlette.requests import Request
from starlette.responses import Response

from issuer.services.exchange_token import ExchangeToken
from specs.oauth import (
    InvalidRequest,
    PreAuthorizedCodeRequest,
    UnsupportedGrantType,
    create_token_response,
    parse_token_request,
)
from trillium.runtime.bodies import WrongContentType, read_form

NO_STORE = {"Cache-Control": "no-store"}


class TokenEndpoint:
    """``POST /token``."""

    def __init__(self, exchange: ExchangeToken) -> None:
        self._exchange = exchange

    async def respond(self, request: Request) -> Response:
        try:
            fields = await read_form(request)
        except WrongContentType as error:
            raise InvalidRequest(error.detail) from error  # RFC 6749 section 5.2: 400
        token_request = parse_token_request(fields)
        if not isinstance(token_request, PreAuthorizedCodeRequest):
            raise UnsupportedGrantType
        token = await self._exchange(token_request)
        body = create_token_response(access_token=token.access_token, expires_in=token.expires_in or 0)
        return Response(orjson.dumps(body), media_type="application/json", headers=NO_STORE)
