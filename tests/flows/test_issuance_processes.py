"""Issuing by several processes at once: no index, code or nonce is ever used twice (3.10, 4.12, 4.36)."""

import asyncio
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.flows.issuance_servers import Installation, Process, Spawner, installation, spawner

__all__ = ["spawner"]

IN_FLIGHT = 16


def database_settings(kind: str, request: pytest.FixtureRequest) -> dict[str, str]:
    if kind == "sqlite":
        return {}
    return {"database_url": request.getfixturevalue("postgresql_url")}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_two_processes_that_issue_at_once_share_nothing(
    kind: str, tmp_path: Path, spawner: Spawner, request: pytest.FixtureRequest
) -> None:
    async with installation(tmp_path, spawner, **database_settings(kind, request)) as home:
        servers = await home.start(2)
        await home.set_up(servers[0])
        answers = await asyncio.gather(*(home.issue(servers[n % 2], 5) for n in range(2 * IN_FLIGHT)))
        assert {answer.status_code for answer in answers} == {200}
        await redeem_each_code_everywhere(home, servers)
        await spend_each_nonce_everywhere(home, servers)
        # 170 credentials on lists of 256 entries, several generations of them
        assert len(home.issued) == len(set(home.issued)) == 5 * 2 * IN_FLIGHT + 10
        assert len({status.uri for status in home.issued}) >= 4
        assert set(await home.published(servers[1], home.issued)) == {0}
        assert sum(card["copies"] for card in await home.cards(servers[0])) == len(home.issued)


async def redeem_each_code_everywhere(home: Installation, servers: list[Process]) -> None:
    codes = [await home.code(servers[0]) for _ in range(5)]
    answers = await asyncio.gather(*(home.redeem(server, code) for code in codes for server in servers * 2))
    for start in range(0, len(answers), 4):
        statuses = sorted(answer.status_code for answer in answers[start : start + 4])
        assert statuses == [200, 400, 400, 400]
    refused = {answer.json()["error"] for answer in answers if answer.status_code == 400}
    assert refused == {"invalid_grant"}


async def spend_each_nonce_everywhere(home: Installation, servers: list[Process]) -> None:
    nonces = [await home.nonce(servers[0]) for _ in range(5)]
    answers = await asyncio.gather(
        *(home.request(server, nonce, 2) for nonce in nonces for server in servers * 2)
    )
    for start in range(0, len(answers), 4):
        statuses = sorted(answer.status_code for answer in answers[start : start + 4])
        assert statuses == [200, 400, 400, 400]
    assert {answer.json().get("error") for answer in answers} == {None, "invalid_nonce"}


async def test_3_10_processes_killed_while_they_issue_leave_no_doubt_behind(
    tmp_path: Path, spawner: Spawner
) -> None:
    """At random moments, one after the other, while another server goes on."""
    async with installation(tmp_path, spawner) as home:
        *victims, survivor = await home.start(5)
        await home.set_up(survivor)
        for victim in victims:
            await kill_during(victim, lambda v=victim: issue_until_it_dies(home, v), home, survivor)
        assert len(home.issued) == len(set(home.issued))
        recorded = recorded_entries(tmp_path)
        told = {(status.uri.rpartition("/")[2], status.index) for status in home.issued}
        assert told <= set(recorded)
        assert len(recorded) == len(set(recorded))
        # a new process takes up the work by itself, and gives out nothing that the dead ones had
        [newcomer] = await home.start(1)
        assert (await home.issue(newcomer, 10)).status_code == 200
        assert len(home.issued) == len(set(home.issued))
        assert set(await home.published(newcomer, home.issued)) == {0}


async def kill_during(
    victim: Process, work: Callable[[], object], home: Installation, survivor: Process
) -> None:
    """Kills a server at a random moment of its work; the survivor issues meanwhile and afterwards."""
    working = [asyncio.ensure_future(work()) for _ in range(IN_FLIGHT)]  # type: ignore[arg-type]  # coroutines
    others = [asyncio.create_task(home.issue(survivor, 3)) for _ in range(4)]
    await asyncio.sleep(random.uniform(0.05, 0.6))
    victim.kill()
    await asyncio.gather(*working)
    assert [(await other).status_code for other in others] == [200] * 4
    assert (await home.issue(survivor, 3)).status_code == 200


async def issue_until_it_dies(home: Installation, victim: Process) -> None:
    try:
        while (await home.issue(victim, 3)).status_code == 200:
            pass
    except httpx.TransportError:
        return
    raise AssertionError("refused")


def recorded_entries(folder: Path) -> list[tuple[str, int]]:
    with closing(sqlite3.connect(folder / "trillium.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return connection.execute("SELECT list_id, idx FROM issuer_credential").fetchall()
