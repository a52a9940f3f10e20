"""Management of relying services: registered, changed, given new secrets, switched off."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from fastapi import APIRouter, Response

from verifier.domain.event import Actor
from verifier.domain.relying_service import RelyingService
from verifier.domain.service_addresses import Addresses
from verifier.services.relying_services import RegisteredService, RelyingServices
from verifier.web.client_messages import (
    ClientAnswer,
    ClientChange,
    ClientEntry,
    ClientRequest,
    ClientsAnswer,
    SecretRequest,
    entry_of,
    parse_evidence_key,
)

MANAGEMENT: Final = Actor("management")
_LANGUAGES: Final = {"name_en": "en-CA", "name_fr": "fr-CA"}


def add_client_routes(router: APIRouter, clients: RelyingServices) -> None:
    """Routes under ``/management/clients``; the router already asks for the token."""
    _add_collection(router, clients)
    _add_changes(router, clients)


def _add_collection(router: APIRouter, clients: RelyingServices) -> None:
    @router.post(
        "/clients", status_code=201, summary="Register a relying service; its secret is in this answer only"
    )
    async def add_client(request: ClientRequest, response: Response) -> ClientAnswer:
        addresses = Addresses(
            site=request.site,
            return_urls=tuple(request.return_urls),
            webhook_url=request.webhook_url,
            evidence_key=parse_evidence_key(request.evidence_key),
        )
        names = {tag: getattr(request, name) for name, tag in _LANGUAGES.items()}
        registered = await clients.register(names, request.presets, actor=MANAGEMENT, addresses=addresses)
        return _secret(registered, response)

    @router.get("/clients", summary="The relying services")
    async def list_clients() -> ClientsAnswer:
        return ClientsAnswer(clients=[entry_of(one) for one in await clients.store.services()])

    @router.get("/clients/{client_id}", summary="One relying service")
    async def show_client(client_id: str) -> ClientEntry:
        return entry_of(await clients.find(client_id))


def _add_changes(router: APIRouter, clients: RelyingServices) -> None:
    @router.patch("/clients/{client_id}", summary="Change names, presets or addresses")
    async def change_client(client_id: str, request: ClientChange) -> ClientEntry:
        changed = edits_of(request)
        return entry_of(await clients.change(client_id, lambda one: edited(one, changed), actor=MANAGEMENT))

    @router.post("/clients/{client_id}/secret", summary="A new secret; it is in this answer only")
    async def rotate_secret(client_id: str, request: SecretRequest, response: Response) -> ClientAnswer:
        overlap = timedelta(hours=request.old_secret_hours)
        return _secret(
            await clients.rotate_secret(client_id, actor=MANAGEMENT, old_one_good_for=overlap), response
        )

    @router.post("/clients/{client_id}/disable", summary="Its secrets open nothing any more")
    async def disable_client(client_id: str) -> ClientEntry:
        return entry_of(await clients.disable(client_id, actor=MANAGEMENT))

    @router.post("/clients/{client_id}/enable", summary="Undo disabling")
    async def enable_client(client_id: str) -> ClientEntry:
        return entry_of(await clients.enable(client_id, actor=MANAGEMENT))


def edits_of(request: ClientChange) -> dict[str, Any]:
    """The members that were sent, in the service's own types.

    Raises:
        BadEvidenceKey: the key is not one.
    """
    found = {name: getattr(request, name) for name in request.model_fields_set}
    if "evidence_key" in found:
        found["evidence_key"] = parse_evidence_key(found["evidence_key"])
    for name in ("presets", "return_urls"):
        if name in found:
            found[name] = tuple(found[name] or ())
    return found


def edited(service: RelyingService, changed: dict[str, Any]) -> RelyingService:
    """``service`` with the members of ``edits_of``."""
    members = dict(changed)
    names = dict(service.names)
    names.update({tag: members.pop(name) for name, tag in _LANGUAGES.items() if name in members})
    return replace(service, names=tuple(names.items()), **members)


def _secret(registered: RegisteredService, response: Response) -> ClientAnswer:
    response.headers["Cache-Control"] = "no-store"
    return ClientAnswer(client_id=registered.service.client_id, client_secret=registered.secret)
