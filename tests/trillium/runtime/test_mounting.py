"""The applications of a process start and end together; one that cannot start says where it broke."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from trillium.runtime.mounting import Part, mount

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def lifespan(name: str, diary: list[str], *, broken: bool = False) -> Lifespan:
    @asynccontextmanager
    async def run(_app: FastAPI) -> AsyncIterator[None]:
        if broken:
            raise ConnectionError("the person's name must not be in the log")
        diary.append(f"{name} starts")
        try:
            yield
        finally:
            diary.append(f"{name} ends")

    return run


async def live(*lifespans: Lifespan) -> list[str]:
    """What a server hears when it starts and ends these applications."""
    parts = [Part(f"http://localhost/{i}", FastAPI(lifespan=one)) for i, one in enumerate(lifespans)]
    told = iter(["lifespan.startup", "lifespan.shutdown"])
    heard: list[str] = []

    async def receive() -> dict[str, Any]:
        return {"type": next(told)}

    async def send(message: Any) -> None:
        heard.append(message["type"])

    await mount(parts)({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
    return heard


async def test_all_start_and_all_end() -> None:
    diary: list[str] = []
    heard = await live(lifespan("issuer", diary), lifespan("verifier", diary))
    assert heard == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert diary == ["issuer starts", "verifier starts", "verifier ends", "issuer ends"]


async def test_one_that_cannot_start_is_logged_with_its_place_and_ends_the_others() -> None:
    diary: list[str] = []
    with capture_logs() as logs, pytest.raises(ConnectionError):
        await live(lifespan("issuer", diary), lifespan("verifier", diary, broken=True))
    assert diary == ["issuer starts", "issuer ends"]
    [line] = logs
    assert (line["event"], line["address"], line["error"]) == (
        "start_failed",
        "http://localhost/1",
        "ConnectionError",
    )
    assert "test_mounting.py" in line["frames"][-1]
    assert "name" not in str(line)
