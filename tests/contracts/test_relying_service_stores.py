"""What every store promises of relying services, over memory, SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from specs.jose import public_jwk_of
from trillium.runtime.database import create_schema, open_database
from verifier.app import Store, open_store
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.presentation import (
    ClientIdPrefix,
    Presentation,
    PresentationState,
    RequestId,
    SealedResult,
)
from verifier.domain.relying_service import SWITCHED_OFF, ClientId, PreviousSecret, RelyingService
from verifier.store import tables
from verifier.store.memory import MemoryVerifierStore

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
PLAIN = RelyingService(
    ClientId("shop"), b"hash", (("en-CA", "Shop"), ("fr-CA", "Épicerie")), ("identity",), NOW
)
KEY = public_jwk_of(ec.generate_private_key(ec.SECP256R1()).public_key(), kid="our-key")
FULL = replace(
    PLAIN,
    client_id=ClientId("shop-with-all"),
    site="https://shop.example",
    return_urls=("https://shop.example/a", "https://shop.example/b"),
    webhook_url="https://hook.example/",
    evidence_key=KEY,
    previous_secret=PreviousSecret(b"old hash", NOW + timedelta(hours=1)),
    disabled_at=NOW,
)
ADDED = Event(EventName.RELYING_SERVICE_ADDED, Actor("cli"), NOW, "shop")
CHANGED = Event(EventName.RELYING_SERVICE_CHANGED, Actor("cli"), NOW, "shop")


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    if request.param == "memory":
        yield MemoryVerifierStore()
        return
    sqlite = f"sqlite:///{tmp_path}/verifier.db"
    database = open_database(
        sqlite if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    )
    await create_schema(database, tables.metadata)
    yield open_store(database)
    await database.close()


async def event_names(store: Store) -> list[EventName]:
    return [event.name for event in await store.latest(99)]  # type: ignore[attr-defined]


@pytest.mark.parametrize("service", [PLAIN, FULL], ids=["plain", "full"])
async def test_everything_comes_back(store: Store, service: RelyingService) -> None:
    await store.add_service(service, ADDED)
    found = await store.find_service(service.client_id)
    assert found == service
    if found.evidence_key is not None:
        assert found.evidence_key.kid == "our-key"


async def test_a_change_replaces_everything_but_the_id(store: Store) -> None:
    await store.add_service(PLAIN, ADDED)
    changed = replace(FULL, client_id=PLAIN.client_id, version=2)
    assert await store.change_service(changed, CHANGED)
    assert await store.find_service(PLAIN.client_id) == changed
    back = replace(PLAIN, version=3)
    assert await store.change_service(back, CHANGED)
    assert await store.services() == [back]
    assert await event_names(store) == [CHANGED.name, CHANGED.name, ADDED.name]


@pytest.mark.parametrize("version", [1, 3, 0])
async def test_a_change_of_another_version_changes_nothing(store: Store, version: int) -> None:
    await store.add_service(PLAIN, ADDED)
    assert not await store.change_service(replace(FULL, client_id=PLAIN.client_id, version=version), CHANGED)
    assert await store.find_service(PLAIN.client_id) == PLAIN
    assert await event_names(store) == [ADDED.name]


async def test_of_concurrent_changes_one_is_made(store: Store) -> None:
    await store.add_service(PLAIN, ADDED)
    others = [replace(PLAIN, version=2, webhook_url=f"https://hook.example/{one}") for one in range(8)]
    won = await asyncio.gather(*(store.change_service(one, CHANGED) for one in others))
    assert sum(won) == 1
    assert await store.find_service(PLAIN.client_id) == others[won.index(True)]
    assert (await event_names(store)).count(CHANGED.name) == 1


async def test_an_unknown_service_is_not_changed(store: Store) -> None:
    assert not await store.change_service(replace(PLAIN, version=2), CHANGED)
    assert await store.services() == []


def presentation(number: int, client: str = "shop") -> Presentation:
    return Presentation(
        request_id=RequestId(f"request-{number}"),
        transaction_hash=f"transaction-{number}".encode(),
        client_id=ClientId(client),
        preset="identity",
        prefix=ClientIdPrefix.X509_HASH,
        nonce="nonce",
        state_value="state",
        locale="en-CA",
        created_at=NOW,
        expires_at=NOW + timedelta(minutes=number),
    )


async def test_all_open_presentations_of_one_service_are_ended_at_once(store: Store) -> None:
    requested = Event(EventName.PRESENTATION_REQUESTED, Actor("relying-service"), NOW, "shop")
    for number in range(1, 4):
        await store.add(presentation(number)._replace(response_key=b"wrapped key"), requested)
    await store.add(presentation(9, "another"), requested)
    sealed = SealedResult(b"wrapped", b"ciphertext")
    await store.conclude(RequestId("request-3"), PresentationState.ACCEPTED, sealed, NOW, requested)
    later = NOW + timedelta(minutes=1)
    assert await store.cancel_open(ClientId("shop"), later, Actor("cli")) == 1
    assert await store.cancel_open(ClientId("shop"), later, Actor("cli")) == 0
    states = {}
    for number in (1, 2, 3, 9):
        found = await store.find_by_request(RequestId(f"request-{number}"))
        assert found is not None
        assert found.response_key is None or found.state is PresentationState.REQUESTED
        states[number] = found.state_at(later).value
    assert states == {1: "timed_out", 2: "cancelled", 3: "accepted", 9: "requested"}
    newest = (await store.latest(1))[0]  # type: ignore[attr-defined]
    assert newest == Event(
        EventName.PRESENTATION_CANCELLED, Actor("cli"), later, "shop", "identity", SWITCHED_OFF
    )


async def test_open_presentations_are_counted_for_one_relying_service(store: Store) -> None:
    requested = Event(EventName.PRESENTATION_REQUESTED, Actor("relying-service"), NOW, "shop")
    for number in range(1, 5):
        await store.add(presentation(number), requested)
    await store.add(presentation(9, "another"), requested)
    shop = ClientId("shop")
    assert await store.count_open(shop, NOW, at_most=99) == 4
    assert await store.count_open(shop, NOW, at_most=2) == 2
    assert await store.count_open(ClientId("nobody"), NOW, at_most=99) == 0
    await store.mark_retrieved(RequestId("request-4"), NOW, requested)
    assert await store.count_open(shop, NOW, at_most=99) == 4
    sealed = SealedResult(b"wrapped", b"ciphertext")
    accepted = Event(EventName.PRESENTATION_ACCEPTED, Actor("wallet"), NOW, "shop")
    assert await store.conclude(RequestId("request-3"), PresentationState.ACCEPTED, sealed, NOW, accepted)
    assert await store.count_open(shop, NOW, at_most=99) == 3
    assert await store.count_open(shop, NOW + timedelta(minutes=1), at_most=99) == 2
