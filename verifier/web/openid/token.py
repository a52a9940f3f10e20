"""The token endpoint (OpenID Connect Core section 3.1.3): a form in, JSON out, nothing cached."""

from typing import Any, Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from specs.oauth import (
    DPOP_HEADER,
    AuthorizationCodeRequest,
    UnsupportedGrantType,
    create_scope,
    create_token_response,
    parse_token_request,
)
from verifier.services.openid.authenticate_client import AuthenticateClient
from verifier.services.openid.constrain_sender import ConstrainSender
from verifier.services.openid.exchange_code import ExchangeCode, IssuedTokens
from verifier.web.openid.forms import read_parameters

NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
"""Core section 3.1.3.3 asks for both."""


class TokenEndpoint:
    """``POST /openid/token``. ``url``: its own, which DPoP proofs are about."""

    def __init__(
        self, authenticate: AuthenticateClient, sender: ConstrainSender, exchange: ExchangeCode, url: str
    ) -> None:
        self._authenticate = authenticate
        self._sender = sender
        self._exchange = exchange
        self._url = url

    async def respond(self, request: Request) -> Response:
        pairs = await read_parameters(request)
        client = await self._authenticate(request.headers.getlist("authorization"), pairs)
        wanted = parse_token_request(pairs, code_verifier_required=False)
        if not isinstance(wanted, AuthorizationCodeRequest):
            raise UnsupportedGrantType
        dpop = request.headers.getlist(DPOP_HEADER)
        jkt = await self._sender.at_token_endpoint(dpop, method=request.method, url=self._url)
        body = orjson.dumps(_message(await self._exchange(wanted, client, jkt)))
        return Response(body, media_type="application/json", headers=NO_STORE)


def _message(tokens: IssuedTokens) -> dict[str, Any]:
    return create_token_response(
        access_token=tokens.access_token,
        expires_in=tokens.expires_in,
        token_type=tokens.token_type,
        scope=create_scope(tokens.scope),
    ) | {"id_token": tokens.id_token}
