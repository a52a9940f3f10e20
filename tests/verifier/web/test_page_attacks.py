"""Who must not get a result: other browsers, relays, guessers, thieves of codes (5.29, 5.30, lessons B11)."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.verifier.web.counter import Counter, opened_counter
from tests.verifier.web.page_visitors import (
    Paged,
    browser_of,
    code_in,
    form_token,
    open_page,
    state_in,
)
from verifier.domain.presentation_page import CODE_LIFETIME, PAGE_MEMORY, RETURN_LIFETIME
from verifier.errors import PresentationOpen, ReturnCodeWrong
from verifier.services.page_secrets import CARRIED_ALPHABET, CARRIED_LENGTH

NOTHING = "0" * 22
WRONG = CARRIED_ALPHABET[0] * CARRIED_LENGTH


def other(code: str) -> str:
    """Characters that differ in the last place only."""
    last = CARRIED_ALPHABET[(CARRIED_ALPHABET.index(code[-1]) + 1) % len(CARRIED_ALPHABET)]
    return code[:-1] + last


async def assert_not_released(paged: Paged) -> None:
    """Neither by our word nor to the relying service."""
    assert not await paged.is_released()
    assert await paged.asked.state() in ("retrieved", "timed_out")


async def test_two_browsers_the_second_gets_nothing(counter: Counter) -> None:
    paged = await open_page(counter)
    async with browser_of(counter) as first, browser_of(counter) as second:
        await first.open(paged.page)
        for path in (paged.page, f"{paged.page}/state"):
            answer = await second.open(path)
            assert answer.status_code == 403
            assert "another browser" in answer.text
            assert "Shop" not in answer.text
            assert not second.http.cookies
        for form in ("cancel", "code", "receipt", "browser-requests", "browser-response"):
            assert (await second.http.post(f"{paged.page}/{form}")).status_code == 403
        assert await first.state(paged.page) == "retrieved"


async def test_two_browsers_at_once_exactly_one_has_the_page(counter: Counter) -> None:
    paged = await open_page(counter)
    async with browser_of(counter) as one, browser_of(counter) as two, browser_of(counter) as three:
        answers = await asyncio.gather(*(each.open(paged.page) for each in (one, two, three)))
    assert sorted(answer.status_code for answer in answers) == [200, 403, 403]


async def test_who_only_looks_does_not_become_the_owner(counter: Counter) -> None:
    """Chat programs and browsers fetch addresses ahead of people."""
    paged = await open_page(counter)
    async with browser_of(counter) as preview, browser_of(counter) as person:
        for headers in ({"Sec-Purpose": "prefetch"}, {"Sec-Purpose": "prefetch;prerender"}):
            assert (await preview.http.get(paged.page, headers=headers)).status_code == 204
        assert (await preview.http.head(paged.page)).status_code == 204
        assert not preview.http.cookies
        assert (await person.open(paged.page)).status_code == 200


@pytest.mark.parametrize(
    "ahead", [{"Sec-Purpose": "prefetch"}, {"Purpose": "prefetch"}, {"X-Moz": "prefetch"}], ids=repr
)
async def test_who_fetches_ahead_does_not_use_the_response_code_up(
    counter: Counter, ahead: dict[str, str]
) -> None:
    """A preloader without the cookie must neither see the characters nor lock the owner out."""
    paged = await open_page(counter)
    async with browser_of(counter) as owner, browser_of(counter) as preloader:
        await owner.open(paged.page)
        back = await paged.answer()
        fetched = [await preloader.http.get(back, headers=ahead), await preloader.http.head(back)]
        assert [one.status_code for one in fetched] == [204, 204]
        assert [one.content for one in fetched] == [b"", b""]
        assert fetched[0].headers["cache-control"] == "no-store"
        assert not preloader.http.cookies
        assert state_in(await owner.open(back)) == "accepted"
    assert await paged.is_released()


async def test_a_replayed_response_code_opens_nothing_in_another_browser(counter: Counter) -> None:
    paged = await open_page(counter)
    async with browser_of(counter) as owner, browser_of(counter) as thief:
        await owner.open(paged.page)
        back = await paged.answer()
        await owner.open(back)
        replayed = await thief.open(back)
        assert replayed.status_code == 410
        assert "Shop" not in replayed.text
        assert code_in(replayed) == ""


async def test_a_response_code_that_a_phone_used_releases_nothing_at_home(counter: Counter) -> None:
    """Whoever got hold of it afterwards, even the browser that began, has to know the characters."""
    paged = await open_page(counter)
    async with browser_of(counter) as owner, browser_of(counter) as phone:
        await owner.open(paged.page)
        back = await paged.answer()
        await phone.open(back)
        assert (await owner.open(back)).status_code == 410
        await assert_not_released(paged)


async def test_the_code_of_another_transaction_releases_that_one_only(counter: Counter) -> None:
    mine, other_one = await open_page(counter), await open_page(counter)
    async with browser_of(counter) as browser, browser_of(counter) as victim:
        await browser.open(mine.page)
        await victim.open(other_one.page)
        await mine.answer()
        foreign = await other_one.answer()
        await browser.open(foreign)
        await assert_not_released(mine)
        await assert_not_released(other_one)


async def test_the_characters_of_another_transaction_are_wrong(counter: Counter) -> None:
    mine, other_one = await open_page(counter), await open_page(counter)
    async with browser_of(counter) as browser, browser_of(counter) as phone:
        await browser.open(mine.page)
        await browser.open(other_one.page)
        code_in(await phone.open(await mine.answer()))
        foreign = code_in(await phone.open(await other_one.answer()))
        answer = await browser.send(mine.page, "code", code=foreign)
        assert "2 more tries" in answer.text
        await assert_not_released(mine)


async def test_three_guesses_end_it_for_good(counter: Counter) -> None:
    paged = await open_page(counter)
    async with browser_of(counter) as desktop, browser_of(counter) as phone:
        await desktop.open(paged.page)
        code = code_in(await phone.open(await paged.answer()))
        first = await desktop.send(paged.page, "code", code=other(code))
        assert 'aria-invalid="true"' in first.text
        assert "2 more tries" in first.text
        assert "1 more try" in (await desktop.send(paged.page, "code", code=other(code))).text
        token = form_token(await desktop.open(paged.page))
        last = await desktop.http.post(
            f"{paged.page}/code", data={"form_token": token, "code": other(code)}, follow_redirects=True
        )
        assert state_in(last) == "refused"
        right = await desktop.http.post(
            f"{paged.page}/code", data={"form_token": token, "code": code}, follow_redirects=True
        )
        assert state_in(right) == "refused"
    await assert_not_released(paged)


async def test_guesses_that_come_at_once_count_as_well(counter: Counter) -> None:
    paged = await open_page(counter)
    async with browser_of(counter) as desktop, browser_of(counter) as phone:
        await desktop.open(paged.page)
        code = code_in(await phone.open(await paged.answer()))
        token = form_token(await desktop.open(paged.page))
        guesses = [other(code)] * 20
        data: list[dict[str, str]] = [{"form_token": token, "code": guess} for guess in guesses]
        await asyncio.gather(*(desktop.http.post(f"{paged.page}/code", data=one) for one in data))
        assert await desktop.state(paged.page) == "refused"
        assert (await paged.events()).count("carried_code_tried") == 3


async def test_a_guesser_without_the_session_has_no_try(counter: Counter) -> None:
    paged = await open_page(counter)
    async with browser_of(counter) as desktop, browser_of(counter) as phone, browser_of(counter) as thief:
        await desktop.open(paged.page)
        code = code_in(await phone.open(await paged.answer()))
        token = form_token(await desktop.open(paged.page))
        answer = await thief.http.post(f"{paged.page}/code", data={"form_token": token, "code": code})
        assert answer.status_code == 403
        assert "carried_code_tried" not in await paged.events()
        # With a session of a page of its own neither.
        own = await open_page(counter)
        await thief.open(own.page)
        stolen = {"form_token": form_token(await thief.open(own.page)), "code": code}
        assert (await thief.http.post(f"{paged.page}/code", data=stolen)).status_code == 403
    await assert_not_released(paged)


async def test_a_relay_whose_browser_began_gets_nothing_silently(counter: Counter) -> None:
    """The phisher began and shows our QR code on a page of its own; the victim scans and answers."""
    paged = await open_page(counter)
    async with browser_of(counter) as phisher, browser_of(counter) as victim:
        await phisher.open(paged.page)
        shown = await victim.open(await paged.answer())
        assert "Did somebody send you the code" in shown.text
        assert await phisher.state(paged.page) == "code"
        page = await phisher.open(paged.page)
        assert code_in(shown) not in page.text
        await assert_not_released(paged)


async def test_a_relay_of_the_page_itself_leaves_the_relay_without_the_result(counter: Counter) -> None:
    """The phisher begins at the service and sends the page's address on to somebody who answers there.

    The service knows only the phisher's browser, and fetches nothing without what the page's browser brings.
    """
    paged, other_one = await open_page(counter), await open_page(counter)
    async with browser_of(counter) as victim, browser_of(counter) as phisher:
        await victim.open(paged.page)
        assert (await phisher.open(paged.page)).status_code == 403
        assert (await phisher.http.get(f"{paged.page}/state")).status_code == 403
        ended = await victim.open(await paged.answer())
        assert state_in(ended) == "accepted"
        await phisher.open(other_one.page)
        foreign = await phisher.open(await other_one.answer())
        for page in (None, foreign):
            with pytest.raises(ReturnCodeWrong):
                await paged.fetch(page)
        assert (await paged.fetch(ended))["outcome"] == "accepted", "a wrong code has used nothing up"


async def test_before_the_release_the_page_has_nothing_to_take_back(counter: Counter) -> None:
    paged = await open_page(counter)
    async with browser_of(counter) as phisher, browser_of(counter) as victim:
        pages = [await phisher.open(paged.page)]
        await victim.open(await paged.answer())
        pages.append(await phisher.open(paged.page))
        assert not any("return_code" in page.text for page in pages)
        with pytest.raises(PresentationOpen):
            await paged.fetch()


async def test_an_answer_without_a_page_that_anybody_has_is_released_to_nobody(counter: Counter) -> None:
    paged = await open_page(counter)
    async with browser_of(counter) as phone, browser_of(counter) as late:
        assert "cannot go on" in (await phone.open(await paged.answer())).text
        await late.open(paged.page)
        assert await late.state(paged.page) == "refused"
    await assert_not_released(paged)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?response_code=",
        f"?response_code={NOTHING}",
        "?response_code=a&response_code=b",
        "?code=x",
        "?response_code=%00",
        "?response_code=%F0%9F%92%A9",
        f"?response_code={'A' * 5000}",
    ],
)
async def test_codes_that_nobody_was_given(counter: Counter, query: str) -> None:
    async with browser_of(counter) as browser:
        answer = await browser.open(f"/desk/return{query}")
    assert answer.status_code == 410
    assert answer.headers["content-type"].startswith("text/html")
    assert "Nothing was released" in answer.text


@pytest.mark.parametrize("page", ["x", NOTHING, "A" * 5000, "%00", "..%2f..", "%ff"])
async def test_pages_that_nobody_opened(counter: Counter, page: str) -> None:
    async with browser_of(counter) as browser:
        answer = await browser.open(f"/desk/present/{page}")
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
        assert not browser.http.cookies


async def test_a_page_is_forgotten(counter: Counter) -> None:
    paged = await open_page(counter)
    async with browser_of(counter) as browser:
        await browser.open(paged.page)
        counter.desk.clock.advance(minutes=5, seconds=PAGE_MEMORY.total_seconds())
        assert (await browser.open(paged.page)).status_code in (403, 404)


@pytest.mark.parametrize("form", ["cancel", "code", "receipt"])
@pytest.mark.parametrize("token", [None, "", "wrong", "twice"])
async def test_forms_from_elsewhere_are_refused(counter: Counter, form: str, token: str | None) -> None:
    """Another site knows the page's address at best, never the token."""
    paged = await open_page(counter)
    async with browser_of(counter) as browser:
        right = form_token(await browser.open(paged.page))
        fields: Any = {"twice": {"form_token": [right, right]}, None: {}}.get(token, {"form_token": token})
        answer = await browser.http.post(f"{paged.page}/{form}", data={"x": "y", **fields})
        assert answer.status_code == 403
        assert await browser.state(paged.page) == "retrieved"


async def test_the_form_token_of_another_page_is_refused(counter: Counter) -> None:
    mine, other_one = await open_page(counter), await open_page(counter)
    async with browser_of(counter) as browser:
        await browser.open(mine.page)
        token = form_token(await browser.open(other_one.page))
        answer = await browser.http.post(f"{mine.page}/cancel", data={"form_token": token})
        assert answer.status_code == 403


async def test_forged_cookies_have_nobodys_session(counter: Counter) -> None:
    paged = await open_page(counter)
    async with browser_of(counter) as owner:
        await owner.open(paged.page)
        [(name, value)] = [(name, value) for name, value in owner.http.cookies.items() if "page-" in name]
    page_id, session = value.split(".")
    for forged in ("", ".", "x", session, f"{page_id}.", f"{page_id}.{NOTHING}", f"{NOTHING}.{session}"):
        async with browser_of(counter, {"Cookie": f"{name}={forged}"}) as thief:
            assert (await thief.http.get(f"{paged.page}/state")).status_code == 403


async def test_5_30_nothing_on_the_page_opens_the_result(counter: Counter) -> None:
    paged = await open_page(counter)
    started = paged.asked.started
    async with browser_of(counter) as browser:
        text = (await browser.open(paged.page)).text
    assert started.transaction_id not in text
    for secret in (started.presentation.nonce, started.presentation.state_value):
        assert secret not in text


async def test_no_value_and_no_holder_stands_on_any_page(counter: Counter) -> None:
    paged = await open_page(counter)
    async with browser_of(counter) as desktop, browser_of(counter) as phone:
        pages: list[httpx.Response] = [await desktop.open(paged.page)]
        pages.append(await phone.open(await paged.answer()))
        pages.append(await desktop.send(paged.page, "code", code=code_in(pages[1])))
    assert state_in(pages[-1]) == "accepted"
    for page in pages:
        assert not re.search(r"Planted|Maya|Tremblay|eyJ[A-Za-z0-9_-]{40}", page.text)


def test_the_alphabet_has_no_look_alikes_and_room_enough() -> None:
    for pair in ("0O", "1IL", "5S", "2Z", "8B", "UV", "6G", "DO", "QO"):
        assert not set(pair) <= set(CARRIED_ALPHABET)
    assert not set(CARRIED_ALPHABET) & set("AEIOU")
    assert len(set(CARRIED_ALPHABET)) == len(CARRIED_ALPHABET)
    assert len(CARRIED_ALPHABET) ** CARRIED_LENGTH > 2**33


async def test_who_comes_back_and_types_in_the_last_second_has_lost_nothing(tmp_path: Path) -> None:
    """However short the life of results is set, the page never says yes to what the service cannot fetch."""
    second = timedelta(seconds=1)
    async with opened_counter(tmp_path, result_seconds=420) as counter:
        paged = await open_page(counter)
        async with browser_of(counter) as owner, browser_of(counter) as phone:
            await owner.open(paged.page)
            back = await paged.answer()
            counter.desk.clock.advance(seconds=(RETURN_LIFETIME - second).total_seconds())
            characters = code_in(await phone.open(back))
            counter.desk.clock.advance(seconds=(CODE_LIFETIME - second).total_seconds())
            ended = await owner.send(paged.page, "code", code=characters)
        assert state_in(ended) == "accepted"
        assert (await paged.fetch(ended))["outcome"] == "accepted"
