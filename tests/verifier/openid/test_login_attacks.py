"""What somebody tries who wants to pass as another, or to have a code that is not theirs (7.18, 5.29)."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pytest

from tests.verifier.openid.relying import CALLBACK, ISSUER, Library, Relying, opened_library
from tests.verifier.openid.signing_in import Person, asking, back_at, page_at
from tests.verifier.surroundings import MANAGEMENT as ACTOR
from tests.verifier.surroundings import PUBLIC_URL
from tests.verifier.web.page_visitors import browser_of, code_in, form_token, open_page, state_in
from verifier.clients.presets import SHIPPED
from verifier.domain.event import Event
from verifier.domain.openid.login import Login
from verifier.domain.presentation import CrossDevice, RequestId
from verifier.openid_errors import LoginOver
from verifier.ports_openid import LoginStore
from verifier.services.openid.finish_login import FinishedLogin


@asynccontextmanager
async def somebody(library: Library) -> AsyncIterator[Person]:
    async with browser_of(library.counter) as browser:
        yield Person(library.counter, browser)


@pytest.fixture
async def person(library: Library) -> AsyncIterator[Person]:
    async with somebody(library) as one:
        yield one


@pytest.fixture
async def attacker(library: Library) -> AsyncIterator[Person]:
    async with somebody(library) as one:
        yield one


@pytest.fixture
async def relying(library: Library) -> Relying:
    return await library.client()


async def issued(library: Library) -> int:
    """How many codes there have been."""
    events = await library.counter.desk.verifier.outside.store.latest(999)  # type: ignore[attr-defined]
    return [one.name.value for one in events].count("code_issued")


async def test_7_18_an_attacker_starts_the_victim_presents_and_the_attacker_gets_no_code(
    library: Library, attacker: Person, person: Person, relying: Relying
) -> None:
    """The request travels as a QR code or a link; the victim's wallet answers and leads the victim on."""
    page = await attacker.begin(asking(relying))
    at_victims = await person.browser.open(await attacker.show(page))
    # The victim's device shows characters; the attacker, who waits, does not have them.
    assert len(code_in(at_victims)) == 8
    assert await attacker.browser.state(page) == "code"
    back = await attacker.go_on(page)
    assert back.status_code == 303
    assert back.headers["location"].endswith(page)
    for guess in ("AAAAAAAA", "BBBBBBBB", "CCCCCCCC"):
        await attacker.browser.send(page, "code", code=guess)
    assert await attacker.browser.state(page) == "refused"
    assert back_at(await attacker.go_on(page)).parameters == {
        "error": "access_denied",
        "error_description": "The request was denied. (refused)",
        "state": "af0ifjsldkj",
        "iss": ISSUER,
    }
    assert await issued(library) == 0


async def test_7_18_a_victim_who_never_carries_the_characters_over_lets_the_login_run_out(
    library: Library, attacker: Person, person: Person, relying: Relying
) -> None:
    page = await attacker.begin(asking(relying))
    await person.browser.open(await attacker.show(page))
    library.counter.desk.clock.advance(minutes=3)
    assert back_at(await attacker.go_on(page)).parameters["error_description"].endswith("(timed_out)")
    assert await issued(library) == 0


async def test_5_32_another_device_answers_when_its_characters_are_carried_over(
    library: Library, person: Person, relying: Relying
) -> None:
    async with somebody(library) as phone:
        page = await person.begin(asking(relying))
        code = code_in(await phone.browser.open(await person.show(page)))
        assert state_in(await person.browser.send(page, "code", code=code)) == "accepted"
        # The phone has shown the code, and that is all it can do.
        answer = await phone.browser.http.post(f"{page}/continue", data={"form_token": "x"})
        assert answer.status_code == 403
        assert back_at(await person.go_on(page)).code


async def test_5_32_a_preset_that_lets_relayed_codes_through_does_not_when_somebody_signs_in(
    tmp_path: Path,
) -> None:
    presets = tmp_path / "presets"
    presets.mkdir()
    opened = json.loads((SHIPPED / "sign-in.json").read_text()) | {"cross_device": "open"}
    (presets / "sign-in.json").write_text(json.dumps(opened))
    async with opened_library(tmp_path, presets_dir=presets) as library, somebody(library) as attacker:
        assert library.counter.desk.verifier.presets["sign-in"].cross_device is CrossDevice.OPEN
        page = await attacker.begin(asking(await library.client()))
        async with somebody(library) as victim:
            await victim.browser.open(await attacker.show(page))
        assert await attacker.browser.state(page) == "code"


async def test_a_page_that_is_handed_to_somebody_else_is_worth_nothing(
    person: Person, attacker: Person, relying: Relying
) -> None:
    """It belongs to the browser that asked before anybody has opened it."""
    page = await attacker.begin(asking(relying))
    assert (await person.browser.open(page)).status_code == 403
    # And the other way round: who steals the address of an accepted login has nothing.
    own = await person.begin(asking(relying))
    await person.present(own)
    assert (await attacker.browser.open(own)).status_code == 403
    token = form_token(await person.browser.open(own))
    stolen = await attacker.browser.http.post(f"{own}/continue", data={"form_token": token})
    assert stolen.status_code == 403
    assert "location" not in stolen.headers
    assert back_at(await person.go_on(own)).code


async def test_another_site_cannot_press_the_button(person: Person, relying: Relying) -> None:
    page = await person.begin(asking(relying))
    await person.present(page)
    for fields in ({"other": "x"}, {"form_token": "A" * 43}):
        answer = await person.browser.http.post(f"{page}/continue", data=fields)
        assert (answer.status_code, "location" in answer.headers) == (403, False)
    assert (await person.browser.http.get(f"{page}/continue")).status_code == 405


async def test_a_code_is_given_once_however_often_the_button_is_pressed(
    library: Library, person: Person, relying: Relying
) -> None:
    page = await person.begin(asking(relying))
    await person.present(page)
    token = form_token(await person.browser.open(page))

    async def press() -> int:
        answer = await person.browser.http.post(f"{page}/continue", data={"form_token": token})
        return answer.status_code

    pressed = await asyncio.gather(*(press() for _ in range(8)))
    assert sorted(pressed) == [303] + 7 * [409]
    assert await issued(library) == 1
    shown = await person.browser.open(page)
    assert "You have gone on to Library from here." in shown.text
    assert f"{page}/continue" not in shown.text


@dataclass(frozen=True)
class ReadTogether:
    """A store of which all readers have seen the same before any of them goes on."""

    logins: LoginStore
    all_here: asyncio.Barrier

    async def login_of(self, request_id: RequestId) -> Login | None:
        found = await self.logins.login_of(request_id)
        await self.all_here.wait()
        return found

    async def finish_login(self, request_id: RequestId, event: Event) -> bool:
        return await self.logins.finish_login(request_id, event)


async def test_7_18_of_those_who_see_the_same_open_login_one_ends_it(
    library: Library, person: Person, relying: Relying
) -> None:
    page = await person.begin(asking(relying))
    await person.present(page)
    verifier = library.counter.desk.verifier
    [cookie] = person.browser.http.cookies.values()
    visit = await verifier.pages.sessions.visit(*cookie.split("."))
    finish = verifier.openid.logins.finish
    together = cast(LoginStore, ReadTogether(finish.stores.logins, asyncio.Barrier(8)))
    finish = replace(finish, stores=replace(finish.stores, logins=together))
    ends = await asyncio.gather(
        *(finish(visit, lambda _name: None) for _ in range(8)), return_exceptions=True
    )
    assert [type(one) for one in ends].count(LoginOver) == 7
    assert sum(isinstance(one, FinishedLogin) and "code=" in one.redirect for one in ends) == 1
    assert await issued(library) == 1


async def test_two_tabs_are_two_logins(person: Person, relying: Relying) -> None:
    first = await person.begin(asking(relying, state="first"))
    second = await person.begin(asking(relying, state="second"))
    await person.present(second)
    assert back_at(await person.go_on(second)).parameters["state"] == "second"
    assert await person.browser.state(first) == "requested"
    await person.present(first)
    assert back_at(await person.go_on(first)).parameters["state"] == "first"


async def test_a_login_that_took_too_long_ends_without_a_code(
    library: Library, person: Person, relying: Relying
) -> None:
    page = await person.begin(asking(relying))
    await person.present(page)
    library.counter.desk.clock.advance(minutes=10)
    shown = await person.browser.open(page)
    assert "Go back to Library" in shown.text
    assert "Continue to Library" not in shown.text
    back = back_at(await person.go_on(page))
    assert (back.error, back.parameters["error_description"].endswith("(login_expired)")) == (
        "access_denied",
        True,
    )
    assert await issued(library) == 0


async def test_a_login_that_nobody_answers_goes_back_without_a_code(
    library: Library, person: Person, relying: Relying
) -> None:
    page = await person.begin(asking(relying))
    library.counter.desk.clock.advance(minutes=6)
    assert back_at(await person.go_on(page)).parameters["error_description"].endswith("(timed_out)")
    again = await person.browser.http.post(f"{page}/continue", data={"form_token": ""})
    assert again.status_code == 403


async def test_the_button_of_a_waiting_page_leads_back_to_it(person: Person, relying: Relying) -> None:
    page = await person.begin(asking(relying))
    token = form_token(await person.browser.open(page))
    answer = await person.browser.http.post(f"{page}/continue", data={"form_token": token})
    assert answer.status_code == 303
    assert answer.headers["location"].endswith(page)


async def test_the_page_of_a_services_own_presentation_leads_to_no_client(library: Library) -> None:
    paged = await open_page(library.counter)
    async with browser_of(library.counter) as browser:
        token = form_token(await browser.open(paged.page))
        await browser.open(await paged.answer())
        answer = await browser.http.post(f"{paged.page}/continue", data={"form_token": token})
        assert answer.status_code == 404


async def test_planted_cookies_are_never_taken_up(person: Person, relying: Relying) -> None:
    """Fixation: every login has a page of its own, with secrets that nobody had before."""
    first = await person.ask(asking(relying))
    planted = dict(person.browser.http.cookies)
    second = await person.ask(asking(relying))
    assert page_at(first) != page_at(second)
    names = {one.partition("=")[0] for one in second.headers.get_list("set-cookie")}
    assert names
    assert names.isdisjoint(planted)
    for cookie in second.headers.get_list("set-cookie"):
        assert cookie.startswith("__Host-verifier-page-")
        for attribute in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
            assert attribute in cookie


async def test_a_client_that_is_switched_off_meanwhile_gets_nothing(
    library: Library, person: Person, relying: Relying
) -> None:
    page = await person.begin(asking(relying))
    await person.present(page)
    await library.counter.desk.verifier.clients.disable(relying.client_id, actor=ACTOR)
    answer = await person.go_on(page)
    assert answer.status_code == 404
    assert "location" not in answer.headers
    assert await issued(library) == 0


async def test_a_look_at_the_address_starts_nothing(person: Person, relying: Relying) -> None:
    """Programs that fetch ahead, or look whether an address works, are not people."""
    ahead = await person.ask(asking(relying), **{"Sec-Purpose": "prefetch"})
    assert (ahead.status_code, ahead.headers.get("set-cookie")) == (204, None)
    looked = await person.browser.http.head(f"{PUBLIC_URL}/openid/authorize", params=asking(relying))
    assert (looked.status_code, looked.headers.get("set-cookie")) == (204, None)


async def test_mix_up_every_answer_names_who_gave_it(person: Person, relying: Relying) -> None:
    """RFC 9207: good and bad news alike."""
    assert back_at(await person.ask(asking(relying, prompt="none"))).parameters["iss"] == ISSUER
    back = await person.sign_in(asking(relying))
    assert (back.uri, back.parameters["iss"]) == (CALLBACK, ISSUER)
