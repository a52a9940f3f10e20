"""What wallets talk to: request objects and responses (OpenID4VP sections 5.10 and 8.2)."""

import orjson
from starlette.requests import Request
from starlette.responses import Response

from specs.openid4vp import (
    REQUEST_OBJECT_MEDIA_TYPE,
    create_response_answer,
    parse_direct_post,
    parse_direct_post_jwt,
    parse_request_uri_post,
)
from trillium.runtime.bodies import read_form
from trillium.runtime.json_answer import JsonAnswer
from verifier.services.receive_response import ReceiveResponse, request_named_in
from verifier.services.requests import parse_request_id
from verifier.services.serve_request_object import ServeRequestObject

NO_STORE = {"Cache-Control": "no-store"}


class RequestObjectEndpoint:
    """``GET`` and ``POST /request-objects/{request_id}``."""

    def __init__(self, serve: ServeRequestObject) -> None:
        self._serve = serve

    async def respond(self, request: Request) -> Response:
        """By GET, or by POST with a nonce of the wallet's that the object repeats (5.04)."""
        wallet_nonce = None
        if request.method == "POST":
            wallet_nonce = parse_request_uri_post(await read_form(request)).wallet_nonce
        request_id = parse_request_id(request.path_params["request_id"])
        request_object = await self._serve(request_id, wallet_nonce=wallet_nonce)
        return Response(request_object, media_type=REQUEST_OBJECT_MEDIA_TYPE, headers=NO_STORE)


class ResponseEndpoint:
    """``POST /responses/{request_id}``, and ``/responses`` for wallets that know us beforehand (5.08)."""

    def __init__(self, receive: ReceiveResponse) -> None:
        self._receive = receive

    async def respond(self, request: Request) -> Response:
        """200 with a JSON object, for presentations and for a wallet's refusal alike (5.21, 5.22)."""
        form = await read_form(request)
        # By what is there; whether it was asked for, the presentation says.
        encrypted = "response" in dict(form)
        response = parse_direct_post_jwt(form) if encrypted else parse_direct_post(form)
        in_path = request.path_params.get("request_id")
        request_id = request_named_in(response) if in_path is None else parse_request_id(in_path)
        received = await self._receive(request_id, response)
        return JsonAnswer(orjson.dumps(create_response_answer(redirect_uri=received.redirect_uri)))
