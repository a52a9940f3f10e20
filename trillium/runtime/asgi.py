"""Small things that pure ASGI code says often."""

from collections.abc import Callable
from inspect import isroutine
from typing import Final, TypeAlias

from starlette.types import Message, Receive, Scope, Send

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


class Answering:
    """A `send` for those who surround an application: what they add to the answer, and how it began.

    All of them share one (`answering`), so that a message is looked at once and not once by each.
    """

    __slots__ = ("_send", "headers", "status")

    def __init__(self, send: Send) -> None:
        self._send = send
        self.headers: dict[bytes, bytes] = {}  # for the answer, unless it has them; names in lower case
        self.status = 0  # of the answer, once that has begun

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = message.get("headers", ())
            added = self.headers
            for name in added.keys() & dict(given):
                del added[name]
            message["headers"] = [*given, *added.items()]
        await self._send(message)


def answering(send: Send) -> Answering:
    """`send` itself where somebody further out has asked before."""
    return send if isinstance(send, Answering) else Answering(send)


class WholeBody:
    """A `receive` that gives the body, which has been read, and then what the connection says."""

    __slots__ = ("_given", "_receive", "body")

    def __init__(self, body: bytes, receive: Receive) -> None:
        self.body = body
        self._receive = receive
        self._given = False

    async def __call__(self) -> Message:
        if self._given:
            return await self._receive()
        self._given = True
        return {"type": "http.request", "body": self.body, "more_body": False}


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
