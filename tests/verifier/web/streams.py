"""An open stream of server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx
from starlette.types import ASGIApp

from tests.patience import PATIENCE_S


class Stream:
    """One open stream, driven as a server drives the application: byte by byte, and it may be cut off."""

    def __init__(self, app: ASGIApp, url: str, service: httpx.BasicAuth) -> None:
        self._app = app
        self._gone = asyncio.Event()
        self._messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        parts = urlsplit(url)
        header = httpx.Request("GET", url)
        authorization = next(service.auth_flow(header)).headers["authorization"].encode()
        self._scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": parts.scheme,
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(b"host", parts.netloc.encode()), (b"authorization", authorization)],
            "client": ("192.0.2.1", 1),
            "server": (parts.netloc, 443),
        }

    async def run(self) -> None:
        async def receive() -> dict[str, Any]:
            await self._gone.wait()
            return {"type": "http.disconnect"}

        await self._app(self._scope, receive, self._messages.put)  # type: ignore[arg-type]

    async def start(self) -> dict[str, Any]:
        return await self._next()

    async def event(self) -> bytes:
        """The next part with a state."""
        while True:
            body: bytes = (await self._next()).get("body", b"")
            if body.startswith(b"event: "):
                return body

    async def _next(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            return await self._messages.get()

    def cut(self) -> None:
        self._gone.set()


@asynccontextmanager
async def streaming(app: ASGIApp, url: str, service: httpx.BasicAuth) -> AsyncIterator[Stream]:
    """``url``: where the presentation of this service is followed."""
    stream = Stream(app, url, service)
    task = asyncio.create_task(stream.run())
    try:
        yield stream
    finally:
        stream.cut()
        async with asyncio.timeout(PATIENCE_S):
            await task


def event(state: str, reason: str = "") -> bytes:
    why = f',"reason":"{reason}"' if reason else ""
    return f'event: state\ndata: {{"state":"{state}"{why}}}\n\n'.encode()
