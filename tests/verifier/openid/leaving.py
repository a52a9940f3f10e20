"""Visitors who sign in where they are remembered, and sign out again."""

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.verifier.openid.relying import ISSUER, Library, Relying
from tests.verifier.openid.signing_in import Person, asking
from tests.verifier.web.page_visitors import browser_of

BYE = "https://library.example/bye"
LOGOUT = f"{ISSUER}/logout"
_FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
REMEMBERED: dict[str, Any] = {
    "reauthentication_window": timedelta(hours=1),
    "post_logout_redirect_uris": (BYE, f"{BYE}?x=1"),
}


@dataclass
class Visitor(Person):
    """Somebody who signs in, and out again."""

    async def id_token(self, relying: Relying, **changed: str | None) -> str:
        """Of a login just now."""
        back = await self.sign_in(asking(relying, **changed))
        answer = await relying.exchange(back.code)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id_token"])

    async def leave(self, **fields: str) -> httpx.Response:
        return await self.browser.http.get(f"{LOGOUT}?{urlencode(fields)}")

    async def answer(self, page: httpx.Response, word: str = "yes", **changed: str) -> httpx.Response:
        """A button of the page that asks."""
        fields = {name: html.unescape(value) for name, value in _FIELD.findall(page.text)}
        return await self.browser.http.post(f"{LOGOUT}/confirm", data={**fields, "answer": word, **changed})

    async def is_remembered(self, relying: Relying) -> bool:
        answer = await self.ask(asking(relying, prompt="none"))
        return "code=" in answer.headers["location"]


@asynccontextmanager
async def somebody(library: Library) -> AsyncIterator[Visitor]:
    async with browser_of(library.counter) as browser:
        yield Visitor(library.counter, browser)
