"""Offers: read one, accept it."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends

from specs.openid4vci import CredentialConfiguration, TxCode
from specs.sd_jwt_vc import render_text
from specs.sd_jwt_vc.display import MAX_DESCRIPTION
from trillium.runtime.api_router import api_router
from wallet_api.domain.account import Account
from wallet_api.domain.held_credential import short_type
from wallet_api.domain.operation import OperationId
from wallet_api.domain.pending import OfferedCredential
from wallet_api.services.accept_offer import AcceptOffer
from wallet_api.services.open_offer import OpenOffer
from wallet_api.web.accounts import Caller, no_store
from wallet_api.web.messages import (
    AcceptAnswer,
    AcceptRequest,
    CredentialDisplayAnswer,
    OfferAnswer,
    OfferedCredentialAnswer,
    OfferRequest,
    ReceivedCredentialAnswer,
    RefusedCredentialAnswer,
    TxCodeAnswer,
)


def offers_router(open_offer: OpenOffer, accept_offer: AcceptOffer, caller: Caller) -> APIRouter:
    """Routes under ``/offers``, for the holder of an account's token."""
    router = api_router(prefix="/offers", tags=["offers"], dependencies=[Depends(no_store)])

    @router.post("", status_code=201, summary="Read a credential offer: who offers what")
    async def read_offer(account: Annotated[Account, Depends(caller)], request: OfferRequest) -> OfferAnswer:
        opened = await open_offer(account, request.credential_offer)
        return OfferAnswer(
            operation_id=opened.operation_id,
            credential_issuer=opened.credential_issuer,
            credentials=_offered(opened.credentials),
            tx_code=_tx_code(opened.tx_code),
        )

    @router.post("/{operation_id}/accept", summary="Accept an offer and receive the credentials")
    async def accept(
        account: Annotated[Account, Depends(caller)], operation_id: str, request: AcceptRequest | None = None
    ) -> AcceptAnswer:
        wanted = request or AcceptRequest()
        accepted = await accept_offer(
            account, OperationId(operation_id), tx_code=wanted.tx_code, copies=wanted.copies
        )
        return AcceptAnswer(
            credentials=[
                ReceivedCredentialAnswer(
                    credential_id=card.credential_id, type=short_type(card.vct), copies=card.copies
                )
                for card in accepted.received
            ],
            refused=[RefusedCredentialAnswer(id=name, code=code) for name, code in accepted.refused],
        )

    return router


def _offered(
    credentials: Sequence[tuple[OfferedCredential, CredentialConfiguration]],
) -> list[OfferedCredentialAnswer]:
    return [
        OfferedCredentialAnswer(
            id=offered.configuration_id, type=short_type(offered.vct), display=_displays(configuration)
        )
        for offered, configuration in credentials
    ]


def _displays(configuration: CredentialConfiguration) -> list[CredentialDisplayAnswer]:
    """Texts of a stranger: shortened and without characters that could do harm (2.27)."""
    metadata = configuration.credential_metadata
    return [
        CredentialDisplayAnswer(
            name=render_text(one.name),
            locale=one.locale,
            description=one.description and render_text(one.description, max_length=MAX_DESCRIPTION),
            background_color=one.background_color and render_text(one.background_color),
            text_color=one.text_color and render_text(one.text_color),
        )
        for one in (metadata and metadata.display) or ()
    ]


def _tx_code(tx_code: TxCode | None) -> TxCodeAnswer | None:
    if tx_code is None:
        return None
    description = tx_code.description and render_text(tx_code.description, max_length=MAX_DESCRIPTION)
    return TxCodeAnswer(length=tx_code.length, input_mode=tx_code.input_mode, description=description)
