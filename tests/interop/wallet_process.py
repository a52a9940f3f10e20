"""credo-ts behind pipes: one Node process with as many wallets as a test wants (wallet.mjs)."""

import json
import os
import re
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.patience import PATIENCE_S

HERE = Path(__file__).parent
OLDEST_NODE = 20


@dataclass(frozen=True)
class Exchange:
    """One HTTP request that left a wallet, and its answer."""

    method: str
    url: str
    headers: dict[str, str | None]
    body: str
    status: int
    answer: str

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def form(self) -> dict[str, str]:
        """The body of a form, its names unique."""
        assert str(self.headers["content-type"]).startswith("application/x-www-form-urlencoded")
        pairs = parse_qsl(self.body, keep_blank_values=True, strict_parsing=True)
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)


@dataclass(frozen=True)
class Answer:
    """What a wallet did: its result or the errors it met, and everything that left it."""

    outcome: dict[str, Any]
    errors: list[str]
    exchanges: list[Exchange]

    @property
    def result(self) -> dict[str, Any]:
        assert not self.errors, self.errors
        return self.outcome

    def exchange(self, path: str) -> Exchange:
        """The one exchange whose path ends so."""
        (found,) = (exchange for exchange in self.exchanges if exchange.path.endswith(path))
        return found


@dataclass
class WalletProcess:
    """Answers come in the order of the commands."""

    process: subprocess.Popen[str]
    log_file: Path
    names: Iterator[int] = field(default_factory=count)

    def wait(self) -> None:
        """Until credo is loaded."""
        assert self._read() == {"ready": True}

    def open(self, *, issuers: Sequence[str], verifiers: Sequence[str]) -> "Wallet":
        """A new wallet that trusts these authorities (PEM) to issue and to ask."""
        wallet = Wallet(self, f"wallet-{next(self.names)}")
        anchors = {"credential": list(issuers), "request": list(verifiers)}
        assert wallet.run("open", anchors=anchors).result == {}
        return wallet

    def run(self, command: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{json.dumps(command)}\n")
        self.process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        output = self.process.stdout
        assert output is not None
        readable, _, _ = select.select([output], [], [], PATIENCE_S)
        line = output.readline() if readable else ""
        if not line:
            self.process.kill()  # later tests fail at once
            pytest.fail(f"credo gave no answer:\n{self.log_file.read_text()}", pytrace=False)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def stop(self) -> None:
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.process.kill()
        self.process.wait()


@dataclass(frozen=True)
class Wallet:
    """One holder's wallet."""

    credo: WalletProcess
    name: str

    def run(self, command: str, **given: Any) -> Answer:
        answer = self.credo.run({"command": command, "wallet": self.name, **given})
        exchanges = [Exchange(**exchange) for exchange in answer["exchanges"]]
        return Answer(answer.get("result") or {}, answer.get("error", []), exchanges)

    def metadata(self, issuer: str) -> Answer:
        """`issuer`, `authorization_servers` and `configurations`, as credo parsed them."""
        return self.run("metadata", issuer=issuer)

    def receive(self, offer: dict[str, Any], *, tx_code: str | None = None, copies: int = 1) -> Answer:
        """Redeems an offer of the issuing desk; `tx_code` None sends none."""
        given = {} if tx_code is None else {"tx_code": tx_code}
        return self.run("receive", offer=offer["credential_offer_link"], copies=copies, **given)

    def authorize(self, offer: dict[str, Any], *, client_id: str, redirect_uri: str) -> Answer:
        """Begins the authorization code flow: `flow`, and the `url` for the person's browser."""
        link = offer["credential_offer_link"]
        return self.run("authorize", offer=link, client_id=client_id, redirect_uri=redirect_uri)

    def receive_by_code(self, response: str, *, copies: int = 1) -> Answer:
        """Ends it with the address to which the browser was sent back."""
        return self.run("receive_by_code", response=response, copies=copies)

    def collect(self) -> Answer:
        """Asks for what was deferred: `received`, and what is still `waiting`."""
        return self.run("collect")

    def renew(self, *, copies: int = 1) -> Answer:
        """New copies with the refresh token."""
        return self.run("renew", copies=copies)

    def notify(self, event: str) -> Answer:
        """Tells the issuer what became of the last credential that had a notification id."""
        return self.run("notify", event=event)

    def present(self, authorization_request: str) -> Answer:
        """Answers a request as far as the wallet can."""
        return self.run("present", request=authorization_request)

    def present_in_browser(self, asked: dict[str, Any], origin: str) -> Answer:
        """One of the `requests` of the Digital Credentials API; `credential` is what the page would get."""
        return self.run(
            "present_in_browser", protocol=asked["protocol"], request=asked["data"], origin=origin
        )


def search_path() -> str:
    """Where programs are: the machine's and those of the virtual environment."""
    return os.pathsep.join((os.environ.get("PATH", ""), str(Path(sys.executable).parent)))


def find_node(path: str) -> str:
    """Node, on this search path; without one the tests fail and say what to do."""
    node = shutil.which("node", path=path)
    if node is None:
        pytest.fail("Node is missing; `make test` installs it (tools/install_node.sh)", pytrace=False)
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    major = re.match(r"v(\d+)\.", version)
    if major is None or int(major[1]) < OLDEST_NODE:
        pytest.fail(f"Node {OLDEST_NODE} or newer is needed, found {version}", pytrace=False)
    if not (HERE / "node_modules" / "@credo-ts").is_dir():
        pytest.fail(
            "credo-ts is missing; `make test` installs it (npm ci --ignore-scripts in tests/interop)",
            pytrace=False,
        )
    return node


def start_wallets(origin: str, folder: Path) -> WalletProcess:
    """Starts Node without waiting for it. ``origin``: the only one that wallets may talk to."""
    log_file = folder / "credo.log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [find_node(search_path()), HERE / "wallet.mjs", origin],
            cwd=HERE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
        )
    return WalletProcess(process, log_file)
