"""What every store of pages promises (5.29, 5.30), over memory, SQLite and PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from trillium.runtime.database import SqliteDatabase, create_schema, open_database
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.presentation import RequestId
from verifier.domain.presentation_page import CODE_LIFETIME, PresentationPage, Refusal, ReleaseWay
from verifier.ports import EventLog, PageStore
from verifier.store import tables
from verifier.store.memory import MemoryVerifierStore
from verifier.store.pages_memory import MemoryPages
from verifier.store.pages_postgresql import PostgresqlPages
from verifier.store.pages_sqlite import SqlitePages
from verifier.store.postgresql import PostgresqlVerifierStore
from verifier.store.sqlite import SqliteVerifierStore

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
END = NOW + timedelta(minutes=20)
REQUEST = RequestId("request-1")
SESSION, OTHER = b"session", b"other session"
PAGE = PresentationPage(REQUEST, b"page", NOW, END)
SHORT = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Kept:
    """A store with the log that its events go to."""

    pages: PageStore
    log: EventLog

    async def told(self) -> list[EventName]:
        return [one.name for one in reversed(await self.log.latest(99))]

    async def page(self) -> PresentationPage:
        found = await self.pages.page_of(REQUEST)
        assert found is not None
        return found

    async def bind(self, session: bytes = SESSION, now: datetime = NOW) -> bool:
        return await self.pages.bind(REQUEST, session, now, event(EventName.PAGE_BOUND))

    async def show_code(self, now: datetime = NOW) -> bool:
        return await self.pages.show_code(REQUEST, now, event(EventName.CARRIED_CODE_SHOWN))

    async def attempt(self, session: bytes = SESSION, now: datetime = NOW) -> int | None:
        return await self.pages.claim_attempt(REQUEST, session, now, event(EventName.CARRIED_CODE_TRIED))

    async def release(self, session: bytes = SESSION, way: ReleaseWay = ReleaseWay.CODE) -> bool:
        return await self.pages.release(REQUEST, session, way, NOW, event(EventName.RESULT_RELEASED))

    async def refuse(self, refusal: Refusal = Refusal.GUESSED) -> bool:
        return await self.pages.refuse(REQUEST, refusal, NOW, event(EventName.RELEASE_REFUSED))

    async def bring(self, browser: bytes, code: bytes = b"code") -> bool:
        return await self.pages.bring_code(code, browser, NOW, event(EventName.RESPONSE_CODE_RETURNED))


def event(name: EventName) -> Event:
    return Event(name, Actor("browser"), NOW, "shop", "age-19-or-over", "")


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def kept(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Kept]:
    if request.param == "memory":
        log = MemoryVerifierStore()
        yield await _with_page(Kept(MemoryPages(log.events), log))
        return
    sqlite = f"sqlite:///{tmp_path}/verifier.db"
    url = sqlite if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    database = open_database(url)
    await create_schema(database, tables.metadata)
    if isinstance(database, SqliteDatabase):
        yield await _with_page(Kept(SqlitePages(database), SqliteVerifierStore(database)))
    else:
        yield await _with_page(Kept(PostgresqlPages(database), PostgresqlVerifierStore(database)))
    await database.close()


async def _with_page(kept: Kept) -> Kept:
    await kept.pages.add_page(PAGE, event(EventName.PAGE_OPENED))
    return kept


async def test_a_page_comes_back_as_it_was_kept(kept: Kept) -> None:
    full = replace(
        PAGE,
        request_id=RequestId("request-2"),
        page_hash=b"another page",
        session_hash=SESSION,
        code_shown_at=NOW,
        attempts_left=1,
        released_at=NOW,
        way=ReleaseWay.SAME_DEVICE,
    )
    refused = replace(PAGE, request_id=RequestId("request-3"), page_hash=b"3", refusal=Refusal.OTHER_BROWSER)
    for page in (full, refused):
        await kept.pages.add_page(page, event(EventName.PAGE_OPENED))
        assert await kept.pages.find_page(page.page_hash) == page
        assert await kept.pages.page_of(page.request_id) == page
    assert await kept.page() == PAGE
    assert await kept.pages.find_page(b"nobody's") is None
    assert await kept.pages.page_of(RequestId("nobody")) is None


async def test_5_29_two_browsers_only_the_first_has_the_page(kept: Kept) -> None:
    won = await asyncio.gather(*(kept.bind(b"browser %d" % number) for number in range(16)))
    assert sum(won) == 1
    assert (await kept.page()).session_hash == b"browser %d" % won.index(True)
    assert (await kept.told()).count(EventName.PAGE_BOUND) == 1


async def test_a_page_whose_time_is_over_is_given_to_nobody(kept: Kept) -> None:
    assert not await kept.bind(now=END)
    assert (await kept.page()).session_hash is None


async def test_characters_are_shown_once_and_only_where_a_browser_waits(kept: Kept) -> None:
    assert not await kept.show_code()
    await kept.bind()
    assert sum(await asyncio.gather(*(kept.show_code() for _ in range(4)))) == 1
    assert not await kept.show_code(NOW + timedelta(minutes=1))
    assert (await kept.page()).code_shown_at == NOW


async def test_three_attempts_and_no_more_however_many_come_at_once(kept: Kept) -> None:
    await kept.bind()
    assert await kept.attempt() is None
    await kept.show_code()
    assert await kept.attempt(OTHER) is None
    left = await asyncio.gather(*(kept.attempt() for _ in range(16)))
    assert sorted(one for one in left if one is not None) == [0, 1, 2]
    assert await kept.attempt() is None
    assert (await kept.told()).count(EventName.CARRIED_CODE_TRIED) == 3


async def test_no_attempt_after_two_minutes(kept: Kept) -> None:
    await kept.bind()
    await kept.show_code()
    assert await kept.attempt(now=NOW + CODE_LIFETIME) is None
    assert await kept.attempt(now=NOW + CODE_LIFETIME - SHORT) == 2


@pytest.mark.parametrize("way", list(ReleaseWay))
async def test_a_result_is_released_once_and_to_its_browser(kept: Kept, way: ReleaseWay) -> None:
    assert not await kept.release(way=way)
    await kept.bind()
    assert not await kept.release(OTHER, way)
    assert sum(await asyncio.gather(*(kept.release(way=way) for _ in range(8)))) == 1
    page = await kept.page()
    assert (page.released_at, page.way) == (NOW, way)
    assert (await kept.told()).count(EventName.RESULT_RELEASED) == 1


async def test_after_a_release_nothing_changes_any_more(kept: Kept) -> None:
    await kept.bind()
    await kept.show_code()
    await kept.release()
    released = await kept.page()
    assert not await kept.refuse()
    assert await kept.attempt() is None
    assert await kept.page() == released


async def test_after_a_refusal_nothing_is_released(kept: Kept) -> None:
    await kept.bind()
    assert sum(await asyncio.gather(*(kept.refuse() for _ in range(8)))) == 1
    assert not await kept.refuse(Refusal.OTHER_BROWSER)
    assert not await kept.show_code()
    assert not await kept.release()
    page = await kept.page()
    assert (page.refusal, page.released_at) == (Refusal.GUESSED, None)


async def test_5_29_a_response_code_is_for_the_browser_that_brought_it_first(kept: Kept) -> None:
    browsers = [b"browser %d" % number for number in range(8)]
    brought = await asyncio.gather(*(kept.bring(one) for one in browsers))
    assert sum(brought) == 1
    first = browsers[brought.index(True)]
    assert await kept.bring(first)
    assert not any([await kept.bring(one) for one in browsers if one != first])
    assert await kept.bring(OTHER, b"another code")
    assert (await kept.told()).count(EventName.RESPONSE_CODE_RETURNED) == 2


async def test_pages_and_codes_are_forgotten(kept: Kept) -> None:
    await kept.bring(SESSION)
    assert await kept.pages.purge_pages(END - SHORT, NOW) == 0
    assert not await kept.bring(OTHER)
    assert await kept.pages.purge_pages(END, NOW + SHORT) == 1
    assert await kept.pages.page_of(REQUEST) is None
    assert await kept.bring(OTHER), "nothing is left of who brought it"
