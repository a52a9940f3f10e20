"""Several issuer processes on one database, as behind a load balancer, and a wallet that talks to all."""

import asyncio
import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from keys.certificate_chains import load_anchors
from specs.jose import parse_x5c, verify_chain
from specs.sd_jwt_vc import parse_credential
from specs.token_status_list import (
    StatusReference,
    parse_status_list_token,
    parse_status_reference,
    verify_status_list_token,
)
from tests.issuer.wallet import Prover, request_body
from tests.issuer.web.running_issuer import GRANT_TYPE, HEADER, MAYA
from tests.patience import PATIENCE_S, ended_after_patience

ROOT = Path(__file__).parents[2]
PUBLIC_URL = "http://localhost:8000/issuer"
"""What every process says it is; each listens on a port of its own, as behind a load balancer."""

SPAWNER = """
import asyncio, ctypes, json, os, signal, socket, sys, traceback
import uvicorn
from issuer.app import create_part, opened_issuer
from issuer.domain.event import Actor, SubjectRef
from issuer.domain.status import StatusChange
from issuer.settings import Settings
from trillium.runtime.logs import configure_logging
from trillium.runtime.mounting import mount
from trillium.runtime.server import ServerOptions, server_config

def say(what):
    os.write(1, f"{os.getpid()} {what}\\n".encode())  # whole lines, whoever else speaks

def serve(settings):
    part = create_part(settings)
    listening = socket.create_server(("127.0.0.1", 0))
    say(listening.getsockname()[1])
    uvicorn.Server(server_config(mount([part]), ServerOptions())).run(sockets=[listening])

def change(settings, subject_ref, verb):
    async def run():
        async with opened_issuer(settings) as issuer:
            person, why = SubjectRef(subject_ref), "stolen_phone"
            await issuer.statuses.of_person(person, StatusChange(verb), actor=Actor("cli"), reason=why)
    asyncio.run(run())
    say("changed")

configure_logging("json")
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    work, settings, *arguments = json.loads(line)
    if os.fork() == 0:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # end with the spawner
        try:
            {"serve": serve, "change": change}[work](Settings(**settings), *arguments)
        except BaseException:
            traceback.print_exc()
            say("failed")
        os._exit(0)
"""
"""Imports everything once; each process it forks opens its own keys, databases, threads and event loop."""


@dataclass
class Spawner:
    """Starts processes of the issuer, in a tenth of the time that one from nothing takes."""

    process: "subprocess.Popen[str]"
    log: Path
    reading: threading.Lock = field(default_factory=threading.Lock)

    async def spawn(self, work: str, settings: dict[str, Any], *arguments: str) -> tuple[int, str]:
        """Process id and what it says: its port, or that it is done."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([work, settings, *arguments]) + "\n")
        self.process.stdin.flush()
        said = await asyncio.to_thread(self._read)
        pid, _, text = said.strip().partition(" ")
        assert text not in ("", "failed"), f"it ended before it had done anything:\n{self.log.read_text()}"
        return int(pid), text

    def _read(self) -> str:
        assert self.process.stdout is not None
        with self.reading, ended_after_patience(self.process):
            return self.process.stdout.readline()


@pytest.fixture(scope="module")
def spawner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spawner]:
    log_file = tmp_path_factory.mktemp("log") / "servers.log"
    with log_file.open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", SPAWNER],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    with process:
        try:
            yield Spawner(process, log_file)
        finally:
            process.kill()


@dataclass(frozen=True)
class Process:
    """One server; ``url`` is how it is reached, whatever it calls itself.

    ``handle``: of the system; a number of a process may be another's once it has ended.
    """

    handle: int
    url: str

    def kill(self) -> None:
        """As a power cut would; returns when it is gone."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.handle, signal.SIGKILL)
        gone, _, _ = select.select([self.handle], [], [], PATIENCE_S)
        assert gone, "it was killed and goes on"


@dataclass
class Installation:
    """What the processes share, and what their users know."""

    folder: Path
    settings: dict[str, Any]
    client: httpx.AsyncClient
    spawner: Spawner
    servers: list[Process] = field(default_factory=list)
    token: str = ""
    subject_ref: str = ""
    keys_used: int = 0
    issued: list[StatusReference] = field(default_factory=list)

    async def start(self, count: int) -> list[Process]:
        """So many servers at once."""
        spawned = await asyncio.gather(*(self.spawner.spawn("serve", self.settings) for _ in range(count)))
        servers = [Process(os.pidfd_open(pid), f"http://127.0.0.1:{port}/issuer") for pid, port in spawned]
        self.servers += servers
        answers = await asyncio.gather(*(self.client.get(f"{server.url}/health") for server in servers))
        assert {answer.status_code for answer in answers} == {200}
        return servers

    async def change_on_the_command_line(self, verb: str) -> None:
        """All cards of Maya, by a process that then ends."""
        _, said = await self.spawner.spawn("change", self.settings, self.subject_ref, verb)
        assert said == "changed"

    @property
    def management(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {(self.folder / 'management.token').read_text().strip()}"}

    async def manage(self, server: Process, method: str, path: str, **request: Any) -> Any:
        headers = self.management | request.pop("headers", {})
        answer = await self.client.request(
            method, f"{server.url}/management{path}", headers=headers, **request
        )
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def set_up(self, server: Process) -> None:
        """Maya is in the register, and her wallet has an access token."""
        csv = {"content": f"{HEADER}\n{MAYA}\n", "headers": {"Content-Type": "text/csv"}}
        await self.manage(server, "POST", "/residents/import", **csv)
        found = await self.manage(server, "POST", "/residents/search", json={"text": "Tremblay"})
        self.subject_ref = found["residents"][0]["subject_ref"]
        answer = await self.redeem(server, await self.code(server))
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["access_token"]

    async def code(self, server: Process) -> str:
        """The pre-authorized code of a new offer."""
        offer = {"subject_ref": self.subject_ref, "credential_configuration_ids": ["photo-card"]}
        made = await self.manage(server, "POST", "/offers", json=offer)
        return str(made["credential_offer"]["grants"][GRANT_TYPE]["pre-authorized_code"])

    async def redeem(self, server: Process, code: str) -> httpx.Response:
        form = {"grant_type": GRANT_TYPE, "pre-authorized_code": code}
        return await self.client.post(f"{server.url}/token", data=form)

    async def nonce(self, server: Process) -> str:
        return str((await self.client.post(f"{server.url}/nonce")).json()["c_nonce"])

    async def request(self, server: Process, nonce: str, copies: int) -> httpx.Response:
        """A credential request with keys that were never used; what comes back is remembered."""
        start, self.keys_used = self.keys_used, self.keys_used + copies
        proofs = Prover(PUBLIC_URL, datetime.now(UTC)).proofs(nonce, copies, start=start)
        headers = {"Authorization": f"Bearer {self.token}"}
        body = request_body(proofs)
        answer = await self.client.post(f"{server.url}/credential", json=body, headers=headers)
        if answer.status_code == 200:
            for entry in answer.json()["credentials"]:
                payload = parse_credential(entry["credential"]).sd_jwt.payload
                self.issued.append(parse_status_reference(payload["status"]))
        return answer

    async def issue(self, server: Process, copies: int) -> httpx.Response:
        return await self.request(server, await self.nonce(server), copies)

    async def cards(self, server: Process) -> list[dict[str, Any]]:
        found = await self.manage(server, "GET", "/credentials", params={"subject_ref": self.subject_ref})
        return list(found["credentials"])

    async def published(self, server: Process, statuses: Sequence[StatusReference]) -> list[int]:
        """What a server hands out about these credentials, verified as anybody would."""
        lists = {}
        now = datetime.now(UTC)
        anchors = load_anchors((self.folder / "keys" / "issuer" / "anchors.pem").read_bytes())
        for uri in {status.uri for status in statuses}:
            answer = await self.client.get(uri.replace(PUBLIC_URL, server.url))
            token = parse_status_list_token(answer.content)
            key = verify_chain(parse_x5c(token.header["x5c"]), anchors, now=now).key
            lists[uri] = verify_status_list_token(
                token, uri=uri, key=key, now=now, leeway=timedelta(seconds=5)
            )
        return [lists[status.uri].status_at(status.index) for status in statuses]


@asynccontextmanager
async def installation(folder: Path, spawner: Spawner, **settings: Any) -> AsyncIterator[Installation]:
    """What is shared by the servers that are started; they end with the block."""
    folder.chmod(0o700)
    shared = {
        "public_url": PUBLIC_URL,
        "var_dir": str(folder),
        "status_list_size": 256,
        "rate_limits": False,
        **settings,
    }
    limits = httpx.Limits(max_connections=200)
    async with httpx.AsyncClient(timeout=PATIENCE_S, limits=limits, trust_env=False) as client:
        home = Installation(folder, shared, client, spawner)
        try:
            yield home
        finally:
            for server in home.servers:
                server.kill()
                os.close(server.handle)
