"""The pushed authorization request endpoint (RFC 9126 section 2)."""

from collections.abc import Sequence

import orjson
from starlette.requests import Request
from starlette.responses import Response

from issuer.services.authenticate_client import AuthenticateClient
from issuer.services.push_authorization_request import PushAuthorizationRequest
from issuer.web.protected import path_of, sender_headers
from issuer.web.token import NO_STORE, read_parameters
from specs.oauth import create_par_response, parse_client_and_redirect
from trillium.runtime.openapi import FORM, Content, HotRoute

PAR_PATH = "/par"


class PushedRequestEndpoint:
    """``POST /par``."""

    def __init__(self, push: PushAuthorizationRequest, authenticate: AuthenticateClient) -> None:
        self._push = push
        self._authenticate = authenticate

    async def respond(self, request: Request) -> Response:
        pairs = await read_parameters(request)
        origin = parse_client_and_redirect(pairs)
        sender = await self._authenticate(
            sender_headers(request), client_id=origin.client_id, path=path_of(request), key_is_optional=True
        )
        pushed = await self._push(pairs, sender)
        body = orjson.dumps(create_par_response(pushed.request_uri, pushed.expires_in))
        return Response(body, 201, media_type="application/json", headers=NO_STORE)


def par_routes(endpoint: PushedRequestEndpoint) -> Sequence[HotRoute]:
    """What exists only where residents can sign in."""
    error = Content(description="The registered error, as JSON.")
    return (
        HotRoute(
            method="POST",
            path=PAR_PATH,
            handler=endpoint.respond,
            summary="Pushed authorization request endpoint (RFC 9126)",
            public=True,
            request=Content(description="Authorization request.", media_type=FORM),
            responses={201: Content(description="The request URI."), 400: error, 401: error},
            tags=["wallets"],
        ),
    )
