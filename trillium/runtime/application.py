"""The bare application object of all servers, with what the framework would do by itself switched off."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send


class Application(FastAPI):
    """The framework's application without its layers outside our own middleware.

    They have nothing to do here: errors end in our boundary, bodies at our limit, and tracing is off.
    """

    def build_middleware_stack(self) -> ASGIApp:
        """From the outermost middleware that was added, inwards."""
        layer: Any = super().build_middleware_stack()
        outermost: Any = self.user_middleware[0].cls if self.user_middleware else type(layer)
        while type(layer) is not outermost:
            layer = layer.app
        found: ASGIApp = layer
        return found

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Requests go to the middleware; the lifespan is the framework's."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        if self.middleware_stack is None:
            self.middleware_stack = self.build_middleware_stack()
        scope["app"] = self
        await self.middleware_stack(scope, receive, send)


def create_application(
    title: str,
    version: str,
    *,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[Any]] | None = None,
    has_api: bool = True,
) -> Application:
    """No documentation pages (they load scripts from elsewhere), no redirects for slashes, no tracing.

    `has_api`: whether there are operations that ``/openapi.json`` could describe.
    Tracing would record addresses and exception messages; metrics and logs are our own.
    """
    return Application(
        title=title,
        version=version,
        lifespan=lifespan,
        openapi_url="/openapi.json" if has_api else None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
