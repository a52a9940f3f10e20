"""Several applications, or one, under their public URLs in one process.

Two traps are handled here. Mounted applications do not run their own start-up and shut-down, so the
lifespans are entered here. And OpenID4VCI section 12.2.2, RFC 8414 and SD-JWT VC put `/.well-known/…` between
host and path, outside the mounted application: such a request is handed to the application as if it had
come to its own `/.well-known/…`, so that its middleware applies and both forms give the same bytes.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import structlog
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from specs.well_known import appended_path, inserted_path
from trillium.runtime import health
from trillium.runtime.health import HEALTH_PATH
from trillium.runtime.logs import frames_of

log: Final = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Part:
    """One application and the documents it serves below its own `/.well-known/`."""

    public_url: str
    app: FastAPI
    well_known: Sequence[str] = ()
    """Names of well-known documents that clients look for between host and path."""

    @property
    def base_path(self) -> str:
        """The path of the public URL, empty at the root."""
        return urlsplit(self.public_url).path.rstrip("/")


class Dispatcher:
    """ASGI: hands a request to the part with the longest matching base path, the lifespan to `lifespan`."""

    def __init__(self, parts: Sequence[Part], lifespan: ASGIApp) -> None:
        self._lifespan = lifespan
        longest_first = sorted(parts, key=lambda part: -len(part.base_path))
        self._parts = [(part.base_path, f"{part.base_path}/", part.app) for part in longest_first]
        self._inserted = {
            inserted_path(part.base_path, name): (part, appended_path(part.base_path, name))
            for part in parts
            for name in part.well_known
            if part.base_path
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
            return
        path = scope["path"]
        found = self._inserted.get(path)
        if found is not None:
            part, own = found
            inner = {**scope, "path": own, "raw_path": own.encode(), "root_path": part.base_path}
            await part.app(inner, receive, send)
            return
        for base, below, app in self._parts:
            if path.startswith(below) or path == base:
                await app({**scope, "root_path": base}, receive, send)
                return
        if path == HEALTH_PATH:
            # Also where no part is at the root: a container's health check knows no public URLs.
            await (await health.respond(Request(scope)))(scope, receive, send)
            return
        await _not_found(send)


def mount(parts: Sequence[Part]) -> ASGIApp:
    """The application to serve; its lifespan is that of all parts together."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for part in parts:
                await stack.enter_async_context(_logged_start(part))
            yield

    return Dispatcher(parts, Starlette(lifespan=lifespan))


@asynccontextmanager
async def _logged_start(part: Part) -> AsyncIterator[None]:
    """The lifespan of one application. The server tells of a failure in one line too long for the log."""
    started = False
    try:
        async with part.app.router.lifespan_context(part.app):
            started = True
            yield
    except Exception as error:
        if not started:
            details = {"error": type(error).__qualname__, "frames": frames_of(error)}
            log.critical("start_failed", address=part.public_url, **details)
        raise


async def _not_found(send: Send) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"Not found\n"})
