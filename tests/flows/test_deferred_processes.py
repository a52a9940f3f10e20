"""Deferred credentials fetched from several processes at once, some of which are killed (4.42)."""

import asyncio
import random
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from issuer.domain.deferred import DELIVERY_TIME
from specs.sd_jwt_vc import parse_credential
from specs.token_status_list import StatusReference, parse_status_reference
from tests.flows.issuance_servers import PUBLIC_URL, Installation, Process, Spawner, installation, spawner
from tests.flows.test_issuance_processes import database_settings, recorded_entries
from tests.issuer.deferred_types import DEFERRED, types_with
from tests.issuer.wallet import Prover, request_body
from tests.patience import PATIENCE_S

__all__ = ["spawner"]

COPIES = 3


async def promised(home: Installation, server: Process) -> str:
    """A transaction that a clerk has approved already."""
    proofs = Prover(PUBLIC_URL, datetime.now(UTC)).proofs(
        await home.nonce(server), COPIES, start=home.keys_used
    )
    home.keys_used += COPIES
    headers = {"Authorization": f"Bearer {home.token}"}
    answer = await home.client.post(f"{server.url}/credential", json=request_body(proofs), headers=headers)
    assert answer.status_code == 202, answer.text
    waiting = await home.manage(server, "GET", "/deferrals")
    [pending] = [one["deferral_id"] for one in waiting["deferrals"] if one["state"] == "pending"]
    await home.manage(server, "POST", f"/deferrals/{pending}/approve")
    return str(answer.json()["transaction_id"])


async def fetch(home: Installation, server: Process, transaction_id: str) -> httpx.Response:
    return await home.client.post(
        f"{server.url}/deferred-credential",
        json={"transaction_id": transaction_id},
        headers={"Authorization": f"Bearer {home.token}"},
    )


def statuses_in(answer: httpx.Response) -> list[StatusReference]:
    """Where the copies of an answer are listed."""
    texts = [entry["credential"] for entry in answer.json()["credentials"]]
    return [parse_status_reference(parse_credential(text).sd_jwt.payload["status"]) for text in texts]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_two_processes_asked_at_once_deliver_once(
    kind: str, tmp_path: Path, spawner: Spawner, request: pytest.FixtureRequest
) -> None:
    types = str(types_with(tmp_path, photo_card=DEFERRED))
    settings = database_settings(kind, request) | {"credential_types_dir": types}
    async with installation(tmp_path, spawner, **settings) as home:
        servers = await home.start(2)
        await home.set_up(servers[0])
        told: list[StatusReference] = []
        for _ in range(6):
            transaction_id = await promised(home, servers[0])
            answers = await asyncio.gather(
                *(fetch(home, server, transaction_id) for server in servers for _ in range(6))
            )
            assert {answer.status_code for answer in answers} <= {200, 202, 400}
            [delivered] = [answer for answer in answers if answer.status_code == 200]
            told += statuses_in(delivered)
            await over(home, servers[1], transaction_id)
        assert len(told) == len(set(told)) == 6 * COPIES
        assert sum(card["copies"] for card in await home.cards(servers[1])) == 6 * COPIES


async def over(home: Installation, server: Process, transaction_id: str) -> None:
    """The transaction ends once its answer has gone out."""
    deadline = time.monotonic() + PATIENCE_S
    while (answer := await fetch(home, server, transaction_id)).status_code == 202:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_transaction_id")


async def test_what_a_killed_process_was_delivering_is_delivered_by_another(
    tmp_path: Path, spawner: Spawner
) -> None:
    """At random moments between the claim and the answer; nothing is lost, and nothing recorded twice."""
    types = str(types_with(tmp_path, photo_card=DEFERRED))
    async with installation(tmp_path, spawner, credential_types_dir=types) as home:
        *victims, survivor = await home.start(4)
        await home.set_up(survivor)
        lost: list[str] = []
        told: list[StatusReference] = []
        for victim in victims:
            transactions = [await promised(home, survivor) for _ in range(4)]
            asked = [asyncio.create_task(fetch(home, victim, one)) for one in transactions]
            await asyncio.sleep(random.uniform(0.0, 0.03))
            victim.kill()
            answers = await asyncio.gather(*asked, return_exceptions=True)
            for transaction_id, answer in zip(transactions, answers, strict=True):
                if isinstance(answer, httpx.Response) and answer.status_code == 200:
                    told += statuses_in(answer)
                else:
                    lost.append(transaction_id)
        deadline = time.monotonic() + DELIVERY_TIME.total_seconds() + PATIENCE_S
        for transaction_id in lost:
            while (again := await fetch(home, survivor, transaction_id)).status_code == 202:
                assert time.monotonic() < deadline, "a claim of a dead process never ended"
                await asyncio.sleep(0.1)
            if again.status_code == 200:
                told += statuses_in(again)
            else:  # the answer had left the server when it died, and did not arrive
                assert again.json()["error"] == "invalid_transaction_id"
        assert len(told) == len(set(told))
        recorded = recorded_entries(tmp_path)
        assert len(recorded) == len(set(recorded)) == len(victims) * 4 * COPIES
        assert {(one.uri.rpartition("/")[2], one.index) for one in told} <= set(recorded)
