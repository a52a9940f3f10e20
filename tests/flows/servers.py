"""The three applications as three processes, each with its own folder, database, keys and port."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

START = 60.0


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
class Servers:
    issuer: Server
    verifier: Server
    wallet: Server


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


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
        process.terminate()
        process.wait(30)


def _wait(server: Server, log: Path) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            if httpx.get(f"{server.url}/health", timeout=1.0, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not start: {log.read_text(errors='replace')[-3000:]}")


@contextmanager
def three_servers(folder: Path) -> Iterator[Servers]:
    """Issuer, verifier and wallet; each trusts the others by files, as an operator would have it."""
    ports = free_ports(3)
    origins = ",".join(f"http://localhost:{port}" for port in ports)
    issuer_url, verifier_url, wallet_url = (f"http://localhost:{port}" for port in ports)
    with ExitStack() as stack:
        issuer = stack.enter_context(serving("issuer", ports[0], folder, {"ISSUER_PUBLIC_URL": issuer_url}))
        trust = _trust_file(folder / "verifier-trust.json", issuer, verifier_anchors=None)
        settings = {
            "VERIFIER_PUBLIC_URL": verifier_url,
            "VERIFIER_TRUST_FILE": str(trust),
            "VERIFIER_LOOPBACK_ORIGINS": origins,
        }
        verifier = stack.enter_context(serving("verifier", ports[1], folder, settings))
        trust = _trust_file(folder / "wallet-trust.json", issuer, verifier_anchors=verifier.anchors)
        settings = {
            "WALLET_PUBLIC_URL": wallet_url,
            "WALLET_TRUST_FILE": str(trust),
            "WALLET_LOOPBACK_ORIGINS": origins,
        }
        wallet = stack.enter_context(serving("wallet", ports[2], folder, settings))
        yield Servers(issuer, verifier, wallet)


def _trust_file(path: Path, issuer: Server, *, verifier_anchors: str | None) -> Path:
    (path.parent / "issuer.pem").write_text(issuer.anchors)
    trusted: dict[str, Any] = {
        "issuers": [
            {
                "issuer": issuer.url,
                "mechanism": "x5c",
                "anchors": "issuer.pem",
                "types": ["photo-card", "proof-of-age"],
                "vct_base": f"{issuer.url}/types",
            }
        ]
    }
    if verifier_anchors is not None:
        (path.parent / "verifier.pem").write_text(verifier_anchors)
        trusted["verifiers"] = [{"anchors": "verifier.pem"}]
    path.write_text(json.dumps(trusted))
    return path
