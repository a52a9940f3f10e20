"""An OpenID provider that tests can have say anything. Its tokens are made by joserfc, not by our code."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from issuer.clients.login import LoginClient, UpstreamLogin
from issuer.domain.login import LoginAttempt
from tests.patience import PATIENCE_S
from tests.trillium.runtime.local_server import serving
from trillium.runtime.clock import SystemClock
from trillium.runtime.http_client import ConfiguredClient

BACK = "https://issuer.example/sign-in/return"
CLIENT = "trillium-issuer"
MAYA = "ON-1000003"
ATTEMPT = LoginAttempt("state-of-this-test", "nonce-of-this-test", "v" * 43)
ANSWER = {"code": "one-code", "state": ATTEMPT.state}

Change = Callable[[dict[str, Any]], None]
Answerer = Callable[[], Response]


@dataclass
class HostileProvider:
    """``answers``: by path, what is answered instead of the truth; the other hooks change what is true."""

    issuer: str = ""
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "first", "use": "sig"}))
    answers: dict[str, Answerer] = field(default_factory=dict)
    claims: Change = lambda claims: None
    header: Change = lambda header: None
    metadata: Change = lambda metadata: None
    tokens: Change = lambda tokens: None
    delay: float = 0.0
    nonce: str = ATTEMPT.nonce
    now: Callable[[], float] = time.time
    published: list[ECKey] | None = None
    calls: list[str] = field(default_factory=list)
    forms: list[dict[str, str]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.calls.append(request.url.path)
        await asyncio.sleep(self.delay)
        if request.url.path in self.answers:
            response = self.answers[request.url.path]()
        elif request.url.path == "/.well-known/openid-configuration":
            response = JSONResponse(self._metadata())
        elif request.url.path == "/jwks":
            keys = KeySet(self.published or [self.key]).as_dict(private=False)
            response = JSONResponse(keys)
        elif request.url.path == "/token":
            self.forms.append(dict(parse_qsl((await request.body()).decode())))
            response = JSONResponse(self._tokens())
        else:
            response = Response(status_code=404)
        await response(scope, receive, send)

    def id_token(self) -> str:
        now = int(self.now())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": "somebody",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "auth_time": now - 5,
            "nonce": self.nonce,
            "register_number": MAYA,
        }
        header: dict[str, Any] = {"alg": "ES256", "kid": self.key.kid}
        self.claims(claims)
        self.header(header)
        return jwt.encode(header, claims, self.key)

    def _metadata(self) -> dict[str, Any]:
        metadata = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
        }
        self.metadata(metadata)
        return metadata

    def _tokens(self) -> dict[str, Any]:
        tokens = {"access_token": "a-token", "token_type": "Bearer", "id_token": self.id_token()}
        self.tokens(tokens)
        return tokens


@asynccontextmanager
async def hostile(
    provider: HostileProvider, *, timeout: float = PATIENCE_S, **client: Any
) -> AsyncIterator[UpstreamLogin]:
    """Our client, which is configured for this provider."""
    async with serving(provider) as port:
        provider.issuer = f"http://localhost:{port}"
        members: dict[str, Any] = {
            "issuer": provider.issuer,
            "client_id": CLIENT,
            "client_secret": "",
            "redirect_uri": BACK,
            "scope": "openid",
            "claim": "register_number",
        }
        login = UpstreamLogin(
            LoginClient(**(members | client)), ConfiguredClient(total_timeout=timeout), SystemClock()
        )
        try:
            yield login
        finally:
            await login.close()


def json(value: Any, status: int = 200) -> Answerer:
    return lambda: JSONResponse(value, status)


def elsewhere() -> Response:
    return RedirectResponse("http://localhost:1/elsewhere", 302)
