"""Cross-origin access for documents and endpoints that are anyone's, without credentials."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trillium.runtime.asgi import answering, header, path_below_root

_PREFLIGHT_AGE = b"86400"


@dataclass(frozen=True, slots=True)
class CrossOrigin:
    """Paths that begin with `prefix` answer pages of every origin, for these methods and request headers.

    Cookies are never allowed, so such a page gets what anybody could get without a browser.
    """

    prefix: str
    methods: tuple[str, ...] = ("GET", "HEAD")
    headers: tuple[str, ...] = ("Accept", "Accept-Language", "If-None-Match")
    exposed: tuple[str, ...] = ("ETag", "Content-Language")


class CrossOriginAccess:
    """ASGI: the headers of the Fetch standard's CORS protocol, and the answer to its preflight."""

    def __init__(self, app: ASGIApp, rules: Sequence[CrossOrigin]) -> None:
        self.app = app
        self._rules = tuple((rule, _additions(rule)) for rule in rules)
        self._prefixes = tuple(rule.prefix for rule in rules)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not (path := path_below_root(scope)).startswith(self._prefixes):
            await self.app(scope, receive, send)
            return
        rule, additions = next(found for found in self._rules if path.startswith(found[0].prefix))
        if scope["method"] == "OPTIONS" and header(scope, b"access-control-request-method") is not None:
            await _answer_preflight(rule, send)
            return
        if scope["method"] in rule.methods:
            send = answering(send)
            send.headers.update(additions)
        await self.app(scope, receive, send)


def _additions(rule: CrossOrigin) -> dict[bytes, bytes]:
    return {
        b"access-control-allow-origin": b"*",
        b"access-control-expose-headers": ", ".join(rule.exposed).encode(),
        b"cross-origin-resource-policy": b"cross-origin",
    }


async def _answer_preflight(rule: CrossOrigin, send: Send) -> None:
    headers = [
        (b"access-control-allow-origin", b"*"),
        (b"access-control-allow-methods", ", ".join(rule.methods).encode()),
        (b"access-control-allow-headers", ", ".join(rule.headers).encode()),
        (b"access-control-max-age", _PREFLIGHT_AGE),
    ]
    start: Message = {"type": "http.response.start", "status": 204, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": b""})
