"""How much memory the server takes that `make run` starts: all applications in one process, nothing to do."""

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure, at_most
from bench.server_process import started, wait_until_healthy

GROUP = "Memory"
_SETTLES_IN = 2.0
_MEGABYTE = 1_000_000


def figures() -> Iterator[Figure]:
    megabytes = _idle_bytes() / _MEGABYTE
    yield Figure(
        GROUP,
        "all applications in one process, idle",
        f"{megabytes:.0f} MB resident",
        "",
        megabytes,
        megabytes,
        unit="MB",
        goal=at_most(150),
    )


def _idle_bytes() -> int:
    with TemporaryDirectory(prefix="trillium-bench-") as folder:
        port, environment = _free_port(), {**os.environ, "TRILLIUM_VAR_DIR": folder}
        command = ["trillium", "serve", "--port", str(port)]
        with started(command, Path(folder) / "server.log", environment) as server:
            wait_until_healthy(port)
            time.sleep(_SETTLES_IN)
            return server.resident_bytes()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
