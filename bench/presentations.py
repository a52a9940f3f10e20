"""The verifier that is measured, and the presentations that are posted to it."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

from fastapi import FastAPI

import verifier.app
from bench.surroundings import issuer_settings, verifier_settings
from issuer.clients.credential_types import read_configurations
from keys.certificate_chains import load_anchors
from specs.openid4vp import ResponseMode, parse_request_object
from specs.token_status_list import MEDIA_TYPE
from trillium.runtime.clock import SystemClock
from trillium.runtime.database import open_database
from trillium.runtime.http_client import OutgoingClient, Reply, StrangerClient
from trillium.runtime.management import open_management_guard
from verifier.app.openid.outside import OpenIdOutside
from verifier.clients.status_lists import HttpStatusLists
from verifier.domain.event import Actor
from verifier.domain.trust import FixedTrust, Trust, TrustedIssuer
from verifier.services.start_presentation import StartOptions
from verifier.store.memory import MemoryVerifierStore
from verifier.store.openid.clients_memory import MemoryOpenIdClients
from verifier.store.openid.grants_memory import MemoryGrants
from verifier.store.openid.logins_memory import MemoryLogins
from verifier.store.openid.logouts_memory import MemoryLogouts
from verifier.store.openid.replays_memory import MemoryReplays
from verifier.store.pages_memory import MemoryPages

PRESET = "identity"
LIST_FILE = "status-list.jwt"
STARTED_FILE = "requests.jsonl"


class _ListFromFile(OutgoingClient):
    """Any address leads to the one status list; nothing goes out."""

    def __init__(self, token: bytes) -> None:
        self._token = token

    async def get(
        self,
        url: str,
        *,
        max_bytes: int,
        headers: Mapping[str, str] | None = None,
        follow_redirects: bool = False,
    ) -> Reply:
        return Reply(url, 200, {"content-type": MEDIA_TYPE, "etag": '"1"'}, self._token)


def write_preset(var_dir: Path) -> None:
    """The shipped preset with the age that a status list may have in production."""
    preset = json.loads((resources.files("verifier") / "presets" / f"{PRESET}.json").read_bytes())
    preset["status_max_age"]["sandbox"] = preset["status_max_age"]["production"]
    folder = var_dir / "presets"
    folder.mkdir(exist_ok=True)
    (folder / f"{PRESET}.json").write_text(json.dumps(preset), encoding="utf-8")


def verifier_without_database(var_dir: Path) -> verifier.app.Verifier:
    """Every service of the verifier over dictionaries, trusting the issuer whose keys are below `var_dir`."""
    issuing, settings, clock = issuer_settings(var_dir), verifier_settings(var_dir), SystemClock()
    configurations = read_configurations(None, vct_base=issuing.type_base).require_all()
    anchors = load_anchors((var_dir / "keys" / "issuer" / "anchors.pem").read_bytes())
    vcts = frozenset(one.vct for one in configurations.values())
    statuses = HttpStatusLists(_ListFromFile((var_dir / LIST_FILE).read_bytes()))
    # Whatever is not named here is as in service, over a database that nothing is written to.
    database = open_database(settings.database_url)
    store = MemoryVerifierStore()
    outside = replace(
        verifier.app.open_outside(settings, database, StrangerClient(loopback_origins=())),
        store=store,
        statuses=statuses,
        pages=MemoryPages(),
    )
    outside = replace(outside, openid=_openid_without_database(outside.openid, store))
    ring = verifier.app.open_ring(settings, clock.now())
    trust = FixedTrust(Trust((TrustedIssuer(issuing.public_url, anchors, vcts),)))
    return verifier.app.build_verifier(settings, ring, outside, trust)


def _openid_without_database(outside: OpenIdOutside, store: MemoryVerifierStore) -> OpenIdOutside:
    logins = MemoryLogins()
    return replace(
        outside,
        clients=MemoryOpenIdClients(store),
        grants=MemoryGrants(),
        logins=logins,
        sessions=logins,
        logouts=MemoryLogouts(),
        replays=MemoryReplays(),
    )


async def start_many(built: verifier.app.Verifier, var_dir: Path, count: int, mode: ResponseMode) -> None:
    """Starts presentations as a relying service would, and keeps what a wallet reads in each request."""
    registered = await built.clients.register(
        {"en-CA": "Bench", "fr-CA": "Bench"}, [PRESET], actor=Actor("management")
    )
    options = StartOptions(response_mode=mode)
    started = []
    for _ in range(count):
        one = await built.start(registered.service, PRESET, options)
        request_object = await built.serve(one.presentation.request_id, wallet_nonce=None)
        started.append(parse_request_object(request_object.encode()).payload.decode())
    file = var_dir / f"{mode.value}-{STARTED_FILE}"
    file.write_text("\n".join(started), encoding="utf-8")


def started_requests(var_dir: Path, mode: ResponseMode) -> Iterator[dict[str, Any]]:
    """The requests of a server that has started."""
    with (var_dir / f"{mode.value}-{STARTED_FILE}").open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def assembled(
    built: verifier.app.Verifier,
    var_dir: Path,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]],
) -> FastAPI:
    """The whole application."""
    return verifier.app.assemble(built, open_management_guard(var_dir), lifespan)
