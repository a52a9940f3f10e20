"""What every store of the verifier promises, over memory, SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from specs.openid4vp import RequestUriMethod, ResponseMode
from trillium.runtime.database import SqliteDatabase, create_schema, open_database
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.presentation import (
    ClientIdPrefix,
    CrossDevice,
    Presentation,
    PresentationState,
    Release,
    RequestId,
    SealedResult,
)
from verifier.domain.relying_service import ClientId, RelyingService
from verifier.store import tables
from verifier.store.memory import MemoryVerifierStore
from verifier.store.postgresql import PostgresqlVerifierStore
from verifier.store.sqlite import SqliteVerifierStore

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
END = NOW + timedelta(minutes=5)
REQUEST = RequestId("request-1")
SHOP = ClientId("shop")
SEALED = SealedResult(b"wrapped", b"ciphertext")
Store = MemoryVerifierStore | SqliteVerifierStore | PostgresqlVerifierStore


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
    if isinstance(database, SqliteDatabase):
        yield SqliteVerifierStore(database)
    else:
        yield PostgresqlVerifierStore(database)
    await database.close()


def event(name: EventName = EventName.PRESENTATION_REQUESTED) -> Event:
    return Event(name, Actor("relying-service"), NOW, "shop", "age-19-or-over", "")


def presentation(number: int = 1) -> Presentation:
    return Presentation(
        request_id=RequestId(f"request-{number}"),
        transaction_hash=b"transaction" + bytes([number]),
        client_id=SHOP,
        preset="age-19-or-over",
        prefix=ClientIdPrefix.X509_HASH,
        nonce="nonce",
        state_value="state",
        locale="fr-CA",
        created_at=NOW,
        expires_at=END,
        audience="x509_hash:abc",
        by_value=True,
        response_mode=ResponseMode.DIRECT_POST_JWT,
        method=RequestUriMethod.GET,
        response_key=b"wrapped response key",
        transaction_data=("eyJ0eXBlIjoi4oKsIn0", "second"),
        release=Release.BROWSER,
        cross_device=CrossDevice.OPEN,
        return_url="https://shop.example/back?a=b",
        reference="order 7",
    )


async def conclude(store: Store, state: PresentationState = PresentationState.ACCEPTED) -> bool:
    return await store.conclude(REQUEST, state, SEALED, NOW, event(EventName.PRESENTATION_ACCEPTED))


async def take(store: Store, client_id: ClientId = SHOP) -> SealedResult | None:
    return await store.take_result(b"transaction\x01", client_id, NOW, event(EventName.RESULT_FETCHED))


async def test_a_presentation_comes_back_as_it_was_kept(store: Store) -> None:
    await store.add(presentation(), event())
    assert await store.find_by_request(REQUEST) == presentation()
    assert await store.find_by_transaction(b"transaction\x01") == presentation()
    assert await store.find_by_request(RequestId("nobody")) is None
    assert await store.find_by_transaction(b"nobody") is None


async def test_5_02_a_request_may_be_retrieved_again_while_it_is_open(store: Store) -> None:
    await store.add(presentation(), event())
    retrieved = event(EventName.REQUEST_OBJECT_RETRIEVED)
    assert all([await store.mark_retrieved(REQUEST, NOW, retrieved) for _ in range(3)])
    assert [one.name for one in await store.latest(9)].count(EventName.REQUEST_OBJECT_RETRIEVED) == 1
    assert await store.mark_retrieved(REQUEST, END - timedelta(seconds=1), retrieved)
    assert not await store.mark_retrieved(REQUEST, END, retrieved)
    await conclude(store)
    assert not await store.mark_retrieved(REQUEST, NOW, retrieved)


async def test_5_31_a_presentation_ends_once(store: Store) -> None:
    await store.add(presentation(), event())
    won = await asyncio.gather(*(conclude(store) for _ in range(16)))
    assert sum(won) == 1
    found = await store.find_by_request(REQUEST)
    ended = presentation()._replace(state=PresentationState.ACCEPTED, concluded_at=NOW, response_key=None)
    assert found == ended


async def test_5_22_an_end_is_found_by_the_code_that_went_to_the_wallet(store: Store) -> None:
    await store.add(presentation(), event())
    await store.add(presentation(2), event())
    ends = [
        store.conclude(REQUEST, PresentationState.CANCELLED, SEALED, NOW, event(), response_code_hash=code)
        for code in (b"first", b"second")
    ]
    assert [await end for end in ends] == [True, False]
    found = await store.find_by_response_code(b"first")
    assert found is not None
    assert (found.request_id, found.response_code_hash) == (REQUEST, b"first")
    assert await store.find_by_response_code(b"second") is None
    other = RequestId("request-2")
    assert await store.conclude(other, PresentationState.CANCELLED, SEALED, NOW, event())


async def test_5_24_the_response_key_goes_with_the_end(store: Store) -> None:
    for number in (1, 2):
        await store.add(presentation(number), event())
        kept = await store.find_by_request(RequestId(f"request-{number}"))
        assert kept is not None
        assert kept.response_key == b"wrapped response key"
    await conclude(store)
    assert await store.expire(END) == 1
    for number in (1, 2):
        ended = await store.find_by_request(RequestId(f"request-{number}"))
        assert ended is not None
        assert ended.response_key is None


async def test_the_last_request_object_is_kept_until_the_end(store: Store) -> None:
    await store.add(presentation(), event())
    retrieved = event(EventName.REQUEST_OBJECT_RETRIEVED)

    async def kept() -> str | None:
        found = await store.find_by_request(REQUEST)
        assert found is not None
        return found.request_object

    for served, expected in (("one", "one"), (None, "one"), ("two", "two")):
        assert await store.mark_retrieved(REQUEST, NOW, retrieved, request_object=served)
        assert await kept() == expected
    await conclude(store)
    assert await kept() is None
    assert not await store.mark_retrieved(REQUEST, NOW, retrieved, request_object="three")
    assert await kept() is None
    assert [one.name for one in await store.latest(9)].count(EventName.REQUEST_OBJECT_RETRIEVED) == 1


async def test_what_ended_long_ago_is_forgotten_but_for_its_events(store: Store) -> None:
    for number in (1, 2):
        await store.add(presentation(number), event())
    code = b"code"
    await store.conclude(REQUEST, PresentationState.ACCEPTED, SEALED, NOW, event(), response_code_hash=code)
    before = len(await store.latest(99))
    assert await store.forget(NOW) == 0
    assert await store.forget(NOW + timedelta(seconds=1)) == 1
    assert await store.find_by_request(REQUEST) is None
    assert await store.find_by_transaction(b"transaction\x01") is None
    assert await store.find_by_response_code(code) is None
    assert await take(store) is None
    assert await store.find_by_request(RequestId("request-2")) is not None
    assert len(await store.latest(99)) == before


async def test_an_expired_presentation_cannot_be_concluded(store: Store) -> None:
    await store.add(presentation(), event())
    late = await store.conclude(REQUEST, PresentationState.ACCEPTED, SEALED, END, event())
    assert not late
    found = await store.find_by_request(REQUEST)
    assert found is not None
    assert found.state_at(END) is PresentationState.TIMED_OUT


async def test_a_result_is_handed_out_once_and_to_its_relying_service_only(store: Store) -> None:
    await store.add(presentation(), event())
    assert await take(store) is None
    await conclude(store)
    assert await take(store, ClientId("other")) is None
    taken = await asyncio.gather(*(take(store) for _ in range(16)))
    assert [one for one in taken if one is not None] == [SEALED]
    found = await store.find_by_request(REQUEST)
    assert found is not None
    assert found.result_fetched
    assert [one.name for one in await store.latest(99)].count(EventName.RESULT_FETCHED) == 1


async def test_results_that_nobody_fetches_are_deleted(store: Store) -> None:
    await store.add(presentation(), event())
    await conclude(store)
    assert await store.purge_results(NOW) == 0
    assert await store.purge_results(NOW + timedelta(seconds=1)) == 1
    assert await take(store) is None


async def test_presentations_that_nobody_answers_time_out_with_an_event(store: Store) -> None:
    await store.add(presentation(1), event())
    await store.add(presentation(2), event())
    await conclude(store)
    assert await store.expire(END - timedelta(seconds=1)) == 0
    assert await store.expire(END) == 1
    assert await store.expire(END) == 0
    newest = (await store.latest(1))[0]
    assert (newest.name, newest.client_id) == (EventName.PRESENTATION_TIMED_OUT, "shop")
    found = await store.find_by_request(RequestId("request-2"))
    assert found is not None
    assert found.state is PresentationState.TIMED_OUT


async def test_relying_services_come_back_as_they_were_registered(store: Store) -> None:
    shop = RelyingService(SHOP, b"hash", (("en", "Shop"), ("fr", "Épicerie")), ("identity",), NOW)
    later = replace(shop, client_id=ClientId("a-later-one"), created_at=END)
    await store.add_service(later, event(EventName.RELYING_SERVICE_ADDED))
    await store.add_service(shop, event(EventName.RELYING_SERVICE_ADDED))
    assert await store.find_service(SHOP) == shop
    assert await store.find_service(ClientId("nobody")) is None
    assert await store.services() == [shop, later]


async def test_the_end_keeps_the_codes_of_its_reasons(store: Store) -> None:
    await store.add(presentation(), event())
    rejected, told = PresentationState.REJECTED, event(EventName.PRESENTATION_REJECTED)
    assert await store.conclude(REQUEST, rejected, SEALED, NOW, told, reasons=["expired", "revoked"])
    found = await store.find_by_request(REQUEST)
    assert found is not None
    assert found.reasons == ("expired", "revoked")
