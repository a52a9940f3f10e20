"""5.28: each error of a wallet ends the session, and person, service and webhook are told which it was."""

import html
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.verifier.openid.signing_in import scan
from tests.verifier.web.browser_wallets import SIGNED
from tests.verifier.web.counter import Counter, Visit
from tests.verifier.web.page_visitors import Browser, browser_of, form_token, open_page, state_in
from tests.verifier.web.streams import streaming
from verifier.domain.ends import ALL, OTHER_WALLET_ERROR, WALLET_ERRORS, EndKind, end_of_wallet_error

LANGUAGES = {"en": "en-CA", "fr": "fr-CA"}
PLANTED = "My name is Planted-Maya <script>"
ERRORS = [*(kind.code for kind in WALLET_ERRORS), "an_error_of_my_own", PLANTED]
HEADINGS = {"en": "The request has ended", "fr": "La demande a pris fin"}


@dataclass(frozen=True)
class Asked:
    """``visit``: the wallet's side of a presentation with a page."""

    visit: Visit
    browser: Browser
    page: str

    async def refuse(self, error: str) -> str:
        """Where the wallet sends its holder."""
        answer = await self.visit.post({"error": error, "error_description": PLANTED})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["redirect_uri"])


@asynccontextmanager
async def asked(counter: Counter, language: str = "en", **wanted: Any) -> AsyncIterator[Asked]:
    """A page that was opened in a browser, and a wallet that has read its request."""
    service = await counter.register()
    body = {"preset": "age-19-or-over", "flow": "page", **counter.wishes, **wanted}
    answer = await counter.http.post("/presentations", json=body, auth=service)
    started = answer.json()
    async with browser_of(counter, {"Accept-Language": language}) as browser:
        shown = await browser.open(started["page_url"])
        visit = await scan(counter, shown.text)
        yield Asked(replace(visit, service=service, started=started), browser, started["page_url"])


def is_said(kind: EndKind, language: str, text: str) -> bool:
    """Why, what next, and the word to quote where something does not work."""
    tag, seen = LANGUAGES[language], html.unescape(text)
    said = [one.by_language[tag].replace("'", "’") for one in (kind.text, kind.next_step)]
    return all(one in seen for one in said) and (f"<code>{kind.code}</code>" in text) is kind.is_fault


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("error", ERRORS)
async def test_the_page_the_other_device_and_the_service_are_told(
    counter: Counter, error: str, language: str
) -> None:
    kind = end_of_wallet_error(error)
    async with asked(counter, language, locale=LANGUAGES[language]) as one:
        back = await one.refuse(error)
        page = await one.browser.open(one.page)
        assert state_in(page) == "cancelled"
        async with browser_of(counter, {"Accept-Language": language}) as phone:
            elsewhere = await phone.open(back)
        assert HEADINGS[language] in elsewhere.text
        for told in (page, elsewhere):
            assert is_said(kind, language, told.text), told.text
            assert "Planted" not in told.text
        assert (await one.visit.look()).json() == {"state": "cancelled", "reason": kind.code}
        result = (await one.visit.fetch()).json()
    expected = {
        "code": kind.code,
        "query_id": None,
        "text": kind.text.by_language,
        "advice": kind.advice.by_language,
    }
    assert (result["outcome"], result["clerk_outcome"], result["claims"]) == ("cancelled", None, {})
    assert (result["reasons"], result["advice"]) == ([expected], kind.advice.by_language)


async def test_the_same_device_comes_back_to_its_page(counter: Counter) -> None:
    async with asked(counter) as one:
        back = await one.refuse("vp_formats_not_supported")
        page = await one.browser.open(back)
        assert str(page.url).endswith(one.page.rpartition("/")[2])
        assert is_said(end_of_wallet_error("vp_formats_not_supported"), "en", page.text)


async def test_without_a_page_the_end_page_says_it(counter: Counter) -> None:
    visit = await counter.start()
    back = (await visit.post({"error": "invalid_client"})).json()["redirect_uri"]
    async with browser_of(counter) as phone:
        assert is_said(end_of_wallet_error("invalid_client"), "en", (await phone.open(back)).text)


async def test_who_follows_is_told_with_the_end(counter: Counter) -> None:
    visit = await counter.start()
    async with streaming(counter.app, visit.started["events_url"], visit.service) as stream:
        assert await stream.event() == b'event: state\ndata: {"state":"retrieved"}\n\n'
        await visit.post({"error": "wallet_unavailable"})
        assert await stream.event() == (
            b'event: state\ndata: {"state":"cancelled","reason":"wallet_unavailable"}\n\n'
        )


@pytest.mark.parametrize("error", ["access_denied", "invalid_request", PLANTED])
async def test_through_the_browsers_own_interface(counter: Counter, error: str) -> None:
    kind = end_of_wallet_error(error)
    paged = await open_page(counter)
    async with browser_of(counter) as browser:
        token = {"Trillium-Form-Token": form_token(await browser.open(paged.page))}
        body = {"protocol": SIGNED, "data": {"error": error}}
        sent = await browser.http.post(f"{paged.page}/browser-response", json=body, headers=token)
        assert sent.status_code == 200
        assert is_said(kind, "en", (await browser.open(paged.page)).text)
    result = await paged.fetch()
    assert [one["code"] for one in result["reasons"]] == [kind.code]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_whoever_called_it_off_is_named_too(counter: Counter, language: str) -> None:
    async with asked(counter, language, locale=LANGUAGES[language]) as one:
        shown = (await one.browser.send(one.page, "cancel")).text
        assert is_said(next(kind for kind in ALL if kind.code == "visitor_cancelled"), language, shown)
        assert (await one.visit.look()).json()["reason"] == "visitor_cancelled"
    async with asked(counter, language, locale=LANGUAGES[language]) as one:
        gone = await counter.http.delete(one.visit.started["status_url"], auth=one.visit.service)
        assert gone.status_code == 204
        shown = (await one.browser.open(one.page)).text
        assert is_said(next(kind for kind in ALL if kind.code == "service_cancelled"), language, shown)


async def test_what_a_stranger_says_is_nowhere_in_the_database_or_log(
    counter: Counter, capfd: pytest.CaptureFixture[str]
) -> None:
    visit = await counter.start()
    await visit.post({"error": PLANTED, "error_description": PLANTED})
    store: Any = counter.desk.store
    events = await store.latest(99)
    assert events[0].reason == OTHER_WALLET_ERROR.code
    assert "Planted" not in repr(events)
    assert "Planted" not in "".join(capfd.readouterr())
    assert all(b"Planted" not in file.read_bytes() for file in counter.var_dir.rglob("*.db*"))


async def test_nothing_more_is_told_than_with_the_result(counter: Counter) -> None:
    """Why a verdict was not good waits for whoever may fetch it; an open presentation has no reason."""
    visit = await counter.start()
    assert (await visit.look()).json() == {"state": "retrieved"}
    await visit.show(visit.card(key="thief"))
    assert (await visit.look()).json() == {"state": "rejected"}
