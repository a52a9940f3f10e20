"""The issuer as it is served, on SQLite, without a socket; and a wallet and a clerk that talk to it."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from issuer.app import create_app
from issuer.settings import Settings
from issuer.store import tables
from issuer.web.routes import WELL_KNOWN
from tests.issuer.surroundings import HandClock
from tests.issuer.wallet import Prover, request_body
from trillium.runtime.mounting import Part, mount

ISSUER = "https://issuer.example/tenant"
GRANT_TYPE = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
HEADER = (
    "register_number,family_name,given_name,birthdate,sex,street_address,locality,region,postal_code,country,"
    "language,guardian_register_number"
)
MAYA = "ON-1000003,Tremblay,Maya,1994-06-14,F,118 Spadina Ave,Toronto,ON,M5V 2K9,CA,en,"

OF_THE_PUBLISHER = {"issuer_status_list", "issuer_list_change"}
"""What the publisher writes beside the requests, at its own time."""
TABLES = {name: f"SELECT * FROM {name}" for name in tables.metadata.tables if name not in OF_THE_PUBLISHER}  # noqa: S608  # our own names
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass
class RunningIssuer:
    """One server, and what its users know."""

    client: httpx.AsyncClient
    folder: Path
    clock: HandClock
    management: dict[str, str]

    def prover(self) -> Prover:
        return Prover(ISSUER, self.clock.now())

    def rows(self) -> Rows:
        """All that requests write. A change of a status is also a row of its credential."""
        with closing(sqlite3.connect(f"file:{self.folder}/trillium.db?mode=ro", uri=True)) as connection:
            return {
                name: sorted(connection.execute(sql).fetchall(), key=repr) for name, sql in TABLES.items()
            }

    # The clerk.

    async def import_residents(self, *lines: str) -> httpx.Response:
        return await self.manage(
            "POST",
            "/residents/import",
            content="\n".join((HEADER, *(lines or (MAYA,)))) + "\n",
            headers={"Content-Type": "text/csv"},
        )

    async def manage(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **request: Any
    ) -> httpx.Response:
        """A call of the management API with its token."""
        return await self.client.request(
            method, f"{ISSUER}/management{path}", headers=self.management | (headers or {}), **request
        )

    async def subject_ref(self, text: str = "Tremblay") -> str:
        found = await self.manage("POST", "/residents/search", json={"text": text})
        return str(found.json()["residents"][0]["subject_ref"])

    async def offer(
        self, configuration_ids: Sequence[str] = ("photo-card",), **members: Any
    ) -> dict[str, Any]:
        """A new offer for Maya, as the management API answers."""
        request = {
            "subject_ref": await self.subject_ref(),
            "credential_configuration_ids": list(configuration_ids),
            **members,
        }
        answer = await self.manage("POST", "/offers", json=request)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    # The wallet.

    async def redeem(self, offer: dict[str, Any], **fields: str) -> httpx.Response:
        """The token request for an offer; fields are added or, when empty, left out."""
        grant = offer["credential_offer"]["grants"][GRANT_TYPE]
        form = {"grant_type": GRANT_TYPE, "pre-authorized_code": grant["pre-authorized_code"]}
        if offer["tx_code"]:
            form["tx_code"] = offer["tx_code"]
        form = {name: value for name, value in (form | fields).items() if value}
        return await self.client.post(f"{ISSUER}/token", data=form)

    async def access_token(self, configuration_ids: Sequence[str] = ("photo-card",)) -> str:
        answer = await self.redeem(await self.offer(configuration_ids))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    async def nonce(self) -> str:
        return str((await self.client.post(f"{ISSUER}/nonce")).json()["c_nonce"])

    async def request(
        self, token: str | None, body: Any, *, headers: dict[str, str] | None = None, **request: Any
    ) -> httpx.Response:
        """A credential request; ``body``: an object, or bytes that go out as they are."""
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        sent = {"Content-Type": "application/json"} if isinstance(body, bytes) else {}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        return await self.client.post(
            f"{ISSUER}/credential", headers=sent | (headers or {}), **content, **request
        )

    async def issue(self, copies: int = 1, configuration_id: str = "photo-card") -> list[str]:
        """A whole issuance; the credentials in compact form."""
        token, nonce = await self.access_token((configuration_id,)), await self.nonce()
        body = request_body(self.prover().proofs(nonce, copies), configuration_id)
        answer = await self.request(token, body)
        assert answer.status_code == 200, answer.text
        return [entry["credential"] for entry in answer.json()["credentials"]]


@asynccontextmanager
async def running_issuer(
    folder: Path, *, prepare: Callable[[FastAPI], None] = lambda _app: None, **settings: Any
) -> AsyncIterator[RunningIssuer]:
    """A server with Maya in its register. Exceptions that leave the application are raised in the test.

    ``prepare``: what is done with the application before it starts.
    """
    members: dict[str, Any] = {
        "public_url": ISSUER,
        "var_dir": folder,
        "keys_uri": "memory:",
        "status_list_size": 1024,
        "rate_limits": False,
    }
    clock = HandClock()
    app = create_app(Settings(**(members | settings)), clock=clock)
    prepare(app)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=mount([Part(ISSUER, app, WELL_KNOWN)]))
        async with httpx.AsyncClient(transport=transport, base_url="https://issuer.example") as client:
            token = (folder / "management.token").read_text().strip()
            issuer = RunningIssuer(client, folder, clock, {"Authorization": f"Bearer {token}"})
            assert (await issuer.import_residents()).status_code == 200
            yield issuer
