"""The management API: relying services, presets, drills. Closed without the management token."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Depends
from starlette.requests import Request

from trillium.runtime.api_router import api_router
from verifier.domain.preset import Preset
from verifier.services.relying_services import RelyingServices
from verifier.web.management_clients import add_client_routes
from verifier.web.messages import DrillRequest, PresetEntry, PresetsAnswer


@dataclass(frozen=True, slots=True)
class ManagementServices:
    """``drill(seconds)`` puts status lists out of reach; it refuses in production."""

    clients: RelyingServices
    presets: Mapping[str, Preset]
    drill: Callable[[int], None]


def management_router(
    services: ManagementServices, require: Callable[[Request], Awaitable[None]]
) -> APIRouter:
    """All routes under ``/management``; ``require`` lets the holder of the token through."""
    router = api_router(prefix="/management", tags=["management"], dependencies=[Depends(require)])

    add_client_routes(router, services.clients)

    @router.get("/presets", summary="What relying services may be registered to ask")
    async def list_presets() -> PresetsAnswer:
        return PresetsAnswer(presets=[_entry(preset) for preset in services.presets.values()])

    @router.post(
        "/drills/status-lists",
        status_code=204,
        summary="Drill: put status lists out of reach for some seconds (sandbox only)",
    )
    async def drill(request: DrillRequest) -> None:
        services.drill(request.unreachable_seconds)

    return router


def _entry(preset: Preset) -> PresetEntry:
    asked = dict.fromkeys(
        claim.path for credential in preset.query.credentials for claim in credential.claims or ()
    )
    return PresetEntry(
        id=preset.id,
        names=dict(preset.names),
        purposes=dict(preset.purposes),
        claims=[list(path) for path in asked],
    )
