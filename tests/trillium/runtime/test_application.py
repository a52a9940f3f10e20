"""The framework's application object, and what is left of its own layers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from tests.trillium.runtime.asgi_client import client_of, http_scope, send_raw
from trillium.runtime.application import create_application
from trillium.runtime.errors import CallerKind, install_error_handlers
from trillium.runtime.json_answer import JsonAnswer
from trillium.runtime.middleware import MiddlewareOptions, install_middleware
from trillium.runtime.request_log import RequestLog


async def test_our_middleware_is_outermost_and_the_routes_are_within() -> None:
    app = create_application("Demo", "1.0")

    async def where(request: Request) -> Response:
        return Response(type(request.app.middleware_stack).__name__)

    async def fail(_request: Request) -> Response:
        raise KeyError("planted")

    app.add_route("/where", where)
    app.add_route("/fail", fail)
    renderer = install_error_handlers(app, {}, lambda path: CallerKind.OAUTH)
    install_middleware(app, renderer, MiddlewareOptions(https=True))
    async with client_of(app) as client:
        assert (await client.get("/where")).text == RequestLog.__name__
        failed = await client.get("/fail")
    assert (failed.status_code, failed.json()["error"]) == (500, "server_error")
    assert "planted" not in failed.text


async def test_without_middleware_of_ours_the_framework_keeps_its_own() -> None:
    app = create_application("Demo", "1.0")
    async with client_of(app) as client:
        assert (await client.get("/nowhere")).status_code == 404
    assert type(app.middleware_stack).__name__ == "ServerErrorMiddleware"


async def test_the_lifespan_is_the_frameworks() -> None:
    diary = []

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        diary.append("starts")
        yield
        diary.append("ends")

    app = create_application("Demo", "1.0", lifespan=lifespan)
    messages: list[Any] = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent = await send_raw(app, {"type": "lifespan", "state": {}}, messages)
    assert [message["type"] for message in sent] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    assert diary == ["starts", "ends"]


async def test_json_for_one_caller_is_what_the_framework_would_have_sent() -> None:
    body = orjson.dumps({"name": "é"})
    expected = Response(body, 201, {"Cache-Control": "no-store"}, media_type="application/json")
    ours = await send_raw(JsonAnswer(body, 201), http_scope())
    theirs = await send_raw(expected, http_scope())
    for sent in (ours, theirs):
        sent[0]["headers"].sort()
    assert ours == theirs


def test_headers_can_be_added_to_json_for_one_caller() -> None:
    answer = JsonAnswer(b"{}")
    answer.headers["DPoP-Nonce"] = "n"
    assert (answer.headers["dpop-nonce"], answer.headers["cache-control"]) == ("n", "no-store")
    assert "dpop-nonce" not in JsonAnswer(b"{}").headers
