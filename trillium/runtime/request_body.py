"""Size before work: a body is read up to its limit, in time, and uncompressed, before anybody parses it."""

import asyncio
from collections.abc import Mapping

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trillium.runtime.asgi import header, path_below_root
from trillium.runtime.refusals import BodyTooLarge, BodyTooSlow, ContentEncodingRefused, MalformedRequest

DEFAULT_LIMIT = 64 * 1024
READ_TIMEOUT = 20.0


class BodyLimit:
    """ASGI: hands the application the whole body at once, or refuses.

    `limits`: bytes by path prefix, the longest prefix counts; `default_limit` elsewhere.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        limits: Mapping[str, int] | None = None,
        default_limit: int = DEFAULT_LIMIT,
        read_timeout: float = READ_TIMEOUT,
    ) -> None:
        self.app = app
        self._limits = sorted((limits or {}).items(), key=lambda entry: -len(entry[0]))
        self._default_limit = default_limit
        self._read_timeout = read_timeout

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _has_body(scope):
            receive = replay(await self._read(scope, receive), receive)
        await self.app(scope, receive, send)

    def limit_of(self, path: str) -> int:
        """How many bytes a request to `path` may have."""
        for prefix, limit in self._limits:
            if path.startswith(prefix):
                return limit
        return self._default_limit

    async def _read(self, scope: Scope, receive: Receive) -> bytes:
        encoding = header(scope, b"content-encoding")
        if encoding is not None and encoding.strip().lower() not in (b"", b"identity"):
            raise ContentEncodingRefused
        limit = self.limit_of(path_below_root(scope))
        announced = header(scope, b"content-length")
        if announced is not None and _parse_length(announced) > limit:
            raise BodyTooLarge
        try:
            async with asyncio.timeout(self._read_timeout):
                return await read_body(receive, limit)
        except TimeoutError:
            raise BodyTooSlow from None


def _has_body(scope: Scope) -> bool:
    length = header(scope, b"content-length")
    return header(scope, b"transfer-encoding") is not None or length not in (None, b"0")


def _parse_length(text: bytes) -> int:
    if not text.isdigit() or len(text) > 18:
        raise MalformedRequest("content-length is not a number")
    return int(text)


async def read_body(receive: Receive, limit: int) -> bytes:
    """The body, counted while it arrives; nothing beyond `limit` is kept. Raises BodyTooLarge."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise BodyTooLarge
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives `body` first and then what the connection says."""
    given = False

    async def replaying_receive() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replaying_receive
