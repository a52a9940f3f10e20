"""Small things that pure ASGI code says often."""

from collections.abc import Callable
from typing import TypeAlias

from starlette.routing import Mount
from starlette.types import Message, Scope, Send

Predicate: TypeAlias = Callable[[str], bool]
"""Decides about a path below the application's own root."""


def path_below_root(scope: Scope) -> str:
    """The path as the application's own routes spell it, also when it is mounted below a prefix."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def header(scope: Scope, name: bytes) -> bytes | None:
    """The first value of a request header; `name` in lower case."""
    for key, value in scope["headers"]:
        if key == name:
            found: bytes = value
            return found
    return None


def add_headers(send: Send, additions: Callable[[Message], list[tuple[bytes, bytes]]]) -> Send:
    """A `send` that adds those headers to the response that it does not have yet."""

    async def adding_send(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = message.setdefault("headers", [])
            present = {name.lower() for name, _ in headers}
            message["headers"] = [*headers, *(pair for pair in additions(message) if pair[0] not in present)]
        await send(message)

    return adding_send


def route_template(scope: Scope) -> str:
    """`/issuer/offers/{offer_id}` of the route that answered; paths themselves hold identifiers."""
    root: str = scope.get("root_path", "")
    route = scope.get("route")
    if isinstance(route, Mount) or route is None:
        return f"{root}/(unknown)"
    return f"{root}{getattr(route, 'path', '/(unknown)')}"
