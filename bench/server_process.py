"""A server in a process of its own, on a core of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_STOP_TIMEOUT = 5.0
_START_TIMEOUT = 60.0


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """One that listens."""

    pid: int
    port: int

    def processor_seconds(self) -> float:
        """What it has used of its core so far, in user and kernel."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def resident_bytes(self) -> int:
        """Memory in use, that of its children included."""
        return sum(_resident(pid) for pid in (self.pid, *_children(self.pid)))


def cores() -> tuple[int, int]:
    """One for servers and one for clients; on a machine with a single core they share it."""
    available = sorted(os.sched_getaffinity(0))
    return available[0], available[-1]


@contextmanager
def served(scenario: str, var_dir: Path, **options: str) -> Iterator[ServerProcess]:
    """`bench.served` with a scenario; it says on which port it listens."""
    server_core, _ = cores()
    arguments = [scenario, str(var_dir), str(server_core)]
    arguments += [f"{name}={value}" for name, value in options.items()]
    with (
        (var_dir / f"{scenario}.log").open("wb") as log,
        started(["bench.served", *arguments], log) as process,
    ):
        assert process.stdout is not None
        word, _, port = process.stdout.readline().decode().strip().partition(" ")
        if word != "listening":
            raise RuntimeError(f"{scenario} did not start, see {log.name}")
        yield ServerProcess(process.pid, int(port))


@contextmanager
def started(
    arguments: Sequence[str], errors: object = None, environment: Mapping[str, str] | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """A module of Python as a process that ends with the block."""
    command = [sys.executable, "-m", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, env=environment)  # type: ignore[call-overload]  # any file
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_healthy(port: int) -> None:
    """Returns when the server on this machine answers; raises TimeoutError."""
    deadline = time.monotonic() + _START_TIMEOUT
    while time.monotonic() < deadline:
        connection = HTTPConnection("127.0.0.1", port, timeout=1)
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
    os.sched_setaffinity(0, {cores()[1]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
