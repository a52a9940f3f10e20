"""Revoking while processes come and go: what was confirmed is published, whoever dies (decisions.md)."""

import asyncio
import random
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from issuer.services.publish_status_list import LEASE
from specs.token_status_list import StatusReference
from tests.flows.issuance_servers import Installation, Process, Spawner, installation, spawner
from tests.patience import PATIENCE_S

__all__ = ["spawner"]

# That it shows within two seconds is a matter of how often processes look (tests/issuer/web) and of a machine
# with time; here it has to show, however long that takes.


async def shows(home: Installation, server: Process, statuses: Sequence[StatusReference], value: int) -> None:
    """Asks a server until it says ``value`` for all of them."""
    async with asyncio.timeout(PATIENCE_S):
        while set(await home.published(server, statuses)) != {value}:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_change_on_the_command_line_shows_in_two_other_servers(
    kind: str, tmp_path: Path, spawner: Spawner, request: pytest.FixtureRequest
) -> None:
    database = {} if kind == "sqlite" else {"database_url": request.getfixturevalue("postgresql_url")}
    async with installation(tmp_path, spawner, **database) as home:
        servers = await home.start(2)
        await home.set_up(servers[0])
        assert (await home.issue(servers[0], 10)).status_code == 200
        for server in servers:  # both have the lists in memory
            assert set(await home.published(server, home.issued)) == {0}
        for verb, value in (("suspend", 2), ("reinstate", 0), ("revoke", 1)):
            await home.change_on_the_command_line(verb)
            await asyncio.gather(*(shows(home, one, home.issued, value) for one in servers))


async def test_what_was_committed_before_the_kill_is_published_by_whoever_comes_next(
    tmp_path: Path, spawner: Spawner
) -> None:
    """Nobody was there to publish when it committed; the next server does it by itself."""
    async with installation(tmp_path, spawner) as home:
        [first] = await home.start(1)
        await home.set_up(first)
        await home.issue(first, 4)
        suspended = list(home.issued)
        first.kill()
        await home.change_on_the_command_line("suspend")
        [second] = await home.start(1)
        await shows(home, second, suspended, 2)
        # and once more with the server that confirmed the change, killed before it can have published
        await home.issue(second, 4)
        fresh = [status for status in home.issued if status not in suspended]
        [third] = await home.start(1)
        change = {"subject_ref": home.subject_ref, "change": "revoke", "reason": "fraud"}
        await home.manage(second, "POST", "/status-changes", json=change)
        second.kill()
        await shows(home, third, fresh, 1)
        await shows(home, third, suspended, 1)


async def test_no_confirmed_revocation_is_lost_when_servers_are_killed(
    tmp_path: Path, spawner: Spawner
) -> None:
    """At random moments, one after the other; a confirmation is a promise, silence is none."""
    async with installation(tmp_path, spawner) as home:
        *victims, survivor = await home.start(5)
        await home.set_up(survivor)
        await asyncio.gather(*(home.issue(survivor, 2) for _ in range(80)))
        waiting = [card["issuance_id"] for card in await home.cards(survivor)]
        confirmed: set[str] = set()
        for victim in victims:
            batch, waiting = waiting[:20], waiting[20:]
            work = [asyncio.create_task(revoke_some(home, victim, batch, confirmed)) for _ in range(4)]
            await asyncio.sleep(random.uniform(0.02, 0.3))
            victim.kill()
            await asyncio.gather(*work)
        stored = {card["issuance_id"]: card["status"] for card in await home.cards(survivor)}
        assert {stored[card] for card in confirmed} <= {"revoked"}
        revoked = [card for card, status in stored.items() if status == "revoked"]
        # who was killed in the middle of publishing holds its lease to the end
        deadline = time.monotonic() + LEASE.total_seconds() + PATIENCE_S
        while sum(await home.published(survivor, home.issued)) != 2 * len(revoked):
            assert time.monotonic() < deadline, "a committed revocation is not published"
            await asyncio.sleep(0.1)


async def revoke_some(home: Installation, server: Process, cards: list[str], confirmed: set[str]) -> None:
    """Takes one card after the other from those that are left."""
    while cards:
        card = cards.pop()
        change = {"issuance_id": card, "change": "revoke", "reason": "lost"}
        url = f"{server.url}/management/status-changes"
        try:
            answer = await home.client.post(url, json=change, headers=home.management)
        except httpx.TransportError:
            return
        assert answer.status_code == 200, answer.text
        confirmed.add(card)
