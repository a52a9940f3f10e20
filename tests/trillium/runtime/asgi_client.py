"""Drives an application through httpx without a socket, and through raw ASGI messages where bytes matter."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
from starlette.types import ASGIApp, Message, Scope


@asynccontextmanager
async def client_of(app: ASGIApp, base: str = "https://service.example") -> AsyncIterator[httpx.AsyncClient]:
    """Exceptions that leave the application are raised in the test."""
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url=base) as client:
        yield client


def http_scope(
    method: str = "GET", path: str = "/", headers: Sequence[tuple[str, str]] = (), **more: Any
) -> Scope:
    """The scope a server would make."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "https",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        "client": ("203.0.113.7", 4711),
        "server": ("service.example", 443),
        **more,
    }


async def send_raw(app: ASGIApp, scope: Scope, messages: Sequence[Message] = ()) -> list[Message]:
    """What the application sends; it receives `messages` and then the end of the connection."""
    waiting = list(messages)
    sent: list[Message] = []

    async def receive() -> Message:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent
