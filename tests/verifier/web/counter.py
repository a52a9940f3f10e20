"""The verifier over HTTP, on SQLite: a relying service that asks, and a wallet that answers."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx
import orjson
from fastapi import FastAPI
from starlette.types import ASGIApp

from specs.encoding import b64url_decode
from specs.sd_jwt import PlanPath
from tests.verifier.holder import NINETEEN, Binding, present
from tests.verifier.issuing import SimulatedIssuer
from tests.verifier.openid.stores import NoNetwork
from tests.verifier.surroundings import (
    PUBLIC_URL,
    Desk,
    claims_of,
    encrypted_text,
    query_of,
    request_in,
    settings_for_tests,
)
from trillium.runtime.database import create_schema, open_database
from trillium.runtime.http_client import OutgoingClient
from trillium.runtime.management import open_management_guard
from trillium.runtime.mounting import Part, mount
from verifier.app import assemble, open_pages, open_store, open_webhooks
from verifier.app.openid.outside import open_openid
from verifier.domain.trust import Trust
from verifier.store import tables

FORM = "application/x-www-form-urlencoded"


@asynccontextmanager
async def _no_lifespan(_app: FastAPI) -> AsyncIterator[None]:
    yield


@dataclass
class Counter:
    """``http`` calls the application as others do, below its public URL."""

    desk: Desk
    app: ASGIApp
    http: httpx.AsyncClient
    var_dir: Path
    issuer: SimulatedIssuer = field(default_factory=SimulatedIssuer)
    wishes: dict[str, Any] = field(default_factory=lambda: {"response_mode": "direct_post"})
    """How presentations are started unless a test says otherwise."""

    @property
    def management(self) -> dict[str, str]:
        token = (self.var_dir / "management.token").read_text().strip()
        return {"Authorization": f"Bearer {token}"}

    async def register(self, *presets: str) -> httpx.BasicAuth:
        wanted = presets or ("age-19-or-over", "identity", "ontario-resident")
        body = {"name_en": "Shop", "name_fr": "Boutique", "presets": list(wanted)}
        answer = await self.http.post("/management/clients", json=body, headers=self.management)
        assert answer.status_code == 201, answer.text
        return httpx.BasicAuth(answer.json()["client_id"], answer.json()["client_secret"])

    async def start(self, service: httpx.BasicAuth | None = None, **wanted: Any) -> "Visit":
        """A started presentation, whose request the wallet has read."""
        service = service or await self.register()
        body = {"preset": "age-19-or-over", **self.wishes, **wanted}
        answer = await self.http.post("/presentations", json=body, auth=service)
        assert answer.status_code == 201, answer.text
        started = answer.json()
        if started["request_uri"] is None:
            return Visit(self, service, started, request_in(started["authorization_request"]))
        request = await self.http.get(started["request_uri"])
        assert request.status_code == 200, request.text
        return Visit(self, service, started, claims_of(request.text))


@dataclass
class Visit:
    """One presentation, from both sides."""

    counter: Counter
    service: httpx.BasicAuth
    started: dict[str, Any]
    request: dict[str, Any]

    @property
    def link(self) -> dict[str, str]:
        return query_of(self.started["authorization_request"])

    @property
    def response_uri(self) -> str:
        return str(self.request["response_uri"])

    def binding(self, **changed: Any) -> Binding:
        members = {"nonce": self.request["nonce"], "audience": self.request["client_id"]}
        return Binding(**(members | {"issued_at": self.counter.desk.clock.now()} | changed))

    def card(self, *paths: PlanPath, credential: str | None = None, **binding: Any) -> str:
        """A photo card, shown honestly unless told otherwise."""
        text = credential or self.counter.issuer.issue()
        return present(text, self.binding(**binding), *(paths or (NINETEEN,)))

    async def post(self, fields: Mapping[str, Any], **changed: Any) -> httpx.Response:
        """A form to the response URI; the state goes along unless it is changed.

        A presentation is encrypted where the request wants it; a refusal goes in the clear.
        """
        form = {"state": self.request["state"], **fields, **changed}
        form = {name: value for name, value in form.items() if value is not None}
        if "vp_token" in form and self.request["response_mode"] == "direct_post.jwt":
            members = {**form, "vp_token": orjson.loads(form["vp_token"])}
            form = {"response": encrypted_text(self.request, members)}
        return await self.counter.http.post(self.response_uri, data=form)

    async def show(self, *cards: str, query_id: str = "photo_card", **changed: Any) -> httpx.Response:
        """A ``vp_token`` with these cards."""
        token = orjson.dumps({query_id: list(cards)}).decode()
        return await self.post({"vp_token": token}, **changed)

    async def look(self) -> httpx.Response:
        return await self.counter.http.get(self.started["status_url"], auth=self.service)

    async def state(self) -> str:
        answer = await self.look()
        assert answer.status_code == 200, answer.text
        return str(answer.json()["state"])

    async def fetch(self, service: httpx.BasicAuth | None = None) -> httpx.Response:
        return await self.counter.http.get(self.started["result_url"], auth=service or self.service)

    async def codes(self) -> list[str]:
        """The reasons in the result; this fetches it."""
        answer = await self.fetch()
        assert answer.status_code == 200, answer.text
        return [reason["code"] for reason in answer.json()["reasons"]]


@asynccontextmanager
async def opened_counter(
    folder: Path,
    *,
    database_url: str = "",
    trust: Trust | None = None,
    others: OutgoingClient | None = None,
    **settings: Any,
) -> AsyncIterator[Counter]:
    """The application, wired as in service but for the clock and the status lists.

    ``others``: the way to other people's servers; without one there is none.
    """
    var_dir = folder / "var"
    database = open_database(database_url or f"sqlite:///{folder}/verifier.db")
    await create_schema(database, tables.metadata)
    desk = Desk(
        store=open_store(database),
        pages=open_pages(database),
        webhooks=open_webhooks(database),
        openid=open_openid(database, others or cast(OutgoingClient, NoNetwork())),
        trust=trust or Trust((SimulatedIssuer().trusted(),)),
        settings=settings_for_tests(var_dir=var_dir, **settings),
    )
    app = assemble(desk.verifier, open_management_guard(var_dir), _no_lifespan)
    mounted = mount([Part(desk.settings.public_url, app)])
    transport = httpx.ASGITransport(app=mounted, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as http:
        yield Counter(desk, mounted, http, var_dir)
    await database.close()


def is_sent_back(answer: httpx.Response) -> bool:
    """200, and where the person goes on: a code of 128 bits and nothing that says how it ended (5.22)."""
    body = answer.json()
    url = body.get("redirect_uri", "")
    code = url.removeprefix(f"{PUBLIC_URL}/return?response_code=")
    return (
        answer.status_code == 200
        and answer.headers["content-type"] == "application/json"
        and answer.headers["cache-control"] == "no-store"
        and set(body) == {"redirect_uri"}
        and len(b64url_decode(code)) == 16
    )


def is_oauth_error(answer: httpx.Response, code: str = "invalid_request") -> bool:
    """An error as protocol endpoints tell it: JSON, not stored, with a registered code."""
    body = answer.json()
    return (
        answer.headers["content-type"] == "application/json"
        and answer.headers["cache-control"] == "no-store"
        and set(body) == {"error", "error_description"}
        and body["error"] == code
    )


def is_problem(answer: httpx.Response, code: str) -> bool:
    """An error as relying services and management are told: problem details."""
    body = answer.json()
    return (
        answer.headers["content-type"] == "application/problem+json"
        and answer.headers["cache-control"] == "no-store"
        and body["code"] == code
        and body["status"] == answer.status_code
    )
