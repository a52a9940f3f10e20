"""What every store of grants and of accepted proofs promises (7.04, 7.06), on all three databases."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from trillium.runtime.database import SqliteDatabase, create_schema, open_database
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.openid.grant import CODE_LIFETIME, TOKEN_LIFETIME, Grant, TokenOfGrant
from verifier.domain.presentation import SealedResult
from verifier.domain.relying_service import ClientId
from verifier.ports import EventLog
from verifier.ports_openid import GrantStore, ReplayStore
from verifier.store import tables
from verifier.store.memory import MemoryVerifierStore
from verifier.store.openid.grants_memory import MemoryGrants
from verifier.store.openid.grants_postgresql import PostgresqlGrants
from verifier.store.openid.grants_sqlite import SqliteGrants
from verifier.store.openid.replays_memory import MemoryReplays
from verifier.store.openid.replays_postgresql import PostgresqlReplays
from verifier.store.openid.replays_sqlite import SqliteReplays
from verifier.store.postgresql import PostgresqlVerifierStore
from verifier.store.sqlite import SqliteVerifierStore

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
MOMENT = timedelta(milliseconds=1)
CODE, OTHER_CODE, TOKEN = b"c" * 32, b"d" * 32, b"t" * 32
CODE_END, TOKEN_END = NOW + CODE_LIFETIME, NOW + TOKEN_LIFETIME
FULL = Grant(
    code_hash=CODE,
    client_id=ClientId("rs-1"),
    redirect_uri="https://service.example/callback?a=é",
    code_challenge="c" * 43,
    nonce="n-0S6_WzA2Mj",
    dpop_jkt="j" * 43,
    scope=("openid", "sign-in"),
    sub="s" * 43,
    acr="https://verifier.example/openid/acr/sign-in",
    preset="sign-in",
    auth_time=NOW,
    wants_auth_time=True,
    sid="session-1",
    id_token_claims=frozenset({"given_name", "birthdate"}),
    sealed=SealedResult(b"key", b"claims"),
    issued_at=NOW,
    expires_at=CODE_END,
)
BARE = replace(
    FULL,
    code_hash=OTHER_CODE,
    code_challenge=None,
    nonce=None,
    dpop_jkt=None,
    sid=None,
    wants_auth_time=False,
    id_token_claims=frozenset(),
    sealed=None,
)
OF_FULL = TokenOfGrant(token_hash=TOKEN, expires_at=TOKEN_END, jkt="j" * 43)


def event(name: EventName = EventName.CODE_EXCHANGED) -> Event:
    return Event(name, Actor("relying-service"), NOW, ClientId("rs-1"), "sign-in")


@dataclass(frozen=True)
class Kept:
    grants: GrantStore
    replays: ReplayStore
    log: EventLog

    async def told(self) -> list[EventName]:
        return [one.name for one in reversed(await self.log.latest(99))]

    async def spend(self, code: bytes = CODE, token: TokenOfGrant = OF_FULL, now: datetime = NOW) -> bool:
        return await self.grants.spend_code(code, token, now, event())


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    if request.param == "memory":
        store = MemoryVerifierStore()
        yield Kept(MemoryGrants(store.events), MemoryReplays(), store)
        return
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/verifier.db" if sqlite else request.getfixturevalue("postgresql_url")
    async with AsyncExitStack() as stack:
        database = open_database(url)
        stack.push_async_callback(database.close)
        await create_schema(database, tables.metadata)
        if isinstance(database, SqliteDatabase):
            yield Kept(SqliteGrants(database), SqliteReplays(database), SqliteVerifierStore(database))
        else:
            yield Kept(
                PostgresqlGrants(database), PostgresqlReplays(database), PostgresqlVerifierStore(database)
            )


@pytest.mark.parametrize("grant", [FULL, BARE], ids=["everything", "as-little-as-possible"])
async def test_a_grant_comes_back_as_it_was_kept(kept: Kept, grant: Grant) -> None:
    await kept.grants.add_grant(grant, event(EventName.CODE_ISSUED))
    assert await kept.grants.find_grant(grant.code_hash) == grant
    assert await kept.grants.find_grant(b"another") is None
    assert await kept.grants.find_token(TOKEN) is None
    assert await kept.told() == [EventName.CODE_ISSUED]


async def test_7_04_a_code_is_used_once_and_its_token_is_found(kept: Kept) -> None:
    await kept.grants.add_grant(FULL, event(EventName.CODE_ISSUED))
    assert await kept.spend(now=CODE_END - MOMENT)
    used = replace(FULL, used_at=CODE_END - MOMENT, token=OF_FULL)
    assert await kept.grants.find_token(TOKEN) == used
    assert await kept.grants.find_grant(CODE) == used
    again = replace(OF_FULL, token_hash=b"another")
    assert not await kept.spend(token=again)
    assert await kept.grants.find_token(b"another") is None
    assert await kept.told() == [EventName.CODE_ISSUED, EventName.CODE_EXCHANGED]


async def test_7_04_an_expired_or_unknown_code_is_not_used(kept: Kept) -> None:
    await kept.grants.add_grant(FULL, event(EventName.CODE_ISSUED))
    assert not await kept.spend(now=CODE_END)
    assert not await kept.spend(OTHER_CODE)
    assert await kept.told() == [EventName.CODE_ISSUED]


async def test_7_04_of_many_at_once_one_uses_the_code(kept: Kept) -> None:
    await kept.grants.add_grant(FULL, event(EventName.CODE_ISSUED))
    tokens = [replace(OF_FULL, token_hash=bytes([number]) * 32) for number in range(20)]
    spent = await asyncio.gather(*(kept.spend(token=one) for one in tokens))
    assert sum(spent) == 1
    found = [await kept.grants.find_token(one.token_hash) for one in tokens]
    assert [one is not None for one in found] == list(spent)


async def test_7_04_revoking_takes_token_and_claims_and_leaves_the_code_used(kept: Kept) -> None:
    await kept.grants.add_grant(FULL, event(EventName.CODE_ISSUED))
    revoked = event(EventName.CODE_USED_AGAIN)
    assert not await kept.grants.revoke_grant(CODE, revoked)  # there is no token yet
    await kept.spend()
    assert await kept.grants.revoke_grant(CODE, revoked)
    assert not await kept.grants.revoke_grant(CODE, revoked)
    assert await kept.grants.find_token(TOKEN) is None
    assert await kept.grants.find_grant(CODE) == replace(FULL, used_at=NOW, sealed=None)
    assert not await kept.spend()
    assert await kept.told() == [
        EventName.CODE_ISSUED,
        EventName.CODE_EXCHANGED,
        EventName.CODE_USED_AGAIN,
    ]


async def test_7_06_what_has_ended_is_deleted_and_nothing_else(kept: Kept) -> None:
    await kept.grants.add_grant(FULL, event(EventName.CODE_ISSUED))
    await kept.grants.add_grant(BARE, event(EventName.CODE_ISSUED))
    await kept.spend()
    assert await kept.grants.purge_grants(CODE_END - MOMENT) == 0
    assert await kept.grants.purge_grants(CODE_END) == 1  # nobody came for the other
    assert await kept.grants.find_grant(OTHER_CODE) is None
    assert await kept.grants.purge_grants(TOKEN_END - MOMENT) == 0
    assert await kept.grants.find_token(TOKEN) is not None
    assert await kept.grants.purge_grants(TOKEN_END) == 1
    assert await kept.grants.find_grant(CODE) is None


async def test_a_proof_is_new_once(kept: Kept) -> None:
    assert await kept.replays.first_use(b"proof", TOKEN_END)
    assert not await kept.replays.first_use(b"proof", TOKEN_END + MOMENT)
    firsts = await asyncio.gather(*(kept.replays.first_use(b"at once", TOKEN_END) for _ in range(20)))
    assert sum(firsts) == 1


async def test_proofs_that_are_over_are_forgotten_and_nothing_else(kept: Kept) -> None:
    assert await kept.replays.first_use(b"over", TOKEN_END - MOMENT)
    assert await kept.replays.first_use(b"last", TOKEN_END)
    assert await kept.replays.purge_replays(TOKEN_END) == 1
    assert await kept.replays.first_use(b"over", TOKEN_END)
    assert not await kept.replays.first_use(b"last", TOKEN_END)
