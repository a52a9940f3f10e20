"""A code is spent once, however many server processes are asked at the same moment (7.04)."""

import asyncio
import hashlib
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.architecture.source_tree import ROOT
from tests.contracts.test_openid_grant_stores import FULL, event
from trillium.runtime.clock import SystemClock
from trillium.runtime.database import Database, create_schema, open_database
from verifier.app import open_store
from verifier.app.openid.outside import open_openid
from verifier.domain.event import EventName
from verifier.store import tables

PROCESSES = 3
CODES = 12


@pytest.fixture(params=["sqlite", "postgresql"])
async def opened(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[tuple[str, Database]]:
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/verifier.db" if sqlite else request.getfixturevalue("postgresql_url")
    async with AsyncExitStack() as stack:
        database = open_database(url)
        stack.push_async_callback(database.close)
        await create_schema(database, tables.metadata)
        yield url, database


async def test_7_04_of_several_processes_one_spends_each_code(opened: tuple[str, Database]) -> None:
    url, database = opened
    grants = open_openid(database, None).grants  # type: ignore[arg-type]  # nobody is called
    now = SystemClock().now()
    hashes = [hashlib.sha256(bytes([number])).digest() for number in range(CODES)]
    for one in hashes:
        grant = replace(FULL, code_hash=one, issued_at=now, expires_at=now + timedelta(minutes=9))
        await grants.add_grant(grant, event(EventName.CODE_ISSUED))
    servers = [await _server(url, hashes) for _ in range(PROCESSES)]
    for server in servers:
        assert await _line(server) == "ready"
    for server in servers:
        assert server.stdin is not None
        server.stdin.write(b"go\n")
    said = [await _line(server) for server in servers]
    for server in servers:
        await server.communicate()
    assert [len(one) for one in said] == [CODES] * PROCESSES
    for column in zip(*said, strict=True):
        assert sorted(column) == ["0"] * (PROCESSES - 1) + ["1"]
    events = [one.name for one in await open_store(database).latest(999)]  # type: ignore[attr-defined]
    assert events.count(EventName.CODE_EXCHANGED) == CODES


async def _server(url: str, hashes: list[bytes]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.verifier.openid.spend",
        url,
        *(one.hex() for one in hashes),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )


async def _line(server: asyncio.subprocess.Process) -> str:
    assert server.stdout is not None
    return (await asyncio.wait_for(server.stdout.readline(), 180)).decode().strip()
