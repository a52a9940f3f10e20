"""A street with an issuer's list over real HTTP, a verifier as it is started, and a relying service."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp

from specs.token_status_list import StatusList, StatusReference
from tests.specs.jose.certificates import CA, LEAF, self_signed
from tests.trillium.runtime.local_server import serving
from tests.trillium.runtime.status_lists.list_site import ListSite
from tests.verifier.holder import NINETEEN, Binding, present
from tests.verifier.issuing import ENTRY, Draft, SimulatedIssuer
from tests.verifier.surroundings import PUBLIC_URL, claims_of, encrypted_text, settings_for_tests
from trillium.runtime.mounting import Part, mount
from verifier.app import create_app
from verifier.domain.trust import FixedTrust, Trust

DAY = timedelta(days=1)


def issuer_of_today(now: datetime) -> SimulatedIssuer:
    """Its certificates are good now, whenever that is."""
    root = self_signed(CA.but(not_before=now - DAY, not_after=now + DAY))
    leaf = root.issue(LEAF.but(not_before=now - DAY, not_after=now + DAY))
    return SimulatedIssuer("https://issuer.example/tenant", root, leaf)


@dataclass
class ShiftedClock:
    """The machine's, set forward by as much as a test wants, so that nobody waits for what comes later."""

    shift: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift


@dataclass
class Street:
    """An issuer with its list, a verifier, and a relying service."""

    issuer: SimulatedIssuer
    site: ListSite
    list_uri: str
    http: httpx.AsyncClient
    service: httpx.BasicAuth
    management: dict[str, str]
    app: ASGIApp
    clock: ShiftedClock

    def publish(self, entries: StatusList | None = None, *, etag: str = '"1"') -> None:
        self.site.body = self.issuer.status_list(entries, now=self.clock.now(), sub=self.list_uri)
        self.site.etag = etag

    def draft(self, index: int = ENTRY.index) -> Draft:
        """A good credential of today, ready to be spoilt."""
        return self.issuer.draft(status=StatusReference(self.list_uri, index), now=self.clock.now())

    def card(self, index: int = ENTRY.index) -> str:
        return self.issuer.sign(self.draft(index))

    async def visit(self, card: str) -> dict[str, Any]:
        """One presentation from the link to the result."""
        return await (await self.prepare(card))()

    async def prepare(self, card: str) -> Callable[[], Awaitable[dict[str, Any]]]:
        """One presentation as far as the answer; what sends it and fetches the result."""
        started = await self.http.post("/presentations", json={"preset": "age-19-or-over"}, auth=self.service)
        request = claims_of((await self.http.get(started.json()["request_uri"])).text)
        binding = Binding(request["nonce"], request["client_id"], self.clock.now())
        shown = {"photo_card": [present(card, binding, NINETEEN)]}
        form = {"response": encrypted_text(request, {"vp_token": shown, "state": request["state"]})}

        async def send() -> dict[str, Any]:
            answer = await self.http.post(request["response_uri"], data=form)
            assert (answer.status_code, [*answer.json()]) == (200, ["redirect_uri"])
            result = await self.http.get(started.json()["result_url"], auth=self.service)
            assert result.status_code == 200
            body: dict[str, Any] = result.json()
            return body

        return send

    async def drill(self, seconds: int) -> None:
        body = {"unreachable_seconds": seconds}
        answer = await self.http.post("/management/drills/status-lists", json=body, headers=self.management)
        assert answer.status_code == 204


@asynccontextmanager
async def opened_street(
    folder: Path,
    issuer: SimulatedIssuer | None = None,
    *,
    also_reached: tuple[str, ...] = (),
    **trusting: Any,
) -> AsyncIterator[Street]:
    """``trusting``: settings of a trust list; without them this issuer is trusted whatever happens."""
    site, issuer = ListSite(), issuer or issuer_of_today(datetime.now(UTC))
    async with serving(site) as port:
        origin = f"http://127.0.0.1:{port}"
        settings = settings_for_tests(
            var_dir=folder,
            database_url=f"sqlite:///{folder}/verifier.db",
            loopback_origins=(origin, *also_reached),
            **trusting,
        )
        clock = ShiftedClock()
        trust = None if trusting else FixedTrust(Trust((issuer.trusted(),)))
        app = create_app(settings, trust=trust, clock=clock)
        transport = httpx.ASGITransport(app=(mounted := mount([Part(PUBLIC_URL, app)])))
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as http,
        ):
            management = {"Authorization": f"Bearer {(folder / 'management.token').read_text().strip()}"}
            body = {"name_en": "Shop", "name_fr": "Boutique", "presets": ["age-19-or-over"]}
            client = (await http.post("/management/clients", json=body, headers=management)).json()
            service = httpx.BasicAuth(client["client_id"], client["client_secret"])
            uri = f"{origin}/lists/7"
            street = Street(issuer, site, uri, http, service, management, mounted, clock)
            street.publish()
            yield street
