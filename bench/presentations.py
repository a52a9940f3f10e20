"""The verifier that is measured, and the presentations that are posted to it."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from importlib import resources
from pathlib import Path
from urllib.parse import urlencode

from fastapi import FastAPI

import verifier.app
from bench.load import post
from bench.surroundings import issuer_settings, verifier_settings
from issuer.clients.credential_types import read_configurations
from keys.certificate_chains import load_anchors
from specs.jose import Algorithm
from specs.jose.signatures import signing_function
from specs.openid4vp import RequestUriMethod, create_direct_post
from specs.sd_jwt import HeldSdJwt, prepare_key_binding, select_disclosures
from specs.token_status_list import MEDIA_TYPE
from trillium.runtime.bodies import FORM
from trillium.runtime.clock import SystemClock
from trillium.runtime.http_client import OutgoingClient, Reply, StrangerClient
from trillium.runtime.management import open_management_guard
from trillium.runtime.randomness import SystemRandomness
from verifier.clients.issuer_keys import HttpIssuerKeys
from verifier.clients.status_lists import HttpStatusLists
from verifier.domain.event import Actor
from verifier.domain.presentation import ClientIdPrefix
from verifier.domain.trust import FixedTrust, Trust, TrustedIssuer
from verifier.store.memory import MemoryVerifierStore
from verifier.store.pages_memory import MemoryPages

PRESET = "identity"
QUERY_ID = "photo_card"
PATHS = (("given_name",), ("family_name",), ("birthdate",))
LIST_FILE = "status-list.jwt"
STARTED_FILE = "presentations.json"


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
    keys = HttpIssuerKeys(StrangerClient(loopback_origins=()))
    outside = verifier.app.Outside(MemoryVerifierStore(), statuses, clock, SystemRandomness(), keys, MemoryPages())
    ring = verifier.app.open_ring(settings, clock.now())
    trust = FixedTrust(Trust((TrustedIssuer(issuing.public_url, anchors, vcts),)))
    return verifier.app.build_verifier(settings, ring, outside, trust)


async def start_many(built: verifier.app.Verifier, var_dir: Path, count: int) -> None:
    """Starts presentations as a relying service would, and says how a wallet has to answer each."""
    registered = await built.clients.register(
        {"en-CA": "Bench", "fr-CA": "Bench"}, [PRESET], actor=Actor("management")
    )
    identity, prefix = built.receive.identity, ClientIdPrefix.X509_HASH
    audience = identity.client_id(prefix, identity.signer(built.outside.clock.now())).full
    started = []
    for _ in range(count):
        one = await built.start(
            registered.service, PRESET, prefix=prefix, method=RequestUriMethod.GET, locale="en"
        )
        asked = one.presentation
        started.append([asked.request_id, asked.nonce, asked.state_value, audience])
    (var_dir / STARTED_FILE).write_text(json.dumps(started), encoding="utf-8")


def assembled(
    built: verifier.app.Verifier,
    var_dir: Path,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]],
) -> FastAPI:
    """The whole application."""
    return verifier.app.assemble(built, open_management_guard(var_dir), lifespan)


def presentation_requests(var_dir: Path, held: HeldSdJwt, private_key: object) -> Iterator[bytes]:
    """One request for each presentation that was started: three claims and a key binding of its own."""
    selected = select_disclosures(held, PATHS)
    sign = signing_function(private_key, Algorithm.ES256)  # type: ignore[arg-type]  # an EC key
    now = SystemClock().now()
    for request_id, nonce, state, audience in json.loads((var_dir / STARTED_FILE).read_bytes()):
        prepared = prepare_key_binding(
            selected, nonce=nonce, audience=audience, issued_at=now, algorithm=Algorithm.ES256
        )
        presentation = prepared.attach(sign(prepared.signing_input.data))
        form = urlencode(create_direct_post({QUERY_ID: [presentation]}, state)).encode()
        yield post(f"/verifier/responses/{request_id}", FORM, form)
