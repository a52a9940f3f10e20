"""A public JSON document that is made anew for everybody who asks: keys, and what follows from them."""

from collections.abc import Callable

import orjson
from starlette.requests import Request
from starlette.responses import Response


class LiveDocument:
    """A JSON document that follows the key ring. `max_age`: seconds that others may keep a copy."""

    def __init__(self, create: Callable[[], object], *, max_age: int) -> None:
        self._create = create
        self._max_age = max_age

    async def respond(self, _request: Request) -> Response:
        headers = {"Cache-Control": f"public, max-age={self._max_age}"}
        return Response(orjson.dumps(self._create()), media_type="application/json", headers=headers)
