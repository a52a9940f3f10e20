"""credo-ts as a relying service's verifier: our wallet answers somebody else's requests, encrypted."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from tests.flows.person import Person, post
from tests.flows.servers import Operator, Server, serving
from tests.interop.wallet_process import HERE, find_node, search_path
from tests.patience import ended_after_patience
from tests.ports import keep_ports

REGISTER = (resources.files("issuer") / "sample_data" / "residents.csv").read_bytes()
MAYA = "ON-1000003"
REQUESTS = 3


@dataclass(frozen=True)
class CredoVerifier:
    """A shop with a verifier of another make; ``requests``: links, and what is in them."""

    process: "subprocess.Popen[str]"
    origin: str
    authority: str
    requests: list[dict[str, Any]]

    def result(self, request: dict[str, Any]) -> dict[str, Any]:
        """What became of one request."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{request['request']['state']}\n")
        self.process.stdin.flush()
        with ended_after_patience(self.process):
            result: dict[str, Any] = json.loads(self.process.stdout.readline())
        return result


@dataclass(frozen=True)
class Places:
    """Our issuer and our wallet, and no verifier of ours."""

    issuer: Server
    wallet: Server

    @property
    def verifier(self) -> Server:
        raise NotImplementedError


@contextmanager
def credo_verifier(issuer: Server, folder: Path) -> Iterator[CredoVerifier]:
    anchors = folder / "issuer.pem"
    anchors.write_text(issuer.anchors)
    vct = f"{issuer.url}/types/photo-card/1"
    command = [find_node(search_path()), HERE / "credo_verifier.mjs", str(REQUESTS), vct, anchors]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with (
        (folder / "credo.log").open("wb") as log,
        subprocess.Popen(command, stderr=log, text=True, encoding="utf-8", **pipes) as process,
    ):
        try:
            assert process.stdout is not None
            with ended_after_patience(process):
                said = json.loads(process.stdout.readline())
            yield CredoVerifier(process, said["origin"], said["authority"], said["requests"])
        finally:
            process.kill()


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[CredoVerifier, Person]]:
    """Maya with a photo card, in front of a shop whose authority is on the operator's list."""
    folder = tmp_path_factory.mktemp("credo-verifies")
    issuer_port, wallet_port = keep_ports(2)
    issuer_url, wallet_url = (f"http://localhost:{port}" for port in (issuer_port, wallet_port))
    operator = Operator(folder / "operator")
    with (
        serving("issuer", issuer_port, folder, {"ISSUER_PUBLIC_URL": issuer_url}) as issuer,
        credo_verifier(issuer, folder) as shop,
    ):
        operator.sign(issuer, verifier_anchors=shop.authority)
        settings = {
            "WALLET_PUBLIC_URL": wallet_url,
            "WALLET_LOOPBACK_ORIGINS": ",".join((issuer_url, wallet_url, shop.origin)),
            **operator.settings("WALLET"),
        }
        with serving("wallet", wallet_port, folder, settings) as wallet:
            register = {**issuer.management, "Content-Type": "text/csv"}
            post(f"{issuer_url}/management/residents/import", headers=register, content=REGISTER)
            maya = Person(Places(issuer, wallet), MAYA)
            maya.receive(["photo-card"])
            yield shop, maya


def test_a_verifier_of_another_make_gets_what_it_asked_for(counter: tuple[CredoVerifier, Person]) -> None:
    """5.08, 5.23, 5.25, 6.10: `x509_hash`, `direct_post.jwt` with A256GCM, key binding to its client id."""
    shop, maya = counter
    request = shop.requests[0]
    opened = maya.open({"authorization_request": request["link"]})
    assert opened["can_answer"] is True
    assert opened["verifier"]["trusted"] is True
    maya.consent(opened)
    result = shop.result(request)
    assert result["state"] == "ResponseVerified", result
    shown = result["claims"]["photo_card"]
    assert shown["given_name"] == "Maya Élise"
    assert shown["birthdate"] == "1994-06-14"
    assert "sex" not in shown
    assert "document_number" not in shown


def test_a_refusal_ends_there_too(counter: tuple[CredoVerifier, Person]) -> None:
    """5.28: `access_denied`, and nothing else."""
    shop, maya = counter
    request = shop.requests[1]
    opened = maya.open({"authorization_request": request["link"]})
    url = f"{maya.servers.wallet.url}/presentations/{opened['operation_id']}/refuse"
    post(url, headers=maya.headers, json={})
    result = shop.result(request)
    assert result["state"] != "ResponseVerified"
    assert "claims" not in result
