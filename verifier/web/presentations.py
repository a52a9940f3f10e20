"""The presentation API for relying services: start, look, fetch the result once."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from specs.openid4vp import RequestUriMethod
from trillium.runtime.bodies import read_json
from trillium.runtime.qr import draw_qr_apart
from verifier.domain.presentation import TransactionId
from verifier.services.get_result import GetResult
from verifier.services.relying_services import RelyingServices
from verifier.services.start_presentation import StartPresentation
from verifier.web.callers import relying_service_caller
from verifier.web.messages import (
    PresentationAnswer,
    PresentationRequest,
    PresentationStateAnswer,
    ResultAnswer,
)
from verifier.web.wallets import NO_STORE

POLL_AFTER = "2"
"""Seconds between two looks at an open presentation."""


@dataclass(frozen=True, slots=True)
class PresentationServices:
    """What the API does its work with."""

    clients: RelyingServices
    start: StartPresentation
    results: GetResult
    public_url: str


def presentation_router(services: PresentationServices) -> APIRouter:
    """Routes under ``/presentations``; each asks for the relying service's id and secret (HTTP Basic)."""
    router = APIRouter(prefix="/presentations", tags=["relying services"])

    caller = relying_service_caller(services.clients)

    @router.post("", status_code=201, summary="Ask for a presentation: a link and a QR code for the wallet")
    async def start(request: Request, response: Response) -> PresentationAnswer:
        service = await caller(request)
        wanted = await _read_request(request)
        started = await services.start(
            service,
            wanted.preset,
            prefix=wanted.client_id_prefix,
            method=RequestUriMethod(wanted.request_uri_method),
            locale=wanted.locale,
        )
        response.headers.update(NO_STORE)
        url = f"{services.public_url}/presentations/{started.transaction_id}"
        qr = await draw_qr_apart(started.authorization_request, largest_version=20)
        return PresentationAnswer(
            transaction_id=started.transaction_id,
            authorization_request=started.authorization_request,
            request_uri=started.request_uri,
            expires_at=started.presentation.expires_at,
            status_url=url,
            result_url=f"{url}/result",
            qr_svg=str(qr.svg("Presentation request")),
        )

    @router.get("/{transaction_id}", summary="The state of a presentation")
    async def look(transaction_id: str, request: Request, response: Response) -> PresentationStateAnswer:
        state = await services.results.state(await caller(request), TransactionId(transaction_id))
        response.headers.update(NO_STORE)
        if state.is_open:
            response.headers["Retry-After"] = POLL_AFTER
        return PresentationStateAnswer(state=state.value)

    @router.get("/{transaction_id}/result", summary="The result, once; it is deleted when fetched")
    async def fetch(transaction_id: str, request: Request, response: Response) -> ResultAnswer:
        result = await services.results.fetch(await caller(request), TransactionId(transaction_id))
        response.headers.update(NO_STORE)
        return ResultAnswer.model_validate(result)

    return router


async def _read_request(request: Request) -> PresentationRequest:
    """Read only once the caller is known, so not left to the framework."""
    body = await read_json(request)
    try:
        return PresentationRequest.model_validate_json(body)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from None
