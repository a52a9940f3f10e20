"""Size before work: a body is read up to its limit, in time, and uncompressed, before anybody parses it."""

import asyncio
from collections.abc import Mapping

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from trillium.runtime.asgi import WholeBody, path_below_root
from trillium.runtime.refusals import BodyTooLarge, BodyTooSlow, ContentEncodingRefused, MalformedRequest

DEFAULT_LIMIT = 64 * 1024
READ_TIMEOUT = 20.0
_TELLING = frozenset({b"content-length", b"transfer-encoding", b"content-encoding"})


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
        if scope["type"] == "http" and (announced := _announced(scope)) is not None:
            limit = self.limit_of(path_below_root(scope))
            if announced > limit:
                raise BodyTooLarge
            receive = WholeBody(await self._read(receive, limit), receive)
        await self.app(scope, receive, send)

    def limit_of(self, path: str) -> int:
        """How many bytes a request to `path` may have."""
        for prefix, limit in self._limits:
            if path.startswith(prefix):
                return limit
        return self._default_limit

    async def _read(self, receive: Receive, limit: int) -> bytes:
        # What asyncio.timeout does, at a third of its price: this runs for every request with a body.
        task = asyncio.current_task()
        late = False

        def give_up() -> None:
            nonlocal late
            late = True
            if task is not None:
                task.cancel()

        timer = asyncio.get_running_loop().call_later(self._read_timeout, give_up)
        try:
            return await read_body(receive, limit)
        except asyncio.CancelledError:
            if late and task is not None and task.uncancel() == 0:
                raise BodyTooSlow from None
            raise
        finally:
            timer.cancel()


def _announced(scope: Scope) -> int | None:
    """The length that the headers announce, 0 when they leave it open, None when there is no body."""
    length: int | None = None
    for name, value in scope["headers"]:
        if name not in _TELLING:
            continue
        if name == b"content-length":
            length = max(length or 0, _parse_length(value))
        elif name == b"transfer-encoding":
            length = length or 0
        elif value.strip().lower() not in (b"", b"identity"):
            raise ContentEncodingRefused
    return length


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
