"""Several applications, or one, under their public URLs in one process.

Two traps are handled here. Mounted applications do not run their own start-up and shut-down, so the
lifespans are entered here. And OpenID4VCI section 12.2.2, RFC 8414 and SD-JWT VC put `/.well-known/…` between
host and path, outside the mounted application: such a request is handed to the application as if it had
come to its own `/.well-known/…`, so that its middleware applies and both forms give the same bytes.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
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
    """ASGI: hands a request to the part with the longest matching base path."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = sorted(parts, key=lambda part: -len(part.base_path))
        self._inserted = {
            inserted_path(part.base_path, name): (part, appended_path(part.base_path, name))
            for part in parts
            for name in part.well_known
            if part.base_path
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._inserted.get(scope["path"])
        if found is not None:
            part, path = found
            await part.app(_below(scope, part, path), receive, send)
            return
        for part in self._parts:
            base = part.base_path
            if scope["path"] == base or scope["path"].startswith(f"{base}/"):
                await part.app(_below(scope, part, scope["path"]), receive, send)
                return
        if scope["path"] == HEALTH_PATH:
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

    outer = Starlette(lifespan=lifespan)
    dispatcher = Dispatcher(parts)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await (outer if scope["type"] == "lifespan" else dispatcher)(scope, receive, send)

    return app


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


def _below(scope: Scope, part: Part, path: str) -> dict[str, Any]:
    inner = {**scope, "path": path, "root_path": part.base_path}
    if path != scope["path"]:
        inner["raw_path"] = path.encode()
    return inner


async def _not_found(send: Send) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"Not found\n"})
