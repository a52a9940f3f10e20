"""Requests of verifiers: read one, agree to it, refuse it."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends

from trillium.runtime.api_router import api_router
from wallet_api.domain.account import Account
from wallet_api.domain.consent import RequestedCredential, WhyNot
from wallet_api.domain.operation import OperationId
from wallet_api.services.answer_request import AnswerRequest, ConsentToRequest, Delivered
from wallet_api.services.open_request import OpenedRequest, OpenRequest
from wallet_api.services.read_request import PageRequest
from wallet_api.web.accounts import Caller, no_store
from wallet_api.web.asked_by import registration_answer, text_answer, verifier_answer
from wallet_api.web.messages import (
    DecisionRequest,
    DeliveredAnswer,
    PagePresentationRequest,
    PresentationAnswer,
    PresentationRequest,
    RequestedCredentialAnswer,
    TextAnswer,
    WhyNotAnswer,
)


def presentations_router(
    open_request: OpenRequest, consent: ConsentToRequest, answer: AnswerRequest, caller: Caller
) -> APIRouter:
    """Routes under ``/presentations``, for the holder of an account's token."""
    router = api_router(prefix="/presentations", tags=["presentations"], dependencies=[Depends(no_store)])

    @router.post("", status_code=201, summary="Read a presentation request: who asks for what")
    async def read_request(
        account: Annotated[Account, Depends(caller)], request: PresentationRequest
    ) -> PresentationAnswer:
        return _opened(await open_request(account, request.authorization_request))

    @router.post("/page", status_code=201, summary="Read what a page asks through the browser")
    async def read_page_request(
        account: Annotated[Account, Depends(caller)], request: PagePresentationRequest
    ) -> PresentationAnswer:
        page = PageRequest(request.origin, request.protocol, request.data)
        return _opened(await open_request.from_page(account, page))

    @router.post("/{operation_id}/consent", summary="Agree, and share what was shown")
    async def agree(
        account: Annotated[Account, Depends(caller)],
        operation_id: str,
        _decision: DecisionRequest | None = None,
    ) -> DeliveredAnswer:
        return _delivered(await consent(account, OperationId(operation_id)))

    @router.post("/{operation_id}/refuse", summary="Refuse, and tell the verifier so")
    async def refuse(
        account: Annotated[Account, Depends(caller)],
        operation_id: str,
        _decision: DecisionRequest | None = None,
    ) -> DeliveredAnswer:
        return _delivered(await answer.refuse(account, OperationId(operation_id)))

    return router


def _opened(opened: OpenedRequest) -> PresentationAnswer:
    return PresentationAnswer(
        operation_id=opened.operation_id,
        verifier=verifier_answer(opened.verifier),
        registration=registration_answer(opened.verifier.registration),
        agreements=[text_answer(one) for one in opened.verifier.agreements],
        requested=_requested(opened.requested),
        can_answer=opened.can_answer,
        why_not=_why_not(opened.why_not),
    )


def _delivered(delivered: Delivered) -> DeliveredAnswer:
    given = delivered.browser_response
    return DeliveredAnswer(
        delivered=delivered.delivered,
        redirect_uri=delivered.redirect_uri,
        browser_response=None if given is None else dict(given),
        entry_id=delivered.entry_id,
        receipt=delivered.receipt,
    )


def _requested(requested: Sequence[RequestedCredential]) -> list[RequestedCredentialAnswer]:
    return [
        RequestedCredentialAnswer(
            query_id=one.query_id,
            type=one.type,
            claims=[list(path) for path in one.claims],
            always_shown=[list(path) for path in one.always_shown],
            credential_id=one.credential_id,
        )
        for one in requested
    ]


def _why_not(reasons: Sequence[WhyNot]) -> list[WhyNotAnswer]:
    return [
        WhyNotAnswer(
            query_id=one.query_id,
            code=one.code,
            path=None if one.path is None else list(one.path),
            text=TextAnswer(english=one.english, french=one.french),
        )
        for one in reasons
    ]
