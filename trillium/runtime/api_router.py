"""Routers whose JSON bodies are read strictly before the framework makes models of them (product.md, rule 5).

The framework's own reading takes the last of two members with one name, NaN, and numbers that lose digits:
two parsers, two meanings of one request. `api_router` makes every router of the applications; a test looks
for routes that came about in another way.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from specs.encoding import EncodingError, JsonValue, parse_json


class StrictJsonRequest(Request):
    """A request whose JSON has one meaning, or none."""

    async def json(self) -> JsonValue:
        """The body; raises what the framework takes for JSON that is malformed, without quoting it."""
        body = await self.body()
        try:
            # How long it may be has been seen to before (request_body.BodyLimit).
            return parse_json(body, max_bytes=len(body))
        except EncodingError as error:
            raise json.JSONDecodeError(error.code, "", 0) from error


class StrictJsonRoute(APIRoute):
    """A route that hands its requests on as StrictJsonRequest."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        """The framework's handler behind a strict reader."""
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            return await handle(StrictJsonRequest(request.scope, request.receive))

        return strictly


def api_router(**options: Any) -> APIRouter:
    """The framework's router, with strict routes."""
    return APIRouter(route_class=StrictJsonRoute, **options)
