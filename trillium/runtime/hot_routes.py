"""The way to a hot route: one look into a dictionary instead of the framework's routers and wrappers.

Only what is asked for exactly as announced goes this way. Another method, another path and every error of
routing are left to the framework behind, which knows the same routes.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol, TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from trillium.runtime.asgi import ROUTE_TEMPLATE, WholeBody, path_below_root

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]


class Routed(Protocol):
    """What is read of a route."""

    @property
    def method(self) -> str: ...

    @property
    def path(self) -> str: ...

    @property
    def handler(self) -> Handler: ...


class HotRequest(Request):
    """A request whose body has been waited for (request_body.BodyLimit), if there is one."""

    async def body(self) -> bytes:
        """The body, also when it is asked for again."""
        receive = self.receive
        return receive.body if isinstance(receive, WholeBody) else await super().body()


class HotRoutes:
    """ASGI: calls the handler of a hot route, and the application for everything else.

    What a handler raises goes through to the error boundary around both, which renders it as the framework
    would have had it rendered.
    """

    def __init__(self, app: ASGIApp, *, routes: Iterable[Routed]) -> None:
        """`routes`: without a parameter, or with one that is the last segment; others are left out."""
        self.app = app
        self._fixed: dict[tuple[str, str], tuple[Handler, str]] = {}
        self._below: dict[tuple[str, str], tuple[Handler, str, str]] = {}
        for route in routes:
            head, _, last = route.path.rpartition("/")
            if "{" not in route.path:
                # One that would have come first to the framework comes first here.
                if (route.method, head) not in self._below:
                    self._fixed.setdefault((route.method, route.path), (route.handler, route.path))
            elif "{" not in head and last.startswith("{") and last.endswith("}") and ":" not in last:
                found = (route.handler, route.path, last[1:-1])
                self._below.setdefault((route.method, head), found)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        handler = None if scope["type"] != "http" else self._find(scope)
        if handler is None:
            await self.app(scope, receive, send)
            return
        response = await handler(HotRequest(scope, receive, send))
        await response(scope, receive, send)

    def _find(self, scope: Scope) -> Handler | None:
        """The handler, and what it reads in the scope."""
        method, path = scope["method"], path_below_root(scope)
        fixed = self._fixed.get((method, path))
        if fixed is not None:
            handler, template = fixed
            parameters = {}
        else:
            head, _, last = path.rpartition("/")
            below = self._below.get((method, head))
            if below is None or not last:
                return None
            handler, template, name = below
            parameters = {name: last}
        scope["endpoint"], scope["path_params"] = handler, parameters
        scope[ROUTE_TEMPLATE] = scope.get("root_path", "") + template
        return handler
