"""The resident's cards: list, look into one, delete one."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request

from specs.sd_jwt_vc import choose_display
from trillium.runtime.api_router import api_router
from trillium.runtime.i18n import language_of
from wallet_api.domain.account import Account
from wallet_api.domain.held_credential import CredentialId, HeldCredential, short_type
from wallet_api.services.cards import Cards, OpenedCard
from wallet_api.web.accounts import Caller, no_store
from wallet_api.web.messages import (
    CredentialAnswer,
    CredentialsAnswer,
    DisclosureAnswer,
    OpenedCredentialAnswer,
)


def credentials_router(cards: Cards, caller: Caller) -> APIRouter:
    """Routes under ``/credentials``, for the holder of an account's token."""
    router = api_router(prefix="/credentials", tags=["credentials"], dependencies=[Depends(no_store)])

    @router.get("", summary="The credentials that are kept")
    async def list_cards(account: Annotated[Account, Depends(caller)], request: Request) -> CredentialsAnswer:
        locale = language_of(request.scope).locale
        found = await cards.list(account)
        return CredentialsAnswer(credentials=[CredentialAnswer(**_card(card, locale)) for card in found])

    @router.get("/{credential_id}", summary="One credential with its claims")
    async def show_card(
        account: Annotated[Account, Depends(caller)], credential_id: str, request: Request
    ) -> OpenedCredentialAnswer:
        opened = await cards.show(account, CredentialId(credential_id))
        return OpenedCredentialAnswer(
            **_card(opened.card, language_of(request.scope).locale),
            claims=dict(opened.claims),
            disclosures=_disclosures(opened),
        )

    @router.delete("/{credential_id}", status_code=204, summary="Delete a credential and all its copies")
    async def delete_card(account: Annotated[Account, Depends(caller)], credential_id: str) -> None:
        await cards.delete(account, CredentialId(credential_id))

    return router


def _card(card: HeldCredential, locale: str) -> dict[str, Any]:
    name = choose_display(card.names, [locale])
    return {
        "credential_id": card.credential_id,
        "type": short_type(card.vct),
        "vct": card.vct,
        "display_name": name.name if name else short_type(card.vct),
        "copies_left": card.copies_left,
        "received_at": card.received_at,
        "expires_at": card.expires_at,
        "status": card.status.value,
    }


def _disclosures(opened: OpenedCard) -> list[DisclosureAnswer]:
    shown = [DisclosureAnswer(path=list(path), shown_by_default=True) for path in opened.always_shown]
    return shown + [DisclosureAnswer(path=list(path), shown_by_default=False) for path in opened.withheld]
