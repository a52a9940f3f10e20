"""Requests of verifiers: read one, agree to it, refuse it."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends

from wallet_api.domain.account import Account
from wallet_api.domain.consent import RequestedCredential, WhyNot
from wallet_api.domain.operation import OperationId
from wallet_api.services.answer_request import AnswerRequest, ConsentToRequest, Delivered
from wallet_api.services.open_request import OpenRequest
from wallet_api.web.accounts import Caller, no_store
from wallet_api.web.messages import (
    DecisionRequest,
    DeliveredAnswer,
    PresentationAnswer,
    PresentationRequest,
    RequestedCredentialAnswer,
    TextAnswer,
    VerifierAnswer,
    WhyNotAnswer,
)


def presentations_router(
    open_request: OpenRequest, consent: ConsentToRequest, answer: AnswerRequest, caller: Caller
) -> APIRouter:
    """Routes under ``/presentations``, for the holder of an account's token."""
    router = APIRouter(prefix="/presentations", tags=["presentations"], dependencies=[Depends(no_store)])

    @router.post("", status_code=201, summary="Read a presentation request: who asks for what")
    async def read_request(
        account: Annotated[Account, Depends(caller)], request: PresentationRequest
    ) -> PresentationAnswer:
        opened = await open_request(account, request.authorization_request)
        verifier = opened.verifier
        return PresentationAnswer(
            operation_id=opened.operation_id,
            verifier=VerifierAnswer(
                client_id=verifier.client_id, name=verifier.name, trusted=verifier.trusted
            ),
            purpose=None,  # a request has no member for it (OpenID4VP 1.0 section 5)
            requested=_requested(opened.requested),
            can_answer=opened.can_answer,
            why_not=_why_not(opened.why_not),
        )

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


def _delivered(delivered: Delivered) -> DeliveredAnswer:
    return DeliveredAnswer(delivered=delivered.delivered, redirect_uri=delivered.redirect_uri)


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
