"""Cross-origin access for documents and endpoints that are anyone's, without credentials."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trillium.runtime.asgi import add_headers, header, path_below_root

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
        self._rules = tuple(rules)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        rule = self._rule(scope)
        if rule is None:
            await self.app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS" and header(scope, b"access-control-request-method") is not None:
            await _answer_preflight(rule, send)
            return
        if scope["method"] in rule.methods:
            additions = [
                (b"access-control-allow-origin", b"*"),
                (b"access-control-expose-headers", ", ".join(rule.exposed).encode()),
                (b"cross-origin-resource-policy", b"cross-origin"),
            ]
            send = add_headers(send, lambda _response: additions)
        await self.app(scope, receive, send)

    def _rule(self, scope: Scope) -> CrossOrigin | None:
        if scope["type"] != "http":
            return None
        path = path_below_root(scope)
        return next((rule for rule in self._rules if path.startswith(rule.prefix)), None)


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
