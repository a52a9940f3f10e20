"""The pushed authorization request endpoint of the provider (RFC 9126 section 2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from specs.oauth import create_par_response
from trillium.runtime.openapi import FORM, Content, HotRoute
from verifier.services.openid.authenticate_client import AuthenticateClient
from verifier.services.openid.constrain_sender import ConstrainSender
from verifier.services.openid.push_login import PushLogin
from verifier.web.openid.forms import read_parameters

PAR_PATH: Final = "/openid/par"
_NO_STORE: Final = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class PushedLoginEndpoint:
    """``POST /openid/par``. ``url``: the endpoint's, as clients know it."""

    push: PushLogin
    authenticate: AuthenticateClient
    sender: ConstrainSender
    url: str

    async def respond(self, request: Request) -> Response:
        pairs = await read_parameters(request)
        client = await self.authenticate(request.headers.getlist("authorization"), pairs)
        # RFC 9449 section 10.1: a key that is shown here is what the code is bound to.
        dpop = request.headers.getlist("dpop")
        jkt = await self.sender.at_token_endpoint(dpop, method="POST", url=self.url)
        pushed = await self.push(pairs, client, proved_jkt=jkt)
        body = orjson.dumps(create_par_response(pushed.request_uri, pushed.expires_in))
        return Response(body, 201, media_type="application/json", headers=_NO_STORE)


def par_routes(endpoint: PushedLoginEndpoint) -> Sequence[HotRoute]:
    """What clients push their requests to."""
    error = Content(description="The registered error, as JSON.")
    return (
        HotRoute(
            method="POST",
            path=PAR_PATH,
            handler=endpoint.respond,
            summary="Pushed authorization request endpoint (RFC 9126)",
            public=True,
            request=Content(description="Authentication request.", media_type=FORM),
            responses={201: Content(description="The request URI."), 400: error, 401: error},
            tags=["relying services"],
        ),
    )
