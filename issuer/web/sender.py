"""Fresh nonces for whoever proves keys: on every answer to a request with a proof, and at an endpoint.

RFC 9449 section 8.2, OpenID4VCI section 7.2, attestation-based client authentication (draft -10) section 7.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import orjson
from starlette.requests import Request
from starlette.responses import Response

from issuer.services.server_nonces import ServerNonces
from issuer.web.token import NO_STORE
from specs.oauth import (
    ATTESTATION_CHALLENGE_HEADER,
    ATTESTATION_HEADER,
    DPOP_HEADER,
    DPOP_NONCE_HEADER,
    NonceUse,
    create_challenge_response,
)
from trillium.runtime.hot_routes import Handler
from trillium.runtime.openapi import Content, HotRoute

CHALLENGE_PATH = "/challenge"
_NONCE_PATH = "/nonce"


@dataclass(frozen=True, slots=True)
class ChallengeEndpoint:
    """``POST /challenge``: no client needs to say who it is, and nothing is kept."""

    nonces: ServerNonces

    async def respond(self, _request: Request) -> Response:
        body = orjson.dumps(create_challenge_response(self.nonces(NonceUse.CLIENT_ATTESTATION)))
        headers = {**NO_STORE, DPOP_NONCE_HEADER: self.nonces(NonceUse.DPOP)}
        return Response(body, media_type="application/json", headers=headers)


def challenge_routes(nonces: ServerNonces) -> Sequence[HotRoute]:
    """What exists only where attestations are read."""
    return (
        HotRoute(
            method="POST",
            path=CHALLENGE_PATH,
            handler=ChallengeEndpoint(nonces).respond,
            summary="Challenges for client attestations (attestation-based client authentication)",
            public=True,
            responses={200: Content(description="A fresh challenge.")},
            tags=["wallets"],
        ),
    )


def with_fresh_nonces(
    routes: Sequence[HotRoute], nonces: ServerNonces, *, attestations: bool
) -> Sequence[HotRoute]:
    """The routes, with a nonce for the next proof on each answer to a request that proved a key.

    The nonce endpoint gives one to everybody, so that the first proof can have it (OpenID4VCI section 7.2).
    """
    return [
        replace(route, handler=_with_headers(route, nonces, attestations))
        if route.method == "POST"
        else route
        for route in routes
    ]


def _with_headers(route: HotRoute, nonces: ServerNonces, attestations: bool) -> Handler:
    handler, for_everybody = route.handler, route.path == _NONCE_PATH

    async def respond(request: Request) -> Response:
        response = await handler(request)
        if for_everybody or DPOP_HEADER in request.headers:
            response.headers.setdefault(DPOP_NONCE_HEADER, nonces(NonceUse.DPOP))
        if attestations and ATTESTATION_HEADER in request.headers:
            response.headers[ATTESTATION_CHALLENGE_HEADER] = nonces(NonceUse.CLIENT_ATTESTATION)
        return response

    return respond
