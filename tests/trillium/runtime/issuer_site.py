"""A web site that publishes an issuer's keys over real HTTP, well or badly."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Receive, Scope, Send

from specs.jose import create_public_jwk
from tests.patience import PATIENCE_S
from tests.trillium.runtime.local_server import serving
from tests.verifier.issuing import private_key
from trillium.runtime.http_client import StrangerClient
from trillium.runtime.issuer_keys import PublishedKeys


def jwk(who: str = "library", kid: str | None = "1") -> dict[str, Any]:
    return create_public_jwk(private_key(who).public_key(), kid=kid)


@dataclass
class IssuerSite:
    """``documents``: by path; anything about an answer can be changed."""

    origin: str = ""
    documents: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = "application/json"
    delay: float = 0.0
    asked: list[str] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"{self.origin}/cards"

    def publish(self, *keys: dict[str, Any], **changed: Any) -> None:
        members = {"issuer": self.issuer, "jwks": {"keys": list(keys or (jwk(),))}} | changed
        members = {name: value for name, value in members.items() if value is not None}
        self.documents["/.well-known/jwt-vc-issuer/cards"] = members

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        self.asked.append(scope["path"])
        await asyncio.sleep(self.delay)
        found = self.documents.get(scope["path"])
        status = self.status if found is not None else 404
        headers = {"content-type": self.media_type, **self.headers}
        pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
        body = found if isinstance(found, bytes) else json.dumps(found).encode()
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def published(total_timeout: float = PATIENCE_S) -> AsyncIterator[tuple[IssuerSite, PublishedKeys]]:
    site = IssuerSite()
    async with serving(site) as port:
        site.origin = f"http://127.0.0.1:{port}"
        site.publish()
        client = StrangerClient(loopback_origins=[site.origin], total_timeout=total_timeout)
        yield site, PublishedKeys(client, insecure_origins=[site.origin])
        await client.close()
