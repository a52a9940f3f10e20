"""`trillium serve` as a process of its own, with fresh keys and databases, on plain http."""

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.patience import PATIENCE_S
from tests.ports import keep_ports

ROOT = Path(__file__).parents[2]
STOP_TIMEOUT_S = 60.0
TIMEOUT_S = PATIENCE_S
"""For one HTTP request."""
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True)
class ServerProcess:
    """``origin``: where it will answer once `wait` has returned."""

    origin: str
    var_dir: Path
    log_file: Path
    process: subprocess.Popen[bytes]

    @property
    def issuer(self) -> str:
        """The credential issuer identifier."""
        return f"{self.origin}/issuer"

    @property
    def verifier(self) -> str:
        """The verifier's public URL."""
        return f"{self.origin}/verifier"

    def wait(self) -> None:
        """Until it answers; a server that does not start fails the test with what it printed."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                fetch(f"{self.issuer}/jwks")
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
        pytest.fail(f"the server did not start:\n{self.log()}", pytrace=False)

    def log(self) -> str:
        """Everything it has printed."""
        return self.log_file.read_text()

    def management_headers(self) -> dict[str, str]:
        """What an operator sends along (the token is made at the first start)."""
        return {"Authorization": f"Bearer {(self.var_dir / 'management.token').read_text().strip()}"}

    def anchors(self, app: str) -> list[str]:
        """The authorities above an application's certificates, as an operator would hand them out: PEM."""
        return _CERTIFICATE.findall((self.var_dir / "keys" / app / "anchors.pem").read_text())

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def fetch(url: str, *, accept: str = "*/*") -> httpx.Response:
    """A document that is open to everybody."""
    answer = httpx.get(url, headers={"Accept": accept}, timeout=TIMEOUT_S, trust_env=False)
    return answer.raise_for_status()


def start_server(folder: Path, **settings: str) -> ServerProcess:
    """Starts it without waiting, so that something else can start meanwhile. ``settings``: as variables."""
    [port] = keep_ports(1)
    var_dir, log_file = folder / "var", folder / "server.log"
    command = [sys.executable, "-m", "trillium", "serve", "--port", str(port)]
    surroundings = os.environ | {"TRILLIUM_VAR_DIR": str(var_dir), **settings}
    with log_file.open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=surroundings, stdout=log, stderr=subprocess.STDOUT)
    return ServerProcess(f"http://localhost:{port}", var_dir, log_file, process)
