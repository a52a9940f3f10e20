"""What every store promises of OpenID clients, over memory, SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from specs.jose import Algorithm, public_jwk_of
from trillium.runtime.database import SqliteDatabase, create_schema, open_database
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.openid.client import Approval, AuthMethod, OpenIdClient, RegisteredClient
from verifier.domain.preset import SubjectMode
from verifier.domain.relying_service import ClientId, PreviousSecret, RelyingService
from verifier.ports import EventLog, RelyingServiceStore
from verifier.ports_openid import OpenIdClientStore
from verifier.store import tables
from verifier.store.memory import MemoryVerifierStore
from verifier.store.openid.clients_memory import MemoryOpenIdClients
from verifier.store.openid.clients_postgresql import PostgresqlOpenIdClients
from verifier.store.openid.clients_sqlite import SqliteOpenIdClients
from verifier.store.postgresql import PostgresqlVerifierStore
from verifier.store.sqlite import SqliteVerifierStore

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
SHOP, LIBRARY = ClientId("oc-shop"), ClientId("oc-library")
NAMES = (("en-CA", "Library"), ("fr-CA", "Bibliothèque"))
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()


def service(client_id: ClientId) -> RelyingService:
    return RelyingService(client_id, b"nobody's", NAMES, ("sign-in", "age-19-or-over"), NOW)


PLAIN = RegisteredClient(
    service(SHOP),
    OpenIdClient(
        client_id=SHOP,
        redirect_uris=("https://shop.example/back",),
        auth_method=AuthMethod.BASIC,
        secret_hash=b"secret",
        sector="shop.example",
        created_at=NOW,
    ),
)
FULL = RegisteredClient(
    replace(service(LIBRARY), site="https://library.example", disabled_at=NOW),
    OpenIdClient(
        client_id=LIBRARY,
        redirect_uris=("https://library.example/a", "https://library.example/b"),
        post_logout_redirect_uris=("https://library.example/bye",),
        auth_method=AuthMethod.POST,
        secret_hash=b"new secret",
        previous_secret=PreviousSecret(b"old secret", NOW + timedelta(hours=1)),
        jwks=(
            public_jwk_of(ec.generate_private_key(ec.SECP256R1()).public_key(), kid="one"),
            public_jwk_of(RSA_KEY, algorithm=Algorithm.PS256),
        ),
        jwks_uri="https://library.example/jwks",
        id_token_alg=Algorithm.ES256,
        require_pkce=False,
        sector="sector.example",
        sector_identifier_uri="https://sector.example/all.json",
        subject_mode=SubjectMode.PER_PRESET,
        reauthentication_window=timedelta(minutes=90),
        default_preset="sign-in",
        backchannel_logout_uri="https://library.example/logged-out",
        backchannel_logout_session_required=True,
        purposes=(("en-CA", "To lend you books"), ("fr-CA", "Pour vous prêter des livres")),
        needs=("age", "name"),
        contacts=("desk@library.example",),
        approval=Approval.REFUSED,
        reviewed_at=NOW + timedelta(days=1),
        refusal="No such library.",
        registration_token_hash=b"token",
        created_at=NOW + timedelta(seconds=1),
    ),
)


@dataclass(frozen=True)
class Kept:
    """A store with the relying services and the log that it shares."""

    clients: OpenIdClientStore
    services: RelyingServiceStore
    log: EventLog

    async def told(self) -> list[EventName]:
        return [one.name for one in reversed(await self.log.latest(99))]


def event(name: EventName = EventName.OPENID_CLIENT_CHANGED) -> Event:
    return Event(name, Actor("cli"), NOW, SHOP)


def changed(client: RegisteredClient, **openid: object) -> RegisteredClient:
    """A change from a reading of ``client``."""
    return RegisteredClient(
        replace(client.service, version=client.service.version + 1),
        replace(client.openid, version=client.openid.version + 1, **openid),  # type: ignore[arg-type]
    )


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    if request.param == "memory":
        memory = MemoryVerifierStore()
        yield Kept(MemoryOpenIdClients(memory), memory, memory)
        return
    sqlite = f"sqlite:///{tmp_path}/verifier.db"
    url = sqlite if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    database = open_database(url)
    await create_schema(database, tables.metadata)
    if isinstance(database, SqliteDatabase):
        store = SqliteVerifierStore(database)
        yield Kept(SqliteOpenIdClients(database), store, store)
    else:
        other = PostgresqlVerifierStore(database)
        yield Kept(PostgresqlOpenIdClients(database), other, other)
    await database.close()


@pytest.mark.parametrize("client", [PLAIN, FULL], ids=["plain", "full"])
async def test_a_client_is_read_as_it_was_written(kept: Kept, client: RegisteredClient) -> None:
    await kept.clients.add(client, event(EventName.OPENID_CLIENT_REGISTERED))
    found = await kept.clients.get(client.client_id)
    assert found == client
    assert found is not None
    assert [key.kid for key in found.openid.jwks] == [key.kid for key in client.openid.jwks]
    assert await kept.services.find_service(client.client_id) == client.service
    assert await kept.told() == [EventName.OPENID_CLIENT_REGISTERED]


async def test_an_unknown_client_is_none_and_so_is_a_relying_service_without_openid(kept: Kept) -> None:
    await kept.services.add_service(service(SHOP), event(EventName.RELYING_SERVICE_ADDED))
    assert await kept.clients.get(SHOP) is None
    assert await kept.clients.get(ClientId("nobody")) is None
    assert await kept.clients.clients() == []


async def test_one_id_is_not_registered_twice(kept: Kept) -> None:
    """In memory ids are not compared: they are random."""
    if isinstance(kept.clients, MemoryOpenIdClients):
        return
    await kept.clients.add(PLAIN, event())
    with pytest.raises(Exception, match=r"(?i)unique"):
        await kept.clients.add(PLAIN, event())
    assert len(await kept.told()) == 1


async def test_all_are_listed_oldest_first(kept: Kept) -> None:
    await kept.clients.add(FULL, event())
    await kept.clients.add(PLAIN, event())
    assert await kept.clients.clients() == [PLAIN, FULL]


async def test_both_rows_change_together_with_one_event(kept: Kept) -> None:
    await kept.clients.add(PLAIN, event(EventName.OPENID_CLIENT_REGISTERED))
    new = changed(PLAIN, approval=Approval.APPROVED, reviewed_at=NOW, sector="other.example")
    new = replace(new, service=replace(new.service, presets=("identity",)))
    assert await kept.clients.update(new, event(EventName.OPENID_CLIENT_APPROVED))
    assert await kept.clients.get(SHOP) == new
    assert await kept.told() == [EventName.OPENID_CLIENT_REGISTERED, EventName.OPENID_CLIENT_APPROVED]


async def test_only_that_client_changes(kept: Kept) -> None:
    await kept.clients.add(PLAIN, event())
    await kept.clients.add(FULL, event())
    assert await kept.clients.update(changed(PLAIN, sector="other.example"), event())
    assert await kept.clients.get(LIBRARY) == FULL


async def test_of_two_changes_from_one_reading_the_second_is_refused(kept: Kept) -> None:
    await kept.clients.add(PLAIN, event())
    done = await asyncio.gather(
        *(kept.clients.update(changed(PLAIN, sector=f"{one}.example"), event()) for one in range(4))
    )
    assert sorted(done) == [False, False, False, True]
    assert len(await kept.told()) == 2


async def test_a_change_loses_against_one_of_the_relying_service(kept: Kept) -> None:
    await kept.clients.add(PLAIN, event())
    assert await kept.services.change_service(replace(PLAIN.service, version=2), event())
    assert not await kept.clients.update(changed(PLAIN, sector="other.example"), event())
    found = await kept.clients.get(SHOP)
    assert found is not None
    assert found.openid.sector == "shop.example"


async def test_a_change_of_a_stale_reading_is_refused_though_the_service_is_fresh(kept: Kept) -> None:
    await kept.clients.add(PLAIN, event())
    assert await kept.clients.update(changed(PLAIN), event())
    stale = RegisteredClient(replace(PLAIN.service, version=3), changed(PLAIN).openid)
    assert not await kept.clients.update(stale, event())
    found = await kept.clients.get(SHOP)
    assert found is not None
    assert found.service.version == 2


async def test_nobody_changes_what_is_not_there(kept: Kept) -> None:
    assert not await kept.clients.update(changed(PLAIN), event())
    assert not await kept.clients.remove(PLAIN, event())
    assert await kept.told() == []


async def test_a_removed_client_is_gone_and_its_service_is_as_it_was_handed_in(kept: Kept) -> None:
    await kept.clients.add(PLAIN, event(EventName.OPENID_CLIENT_REGISTERED))
    off = replace(PLAIN.service, disabled_at=NOW, version=2)
    assert await kept.clients.remove(
        RegisteredClient(off, PLAIN.openid), event(EventName.OPENID_CLIENT_REMOVED)
    )
    assert await kept.clients.get(SHOP) is None
    assert await kept.services.find_service(SHOP) == off
    assert await kept.told() == [EventName.OPENID_CLIENT_REGISTERED, EventName.OPENID_CLIENT_REMOVED]
    assert not await kept.clients.remove(RegisteredClient(replace(off, version=3), PLAIN.openid), event())


async def test_those_that_nobody_looked_at_are_counted_up_to_a_number(kept: Kept) -> None:
    assert await kept.clients.count_unreviewed(at_most=5) == 0
    for number in range(3):
        new = ClientId(f"oc-{number}")
        openid = replace(PLAIN.openid, client_id=new, approval=Approval.APPROVED)
        await kept.clients.add(RegisteredClient(service(new), openid), event())
    await kept.clients.add(FULL, event())
    assert await kept.clients.count_unreviewed(at_most=5) == 3
    assert await kept.clients.count_unreviewed(at_most=2) == 2


async def test_what_nobody_decided_about_is_deleted_in_the_end(kept: Kept) -> None:
    await kept.clients.add(PLAIN, event(EventName.OPENID_CLIENT_REGISTERED))
    assert await kept.clients.purge_unreviewed(NOW, NOW) == 0
    assert await kept.clients.purge_unreviewed(NOW + timedelta(seconds=1), NOW) == 1
    assert await kept.clients.get(SHOP) is None
    assert await kept.services.find_service(SHOP) is None
    [latest, _] = await kept.log.latest(9)
    assert (latest.name, latest.actor, latest.client_id) == (
        EventName.OPENID_CLIENT_REMOVED,
        "system",
        SHOP,
    )


@pytest.mark.parametrize(
    "decided",
    [{"approval": Approval.APPROVED}, {"reviewed_at": NOW}],
    ids=["usable without a decision", "waiting again after one"],
)
async def test_what_has_been_in_use_is_never_deleted_so(kept: Kept, decided: dict[str, object]) -> None:
    openid = replace(PLAIN.openid, **decided)  # type: ignore[arg-type]
    await kept.clients.add(RegisteredClient(PLAIN.service, openid), event())
    assert await kept.clients.purge_unreviewed(NOW + timedelta(days=999), NOW) == 0
    assert await kept.clients.get(SHOP) is not None
