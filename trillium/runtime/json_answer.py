"""The answer of a hot route to its one caller."""

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_HEADERS = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))


class JsonAnswer(Response):
    """JSON, already written, that nobody may keep. The headers are the same each time: nothing is encoded."""

    def __init__(self, body: bytes, status_code: int = 200) -> None:
        self.body = body
        self.status_code = status_code
        self.background = None
        self.raw_headers = [(b"content-length", b"%d" % len(body)), *_HEADERS]

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """To HTTP alone, and with nothing to be done afterwards."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})
