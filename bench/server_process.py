"""A server in a process of its own, on a core of its own."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from shutil import which
from typing import Any

_PROCESS_CLOCK = 2
_INTEROP = Path(__file__).parent.parent / "tests" / "interop"
_STOP_TIMEOUT = 30.0
_START_TIMEOUT = 240.0
_CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, CLIENT_CORE = _CORES[0], _CORES[-1]
"""On a machine with a single core they share it."""


@dataclass
class ServerProcess:
    """One that listens, or will."""

    process: "subprocess.Popen[bytes]"

    @cached_property
    def port(self) -> int:
        """Waits until the server says where it listens."""
        assert self.process.stdout is not None
        word, _, port = self.process.stdout.readline().decode().strip().partition(" ")
        if word != "listening":
            raise RuntimeError(f"a server ended with {self.process.wait()} instead of listening, see its log")
        return int(port)

    def processor_seconds(self) -> float:
        """What it has used of its core so far, all its threads together."""
        # How Linux names the processor clock of another process (clock_getcpuclockid(3)).
        return time.clock_gettime((~self.process.pid << 3) | _PROCESS_CLOCK)

    def resident_bytes(self) -> int:
        """Memory in use, that of its children included."""
        return sum(_resident(pid) for pid in (self.process.pid, *_children(self.process.pid)))


@contextmanager
def served(scenario: str, var_dir: Path, **options: str) -> Iterator[ServerProcess]:
    """`bench.served` with a scenario. Ask for its port when all servers have been started."""
    arguments = [scenario, str(var_dir), str(SERVER_CORE)]
    arguments += [f"{name}={value}" for name, value in options.items()]
    with started(["bench.served", *arguments], var_dir / f"{scenario}.log") as process:
        yield process


@contextmanager
def started(
    arguments: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[ServerProcess]:
    """A module of Python as a process that ends with the block."""
    command = [sys.executable, "-m", *arguments]
    with (
        log.open("wb") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, env=environment) as process,
    ):
        try:
            yield ServerProcess(process)
        finally:
            process.terminate()
            try:
                process.wait(_STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def node_peer(script: str, *arguments: str, log: Path) -> Iterator[tuple[ServerProcess, dict[str, Any]]]:
    """A peer on the server's core (a script of tests/interop), and the line of JSON that it says first."""
    node = which("node", path=os.pathsep.join((os.environ["PATH"], str(Path(sys.executable).parent))))
    if node is None or not (_INTEROP / "node_modules" / "@credo-ts").is_dir():
        raise RuntimeError("the peer is not installed; `make bench` installs it (npm ci in tests/interop)")
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            [node, _INTEROP / script, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as process,
    ):
        try:
            os.sched_setaffinity(process.pid, {SERVER_CORE})
            assert process.stdout is not None
            silent = threading.Timer(_START_TIMEOUT, process.kill)
            silent.start()
            try:
                said = json.loads(process.stdout.readline())
            finally:
                silent.cancel()
            yield ServerProcess(process), said
        finally:
            process.kill()


def wait_until_healthy(port: int) -> None:
    """Returns when the server on this machine answers; raises TimeoutError."""
    deadline = time.monotonic() + _START_TIMEOUT
    while time.monotonic() < deadline:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/health")
            if connection.getresponse().status == HTTPStatus.OK:
                return
        except (OSError, HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.1)
    raise TimeoutError(f"nothing healthy on port {port}")


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


@contextmanager
def on_client_core() -> Iterator[None]:
    """Keeps this process away from the server's core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {CLIENT_CORE})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
