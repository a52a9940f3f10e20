"""The three applications as three processes, each with its own folder, database, keys and port."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.interop.server_process import ServerProcess
from tests.patience import PATIENCE_S
from tests.ports import keep_ports


@dataclass(slots=True)
class Server:
    """One application in a process of its own."""

    url: str
    var_dir: Path
    process: subprocess.Popen[bytes]

    @property
    def management(self) -> dict[str, str]:
        """The operator's credentials."""
        token = (self.var_dir / "management.token").read_text().strip()
        return {"Authorization": f"Bearer {token}"}

    @property
    def anchors(self) -> str:
        """The authorities above its certificates, as PEM."""
        [file] = self.var_dir.glob("keys/*/anchors.pem")
        return file.read_text()

    def kill(self) -> None:
        """Ends it at once, as a power cut would."""
        self.process.kill()
        self.process.wait()


@dataclass(frozen=True, slots=True)
class OneServer:
    """All three applications below one address."""

    issuer: Server
    verifier: Server
    wallet: Server


def one_server(running: ServerProcess) -> OneServer:
    """Its applications, as a test speaks to them."""
    paths = ("issuer", "verifier", "wallet")
    return OneServer(
        *(Server(f"{running.origin}/{path}", running.var_dir, running.process) for path in paths)
    )


@dataclass(frozen=True, slots=True)
class Servers:
    issuer: Server
    verifier: Server
    wallet: Server
    operator: "Operator"


@contextmanager
def serving(app: str, port: int, folder: Path, settings: Mapping[str, str]) -> Iterator[Server]:
    """One application until the end of the block; its log is in its folder."""
    var_dir = folder / app
    environment = {**os.environ, **settings, "TRILLIUM_VAR_DIR": str(var_dir), "TRILLIUM_LOG_FORMAT": "json"}
    command = [sys.executable, "-m", "trillium", "serve", "--app", app, "--port", str(port)]
    with (folder / f"{app}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    server = Server(f"http://localhost:{port}", var_dir, process)
    try:
        _wait(server, folder / f"{app}.log")
        yield server
    finally:
        end(process)


def end(process: "subprocess.Popen[bytes]") -> None:
    """As an operator would, and as a power cut would when that does not help."""
    process.terminate()
    try:
        process.wait(PATIENCE_S)
    finally:
        process.kill()
        process.wait()


def _wait(server: Server, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            if httpx.get(f"{server.url}/health", timeout=PATIENCE_S, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not start: {log.read_text(errors='replace')[-3000:]}")


@contextmanager
def three_servers(folder: Path) -> Iterator[Servers]:
    """Issuer, verifier and wallet; they go by a list that an operator signs, and is made before them.

    The list first names the issuer; the verifier's authority is added when there is one. Servers that run
    follow.
    """
    ports = keep_ports(3)
    origins = ",".join(f"http://localhost:{port}" for port in ports)
    issuer_url, verifier_url, wallet_url = (f"http://localhost:{port}" for port in ports)
    operator = Operator(folder / "operator")
    with ExitStack() as stack:
        issuer = stack.enter_context(serving("issuer", ports[0], folder, {"ISSUER_PUBLIC_URL": issuer_url}))
        operator.sign(issuer, verifier_anchors=None)
        settings = {
            "VERIFIER_PUBLIC_URL": verifier_url,
            "VERIFIER_LOOPBACK_ORIGINS": origins,
            **operator.settings("VERIFIER"),
        }
        verifier = stack.enter_context(serving("verifier", ports[1], folder, settings))
        operator.sign(issuer, verifier_anchors=verifier.anchors)
        settings = {
            "WALLET_PUBLIC_URL": wallet_url,
            "WALLET_LOOPBACK_ORIGINS": origins,
            **operator.settings("WALLET"),
        }
        wallet = stack.enter_context(serving("wallet", ports[2], folder, settings))
        yield Servers(issuer, verifier, wallet, operator)


@dataclass(frozen=True, slots=True)
class Operator:
    """Who keeps the trust list, with the command line, as docs/trust-list.md says."""

    folder: Path

    def settings(self, prefix: str) -> dict[str, str]:
        """What an application is told."""
        return {
            f"{prefix}_TRUST_LIST": str(self.folder / "trust-list.jwt"),
            f"{prefix}_TRUST_LIST_KEYS": str(self.folder / "operator.jwks.json"),
        }

    def sign(self, issuer: Server, *, verifier_anchors: str | None, status: str = "granted") -> None:
        """The next version of the list."""
        self._run("init")
        names = {"en-CA": "Test", "fr-CA": "Essai"}
        trusted: dict[str, Any] = {
            "id": "urn:test:list",
            "valid_days": 30,
            "issuers": [
                {
                    "issuer": issuer.url,
                    "names": names,
                    "mechanism": "x5c",
                    "status": status,
                    "anchors": issuer.anchors,
                    "types": ["photo-card", "proof-of-age"],
                    "vct_base": f"{issuer.url}/types",
                }
            ],
        }
        if verifier_anchors is not None:
            trusted["verifiers"] = [{"names": names, "anchors": verifier_anchors}]
        (self.folder / "trust-list.json").write_text(json.dumps(trusted))
        self._run("sign")

    def _run(self, command: str) -> None:
        arguments = [sys.executable, "-m", "trillium", "trust", command, str(self.folder)]
        done = subprocess.run(arguments, cwd=self.folder.parent, capture_output=True, check=False)
        assert done.returncode == 0, (done.stdout + done.stderr).decode()
