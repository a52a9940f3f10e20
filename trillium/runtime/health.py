"""``GET /health``: whether this process answers, for load balancers and container health checks.

It reads no store: a database that is slow for everybody must not get every server killed at once.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from trillium.runtime.openapi import Content, HotRoute

HEALTH_PATH: Final = "/health"
_BODY: Final = b'{"status":"up"}'


async def respond(_request: Request) -> Response:
    """The same for every caller, and never kept."""
    return Response(_BODY, media_type="application/json", headers={"Cache-Control": "no-store"})


HEALTH: Final = HotRoute(
    method="GET",
    path=HEALTH_PATH,
    handler=respond,
    summary="Whether this process answers",
    public=True,
    responses={200: Content(description="It does.")},
    tags=["public"],
)
