"""A server for the demonstration: started here on a free port with a folder of its own, or one that runs."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

START_TIMEOUT = 240.0
STOP_TIMEOUT = 60.0


class ServerDidNotStart(Exception):
    """The server ended or did not answer in time; the text is what it printed last."""


@dataclass(frozen=True, slots=True)
class DemoServer:
    """Where the server is, and the management token of its operator."""

    base_url: str
    management_token: str
    var_dir: Path
    """The folder that it keeps its keys in; a forger takes the public authorities from there."""


@contextmanager
def own_server() -> Iterator[DemoServer]:
    """A server of the demonstration's own; it and everything it kept are gone afterwards."""
    with _kept_port() as port, tempfile.TemporaryDirectory(prefix="trillium-demo-") as folder:
        base_url = f"http://localhost:{port}"
        var_dir = Path(folder) / "var"
        environment = {**os.environ, "TRILLIUM_VAR_DIR": str(var_dir), "TRILLIUM_LOG_FORMAT": "json"}
        log = Path(folder) / "server.log"
        with log.open("wb") as output:
            command = [sys.executable, "-m", "trillium", "serve", "--port", str(port)]
            process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)  # noqa: S603 - our own command
        try:
            _wait(base_url, process, log)
            token = (var_dir / "management.token").read_text().strip()
            yield DemoServer(base_url, token, var_dir)
        finally:
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def running_server(base_url: str, var_dir: Path) -> DemoServer:
    """A server that somebody has started; its management token is in its ``var`` folder."""
    token = (var_dir / "management.token").read_text().strip()
    return DemoServer(base_url.rstrip("/"), token, var_dir)


@contextmanager
def _kept_port() -> Iterator[int]:
    """A port that nobody else gets: a socket that is bound and does not listen keeps it for our server."""
    with socket.socket() as keeper:
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind(("127.0.0.1", 0))
        yield keeper.getsockname()[1]


def _wait(base_url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    address = f"{base_url}/.well-known/openid-credential-issuer/issuer"
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServerDidNotStart(log.read_text(errors="replace")[-2000:])
        try:
            if httpx.get(address, timeout=10.0, trust_env=False).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise ServerDidNotStart(log.read_text(errors="replace")[-2000:])
