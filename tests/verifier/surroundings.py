"""What surrounds the verifier in tests: a clock set by hand, status lists by hand, everything in memory."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from specs.encoding import b64url_decode, parse_json, parse_json_object
from specs.jose import PublicJwk, TrustAnchors, UnverifiedJwe
from specs.openid4vp import (
    ResponseMode,
    VpErrorResponse,
    VpTokenResponse,
    choose_response_encryption,
    parse_client_metadata,
)
from specs.openid4vp.encrypted_response import encrypt_response, parse_response_jwe
from specs.token_status_list import StatusAnswer, StatusOutcome, StatusReference
from tests.verifier.bundling import CollectionByHand
from tests.verifier.holder import Binding
from tests.verifier.issuing import NOW, SimulatedIssuer
from tests.verifier.keys import quick_ring
from tests.verifier.openid.stores import memory_openid
from trillium.runtime.clock import SystemClock
from trillium.runtime.randomness import SystemRandomness
from verifier.app import OfflineSources, Outside, Store, Verifier, build_verifier
from verifier.app.openid.outside import OpenIdOutside
from verifier.clients.status_lists import HttpStatusLists
from verifier.domain.event import Actor
from verifier.domain.relying_service import RelyingService
from verifier.domain.trust import FixedTrust, Trust, TrustedIssuer
from verifier.errors import IssuerKeysUnavailable
from verifier.ports import DeliveryAnswer, PageStore, TrustSource, WebhookStore
from verifier.services.receive_response import Received, WalletResponse
from verifier.services.start_presentation import StartedPresentation, StartOptions
from verifier.settings import Settings
from verifier.store.lists_memory import MemoryMetLists
from verifier.store.memory import MemoryVerifierStore
from verifier.store.openid.clients_memory import MemoryOpenIdClients
from verifier.store.pages_memory import MemoryPages
from verifier.store.webhooks_memory import MemoryWebhooks

PUBLIC_URL = "https://verifier.example/desk"
MANAGEMENT = Actor("management")


@dataclass
class HandClock:
    """``ports.Clock`` that moves only when it is told to."""

    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment

    def advance(self, **delta: float) -> None:
        self.moment += timedelta(**delta)


@dataclass
class StatusesByHand:
    """``ports.StatusLists``: says what it is told, and remembers what it was asked."""

    outcome: StatusOutcome = StatusOutcome.VALID
    by_uri: dict[str, StatusOutcome] = field(default_factory=dict)
    asked: list[tuple[StatusReference, TrustAnchors, timedelta]] = field(default_factory=list)
    out_of_reach_until: datetime | None = None

    async def status_of(
        self, reference: StatusReference, *, anchors: TrustAnchors, max_age: timedelta, now: datetime
    ) -> StatusAnswer:
        await asyncio.sleep(0)
        self.asked.append((reference, anchors, max_age))
        if self.out_of_reach_until is not None and now < self.out_of_reach_until:
            return StatusAnswer(StatusOutcome.UNKNOWN, "a drill")
        return StatusAnswer(self.by_uri.get(reference.uri, self.outcome))

    def put_out_of_reach(self, until: datetime) -> None:
        self.out_of_reach_until = until


@dataclass
class KeysByHand:
    """``ports.IssuerKeys``: the keys it was given, by issuer; all others are out of reach."""

    keys: dict[str, list[PublicJwk]] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    async def keys_of(self, issuer: TrustedIssuer, kid: str | None, now: datetime) -> Sequence[PublicJwk]:
        await asyncio.sleep(0)
        self.asked.append((issuer.issuer, kid))
        if issuer.issuer not in self.keys:
            raise IssuerKeysUnavailable("by hand")
        return [key for key in self.keys[issuer.issuer] if kid is None or key.kid == kid]


@dataclass
class ReceiverByHand:
    """``ports.WebhookReceiver``: takes messages, or refuses them when told to."""

    takes: bool = True
    got: list[tuple[str, str]] = field(default_factory=list)

    async def deliver(self, url: str, message: str) -> DeliveryAnswer:
        await asyncio.sleep(0)
        self.got.append((url, message))
        return DeliveryAnswer(self.takes, "" if self.takes else "status 500")


def settings_for_tests(**changed: Any) -> Settings:
    """No environment, no disk."""
    members: dict[str, Any] = {
        "public_url": PUBLIC_URL,
        "keys_uri": "memory:",
        "var_dir": Path("nowhere"),
        "rate_limits": False,
    }
    return Settings(**(members | changed))


@dataclass
class Desk:
    """A verifier, wired as in service, over stores in memory."""

    clock: HandClock = field(default_factory=HandClock)
    statuses: StatusesByHand = field(default_factory=StatusesByHand)
    trust: Trust = field(default_factory=lambda: Trust((SimulatedIssuer().trusted(),)))
    issuer_keys: KeysByHand = field(default_factory=KeysByHand)
    store: Store = field(default_factory=MemoryVerifierStore)
    pages: PageStore = field(default_factory=MemoryPages)
    webhooks: WebhookStore | None = None
    receiver: ReceiverByHand = field(default_factory=ReceiverByHand)
    offline: OfflineSources = field(
        default_factory=lambda: OfflineSources(MemoryMetLists(), CollectionByHand())
    )
    openid: OpenIdOutside = field(default_factory=memory_openid)
    settings: Settings = field(default_factory=settings_for_tests)
    source: TrustSource | None = None
    """Instead of ``trust``, where it changes."""
    verifier: Verifier = field(init=False)

    def __post_init__(self) -> None:
        clients = self.openid.clients
        if isinstance(clients, MemoryOpenIdClients) and isinstance(self.store, MemoryVerifierStore):
            clients.verifier = self.store
        outside = Outside(
            self.store,
            cast(HttpStatusLists, self.statuses),
            cast(SystemClock, self.clock),
            SystemRandomness(),
            self.issuer_keys,
            self.pages,
            self.webhooks or MemoryWebhooks(self.store),
            self.receiver,
            self.offline,
            self.openid,
        )
        ring = quick_ring(self.settings, self.clock.now())
        self.verifier = build_verifier(self.settings, ring, outside, self.source or FixedTrust(self.trust))

    async def register(self, *presets: str) -> RelyingService:
        """A relying service, for every preset unless told otherwise."""
        names = {"en-CA": "Shop", "fr-CA": "Boutique"}
        wanted = presets or tuple(self.verifier.presets)
        registered = await self.verifier.clients.register(names, wanted, actor=MANAGEMENT)
        return registered.service

    async def ask(
        self,
        preset: str = "age-19-or-over",
        service: RelyingService | None = None,
        **options: Any,
    ) -> "Asked":
        """A started presentation whose request a wallet has read; answers are asked for in the clear."""
        service = service or await self.register()
        wanted = StartOptions(**({"response_mode": ResponseMode.DIRECT_POST} | options))
        started = await self.verifier.start(service, preset, wanted)
        if started.presentation.by_value:
            return Asked(self, service, started, request_in(started.authorization_request))
        request_object = await self.verifier.serve(started.presentation.request_id, wallet_nonce=None)
        return Asked(self, service, started, claims_of(request_object))


@dataclass
class Asked:
    """What a wallet and a relying service know of one presentation."""

    desk: Desk
    service: RelyingService
    started: StartedPresentation
    request: dict[str, Any]

    def binding(self, **changed: Any) -> Binding:
        """What an honest wallet binds to."""
        members = {"nonce": self.request["nonce"], "audience": self.request["client_id"]}
        return Binding(**(members | {"issued_at": self.desk.clock.now()} | changed))

    async def respond(self, vp_token: Mapping[str, Sequence[str]], **changed: Any) -> Received:
        """As the request wants it: in the clear, or encrypted."""
        state = changed.get("state", self.request["state"])
        if self.request["response_mode"] == ResponseMode.DIRECT_POST_JWT:
            members = {"vp_token": {one: list(texts) for one, texts in vp_token.items()}, "state": state}
            return await self.receive(encrypted(self.request, members))
        token = {query_id: tuple(one) for query_id, one in vp_token.items()}
        return await self.receive(VpTokenResponse(token, state))

    async def refuse(self, error: str = "access_denied") -> Received:
        return await self.receive(VpErrorResponse(error, None, self.request["state"]))

    async def receive(self, response: WalletResponse) -> Received:
        return await self.desk.verifier.receive(self.started.presentation.request_id, response)

    async def state(self) -> str:
        return await self.desk.verifier.results.state(self.service, self.started.transaction_id)

    async def result(self) -> dict[str, Any]:
        return await self.desk.verifier.results.fetch(self.service, self.started.transaction_id)


def claims_of(jws: str) -> dict[str, Any]:
    """The payload of a compact JWS, unverified."""
    return parse_json_object(b64url_decode(jws.split(".")[1]), max_bytes=100_000)


def header_of(jws: str) -> dict[str, Any]:
    """The header of a compact JWS, unverified."""
    return parse_json_object(b64url_decode(jws.split(".", maxsplit=1)[0]), max_bytes=100_000)


def request_in(link: str) -> dict[str, Any]:
    """The request that stands in a link: as a request object, or its parameters in the clear."""
    parameters = query_of(link)
    if "request" in parameters:
        return claims_of(parameters["request"])
    texts = ("dcql_query", "client_metadata", "transaction_data", "verifier_info")
    return {
        name: parse_json(value, max_bytes=100_000) if name in texts else value
        for name, value in parameters.items()
    }


def encrypted(request: Mapping[str, Any], members: Mapping[str, Any], **more: Any) -> UnverifiedJwe:
    """An answer, encrypted for the key of the request."""
    return parse_response_jwe(encrypted_text(request, members, **more))


def encrypted_text(request: Mapping[str, Any], members: Mapping[str, Any], **more: Any) -> str:
    """The same as it travels."""
    encryption = choose_response_encryption(parse_client_metadata(request["client_metadata"]))
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    present = {name: value for name, value in members.items() if value is not None}
    return encrypt_response(present, encryption, ephemeral=ephemeral, iv=os.urandom(12), **more)


def query_of(url: str) -> dict[str, str]:
    """The parameters of a link, each once."""
    return {name: one for name, [one] in parse_qs(urlsplit(url).query).items()}
