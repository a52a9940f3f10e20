"""Small things that pure ASGI code says often."""

from collections.abc import Callable
from inspect import isroutine
from typing import Final, TypeAlias

from starlette.types import Message, Scope, Send

Predicate: TypeAlias = Callable[[str], bool]
"""Decides about a path below the application's own root."""

ROUTE_TEMPLATE: Final = "trillium.route_template"
"""In the scope of a request whose route is known without looking: what `route_template` answers."""


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
            message["headers"] = [*headers, *[pair for pair in additions(message) if pair[0] not in present]]
        await send(message)

    return adding_send


def route_template(scope: Scope) -> str:
    """`/issuer/offers/{offer_id}` for a request that reached an endpoint; paths themselves hold identifiers.

    Made from the path and the parameters found in it, because routers disagree on what they leave in the
    scope. A path that is not understood for certain is `(unknown)` below its mount point.
    """
    known: str | None = scope.get(ROUTE_TEMPLATE)
    if known is not None:
        return known
    unknown = f"{scope.get('root_path', '')}/(unknown)"
    if not isroutine(scope.get("endpoint")):
        return unknown  # nothing matched, or only a mounted application did
    segments = scope["path"].split("/")
    for name, value in scope.get("path_params", {}).items():
        parts = str(value).split("/")
        for start in range(len(segments) - len(parts), -1, -1):
            if segments[start : start + len(parts)] == parts:
                segments[start : start + len(parts)] = [f"{{{name}}}"]
                break
        else:
            return unknown
    return "/".join(segments)
