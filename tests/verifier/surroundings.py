"""What surrounds the verifier in tests: a clock set by hand, status lists by hand, everything in memory."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from specs.encoding import b64url_decode, parse_json_object
from specs.jose import PublicJwk, TrustAnchors
from specs.openid4vp import RequestUriMethod, VpErrorResponse, VpTokenResponse
from specs.token_status_list import StatusOutcome, StatusReference
from tests.verifier.holder import Binding
from tests.verifier.issuing import NOW, SimulatedIssuer
from trillium.runtime.clock import SystemClock
from trillium.runtime.randomness import SystemRandomness
from verifier.app import Outside, Store, Verifier, build_verifier, open_ring
from verifier.clients.status_lists import HttpStatusLists
from verifier.domain.event import Actor
from verifier.domain.presentation import ClientIdPrefix
from verifier.domain.relying_service import RelyingService
from verifier.domain.trust import FixedTrust, Trust, TrustedIssuer
from verifier.errors import IssuerKeysUnavailable
from verifier.ports import PageStore, StatusAnswer
from verifier.services.start_presentation import StartedPresentation
from verifier.settings import Settings
from verifier.store.memory import MemoryVerifierStore
from verifier.store.pages_memory import MemoryPages

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
    settings: Settings = field(default_factory=settings_for_tests)
    verifier: Verifier = field(init=False)

    def __post_init__(self) -> None:
        outside = Outside(
            self.store,
            cast(HttpStatusLists, self.statuses),
            cast(SystemClock, self.clock),
            SystemRandomness(),
            self.issuer_keys,
            self.pages,
        )
        ring = open_ring(self.settings, self.clock.now())
        self.verifier = build_verifier(self.settings, ring, outside, FixedTrust(self.trust))

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
        prefix: ClientIdPrefix = ClientIdPrefix.X509_HASH,
    ) -> "Asked":
        """A started presentation whose request object a wallet has fetched."""
        service = service or await self.register()
        started = await self.verifier.start(
            service, preset, prefix=prefix, method=RequestUriMethod.POST, locale="en-CA"
        )
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

    async def respond(self, vp_token: Mapping[str, Sequence[str]], **changed: Any) -> None:
        token = {query_id: tuple(one) for query_id, one in vp_token.items()}
        response = VpTokenResponse(token, changed.get("state", self.request["state"]))
        await self.desk.verifier.receive(self.started.presentation.request_id, response)

    async def refuse(self, error: str = "access_denied") -> None:
        response = VpErrorResponse(error, None, self.request["state"])
        await self.desk.verifier.receive(self.started.presentation.request_id, response)

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


def query_of(url: str) -> dict[str, str]:
    """The parameters of a link, each once."""
    return {name: one for name, [one] in parse_qs(urlsplit(url).query).items()}
