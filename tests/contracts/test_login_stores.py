"""What every store of logins and their sessions promises (7.13, 7.18), over memory, SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest

from trillium.runtime.database import SqliteDatabase, create_schema, open_database
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.openid.login import Login, LoginRequest, LoginState, PushedRequest
from verifier.domain.openid.session import ReauthenticationSession
from verifier.domain.presentation import RequestId
from verifier.domain.relying_service import ClientId
from verifier.ports import EventLog
from verifier.ports_openid import LoginStore, SessionStore
from verifier.store import tables
from verifier.store.memory import MemoryVerifierStore
from verifier.store.openid.logins_memory import MemoryLogins
from verifier.store.openid.logins_postgresql import PostgresqlLogins
from verifier.store.openid.logins_sqlite import SqliteLogins
from verifier.store.postgresql import PostgresqlVerifierStore
from verifier.store.sqlite import SqliteVerifierStore

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
END = NOW + timedelta(minutes=10)
SHORT = timedelta(milliseconds=1)
SHOP, BANK = ClientId("rs-shop"), ClientId("rs-bank")
LOGIN = RequestId("request-1")
PLAIN = LoginRequest(
    client_id=SHOP, redirect_uri="https://shop.example/back", preset="sign-in", acr="https://op.example/acr/1"
)
FULL = LoginRequest(
    client_id=SHOP,
    redirect_uri="https://shop.example/back?é=1",
    preset="identity",
    acr="https://op.example/acr/identity",
    scope=("openid", "profile"),
    state='st"ate\\',
    nonce="nonce",
    code_challenge="c" * 43,
    dpop_jkt="j" * 43,
    prompt=frozenset({"login", "consent"}),
    max_age=timedelta(seconds=90),
    wants_auth_time=True,
    id_token_claims=("given_name", "auth_time"),
    wants_claims=True,
    subjects=("somebody", "somebody else"),
    ui_locales=("fr-CA", "en"),
)


class Store(LoginStore, SessionStore, Protocol):
    """One adapter for both."""


@dataclass(frozen=True)
class Kept:
    """A store with the log that its events go to."""

    store: Store
    log: EventLog

    async def told(self) -> list[EventName]:
        return [one.name for one in reversed(await self.log.latest(99))]

    async def push(self, request: LoginRequest = FULL) -> None:
        pushed = PushedRequest(b"reference", request, END)
        await self.store.push(pushed, event(EventName.LOGIN_PUSHED))

    async def take(self, client_id: ClientId = SHOP, now: datetime = NOW) -> LoginRequest | None:
        return await self.store.take_pushed(b"reference", client_id, now, event(EventName.LOGIN_RETRIEVED))

    async def add(self, request: LoginRequest = FULL) -> Login:
        login = Login(request_id=LOGIN, request=request, locale="fr-CA", created_at=NOW, expires_at=END)
        await self.store.add_login(login, event(EventName.LOGIN_STARTED))
        return login

    async def finish(self) -> bool:
        return await self.store.finish_login(LOGIN, event(EventName.LOGIN_FINISHED))

    async def put(self, one: ReauthenticationSession, instead_of: bytes | None = None) -> None:
        started = event(EventName.SIGN_IN_SESSION_STARTED)
        await self.store.put_session(one, started, instead_of=instead_of)

    async def end(self, browser_hash: bytes = b"browser") -> ReauthenticationSession | None:
        return await self.store.end_session(browser_hash, event(EventName.SIGN_IN_SESSION_ENDED))


def event(name: EventName) -> Event:
    return Event(name, Actor("browser"), NOW, SHOP, "identity")


def session(**changed: object) -> ReauthenticationSession:
    members: dict[str, object] = {
        "browser_hash": b"browser",
        "client_id": SHOP,
        "preset": "identity",
        "sub": "pairwise",
        "sid": "sid-1",
        "acr": "https://op.example/acr/identity",
        "auth_time": NOW,
        "expires_at": END,
    }
    return ReauthenticationSession(**(members | changed))  # type: ignore[arg-type]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    if request.param == "memory":
        log = MemoryVerifierStore()
        yield Kept(MemoryLogins(log.events), log)
        return
    url = f"sqlite:///{tmp_path}/verifier.db"
    database = open_database(url if request.param == "sqlite" else request.getfixturevalue("postgresql_url"))
    await create_schema(database, tables.metadata)
    if isinstance(database, SqliteDatabase):
        yield Kept(SqliteLogins(database), SqliteVerifierStore(database))
    else:
        yield Kept(PostgresqlLogins(database), PostgresqlVerifierStore(database))
    await database.close()


@pytest.mark.parametrize("request_", [PLAIN, FULL], ids=["plain", "full"])
async def test_a_request_comes_back_as_it_was_pushed(kept: Kept, request_: LoginRequest) -> None:
    await kept.push(request_)
    assert await kept.take() == request_
    assert await kept.told() == [EventName.LOGIN_PUSHED, EventName.LOGIN_RETRIEVED]


async def test_a_pushed_request_is_good_for_its_client_in_its_time_and_once(kept: Kept) -> None:
    await kept.push()
    assert await kept.take(BANK) is None
    assert await kept.take(now=END) is None
    taken = await asyncio.gather(*(kept.take(now=END - SHORT) for _ in range(16)))
    assert [one for one in taken if one is not None] == [FULL]
    assert (await kept.told()).count(EventName.LOGIN_RETRIEVED) == 1
    assert await kept.store.take_pushed(b"other", SHOP, NOW, event(EventName.LOGIN_RETRIEVED)) is None


@pytest.mark.parametrize("request_", [PLAIN, FULL], ids=["plain", "full"])
async def test_a_login_comes_back_as_it_was_kept(kept: Kept, request_: LoginRequest) -> None:
    login = await kept.add(request_)
    assert await kept.store.login_of(LOGIN) == login
    assert await kept.store.login_of(RequestId("nobody")) is None
    assert await kept.told() == [EventName.LOGIN_STARTED]


async def test_7_18_a_login_ends_once(kept: Kept) -> None:
    assert not await kept.finish()
    login = await kept.add()
    assert sum(await asyncio.gather(*(kept.finish() for _ in range(16)))) == 1
    assert await kept.store.login_of(LOGIN) == replace(login, state=LoginState.DONE)
    assert await kept.told() == [EventName.LOGIN_STARTED, EventName.LOGIN_FINISHED]


async def test_what_is_over_is_forgotten(kept: Kept) -> None:
    await kept.push()
    await kept.add()
    assert await kept.store.purge_logins(END - SHORT, END - SHORT) == 0
    assert await kept.store.purge_logins(END, END - SHORT) == 1
    assert await kept.take() is None
    assert await kept.store.login_of(LOGIN) is not None
    assert await kept.store.purge_logins(END, END) == 1
    assert await kept.store.login_of(LOGIN) is None


async def test_a_session_is_found_by_its_browser_and_by_its_name_in_its_time(kept: Kept) -> None:
    await kept.put(session())
    assert await kept.store.find_session(b"browser", END - SHORT) == session()
    assert await kept.store.find_session(b"browser", END) is None
    assert await kept.store.find_session(b"another", NOW) is None
    assert await kept.store.session_of_sid(SHOP, "sid-1", END - SHORT) == session()
    assert await kept.store.session_of_sid(SHOP, "sid-1", END) is None
    assert await kept.store.session_of_sid(BANK, "sid-1", NOW) is None
    assert await kept.store.session_of_sid(SHOP, "sid-2", NOW) is None
    assert await kept.told() == [EventName.SIGN_IN_SESSION_STARTED]


async def test_a_new_session_takes_the_place_of_the_older_one(kept: Kept) -> None:
    await kept.put(session())
    await kept.put(session(browser_hash=b"others", sid="sid-9"))
    renewed = session(browser_hash=b"renewed", sid="sid-2")
    await kept.put(renewed, instead_of=b"browser")
    assert await kept.store.find_session(b"browser", NOW) is None
    assert await kept.store.find_session(b"renewed", NOW) == renewed
    assert await kept.store.find_session(b"others", NOW) is not None


async def test_a_session_is_ended_once(kept: Kept) -> None:
    await kept.put(session())
    ended = await asyncio.gather(*(kept.end() for _ in range(8)))
    assert [one for one in ended if one is not None] == [session()]
    assert await kept.told() == [EventName.SIGN_IN_SESSION_STARTED, EventName.SIGN_IN_SESSION_ENDED]
    assert await kept.store.find_session(b"browser", NOW) is None


async def test_sessions_go_when_their_time_is_over(kept: Kept) -> None:
    await kept.put(session())
    await kept.put(session(browser_hash=b"longer", sid="sid-2", expires_at=END + SHORT))
    assert await kept.store.purge_sessions(END - SHORT) == 0
    assert await kept.store.purge_sessions(END) == 1
    assert await kept.store.find_session(b"longer", NOW) is not None
