"""A number for every request, and one line of log with nothing personal in it."""

import os
import time

from starlette.types import ASGIApp, Receive, Scope, Send

from trillium.runtime.asgi import Predicate, answering, path_below_root, route_template
from trillium.runtime.logs import REQUEST_ID, log_request
from trillium.runtime.metrics import RequestMetrics


class RequestLog:
    """ASGI: a random request id, and one event per request: method, route template, status, milliseconds.

    The id goes into the scope, onto every line logged meanwhile, and into the answer's `X-Request-Id`. It is
    never taken from the request: a caller could forge log lines or mark a person with it.

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
        # An application mounted in another one is logged by the outer one.
        if scope["type"] != "http" or "trillium.request_id" in scope:
            await self.app(scope, receive, send)
            return
        request_id = scope["trillium.request_id"] = os.urandom(8).hex()
        answer = answering(send)
        answer.headers[b"x-request-id"] = request_id.encode()
        begin = time.perf_counter()
        quiet = self._quiet(path_below_root(scope))
        mark = REQUEST_ID.set(request_id)
        try:
            await self.app(scope, receive, answer)
        finally:
            self._record(scope, answer.status, time.perf_counter() - begin, quiet=quiet)
            REQUEST_ID.reset(mark)

    def _record(self, scope: Scope, status: int, seconds: float, *, quiet: bool) -> None:
        if quiet and self._metrics is None:
            return
        route, method = route_template(scope), _known_method(scope["method"])
        if self._metrics is not None:
            self._metrics.observe(method, route, status, seconds)
        if not quiet:
            log_request(method=method, route=route, status=status, ms=round(seconds * 1000, 1))


def _known_method(method: str) -> str:
    """Methods are the caller's text as well."""
    return method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"
