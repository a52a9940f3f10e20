"""A wallet on this machine that sends a browser to the issuer, and a register with people in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import httpx
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from specs.oauth import create_code_challenge
from tests.interop.server_process import ROOT, ServerProcess
from tests.trillium.runtime.local_server import serving

VERIFIER = "a-verifier-of-the-wallet-that-is-long-enough"
DATA = Path(ROOT, "issuer", "sample_data")
MAYA, NUMBER = "Maya Élise Tremblay-O'Connor", "ON-1000003"


@dataclass
class LoopbackWallet:
    """RFC 8252 section 7.3. ``answers``: the parameters of every redirect that came back."""

    origin: str
    redirect_uri: str = ""
    answers: list[dict[str, str]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response: Response = Response(status_code=204)
        if request.url.path == "/back":
            self.answers.append(dict(request.query_params))
            response = HTMLResponse("<!doctype html><html lang=en><title>The wallet</title><h1>Back</h1>")
        await response(scope, receive, send)

    def request(self, **changes: str) -> str:
        """The address that the wallet opens."""
        parameters = {
            "response_type": "code",
            "client_id": "https://wallet.example/a-wallet",
            "redirect_uri": self.redirect_uri,
            "scope": "photo-card proof-of-age",
            "state": "of-the-wallet",
            "code_challenge": create_code_challenge(VERIFIER),
            "code_challenge_method": "S256",
            **changes,
        }
        return f"{self.origin}/issuer/authorize?{urlencode(parameters)}"


@asynccontextmanager
async def loopback_wallet(origin: str) -> AsyncIterator[LoopbackWallet]:
    wallet = LoopbackWallet(origin)
    async with serving(wallet) as port:
        wallet.redirect_uri = f"http://127.0.0.1:{port}/back"
        yield wallet


def fill_register(server: ServerProcess) -> None:
    """With the fictional residents and businesses that are shipped."""
    headers = {**server.management_headers(), "Content-Type": "text/csv"}
    for name in ("residents", "businesses"):
        address, rows = f"{server.issuer}/management/{name}/import", (DATA / f"{name}.csv").read_bytes()
        answer = httpx.post(address, content=rows, headers=headers, trust_env=False, timeout=60)
        assert answer.status_code == 200, answer.text
