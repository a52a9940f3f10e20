"""The token endpoint (OpenID4VCI section 6): a form in, JSON out, nothing cached."""

import orjson
from starlette.requests import Request
from starlette.responses import Response

from issuer.services.authenticate_client import AuthenticateClient
from issuer.services.exchange_token import ExchangeToken
from issuer.web.protected import path_of, sender_headers
from specs.oauth import (
    InvalidRequest,
    TokenResponse,
    create_scope,
    create_token_response,
    parse_token_request,
)
from trillium.runtime.bodies import WrongContentType, read_form

NO_STORE = {"Cache-Control": "no-store"}


class TokenEndpoint:
    """``POST /token``."""

    def __init__(self, exchange: ExchangeToken, authenticate: AuthenticateClient) -> None:
        self._exchange = exchange
        self._authenticate = authenticate

    async def respond(self, request: Request) -> Response:
        token_request = parse_token_request(await read_parameters(request))
        sender = await self._authenticate(
            sender_headers(request), client_id=token_request.client_id, path=path_of(request)
        )
        body = orjson.dumps(_message(await self._exchange(token_request, sender)))
        return Response(body, media_type="application/json", headers=NO_STORE)


async def read_parameters(request: Request) -> list[tuple[str, str]]:
    """The form of an OAuth request. Another media type is InvalidRequest (RFC 6749 section 5.2: 400)."""
    try:
        return await read_form(request)
    except WrongContentType as error:
        raise InvalidRequest(error.detail) from error


def _message(token: TokenResponse) -> dict[str, object]:
    return create_token_response(
        access_token=token.access_token,
        expires_in=token.expires_in or 0,
        token_type=token.token_type,
        refresh_token=token.refresh_token,
        scope=create_scope(token.scope) if token.scope else None,
        authorization_details=token.authorization_details,
    )
