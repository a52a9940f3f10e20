"""Readiness: it looks, within a time, at most once a second, and tells codes and no secrets."""

import asyncio
from collections.abc import Mapping

import httpx
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from tests.trillium.runtime.asgi_client import client_of
from trillium.runtime.openapi import add_hot_routes, document_hot_routes
from trillium.runtime.readiness import READY_PATH, Check, Finding, Level, Readiness, readiness_route

SECRET = "postgresql://user:password-4711@host/name"
SOON = Finding("certificates", "certificate_expires_soon", Level.WARNING, "credential", "It ends tomorrow.")
EXPIRED = Finding("certificates", "certificate_expired", Level.FAILED, "credential", "It ended yesterday.")


def finding(*found: Finding) -> Check:
    async def check() -> tuple[Finding, ...]:
        return found

    return check


async def broken() -> tuple[Finding, ...]:
    raise ConnectionError(SECRET)


async def hanging() -> tuple[Finding, ...]:
    await asyncio.Event().wait()
    return ()


async def answer(checks: Mapping[str, Check], timeout: float = 5.0) -> httpx.Response:
    app = FastAPI(openapi_url=None)
    routes = [readiness_route(Readiness(checks, timeout=timeout))]
    add_hot_routes(app, routes)
    document_hot_routes(app, routes)
    assert {"200", "503"} <= set(app.openapi()["paths"][READY_PATH]["get"]["responses"])
    async with client_of(app) as client:
        return await client.get(READY_PATH)


async def test_with_nothing_to_tell_it_is_ready_and_says_what_it_looked_at() -> None:
    told = await answer({"database": finding(), "keys": finding()})
    assert (told.status_code, told.headers["cache-control"]) == (200, "no-store")
    assert told.json() == {
        "status": "ready",
        "checks": [
            {"check": "database", "code": "ok", "level": "ok", "about": ""},
            {"check": "keys", "code": "ok", "level": "ok", "about": ""},
        ],
    }


async def test_a_warning_keeps_nobody_from_working() -> None:
    told = await answer({"keys": finding(SOON)})
    assert (told.status_code, told.json()["status"]) == (200, "ready")
    assert told.json()["checks"][0]["code"] == "certificate_expires_soon"


async def test_one_failure_is_enough_and_the_sentence_is_not_for_strangers() -> None:
    told = await answer({"database": finding(), "keys": finding(EXPIRED)})
    assert (told.status_code, told.json()["status"]) == (503, "not_ready")
    assert "yesterday" not in told.text


async def test_a_check_that_cannot_look_has_failed_and_does_not_say_why() -> None:
    told = await answer({"database": broken})
    assert told.status_code == 503
    assert told.json()["checks"] == [
        {"check": "database", "code": "unavailable", "level": "failed", "about": ""}
    ]
    assert "4711" not in told.text


async def test_a_check_that_hangs_is_given_up() -> None:
    told = await answer({"database": hanging, "keys": finding()}, timeout=0.02)
    assert [one["code"] for one in told.json()["checks"]] == ["timed_out", "ok"]
    assert told.status_code == 503


async def test_callers_at_once_share_one_look_that_counts_for_a_second() -> None:
    looks: list[float] = []
    seconds = [100.0]

    async def look() -> tuple[Finding, ...]:
        looks.append(seconds[0])
        await asyncio.sleep(0)
        return ()

    readiness = Readiness({"database": look}, clock=lambda: seconds[0])
    await asyncio.gather(*(readiness.findings() for _ in range(50)))
    seconds[0] = 100.9
    await readiness.findings()
    assert looks == [100.0]
    seconds[0] = 101.0
    await readiness.findings()
    assert looks == [100.0, 101.0]


@pytest.mark.parametrize("kept", [0.0])
async def test_a_change_is_logged_once(kept: float) -> None:
    found = [EXPIRED]

    async def look() -> list[Finding]:
        return found

    readiness = Readiness({"keys": look}, kept=kept)
    with capture_logs() as logs:
        for _ in range(3):
            await readiness.findings()
        found.clear()
        await readiness.findings()
    assert [(entry["outcome"], entry["reasons"]) for entry in logs] == [
        ("not_ready", ["certificates:certificate_expired:credential"]),
        ("ready", []),
    ]
