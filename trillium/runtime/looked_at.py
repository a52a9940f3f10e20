"""Whether a person is going to see the answer to a GET that can be answered only once.

Browsers fetch ahead what they guess somebody will open, and mail and chat programs what somebody sent.
Whatever an address gives away once must not go to them: they get nothing, and nothing is used up.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

_PURPOSES: Final = ("sec-purpose", "purpose", "x-purpose", "x-moz")
_AHEAD: Final = ("prefetch", "prerender", "preview")


def is_looked_at(request: Request) -> bool:
    """A GET by a browser that shows what it gets; not HEAD, and not what is only fetched ahead."""
    said = " ".join(request.headers.get(name, "") for name in _PURPOSES).lower()
    return request.method == "GET" and not any(word in said for word in _AHEAD)


def nothing_yet() -> Response:
    """The answer to the others. It may not be kept either (see ``security_headers``)."""
    return Response(status_code=204, headers={"X-Robots-Tag": "noindex, nofollow"})
