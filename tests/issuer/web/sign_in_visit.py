"""A wallet that sends a browser to the issuer, and the browser, which follows the pages as a person would."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from specs.oauth import create_code_challenge
from tests.issuer.clients.hostile_provider import HostileProvider
from tests.issuer.web.running_issuer import ISSUER, RunningIssuer, running_issuer
from tests.trillium.runtime.local_server import serving

WALLET = "com.example.wallet:/back"
VERIFIER = "a-verifier-of-the-wallet-that-is-long-enough"
COOKIE = "__Host-issuer-session"


@dataclass
class Visit:
    """One browser. ``seen``: every address it was sent to."""

    issuer: RunningIssuer
    provider: HostileProvider
    browser: httpx.AsyncClient
    seen: list[str] = field(default_factory=list)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self._kept(await self.browser.get(f"{ISSUER}{path}", **options))

    async def post(self, path: str, form: dict[str, Any], **options: Any) -> httpx.Response:
        return await self._kept(await self.browser.post(f"{ISSUER}{path}", data=form, **options))

    async def _kept(self, answer: httpx.Response) -> httpx.Response:
        self.seen.append(answer.headers.get("location", ""))
        return answer

    async def authorize(self, **changes: Any) -> httpx.Response:
        """The wallet's request; a parameter that is None is left out."""
        request = {
            "response_type": "code",
            "client_id": "wallet",
            "redirect_uri": WALLET,
            "scope": "photo-card",
            "state": "of-the-wallet",
            "code_challenge": create_code_challenge(VERIFIER),
            "code_challenge_method": "S256",
            **changes,
        }
        kept = {name: value for name, value in request.items() if value is not None}
        return await self.get(f"/authorize?{urlencode(kept)}")

    async def to_provider(self, **changes: Any) -> dict[str, str]:
        """Up to the provider's door; the parameters that the issuer sends there."""
        assert (await self.authorize(**changes)).headers["location"].endswith("/sign-in")
        return await self.start()

    async def start(self) -> dict[str, str]:
        answer = await self.get("/sign-in/start")
        assert answer.status_code == 303
        asked = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
        self.provider.nonce = asked.get("nonce", "")
        return asked

    async def come_back(self, **answer: str) -> httpx.Response:
        return await self.get(f"/sign-in/return?{urlencode(answer)}")

    async def to_consent(self, **changes: Any) -> httpx.Response:
        """Signed in; the page that asks."""
        asked = await self.to_provider(**changes)
        answer = await self.come_back(code="one", state=asked["state"])
        assert answer.headers["location"].endswith("/consent"), answer.headers["location"]
        return await self.get("/consent")

    @property
    def cookie(self) -> str:
        return str(self.browser.cookies.get(COOKIE, ""))


def hidden(page: httpx.Response, name: str) -> str:
    """A hidden field of a page's form."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, f"no {name} in the page"
    return unescape(found[1])


def told(answer: httpx.Response) -> dict[str, str]:
    """What the wallet is told in a redirect."""
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{WALLET}?")
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query, strict_parsing=True))


@asynccontextmanager
async def visiting(
    folder: Path, provider: HostileProvider | None = None, **settings: Any
) -> AsyncIterator[Visit]:
    """An issuer whose residents sign in at ``provider``."""
    provider = provider or HostileProvider()
    async with serving(provider) as port:
        provider.issuer = f"http://localhost:{port}"
        wanted = {"login_issuer": provider.issuer, "login_timeout": 60.0, **settings}
        async with running_issuer(folder, **wanted) as issuer:
            provider.now = lambda: issuer.clock.now().timestamp()
            yield Visit(issuer, provider, issuer.client)
