"""A number for every request, and one line of log with nothing personal in it."""

import os
import time
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trillium.runtime.asgi import Predicate, path_below_root, route_template
from trillium.runtime.metrics import RequestMetrics

log: Final = structlog.get_logger()


class RequestIdentity:
    """ASGI: a random request id in the scope, the log context and the answer's `X-Request-Id`.

    Never taken from the request: a caller could forge log lines or mark a person with it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "trillium.request_id" in scope:
            await self.app(scope, receive, send)
            return
        request_id = os.urandom(8).hex()
        scope["trillium.request_id"] = request_id
        pair = (b"x-request-id", request_id.encode())

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), pair]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self.app(scope, receive, send_with_id)


class RequestLog:
    """ASGI: one event per request, with method, route template, status and milliseconds.

    No path, no query string, no client address: paths and queries hold identifiers, and who fetches a status
    list is nobody's business (requirement 3.13). `quiet`: paths that are counted but not logged.
    """

    def __init__(
        self, app: ASGIApp, *, quiet: Predicate = lambda path: False, metrics: RequestMetrics | None = None
    ) -> None:
        self.app = app
        self._quiet = quiet
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "trillium.logged" in scope:
            await self.app(scope, receive, send)
            return
        scope["trillium.logged"] = True
        begin = time.perf_counter()
        quiet = self._quiet(path_below_root(scope))
        status = 0

        async def watching_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watching_send)
        finally:
            seconds = time.perf_counter() - begin
            route, method = route_template(scope), _known_method(scope["method"])
            if self._metrics is not None:
                self._metrics.observe(method, route, status, seconds)
            if not quiet:
                log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


def _known_method(method: str) -> str:
    """Methods are the caller's text as well."""
    return method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"
