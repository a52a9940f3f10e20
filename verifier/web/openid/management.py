"""Management of OpenID clients: looked at, approved, refused, given new secrets."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Depends, Response
from starlette.requests import Request

from trillium.runtime.api_router import api_router
from verifier.domain.event import Actor
from verifier.domain.openid.client import Approval
from verifier.domain.openid.registration import parse_registration, with_presets_words
from verifier.services.openid.register_client import ClientRegistrations, IssuedClient
from verifier.services.openid.review_clients import ClientReviews
from verifier.web.client_messages import SecretRequest
from verifier.web.openid.client_messages import (
    ApprovalRequest,
    OpenIdClientAnswer,
    OpenIdClientEntry,
    OpenIdClientsAnswer,
    RefusalRequest,
    WindowRequest,
    entry_of,
)
from verifier.web.openid.registration import registration_address

MANAGEMENT: Final = Actor("management")
_Metadata = Annotated[dict[str, Any], Body()]


def openid_clients_router(
    registrations: ClientRegistrations,
    reviews: ClientReviews,
    issuer: str,
    require: Callable[[Request], Awaitable[None]],
) -> APIRouter:
    """All routes under ``/management/openid-clients``; ``require`` lets the holder of the token through."""
    router = api_router(
        prefix="/management/openid-clients", tags=["management"], dependencies=[Depends(require)]
    )

    def shown_once(issued: IssuedClient, response: Response) -> OpenIdClientAnswer:
        response.headers["Cache-Control"] = "no-store"
        return OpenIdClientAnswer(
            client=entry_of(issued.client),
            client_secret=issued.secret,
            registration_access_token=issued.registration_token,
            registration_client_uri=registration_address(issued.client, issuer),
        )

    @router.post("", status_code=201, summary="Register an OpenID client; it is approved with that")
    async def add(metadata: _Metadata, response: Response) -> OpenIdClientAnswer:
        rules = registrations.rules
        asked = parse_registration(with_presets_words(metadata, rules.presets), rules)
        return shown_once(await registrations.register(asked, actor=MANAGEMENT, approved=True), response)

    @router.post("/{client_id}/secret", summary="A new secret; it is in this answer only")
    async def rotate(client_id: str, request: SecretRequest, response: Response) -> OpenIdClientAnswer:
        overlap = timedelta(hours=request.old_secret_hours)
        return shown_once(
            await reviews.rotate_secret(client_id, actor=MANAGEMENT, old_one_good_for=overlap), response
        )

    _add_looks(router, reviews)
    _add_decisions(router, reviews)
    return router


def _add_looks(router: APIRouter, reviews: ClientReviews) -> None:
    @router.get("", summary="The OpenID clients, those that wait for a decision first")
    async def list_clients(approval: Approval | None = None) -> OpenIdClientsAnswer:
        found = [one for one in await reviews.store.clients() if approval in (None, one.openid.approval)]
        found.sort(key=lambda one: one.openid.approval is not Approval.PENDING)
        return OpenIdClientsAnswer(clients=[entry_of(one) for one in found])

    @router.get("/{client_id}", summary="One OpenID client")
    async def show(client_id: str) -> OpenIdClientEntry:
        return entry_of(await reviews.find(client_id))


def _add_decisions(router: APIRouter, reviews: ClientReviews) -> None:
    @router.post("/{client_id}/approve", summary="Let people sign in to it")
    async def approve(client_id: str, request: ApprovalRequest) -> OpenIdClientEntry:
        seen, presets = request.version, request.presets
        return entry_of(await reviews.approve(client_id, seen=seen, actor=MANAGEMENT, presets=presets))

    @router.post("/{client_id}/refuse", summary="Refuse it, or withdraw what it was given")
    async def refuse(client_id: str, request: RefusalRequest) -> OpenIdClientEntry:
        return entry_of(await reviews.refuse(client_id, request.reason, actor=MANAGEMENT))

    @router.put("/{client_id}/window", summary="For how long a browser need not present again")
    async def set_window(client_id: str, request: WindowRequest) -> OpenIdClientEntry:
        window = timedelta(minutes=request.minutes)
        return entry_of(await reviews.set_window(client_id, window, actor=MANAGEMENT))

    @router.delete("/{client_id}", status_code=204, summary="Remove an OpenID client")
    async def remove(client_id: str) -> None:
        await reviews.remove(client_id, actor=MANAGEMENT)
