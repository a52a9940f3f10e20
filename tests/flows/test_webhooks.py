"""A relying service is told: the verifier as it is started, with its own clock and background work."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from specs.jose import Use, parse_jwks, parse_jws, verify_jws
from tests.flows.street import Street, opened_street
from tests.patience import until
from tests.trillium.runtime.local_server import serving
from tests.verifier.surroundings import claims_of
from tests.verifier.web.streams import event, streaming
from verifier.services.webhooks import MESSAGE_TYPE


@dataclass
class Shop:
    """A relying service with an address of its own: what arrived there, and what it says to it."""

    status: int = 204
    messages: list[str] = field(default_factory=list)

    async def __call__(self, _scope: Any, receive: Callable[..., Any], send: Callable[..., Any]) -> None:
        body, status = b"", self.status
        while (message := await receive())["type"] == "http.request":
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        self.messages.append(body.decode())
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def heard(self, count: int) -> list[str]:
        await until(lambda: len(self.messages) >= count)
        return self.messages


@dataclass
class Place:
    shop: Shop
    origin: str
    folder: Path


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    shop = Shop()
    async with serving(shop) as port:
        yield Place(shop, f"http://127.0.0.1:{port}", tmp_path)


@asynccontextmanager
async def listening(place: Place) -> AsyncIterator[Street]:
    """The street with a relying service that has a webhook."""
    async with opened_street(place.folder, also_reached=(place.origin,)) as street:
        clients = (await street.http.get("/management/clients", headers=street.management)).json()["clients"]
        change = {"webhook_url": f"{place.origin}/hook"}
        url = f"/management/clients/{clients[-1]['client_id']}"
        answer = await street.http.patch(url, json=change, headers=street.management)
        assert answer.status_code == 200, answer.text
        yield street


async def test_the_service_is_told_and_can_check_who_told_it(place: Place) -> None:
    async with listening(place) as street:
        assert (await street.visit(street.card()))["outcome"] == "accepted"
        [message] = await place.shop.heard(1)
        keys = parse_jwks((await street.http.get("/jwks")).json())
        jws = parse_jws(message, max_bytes=4096)
        [key] = [key for key in keys if key.kid == jws.header["kid"]]
        claims = verify_jws(jws, key, use=Use.RECEIPT, typ=MESSAGE_TYPE).claims()
        assert (claims["state"], claims["preset"]) == ("accepted", "age-19-or-over")
        await asyncio.sleep(2)
        assert len(place.shop.messages) == 1


async def test_a_service_in_trouble_is_told_again_with_the_same_id(place: Place) -> None:
    place.shop.status = 503
    async with listening(place) as street:
        await street.visit(street.card())
        await place.shop.heard(1)
        place.shop.status = 200
        first, second = await place.shop.heard(2)
        assert claims_of(first)["jti"] == claims_of(second)["jti"]


async def test_what_was_not_told_before_a_restart_is_told_after_it(place: Place) -> None:
    place.shop.status = 503
    async with listening(place) as street:
        await street.visit(street.card())
        await place.shop.heard(1)
    place.shop.status = 200
    async with opened_street(place.folder, also_reached=(place.origin,)):
        first, second = (await place.shop.heard(2))[:2]
        assert claims_of(first)["jti"] == claims_of(second)["jti"]


async def test_events_arrive_while_the_wallet_answers(place: Place) -> None:
    async with opened_street(place.folder) as street:
        body = {"preset": "age-19-or-over"}
        started = (await street.http.post("/presentations", json=body, auth=street.service)).json()
        async with streaming(street.app, started["events_url"], street.service) as stream:
            assert await stream.event() == event("requested")
            await street.http.get(started["request_uri"])
            assert await stream.event() == event("retrieved")
            off = await street.http.delete(started["status_url"], auth=street.service)
            assert off.status_code == 204
            assert await stream.event() == event("cancelled", "service_cancelled")
