"""The resident's record of what was shown to whom, with the receipts."""

from typing import Annotated

from fastapi import APIRouter, Depends

from trillium.runtime.api_router import api_router
from wallet_api.domain.account import Account
from wallet_api.domain.history import HistoryId
from wallet_api.services.history import History, Recorded
from wallet_api.web.accounts import Caller, no_store
from wallet_api.web.asked_by import registration_answer, text_answer, verifier_answer
from wallet_api.web.messages import HistoryAnswer, HistoryEntryAnswer, ShownCardAnswer


def history_router(history: History, caller: Caller) -> APIRouter:
    """Routes under ``/history``, for the holder of an account's token."""
    router = api_router(prefix="/history", tags=["history"], dependencies=[Depends(no_store)])

    @router.get("", summary="What was shown to whom, newest first")
    async def list_history(account: Annotated[Account, Depends(caller)]) -> HistoryAnswer:
        return HistoryAnswer(entries=[_entry(one) for one in await history.list(account)])

    @router.delete("/{entry_id}", status_code=204, summary="Delete a record with its receipt")
    async def delete_entry(account: Annotated[Account, Depends(caller)], entry_id: str) -> None:
        await history.delete(account, HistoryId(entry_id))

    return router


def _entry(recorded: Recorded) -> HistoryEntryAnswer:
    shown = recorded.shown
    return HistoryEntryAnswer(
        entry_id=recorded.entry_id,
        at=recorded.at,
        verifier=verifier_answer(shown.asked),
        registration=registration_answer(shown.asked.registration),
        agreements=[text_answer(one) for one in shown.asked.agreements],
        cards=[
            ShownCardAnswer(
                type=card.type,
                claims=[list(path) for path in card.claims],
                always_shown=[list(path) for path in card.always_shown],
            )
            for card in shown.cards
        ],
        accepted=shown.accepted,
        receipt=shown.receipt,
    )
