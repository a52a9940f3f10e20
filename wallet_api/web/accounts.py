"""Wallets of residents: management opens them, their token opens everything else."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from fastapi import APIRouter, Depends, Request, Response

from trillium.runtime.api_router import api_router
from trillium.runtime.authorization import parse_bearer
from wallet_api.domain.account import Account
from wallet_api.services.accounts import Accounts
from wallet_api.web.messages import AccountAnswer, AccountRequest, AccountStateAnswer

Caller: TypeAlias = Callable[[Request], Awaitable[Account]]
"""The account whose token a request carries; refuses everybody else."""

NO_STORE = {"Cache-Control": "no-store"}


def no_store(response: Response) -> None:
    """A dependency: nothing of a wallet stays in a cache."""
    response.headers.update(NO_STORE)


def caller_by_token(accounts: Accounts) -> Caller:
    """``Authorization: Bearer`` with an account's token."""

    async def caller(request: Request) -> Account:
        return await accounts.find(parse_bearer(request.headers.get("authorization")))

    return caller


def accounts_router(
    accounts: Accounts, require_management: Callable[[Request], Awaitable[None]]
) -> APIRouter:
    """``POST /accounts`` for management, ``GET /account`` for the resident."""
    router = api_router(tags=["accounts"], dependencies=[Depends(no_store)])
    caller = caller_by_token(accounts)

    @router.post(
        "/accounts",
        status_code=201,
        dependencies=[Depends(require_management)],
        summary="Open an account for a resident (management only); its token is in this answer only",
    )
    async def open_account(request: AccountRequest) -> AccountAnswer:
        opened = await accounts.open(request.name)
        return AccountAnswer(account_id=opened.account.account_id, token=opened.token)

    @router.get("/account", summary="The account of the caller")
    async def show_account(request: Request) -> AccountStateAnswer:
        account = await caller(request)
        return AccountStateAnswer(
            account_id=account.account_id,
            name=accounts.name_of(account),
            created_at=account.created_at,
        )

    return router
