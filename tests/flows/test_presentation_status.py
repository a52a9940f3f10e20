"""The verifier as it is started, its own clock included, and an issuer's status list over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from specs.token_status_list import StatusList, StatusReference
from tests.specs.jose.certificates import CA, LEAF, self_signed
from tests.trillium.runtime.local_server import serving
from tests.trillium.runtime.status_lists.list_site import ListSite
from tests.verifier.holder import NINETEEN, Binding, present
from tests.verifier.issuing import ENTRY, SimulatedIssuer, list_with
from tests.verifier.surroundings import PUBLIC_URL, claims_of, encrypted_text, settings_for_tests
from trillium.runtime.mounting import Part, mount
from trillium.runtime.status_lists.turns import PAUSE_AFTER_FAILURE
from verifier.app import create_app
from verifier.domain.trust import FixedTrust, Trust

DAY = timedelta(days=1)


def issuer_of_today(now: datetime) -> SimulatedIssuer:
    """Its certificates are good now, whenever that is."""
    root = self_signed(CA.but(not_before=now - DAY, not_after=now + DAY))
    leaf = root.issue(LEAF.but(not_before=now - DAY, not_after=now + DAY))
    return SimulatedIssuer("https://issuer.example/tenant", root, leaf)


@dataclass
class Street:
    """An issuer with its list, a verifier, and a relying service."""

    issuer: SimulatedIssuer
    site: ListSite
    list_uri: str
    http: httpx.AsyncClient
    service: httpx.BasicAuth
    management: dict[str, str]

    def publish(self, entries: StatusList | None = None, *, etag: str = '"1"') -> None:
        self.site.body = self.issuer.status_list(entries, now=datetime.now(UTC), sub=self.list_uri)
        self.site.etag = etag

    def card(self, index: int = ENTRY.index) -> str:
        return self.issuer.issue(status=StatusReference(self.list_uri, index), now=datetime.now(UTC))

    async def visit(self, card: str) -> dict[str, Any]:
        """One presentation from the link to the result."""
        started = await self.http.post("/presentations", json={"preset": "age-19-or-over"}, auth=self.service)
        request = claims_of((await self.http.get(started.json()["request_uri"])).text)
        binding = Binding(request["nonce"], request["client_id"], datetime.now(UTC))
        shown = {"photo_card": [present(card, binding, NINETEEN)]}
        form = {"response": encrypted_text(request, {"vp_token": shown, "state": request["state"]})}
        answer = await self.http.post(request["response_uri"], data=form)
        assert (answer.status_code, [*answer.json()]) == (200, ["redirect_uri"])
        result = await self.http.get(started.json()["result_url"], auth=self.service)
        assert result.status_code == 200
        body: dict[str, Any] = result.json()
        return body

    async def drill(self, seconds: int) -> None:
        body = {"unreachable_seconds": seconds}
        answer = await self.http.post("/management/drills/status-lists", json=body, headers=self.management)
        assert answer.status_code == 204


@asynccontextmanager
async def opened_street(folder: Path) -> AsyncIterator[Street]:
    site, issuer = ListSite(), issuer_of_today(datetime.now(UTC))
    async with serving(site) as port:
        origin = f"http://127.0.0.1:{port}"
        settings = settings_for_tests(
            var_dir=folder, database_url=f"sqlite:///{folder}/verifier.db", loopback_origins=(origin,)
        )
        app = create_app(settings, trust=FixedTrust(Trust((issuer.trusted(),))))
        transport = httpx.ASGITransport(app=mount([Part(PUBLIC_URL, app)]))
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url=PUBLIC_URL) as http,
        ):
            management = {"Authorization": f"Bearer {(folder / 'management.token').read_text().strip()}"}
            body = {"name_en": "Shop", "name_fr": "Boutique", "presets": ["age-19-or-over"]}
            client = (await http.post("/management/clients", json=body, headers=management)).json()
            service = httpx.BasicAuth(client["client_id"], client["client_secret"])
            street = Street(issuer, site, f"{origin}/lists/7", http, service, management)
            street.publish()
            yield street


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    async with opened_street(tmp_path) as opened:
        yield opened


def codes(result: dict[str, Any]) -> Sequence[str]:
    return [reason["code"] for reason in result["reasons"]]


async def test_a_revocation_shows_at_the_next_presentation(street: Street) -> None:
    card = street.card()
    assert (await street.visit(card))["outcome"] == "accepted"
    for status, clerk in ((2, "suspended"), (0, "valid"), (1, "revoked")):
        street.publish(list_with(status), etag=f'"changed to {status}"')
        assert (await street.visit(card))["clerk_outcome"] == clerk
        assert (await street.visit(street.card(index=7)))["outcome"] == "accepted"


async def test_an_issuer_that_is_gone_leaves_us_unable_to_tell(street: Street) -> None:
    """eudiplo #860, ack #135: what cannot be checked is not accepted, and not called revoked either."""
    street.site.status = 503
    first = await street.visit(street.card())
    assert (first["outcome"], codes(first)) == ("undetermined", ["status_unknown"])
    street.site.status = 200
    again = await street.visit(street.card())
    assert (codes(again), len(street.site.asked)) == (["status_unknown"], 1), "a server in trouble is spared"
    await asyncio.sleep(PAUSE_AFTER_FAILURE)
    assert (await street.visit(street.card()))["outcome"] == "accepted"
    street.site.status = 503
    later = await street.visit(street.card())
    assert (later["outcome"], codes(later)) == ("undetermined", ["status_stale"])
    assert later["clerk_outcome"] == "cannot_tell"
    assert not later["claims"]


async def test_a_drill_and_its_end(street: Street) -> None:
    await street.drill(300)
    assert codes(await street.visit(street.card())) == ["status_unknown"]
    assert not street.site.asked
    await street.drill(0)
    assert (await street.visit(street.card()))["outcome"] == "accepted"


async def test_fifty_people_at_once_cost_the_issuer_a_handful_of_requests(street: Street) -> None:
    """In the sandbox every presentation asks anew; those that wait share what the next request brings."""
    street.site.delay = 0.5
    results = await asyncio.gather(*(street.visit(street.card(index)) for index in range(50)))
    assert {result["outcome"] for result in results} == {"accepted"}
    assert len(street.site.asked) <= 25
