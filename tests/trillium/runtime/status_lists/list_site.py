"""A web site that serves one status list over real HTTP, well or badly."""

import asyncio
import gzip
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.types import Receive, Scope, Send

from specs.jose import TrustAnchors
from specs.token_status_list import StatusAnswer, StatusList, StatusReference
from tests.patience import PATIENCE_S
from tests.trillium.runtime.local_server import serving
from tests.verifier.issuing import ENTRY, NOW, SimulatedIssuer
from trillium.runtime.http_client import OutgoingClient, StrangerClient
from trillium.runtime.status_lists import FetchTurns, StatusListClient, fetch_over

MINUTE = timedelta(minutes=1)


@dataclass
class ListSite:
    """Everything about its answers can be changed; ``asked`` holds the headers of every request.

    ``silent``: while it is set nobody gets an answer.
    """

    body: bytes = b""
    status: int = 200
    media_type: str = "application/statuslist+jwt"
    etag: str = '"1"'
    headers: dict[str, str] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    compress: bool = False
    endless: bool = False
    delay: float = 0.0
    silent: threading.Event = field(default_factory=threading.Event)
    asked: list[Mapping[str, str]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.asked.append({**asked, "path": scope["path"]})
        await asyncio.sleep(self.delay)
        while self.silent.is_set():
            await asyncio.sleep(0.001)
        target = self.redirects.get(scope["path"])
        if target is not None:
            await _answer(send, 302, {"location": target}, b"")
        elif self.status == 200 and self.etag and asked.get("if-none-match") == self.etag:
            await _answer(send, 304, {"etag": self.etag}, b"")
        else:
            body = gzip.compress(self.body) if self.compress else self.body
            if self.status == 304:
                body = b""
            headers = {"content-type": self.media_type, "etag": self.etag, **self.headers}
            if self.compress:
                headers["content-encoding"] = "gzip"
            await _answer(send, self.status, headers, body, endless=self.endless)


async def _answer(
    send: Send, status: int, headers: Mapping[str, str], body: bytes, *, endless: bool = False
) -> None:
    pairs = [(name.encode(), value.encode()) for name, value in headers.items() if value]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    for _ in range(600 if endless else 0):
        await send({"type": "http.response.body", "body": bytes(8192), "more_body": True})
    await send({"type": "http.response.body", "body": body})


@dataclass
class Reader:
    """A verifier's client in front of a site."""

    site: ListSite
    origin: str
    issuer: SimulatedIssuer
    lists: StatusListClient
    uri: str
    client: StrangerClient

    def publish(self, entries: StatusList | None = None, *, etag: str = '"1"', **changed: object) -> None:
        """A list of this site, signed by the issuer."""
        self.site.etag = etag
        self.site.body = self.issuer.status_list(entries, **({"sub": self.uri} | changed))  # type: ignore[arg-type]

    def reference(self, index: int, uri: str | None = None) -> StatusReference:
        """To one entry of its list."""
        return StatusReference(uri or self.uri, index)

    async def ask(
        self,
        *,
        index: int = ENTRY.index,
        max_age: timedelta = MINUTE,
        now: datetime = NOW,
        anchors: TrustAnchors | None = None,
        uri: str | None = None,
    ) -> StatusAnswer:
        return await self.lists.status_of(
            self.reference(index, uri), anchors=anchors or self.issuer.anchors, max_age=max_age, now=now
        )


def client_over(client: OutgoingClient, *, pause: float = 0.0) -> StatusListClient:
    """As in service, but a failure is forgotten at once unless a test is about that."""
    return StatusListClient(fetch_over(client), turns=FetchTurns(pause=pause))


@asynccontextmanager
async def reading() -> AsyncIterator[Reader]:
    """A site with a good list, and a client that may call it although it is local."""
    site = ListSite()
    async with serving(site) as port:
        origin = f"http://127.0.0.1:{port}"
        client = StrangerClient(loopback_origins=[origin], total_timeout=PATIENCE_S)
        reader = Reader(site, origin, SimulatedIssuer(), client_over(client), f"{origin}/lists/7", client)
        reader.publish()
        yield reader
        await client.close()
