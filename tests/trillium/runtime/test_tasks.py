"""Background work: it repeats, outlives its errors, and stops."""

import asyncio

import pytest
from structlog.testing import capture_logs

from tests.patience import PATIENCE_S
from trillium.runtime.tasks import BackgroundTasks

PLANTED = "planted-value-4711"


async def test_a_step_runs_again_and_again() -> None:
    runs: list[int] = []
    enough = asyncio.Event()

    async def step() -> None:
        runs.append(1)
        if len(runs) == 3:
            enough.set()

    async with BackgroundTasks() as tasks:
        tasks.every(0.01, "demo", step)
        await asyncio.wait_for(enough.wait(), PATIENCE_S)
    count = len(runs)
    await asyncio.sleep(0.05)
    assert len(runs) == count


async def test_a_step_with_more_to_do_does_not_wait() -> None:
    runs: list[int] = []
    done = asyncio.Event()

    async def step() -> bool:
        runs.append(1)
        if len(runs) == 50:
            done.set()
        return len(runs) < 50

    async with BackgroundTasks() as tasks:
        tasks.every(60, "demo", step)
        await asyncio.wait_for(done.wait(), PATIENCE_S)
    assert len(runs) == 50


async def test_a_failing_step_is_logged_without_values_and_tried_again() -> None:
    runs: list[int] = []
    recovered = asyncio.Event()

    async def step() -> None:
        runs.append(1)
        if len(runs) < 3:
            raise KeyError(PLANTED)
        recovered.set()

    with capture_logs() as logs:
        async with BackgroundTasks() as tasks:
            tasks.every(0.01, "demo", step)
            await asyncio.wait_for(recovered.wait(), PATIENCE_S)
    assert [(entry["event"], entry["task"], entry["error"], entry["attempt"]) for entry in logs] == [
        ("background_task_failed", "demo", "KeyError", 1),
        ("background_task_failed", "demo", "KeyError", 2),
    ]
    assert PLANTED not in str(logs)


async def test_a_step_under_way_may_end() -> None:
    ended = []

    async def step() -> None:
        await asyncio.sleep(0.1)
        ended.append(1)

    async with BackgroundTasks() as tasks:
        tasks.every(60, "demo", step)
        await asyncio.sleep(0.01)
    assert ended == [1]


async def test_a_step_that_does_not_end_is_cancelled_after_the_grace_period() -> None:
    async def step() -> None:
        await asyncio.sleep(3600)

    with capture_logs() as logs:
        async with BackgroundTasks(grace=0.05) as tasks:
            tasks.every(60, "stuck", step)
            await asyncio.sleep(0.01)
    assert [(entry["event"], entry["task"]) for entry in logs] == [("background_task_cancelled", "stuck")]


async def test_nothing_starts_while_stopping() -> None:
    async def step() -> None:
        return None

    tasks = BackgroundTasks()
    await tasks.stop()
    with pytest.raises(RuntimeError, match="stopping"):
        tasks.every(1, "late", step)
