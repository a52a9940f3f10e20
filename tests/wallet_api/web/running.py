"""The wallet's application with a database of its own, on the simulated Internet."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from tests.simulators.wallet import World
from wallet_api.app import create_app
from wallet_api.domain.trust import FixedTrust
from wallet_api.settings import Settings

BASE = "http://localhost:8000"


@dataclass
class Running:
    """A server, and the credentials to talk to it."""

    world: World
    client: httpx.AsyncClient
    management: str
    token: str = ""
    account_id: str = ""

    async def open_account(self, name: str = "Maya’s wallet") -> None:
        answer = await self.client.post(
            "/accounts", json={"name": name}, headers={"Authorization": f"Bearer {self.management}"}
        )
        assert answer.status_code == 201
        self.token, self.account_id = answer.json()["token"], answer.json()["account_id"]

    async def call(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, **headers: str
    ) -> httpx.Response:
        """As the resident."""
        all_headers = {"Authorization": f"Bearer {token or self.token}", **headers}
        return await self.client.request(method, path, json=body, headers=all_headers)

    async def receive(self) -> str:
        """A card in the wallet; its id."""
        self.world.issuer.redeemed = False
        offer = await self.call("POST", "/offers", {"credential_offer": self.world.issuer.link()})
        accepted = await self.call("POST", f"/offers/{offer.json()['operation_id']}/accept", {})
        assert accepted.status_code == 200, accepted.text
        return str(accepted.json()["credentials"][0]["credential_id"])

    async def open_request(self) -> dict[str, Any]:
        answer = await self.call(
            "POST", "/presentations", {"authorization_request": self.world.verifier.link()}
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.json())


@asynccontextmanager
async def running(var_dir: Path, **settings: Any) -> AsyncIterator[Running]:
    """With an account opened."""
    now = datetime.now(UTC)
    world = World()
    world.issuer = type(world.issuer)(now)
    world.verifier = type(world.verifier)(now)
    world.issuer.connect(world.internet)
    world.verifier.connect(world.internet)
    app = create_app(
        Settings(**{"var_dir": var_dir, "public_url": f"{BASE}/wallet", "rate_limits": False, **settings}),
        trust=FixedTrust(world.trust()),
        internet=world.internet,
    )
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            token = (var_dir / "management.token").read_text().strip()
            server = Running(world, client, token)
            await server.open_account()
            yield server
