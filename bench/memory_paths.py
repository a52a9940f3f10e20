"""Memory: what the server of `make run` takes when idle, and whether a busy verifier's grows."""

import json
import os
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure, at_most
from bench.server_process import started, wait_until_healthy

GROUP = "Memory"
MANY = 100_000
_SETTLES_IN = 2.0
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Growth:
    """How the memory of a process went: (presentations done, bytes resident), in order."""

    samples: Sequence[tuple[int, int]]

    @property
    def settled(self) -> Sequence[tuple[int, int]]:
        """The later half: by then every cache is full."""
        return self.samples[len(self.samples) // 2 :]

    @property
    def done(self) -> int:
        return self.samples[-1][0]

    @property
    def megabytes_for_many(self) -> float:
        """By the straight line closest to the settled samples, for MANY presentations; never below zero."""
        xs, ys = zip(*self.settled, strict=True)
        middle_x, middle_y = sum(xs) / len(xs), sum(ys) / len(ys)
        spread = sum((x - middle_x) ** 2 for x in xs)
        together = sum((x - middle_x) * (y - middle_y) for x, y in self.settled)
        slope: float = together / spread
        return max(0.0, slope * MANY / _MEGABYTE)


def figures(presenting_seconds: float = 60.0) -> Iterator[Figure]:
    """`presenting_seconds`: how long the busy verifier is watched, unless it is done with MANY before."""
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
    growth = presenting(MANY, presenting_seconds)
    first, last = (sample[1] / _MEGABYTE for sample in (growth.settled[0], growth.settled[-1]))
    yield Figure(
        GROUP,
        f"verifier, growth in {MANY} presentations" + ("" if growth.done >= MANY else ", extrapolated"),
        f"{first:.1f} MB after {growth.settled[0][0]}, {last:.1f} MB after {growth.done}",
        "flat once every cache is full",
        growth.megabytes_for_many,
        growth.megabytes_for_many,
        unit="MB",
        goal=at_most(10),
    )


def presenting(most: int, seconds: float) -> Growth:
    """What `bench.long_run` tells, in a process of its own."""
    with TemporaryDirectory(prefix="trillium-bench-") as folder:
        arguments = ["bench.long_run", folder, str(most), str(seconds)]
        with started(arguments, Path(folder) / "long_run.log") as running:
            assert running.process.stdout is not None
            said = running.process.stdout.read()
        if not said:
            raise RuntimeError((Path(folder) / "long_run.log").read_text(encoding="utf-8")[-2000:])
    return Growth([(done, size) for done, size in json.loads(said)["samples"]])


def _idle_bytes() -> int:
    with TemporaryDirectory(prefix="trillium-bench-") as folder:
        environment = {**os.environ, "TRILLIUM_VAR_DIR": folder}
        with (
            _kept_port() as port,
            started(
                ["trillium", "serve", "--port", str(port)], Path(folder) / "server.log", environment
            ) as server,
        ):
            wait_until_healthy(port)
            time.sleep(_SETTLES_IN)
            return server.resident_bytes()


@contextmanager
def _kept_port() -> Iterator[int]:
    """A port that nobody else gets: a socket that is bound and does not listen keeps it for our server."""
    with socket.socket() as keeper:
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind(("127.0.0.1", 0))
        yield int(keeper.getsockname()[1])
