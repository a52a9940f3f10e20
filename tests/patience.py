"""How long a test waits for what must happen: never reached where all is well, enough for a busy machine."""

import asyncio
import subprocess
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

PATIENCE_S: Final = 240.0
PATIENCE_MS: Final = 1000 * PATIENCE_S


async def until(holds: Callable[[], bool | Awaitable[bool]]) -> None:
    """Looks again and again until it is so."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = holds()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.01)


@contextmanager
def ended_after_patience(process: "subprocess.Popen[Any]") -> Iterator[None]:
    """Whoever reads what a process says gets an end when it says nothing for too long."""
    watch = threading.Timer(PATIENCE_S, process.kill)
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
