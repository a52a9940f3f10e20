"""The headers that every answer carries, and the content security policy that a page may widen by name."""

from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from trillium.runtime.asgi import answering

_POLICY = (
    ("default-src", ("'self'",)),
    ("base-uri", ("'none'",)),
    ("object-src", ("'none'",)),
    ("frame-ancestors", ("'none'",)),
)


def content_security_policy(
    *, form_action: Iterable[str] = (), connect: Iterable[str] = (), web_assembly: bool = False
) -> str:
    """No inline script or style, nothing from elsewhere, never framed.

    `form_action`: origins that a form of this page may end at after its redirects (browsers hold the
    directive against redirects as well). `connect`: origins that its script may call. `web_assembly`: for the
    scanner page only.
    """
    directives = {name: list(sources) for name, sources in _POLICY}
    directives["form-action"] = ["'self'", *form_action]
    if connect := list(connect):
        directives["connect-src"] = ["'self'", *connect]
    if web_assembly:
        directives["script-src"] = ["'self'", "'wasm-unsafe-eval'"]
    for source in (source for sources in directives.values() for source in sources):
        if any(character in source for character in " ;,\r\n"):
            raise ValueError("an origin in a content security policy holds no separator")
    return "; ".join(" ".join((name, *sources)) for name, sources in directives.items())


class SecurityHeaders:
    """ASGI: adds what a response does not say itself."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        """`https`: whether browsers reach us that way, by our public URL."""
        self.app = app
        headers = {
            "content-security-policy": content_security_policy(),
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "permissions-policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
            "cross-origin-opener-policy": "same-origin",
            # What may be kept says so; everything else is somebody's business.
            "cache-control": "no-store",
        }
        if https:
            headers["strict-transport-security"] = "max-age=31536000"
        self._headers = {name.encode(): value.encode() for name, value in headers.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            send = answering(send)
            send.headers.update(self._headers)
        await self.app(scope, receive, send)
