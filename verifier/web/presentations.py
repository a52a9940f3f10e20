"""The presentation API for relying services: ask, look or be told, fetch the result once, call it off."""

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.responses import StreamingResponse

from specs.encoding import EncodingError, parse_json
from trillium.runtime.api_router import api_router
from trillium.runtime.bodies import read_json
from trillium.runtime.openapi import describe_body
from trillium.runtime.qr import QrTooLarge, draw_qr_apart
from verifier.domain.ends import SERVICE_CANCELLED
from verifier.domain.event import Actor
from verifier.domain.presentation import PresentationState, TransactionId
from verifier.errors import PresentationOver
from verifier.services.ask_for_presentation import AskedPresentation, AskForPresentation
from verifier.services.cancel_presentation import CancelPresentation
from verifier.services.follow_state import FollowState
from verifier.services.get_result import GetResult
from verifier.services.relying_services import RelyingServices
from verifier.web.callers import Caller, relying_service_caller
from verifier.web.event_stream import MEDIA_TYPE, create_event_stream
from verifier.web.messages import (
    PresentationAnswer,
    PresentationRequest,
    PresentationStateAnswer,
    ResultAnswer,
)
from verifier.web.wallets import NO_STORE

POLL_AFTER: Final = "2"
"""Seconds between two looks at an open presentation."""
LARGEST_QR: Final = 20
"""Version; a link with the whole request in it may be beyond what a screen and a camera can do."""
SERVICE: Final = Actor("relying-service")


@dataclass(frozen=True, slots=True)
class PresentationServices:
    """What the API does its work with."""

    clients: RelyingServices
    ask: AskForPresentation
    results: GetResult
    follow: FollowState
    cancel: CancelPresentation
    public_url: str


def presentation_router(services: PresentationServices) -> APIRouter:
    """Routes under ``/presentations``; each asks for the relying service's id and secret (HTTP Basic)."""
    router = api_router(prefix="/presentations", tags=["relying services"])
    caller = relying_service_caller(services.clients)
    _add_asking(router, services, caller)
    _add_looking(router, services, caller)
    _add_ending(router, services, caller)
    return router


def _add_asking(router: APIRouter, services: PresentationServices, caller: Caller) -> None:
    @router.post(
        "",
        status_code=201,
        summary="Ask for a presentation: a link and a QR code for the wallet, or a page for the visitor",
        openapi_extra=describe_body(PresentationRequest),
    )
    async def ask(request: Request, response: Response) -> PresentationAnswer:
        service = await caller(request)
        wanted = await _read_request(request)
        asked = await services.ask(service, wanted.preset, wanted.options())
        response.headers.update(NO_STORE)
        return await _answer(asked, services.public_url)


def _add_looking(router: APIRouter, services: PresentationServices, caller: Caller) -> None:
    @router.get("/{transaction_id}", summary="The state of a presentation", response_model_exclude_none=True)
    async def look(transaction_id: str, request: Request, response: Response) -> PresentationStateAnswer:
        standing = await services.results.standing(await caller(request), TransactionId(transaction_id))
        response.headers.update(NO_STORE)
        if standing.state.is_open:
            response.headers["Retry-After"] = POLL_AFTER
        return PresentationStateAnswer(state=standing.state.value, reason=standing.reason)

    @router.get(
        "/{transaction_id}/events",
        summary="The states of a presentation as they change, as server-sent events",
        response_class=StreamingResponse,
        responses={200: {"content": {MEDIA_TYPE: {}}}},
    )
    async def follow(transaction_id: str, request: Request) -> StreamingResponse:
        states = await services.follow(await caller(request), TransactionId(transaction_id))
        return create_event_stream(states)


def _add_ending(router: APIRouter, services: PresentationServices, caller: Caller) -> None:
    @router.get("/{transaction_id}/result", summary="The result, once; it is deleted when fetched")
    async def fetch(
        transaction_id: str, request: Request, response: Response, return_code: str = ""
    ) -> ResultAnswer:
        service = await caller(request)
        result = await services.results.fetch(service, TransactionId(transaction_id), return_code)
        response.headers.update(NO_STORE)
        return ResultAnswer.model_validate(result)

    @router.delete("/{transaction_id}", status_code=204, summary="Call a presentation off")
    async def cancel(transaction_id: str, request: Request) -> None:
        service, wanted = await caller(request), TransactionId(transaction_id)
        found = await services.results.find(service, wanted)
        if await services.cancel(found, SERVICE, SERVICE_CANCELLED):
            return
        # Twice is as good as once; whatever else has ended it stays.
        if await services.results.state(service, wanted) is not PresentationState.CANCELLED:
            raise PresentationOver


async def _answer(asked: AskedPresentation, public_url: str) -> PresentationAnswer:
    started = asked.started
    url = f"{public_url}/presentations/{started.transaction_id}"
    # Of a presentation for a browser only the page offers the request, bound to that browser.
    link = None if asked.page_url else started.authorization_request
    return PresentationAnswer(
        transaction_id=started.transaction_id,
        authorization_request=link,
        request_uri=started.request_uri if link else None,
        page_url=asked.page_url,
        expires_at=started.presentation.expires_at,
        status_url=url,
        events_url=f"{url}/events",
        result_url=f"{url}/result",
        qr_svg=None if link is None else await _draw(link),
    )


async def _draw(link: str) -> str | None:
    try:
        qr = await draw_qr_apart(link, largest_version=LARGEST_QR)
    except QrTooLarge:
        return None
    return str(qr.svg("Presentation request"))


async def _read_request(request: Request) -> PresentationRequest:
    """Read only once the caller is known, so not left to the framework."""
    body = await read_json(request)
    try:
        return PresentationRequest.model_validate(parse_json(body, max_bytes=len(body)))
    except EncodingError as error:
        raise RequestValidationError([{"type": error.code, "loc": ("body",)}]) from error
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None
