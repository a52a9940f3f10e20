"""Background work of a server: steps that run again and again, survive errors, and stop with the server."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Self

import structlog

from trillium.runtime.logs import frames_of

log: Final = structlog.get_logger()

LONGEST_PAUSE = 30.0
GRACE = 10.0

Step = Callable[[], Awaitable[object]]


class BackgroundTasks:
    """Enter it in the application's lifespan:

        async with BackgroundTasks() as tasks:
            tasks.every(0.5, "publish_status_lists", publish)

    A step that returns True has more to do and is run again at once. One that raises is logged, by type and
    place, and tried again after a pause that doubles.
    """

    def __init__(self, *, grace: float = GRACE) -> None:
        self._stopping = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._grace = grace

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.stop()

    def every(self, seconds: float, name: str, step: Step) -> None:
        """Run `step` now and then `seconds` after each end, until the server stops."""
        if self._stopping.is_set():
            raise RuntimeError("the background tasks are stopping")
        task = asyncio.create_task(self._repeat(seconds, name, step), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Start nothing new; steps under way may end within the grace period, then they are cancelled."""
        self._stopping.set()
        tasks = list(self._tasks)
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=self._grace)
        for task in late:
            log.warning("background_task_cancelled", task=task.get_name())
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _repeat(self, seconds: float, name: str, step: Step) -> None:
        failures = 0
        while not self._stopping.is_set():
            pause = seconds
            try:
                more = await step()
                failures = 0
                pause = 0.0 if more is True else seconds
            except Exception as error:  # a failed step must not end the work for good
                failures += 1
                pause = min(LONGEST_PAUSE, max(seconds, 0.1) * 2.0 ** min(failures, 10))
                details = {"error": type(error).__qualname__, "frames": frames_of(error)}
                log.error("background_task_failed", task=name, attempt=failures, **details)
            await self._sleep(pause)

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return
