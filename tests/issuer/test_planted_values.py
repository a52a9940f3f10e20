"""Nothing about a person is kept outside the register (1.15, decisions.md "Personal data").

A resident with marker values is imported, searched for, gets cards and loses them; the markers are also put
where a caller can put text. Then every byte that the issuer wrote or logged or counted is searched.
"""

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import structlog
from fastapi import FastAPI
from prometheus_client import generate_latest

from tests.flows.test_planted_values import spellings
from tests.issuer.wallet import request_body
from tests.issuer.web.running_issuer import ISSUER, RunningIssuer, running_issuer
from trillium.runtime.logs import configure_logging
from trillium.runtime.metrics import RequestMetrics, create_registry
from trillium.runtime.request_log import RequestLog

NUMBER = "ON-7654321"
MARKERS = {
    "register_number": NUMBER,
    "family_name": "Xylophagou-Ørsted",
    "given_name": "Quintessa",
    "birthdate": "1961-03-17",
    "street_address": "99887 Zanzibar Quay",
    "locality": "Kapuskasing",
    "postal_code": "P5N 9Z7",
}
LINE = (
    f"{NUMBER},{MARKERS['family_name']},{MARKERS['given_name']},{MARKERS['birthdate']},F,"
    f"{MARKERS['street_address']},{MARKERS['locality']},ON,{MARKERS['postal_code']},CA,fr,"
)


@dataclass
class Watched:
    """A server whose log and counters are at hand."""

    issuer: RunningIssuer
    log: io.StringIO
    metrics: Any

    def observed(self) -> dict[str, bytes]:
        """Everything by name: files but the register's own, the log, the metrics."""
        found = {
            str(path.relative_to(self.issuer.folder)): path.read_bytes()
            for path in self.issuer.folder.rglob("*")
            if path.is_file() and not path.name.startswith("register.db")
        }
        return found | {"log": self.log.getvalue().encode(), "metrics": generate_latest(self.metrics)}

    def places(self) -> list[str]:
        """Where a marker is, in any spelling."""
        return [
            f"{place}: {name}"
            for place, content in self.observed().items()
            for name, value in MARKERS.items()
            if any(spelling in content for spelling in spellings(value))
        ]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log as a server writes it; afterwards logging is as it was."""
    handlers, level = logging.root.handlers, logging.root.level
    stream = io.StringIO()
    configure_logging("json", stream=stream, level=logging.DEBUG)
    structlog.configure(cache_logger_on_first_use=False)  # or every later test would log to this stream
    yield stream
    logging.root.handlers, logging.root.level = handlers, level
    structlog.reset_defaults()


async def use_everything(issuer: RunningIssuer) -> None:
    """A life: in the register, renamed, with cards, suspended, back, revoked."""
    assert (await issuer.import_residents(LINE)).status_code == 200
    renamed = LINE.replace("Quintessa", "Quintessa Maria")
    assert (await issuer.import_residents(renamed)).json()["updated"] == 1
    subject_ref = await issuer.subject_ref(NUMBER)
    assert await issuer.subject_ref(MARKERS["family_name"]) == subject_ref
    for configuration_id in ("photo-card", "proof-of-age"):
        offer = await issuer.manage(
            "POST",
            "/offers",
            json={"subject_ref": subject_ref, "credential_configuration_ids": [configuration_id]},
        )
        token = (await issuer.redeem(offer.json() | {"tx_code": None})).json()["access_token"]
        proofs = issuer.prover().proofs(await issuer.nonce(), 10)
        answer = await issuer.request(token, request_body(proofs, configuration_id))
        assert answer.status_code == 200
    for change in ("suspend", "reinstate", "revoke"):
        request = {"subject_ref": subject_ref, "change": change, "reason": "lost"}
        assert (await issuer.manage("POST", "/status-changes", json=request)).status_code == 200


async def say_it_everywhere(issuer: RunningIssuer) -> None:
    """Markers where callers can put text: addresses, queries, headers, bodies, good and bad."""
    name, client = MARKERS["family_name"], issuer.client
    await issuer.import_residents(LINE.replace("1961-03-17", "1961-03-32"), LINE)
    await issuer.manage("POST", "/residents/search", json={"text": name + "x" * 300})
    await issuer.manage("POST", "/residents/search", json={"text": name, name: name})
    await issuer.manage("POST", "/offers", json={"subject_ref": name, "credential_configuration_ids": [name]})
    await issuer.manage("GET", f"/offers/{name}")
    await issuer.manage("GET", "/credentials", params={"subject_ref": name})
    await issuer.manage("POST", "/status-changes", json={"change": "revoke", "reason": name, name: 1})
    await client.get(f"{ISSUER}/{name}", params={"name": name}, headers={"User-Agent": "Quintessa"})
    await client.get(f"{ISSUER}/offers/{NUMBER}")
    await client.get(f"{ISSUER}/status-lists/{NUMBER}")
    await client.request("QUINTESSA", f"{ISSUER}/token")
    await client.post(f"{ISSUER}/token", data={"grant_type": name, "client_id": "Quintessa"})
    await client.post(f"{ISSUER}/token", data={name: name, "pre-authorized_code": "Quintessa"})
    await client.post(f"{ISSUER}/nonce", content=name.encode())
    await issuer.request("Quintessa", {"credential_configuration_id": name})
    token = await issuer.access_token()
    for body in ({"credential_configuration_id": name}, {name: name}, name.encode()):
        await issuer.request(token, body)
    proof = issuer.prover().proof(await issuer.nonce(), claims={"iss": name}, header={"typ": name})
    await issuer.request(token, request_body([proof]))


async def test_markers_are_in_the_register_and_nowhere_else(tmp_path: Path, log: io.StringIO) -> None:
    registry = create_registry()
    metrics = RequestMetrics(registry, "issuer")

    def count(app: FastAPI) -> None:
        app.add_middleware(RequestLog, metrics=metrics)

    keys = f"file:{tmp_path}/keys/issuer"
    async with running_issuer(tmp_path, prepare=count, keys_uri=keys) as issuer:
        watched = Watched(issuer, log, registry)
        await use_everything(issuer)
        await say_it_everywhere(issuer)
        assert (tmp_path / "trillium.db-wal").stat().st_size > 0
        assert not watched.places()
        register = b"".join(path.read_bytes() for path in tmp_path.glob("register.db*"))
        assert all(value.encode() in register for value in MARKERS.values())
    assert not watched.places()
    observed = watched.observed()
    assert observed["log"].count(b"\n") > 30
    assert b"issuer_requests_total" in observed["metrics"]
    assert len(observed["trillium.db"]) > 50_000


def test_a_marker_in_the_log_would_be_found(tmp_path: Path, log: io.StringIO) -> None:
    """A search that could not fail would say nothing."""
    watched = Watched(cast("Any", SimpleNamespace(folder=tmp_path)), log, create_registry())
    assert not watched.places()
    structlog.get_logger().info("request", code="Quintessa")
    (tmp_path / "trillium.db-wal").write_bytes(b"\x00" + MARKERS["locality"].encode() + b"\x00")
    (tmp_path / "register.db-wal").write_bytes(MARKERS["birthdate"].encode())
    assert watched.places() == ["trillium.db-wal: locality", "log: given_name"]
