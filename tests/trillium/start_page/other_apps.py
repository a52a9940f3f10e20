"""The start page beside applications that are not ours: one operation each."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from tests.trillium.runtime.asgi_client import client_of
from trillium.start_page import create_start_page

ORIGIN = "https://id.example"


def app_with(path: str, summary: str, *tags: str) -> FastAPI:
    """An application with ``POST path``."""
    app = FastAPI()

    async def answer() -> None: ...

    app.add_api_route(path, answer, methods=["POST"], summary=summary, tags=list(tags))
    return app


APPS = {
    "issuer": app_with("/credential", "Credential endpoint", "wallets"),
    "verifier": app_with("/presentations", "Ask for a presentation", "relying services"),
    "wallet": app_with("/accounts", "Open an account", "accounts"),
}


@asynccontextmanager
async def opened(
    apps: Mapping[str, FastAPI] = APPS, *, https: bool = True, sandbox: bool = True
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the start page that leads to ``apps``."""
    described = {name: (f"{ORIGIN}/{name}", app) for name, app in apps.items()}
    async with client_of(create_start_page(described, https=https, sandbox=sandbox), ORIGIN) as client:
        yield client
