"""``GET /management/bundle``: the offline bundle, for whoever holds the management token."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from starlette.requests import Request

from trillium.runtime.api_router import api_router
from verifier.domain.bundle import LONGEST_LIFE, MEDIA_TYPE
from verifier.services.create_bundle import CreateBundle

FILE_NAME = "verifier.bundle.jwt"


def bundle_router(create: CreateBundle, require: Callable[[Request], Awaitable[None]]) -> APIRouter:
    """One route; ``require`` lets the holder of the token through."""
    router = api_router(prefix="/management", tags=["management"], dependencies=[Depends(require)])

    @router.get(
        "/bundle",
        summary="An offline bundle: trust list and status lists for verifiers without a network",
        response_class=Response,
        responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}},
    )
    async def bundle(
        days: Annotated[int, Query(ge=1, le=LONGEST_LIFE.days, description="How long it may be used.")] = 7,
    ) -> Response:
        created = await create(timedelta(days=days))
        headers = {
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{FILE_NAME}"',
            # A bundle without some lists is better than none, but its maker should know.
            "Trillium-Lists": f"{len(created.lists)}",
            "Trillium-Lists-Missing": f"{created.failed}",
        }
        return Response(created.text, media_type=MEDIA_TYPE, headers=headers)

    return router
