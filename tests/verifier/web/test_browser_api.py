"""What a page's script sends for the Digital Credentials API (OpenID4VP appendix A; 5.34, 5.35, 6.14)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.verifier.surroundings import PUBLIC_URL
from tests.verifier.web.browser_wallets import SEVERAL, SIGNED, UNSIGNED, answer_of, offered, verified
from tests.verifier.web.counter import Counter
from tests.verifier.web.page_visitors import Browser, Paged, browser_of, form_token, open_page

ORIGIN = PUBLIC_URL.removesuffix("/desk")
HEADER = "Trillium-Form-Token"


@dataclass
class Script:
    """What the script of an open page does."""

    browser: Browser
    paged: Paged
    token: str

    async def requests(self, **headers: str) -> httpx.Response:
        headers = headers or {HEADER: self.token}
        return await self.browser.http.post(f"{self.paged.page}/browser-requests", headers=headers)

    async def offered(self, protocol: str) -> dict[str, Any]:
        answer = await self.requests()
        assert answer.status_code == 200, answer.text
        return offered(answer.json(), protocol)

    async def send(self, protocol: str, data: Any, token: str | None = None) -> httpx.Response:
        body = {"protocol": protocol, "data": data}
        headers = {HEADER: self.token if token is None else token}
        return await self.browser.http.post(f"{self.paged.page}/browser-response", json=body, headers=headers)

    async def state(self) -> str:
        return await self.browser.state(self.paged.page)


@pytest.fixture
async def script(counter: Counter) -> AsyncIterator[Script]:
    paged = await open_page(counter)
    async with browser_of(counter) as browser:
        yield Script(browser, paged, form_token(await browser.open(paged.page)))


@pytest.mark.parametrize("protocol", [SEVERAL, SIGNED, UNSIGNED])
async def test_an_answer_is_released_at_once(script: Script, protocol: str) -> None:
    request = await script.offered(protocol)
    sent = await script.send(protocol, answer_of(script.paged, request, ORIGIN))
    assert (sent.status_code, sent.json()) == (200, {})
    assert await script.state() == "accepted"
    assert await script.paged.is_released()
    page = await script.browser.open(script.paged.page)
    assert (await script.paged.fetch(page))["outcome"] == "accepted"


async def test_5_34_the_requests_are_as_appendix_a_wants_them(script: Script) -> None:
    answer = await script.requests()
    assert answer.headers["cache-control"] == "no-store"
    several, signed, unsigned = (offered(answer.json(), one) for one in (SEVERAL, SIGNED, UNSIGNED))
    assert several["expected_origins"] == signed["expected_origins"] == [ORIGIN]
    assert not {"client_id", "verifier_info"} & set(several)
    for request in (several, signed, unsigned):
        assert request["response_mode"] == "dc_api.jwt"
        assert not {"state", "response_uri", "redirect_uri"} & set(request)
    assert not {"client_id", "expected_origins"} & set(unsigned)
    for protocol in (SEVERAL, SIGNED):
        assert verified(script.paged, answer.json(), ORIGIN, protocol).client_metadata is not None


async def test_5_25_an_answer_to_another_origin_is_not_genuine(script: Script) -> None:
    request = await script.offered(UNSIGNED)
    stolen = answer_of(script.paged, request, "https://phisher.example")
    assert (await script.send(UNSIGNED, stolen)).status_code == 400
    assert await script.state() == "rejected"


async def test_a_refusal_ends_it(script: Script) -> None:
    sent = await script.send(SIGNED, {"error": "access_denied"})
    assert sent.status_code == 200
    assert await script.state() == "cancelled"


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        [],
        "x",
        {"response": 1},
        {"response": "x.y.z"},
        {"response": "a.b.c.d.e"},
        {"vp_token": {}},
        {"vp_token": {"photo_card": ["x~"]}},
        {"error": 1},
        {"response": "a.b.c.d.e", "error": "x"},
    ],
)
async def test_rubbish_leaves_it_open(script: Script, data: Any) -> None:
    assert (await script.send(UNSIGNED, data)).status_code == 400
    assert await script.state() == "retrieved"
    request = await script.offered(UNSIGNED)
    await script.send(UNSIGNED, answer_of(script.paged, request, ORIGIN))
    assert await script.state() == "accepted"


@pytest.mark.parametrize("protocol", ["openid4vp", "openid4vp-v2-multisigned", "", "org-iso-mdoc"])
async def test_what_was_not_offered_is_not_taken(script: Script, protocol: str) -> None:
    request = await script.offered(UNSIGNED)
    assert (await script.send(protocol, answer_of(script.paged, request, ORIGIN))).status_code == 400
    assert await script.state() == "retrieved"


async def test_5_31_a_second_answer_is_refused(script: Script) -> None:
    request = await script.offered(UNSIGNED)
    data = answer_of(script.paged, request, ORIGIN)
    assert (await script.send(UNSIGNED, data)).status_code == 200
    assert (await script.send(UNSIGNED, data)).status_code == 400
    assert (await script.requests()).status_code == 400


async def test_an_answer_for_another_page_leaves_this_one_open(counter: Counter, script: Script) -> None:
    other = await open_page(counter)
    async with browser_of(counter) as browser:
        theirs = Script(browser, other, form_token(await browser.open(other.page)))
        request = await theirs.offered(UNSIGNED)
        assert (await script.send(UNSIGNED, answer_of(other, request, ORIGIN))).status_code == 400
        assert await script.state() == "retrieved"


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_another_site_can_send_neither(script: Script, token: str) -> None:
    request = await script.offered(UNSIGNED)
    data = answer_of(script.paged, request, ORIGIN)
    assert (await script.send(UNSIGNED, data, token)).status_code == 403
    assert (await script.requests(**{HEADER: token})).status_code == 403
    assert (await script.requests(accept="*/*")).status_code == 403
    assert await script.state() == "retrieved"


async def test_another_browser_can_send_neither(counter: Counter, script: Script) -> None:
    request = await script.offered(UNSIGNED)
    async with browser_of(counter) as thief:
        stolen = Script(thief, script.paged, script.token)
        assert (await stolen.requests()).status_code == 403
        sent = await stolen.send(UNSIGNED, answer_of(script.paged, request, ORIGIN))
        assert sent.status_code == 403
    assert await script.state() == "retrieved"


async def test_only_json_is_read(script: Script) -> None:
    headers = {HEADER: script.token, "Content-Type": "text/plain"}
    page = f"{script.paged.page}/browser-response"
    assert (await script.browser.http.post(page, content=b"{}", headers=headers)).status_code == 415
    headers["Content-Type"] = "application/json"
    for body in (b"", b"[]", b"{", b"\xff", b'{"protocol":"x","protocol":"y"}', b"[" * 5000):
        assert (await script.browser.http.post(page, content=body, headers=headers)).status_code == 400
    large = b'{"protocol":"' + b"x" * 3_000_000 + b'"}'
    assert (await script.browser.http.post(page, content=large, headers=headers)).status_code == 413
