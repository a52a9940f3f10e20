"""People with browsers: each has its own cookies; a wallet answers beside them."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.verifier.holder import NINETEEN, present
from tests.verifier.issuing import SimulatedIssuer, public_key
from tests.verifier.surroundings import MANAGEMENT, PUBLIC_URL, Asked
from tests.verifier.web.counter import Counter
from verifier.domain.presentation import CrossDevice, Release
from verifier.domain.relying_service import RelyingService
from verifier.domain.service_addresses import Addresses

SITE = "https://shop.example"
BACK = f"{SITE}/done"
_HIDDEN = re.compile(r'name="form_token" value="([^"]+)"')
_STATE = re.compile(r'data-state="([a-z_]+)"')
_RETURN = re.compile(r"return_code=([A-Za-z0-9_-]{22})")
_CODE = re.compile(r"<span>([0-9A-Z]{4})</span>")


@dataclass
class Browser:
    """``http``: with a cookie jar of its own."""

    http: httpx.AsyncClient

    async def open(self, url: str, **headers: str) -> httpx.Response:
        """As a person opens it: redirects are followed."""
        return await self.http.get(url, headers=headers, follow_redirects=True)

    async def send(self, page: str, form: str, **fields: str) -> httpx.Response:
        """A form of the page, sent as a browser does after opening it."""
        token = form_token(await self.open(page))
        data = {"form_token": token, **fields}
        return await self.http.post(f"{page}/{form}", data=data, follow_redirects=True)

    async def state(self, page: str) -> str:
        answer = await self.http.get(f"{page}/state")
        assert answer.status_code == 200, answer.text
        return str(answer.json()["state"])


@dataclass
class Paged:
    """A presentation with a page. ``page``: its path below the host."""

    counter: Counter
    asked: Asked
    page: str
    issuer: SimulatedIssuer = field(default_factory=SimulatedIssuer)

    async def answer(self, credential: str | None = None, **binding: Any) -> str:
        """The wallet shows a card; where it sends its holder."""
        card = present(credential or self.issuer.issue(), self.asked.binding(**binding), NINETEEN)
        received = await self.asked.respond({"photo_card": [card]})
        assert received.redirect_uri is not None
        return received.redirect_uri

    async def refuse(self) -> str:
        received = await self.asked.refuse()
        assert received.redirect_uri is not None
        return received.redirect_uri

    async def is_released(self) -> bool:
        sessions = self.counter.desk.verifier.pages.sessions
        return await sessions.is_released(self.asked.started.presentation.request_id)

    async def fetch(self, page: httpx.Response | None = None) -> dict[str, Any]:
        """The relying service fetches the result. ``page``: from which the visitor went back to it."""
        found = None if page is None else _RETURN.search(page.text)
        results, started = self.counter.desk.verifier.results, self.asked.started
        return await results.fetch(self.asked.service, started.transaction_id, found[1] if found else "")

    async def events(self) -> list[str]:
        store: Any = self.counter.desk.store
        return [one.name.value for one in reversed(await store.latest(99))]


async def register(counter: Counter) -> RelyingService:
    """A service with a site and somewhere to return to."""
    registered = await counter.desk.verifier.clients.register(
        {"en-CA": "Shop & Co", "fr-CA": "Boutique & Cie"},
        tuple(counter.desk.verifier.presets),
        actor=MANAGEMENT,
        addresses=Addresses(site=SITE, return_urls=(BACK,), evidence_key=public_key("evidence")),
    )
    return registered.service


async def open_page(
    counter: Counter, cross_device: CrossDevice | None = None, preset: str = "age-19-or-over", **options: Any
) -> Paged:
    """A relying service starts a presentation for its visitor's browser."""
    asked = await counter.desk.ask(
        preset,
        await register(counter),
        release=Release.BROWSER,
        cross_device=cross_device,
        **{"return_url": BACK, **options},
    )
    url = await counter.desk.verifier.pages.sessions.open(asked.started.presentation)
    assert url.startswith(f"{counter.desk.settings.public_url}/present/")
    return Paged(counter, asked, urlsplit(url).path)


@asynccontextmanager
async def browser_of(counter: Counter, headers: Mapping[str, str] | None = None) -> AsyncIterator[Browser]:
    """Somebody's browser, with no cookies yet."""
    transport = httpx.ASGITransport(app=counter.app, raise_app_exceptions=True)
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(PUBLIC_URL))
    async with httpx.AsyncClient(transport=transport, base_url=origin, headers=headers) as http:
        yield Browser(http)


def form_token(answer: httpx.Response) -> str:
    found = _HIDDEN.search(answer.text)
    assert found is not None, answer.text
    return found[1]


def state_in(answer: httpx.Response) -> str:
    """What the page says, for its script and its style."""
    found = _STATE.search(answer.text)
    assert found is not None, answer.text
    return found[1]


def code_in(answer: httpx.Response) -> str:
    """The characters on the page of the other device."""
    return "".join(_CODE.findall(answer.text))
