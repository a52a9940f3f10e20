"""People who sign in: a browser that a client sends here, a wallet that answers, and the way back."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from specs.sd_jwt import DisclosurePlan, PlanPath
from tests.verifier.issuing import PERSON, PLAN
from tests.verifier.openid.relying import CALLBACK, CHALLENGE, ISSUER, Relying
from tests.verifier.surroundings import PUBLIC_URL, claims_of, query_of
from tests.verifier.web.counter import Counter, Visit
from tests.verifier.web.page_visitors import Browser, form_token, state_in

NUMBER = "Planted-7731-0042"
NUMBERED = DisclosurePlan((*PLAN.paths, ("personal_administrative_number",)))
NUMBER_ONLY: tuple[PlanPath, ...] = (("personal_administrative_number",),)
WHO: tuple[PlanPath, ...] = (("given_name",), ("family_name",), ("birthdate",))
AUTHORIZE = f"{ISSUER}/authorize"
_LINK = re.compile(r'href="(openid4vp://[^"]+)"')


def asking(relying: Relying, **changed: str | None) -> dict[str, str]:
    """The authentication request of a well-behaved client, changed; ``None`` leaves a parameter out."""
    fields: dict[str, str | None] = {
        "response_type": "code",
        "client_id": relying.client_id,
        "redirect_uri": CALLBACK,
        "scope": "openid sign-in",
        "state": "af0ifjsldkj",
        "nonce": "n-0S6_WzA2Mj",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in (fields | changed).items() if value is not None}


@dataclass(frozen=True)
class Back:
    """What came back to the client's redirect URI."""

    uri: str
    parameters: Mapping[str, str]

    @property
    def error(self) -> str:
        return self.parameters.get("error", "")

    @property
    def code(self) -> str:
        return self.parameters.get("code", "")


def back_at(answer: httpx.Response) -> Back:
    """The redirect to the client."""
    assert answer.status_code == 303, answer.text
    location = answer.headers["location"]
    uri, _, query = location.partition("?")
    return Back(uri, {name: one for name, [one] in parse_qs(query, strict_parsing=True).items()})


@dataclass
class Person:
    """One browser, and a card."""

    counter: Counter
    browser: Browser

    async def ask(self, fields: Mapping[str, str], **headers: str) -> httpx.Response:
        """The client sends the browser here; no redirect is followed."""
        return await self.browser.http.get(f"{AUTHORIZE}?{urlencode(fields)}", headers=headers)

    async def begin(self, fields: Mapping[str, str]) -> str:
        """The path of the page that answers the login."""
        return page_at(await self.ask(fields))

    async def visit(self, page: str) -> Visit:
        """A wallet has read the request of a page."""
        return await scan(self.counter, (await self.browser.open(page)).text)

    async def show(
        self, page: str, paths: tuple[PlanPath, ...] = NUMBER_ONLY, *, number: str = NUMBER, **more: Any
    ) -> str:
        """The wallet on this device answers; where it sends its holder."""
        visit = await self.visit(page)
        answer = await visit.show(visit.card(*paths, credential=self.card(number, **more)))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["redirect_uri"])

    async def present(
        self, page: str, paths: tuple[PlanPath, ...] = NUMBER_ONLY, **more: Any
    ) -> httpx.Response:
        """The wallet answers and leads back to the page, which says what became of it."""
        return await self.browser.open(await self.show(page, paths, **more))

    async def go_on(self, page: str) -> httpx.Response:
        """The button that goes on to the client; no redirect is followed."""
        token = form_token(await self.browser.open(page))
        return await self.browser.http.post(f"{page}/continue", data={"form_token": token})

    async def sign_in(self, fields: Mapping[str, str], **more: Any) -> Back:
        """The whole way."""
        page = await self.begin(fields)
        assert state_in(await self.present(page, **more)) == "accepted"
        return back_at(await self.go_on(page))

    def card(self, number: str = NUMBER, **more: Any) -> str:
        claims = {**PERSON, "personal_administrative_number": number}
        return self.counter.issuer.issue(claims, NUMBERED, now=self.counter.desk.clock.now(), **more)


def page_at(answer: httpx.Response) -> str:
    """The path of the page that the browser is sent to."""
    assert answer.status_code == 303, answer.text
    location = urlsplit(answer.headers["location"])
    assert location.path.startswith(f"{urlsplit(PUBLIC_URL).path}/present/"), answer.headers["location"]
    assert not location.query
    return location.path


async def scan(counter: Counter, text: str) -> Visit:
    """A wallet reads what a page offers and fetches the request."""
    found = _LINK.search(text)
    assert found is not None, text
    request = await counter.http.get(query_of(html.unescape(found[1]))["request_uri"])
    assert request.status_code == 200, request.text
    return Visit(counter, httpx.BasicAuth("", ""), {}, claims_of(request.text))
