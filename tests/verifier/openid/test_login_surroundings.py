"""Logins when something around them fails, and what is remembered of them (7.21)."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.verifier.issuing import NOW
from tests.verifier.openid.relying import Library, Relying, opened_library
from tests.verifier.openid.signing_in import WHO, Person, asking, back_at
from tests.verifier.surroundings import settings_for_tests
from tests.verifier.web.page_visitors import browser_of, state_in
from verifier.app.openid.tasks import purge_openid
from verifier.domain.openid.login import LOGIN_LIFETIME, LOGIN_MEMORY
from verifier.domain.trust import Trust
from verifier.web.rates import RATES, route_class


@pytest.fixture
async def person(library: Library) -> AsyncIterator[Person]:
    async with browser_of(library.counter) as browser:
        yield Person(library.counter, browser)


@pytest.fixture
async def relying(library: Library) -> Relying:
    return await library.client()


async def events(library: Library) -> list[tuple[str, str, str]]:
    store: Any = library.counter.desk.store
    return [(one.name.value, str(one.actor), one.reason) for one in reversed(await store.latest(99))]


async def test_7_21_every_step_of_a_login_is_remembered_and_nothing_of_the_person(
    library: Library, person: Person, relying: Relying
) -> None:
    back = await person.sign_in(asking(relying, scope="openid identity"), paths=WHO)
    tokens = (await relying.exchange(back.code)).json()
    sub = (await relying.read(tokens["id_token"]))["sub"]
    told = [name for name, _, _ in await events(library)]
    assert told.index("login_started") < told.index("page_bound") < told.index("presentation_accepted")
    assert told.index("result_released") < told.index("login_finished") < told.index("code_issued")
    store: Any = library.counter.desk.store
    text = repr(await store.latest(99))
    assert not re.search("Planted|af0ifjsldkj|n-0S6_WzA2Mj", text)
    assert sub not in text
    assert back.code not in text


async def test_a_refusal_is_remembered_with_its_reason(
    library: Library, person: Person, relying: Relying
) -> None:
    page = await person.begin(asking(relying))
    await person.browser.send(page, "cancel")
    await person.go_on(page)
    assert ("login_refused", "browser", "visitor_cancelled") in await events(library)


async def test_without_anybody_to_trust_the_client_is_told_to_come_later(tmp_path: Path) -> None:
    async with opened_library(tmp_path, trust=Trust(())) as library, browser_of(library.counter) as browser:
        relying = await library.client()
        back = back_at(await Person(library.counter, browser).ask(asking(relying)))
        assert (back.error, back.parameters["state"]) == ("temporarily_unavailable", "af0ifjsldkj")


async def test_a_client_with_too_many_open_is_told_to_come_later(tmp_path: Path) -> None:
    async with opened_library(tmp_path, open_presentations=2) as library:
        relying, other = await library.client(), await library.client()
        async with browser_of(library.counter) as browser:
            person = Person(library.counter, browser)
            for _ in range(2):
                await person.begin(asking(relying))
            assert back_at(await person.ask(asking(relying))).error == "temporarily_unavailable"
            # Nobody else suffers from it, and it passes.
            await person.begin(asking(other))
            library.counter.desk.clock.advance(minutes=5)
            await person.begin(asking(relying))


async def test_a_result_that_is_gone_is_a_fault_of_ours(
    library: Library, person: Person, relying: Relying
) -> None:
    page = await person.begin(asking(relying))
    assert state_in(await person.present(page)) == "accepted"
    desk = library.counter.desk
    await desk.store.purge_results(desk.clock.now() + timedelta(seconds=1))
    back = back_at(await person.go_on(page))
    assert (back.error, "code" in back.parameters) == ("server_error", False)


async def test_a_preset_that_was_taken_from_the_client_meanwhile_gives_no_code(
    library: Library, person: Person, relying: Relying
) -> None:
    page = await person.begin(asking(relying))
    await person.present(page)
    await library.move(relying, presets=("identity",))
    back = back_at(await person.go_on(page))
    assert back.error == "access_denied"
    assert back.parameters["error_description"].endswith("(preset_withdrawn)")


async def test_an_address_that_was_taken_from_the_client_meanwhile_gets_nothing(
    library: Library, person: Person, relying: Relying
) -> None:
    page = await person.begin(asking(relying))
    await person.present(page)
    await library.move(relying, redirect_uris=("https://library.example/other",))
    answer = await person.go_on(page)
    assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_what_is_over_is_forgotten_and_what_is_not_stays(
    library: Library, person: Person, relying: Relying
) -> None:
    """The way back is known for as long as there is a page."""
    page = await person.begin(asking(relying))
    desk = library.counter.desk
    desk.clock.moment = NOW + LOGIN_LIFETIME + LOGIN_MEMORY - timedelta(minutes=6)
    await purge_openid(desk.verifier, desk.clock.now())
    assert back_at(await person.go_on(page)).error == "access_denied"
    desk.clock.moment = NOW + LOGIN_LIFETIME + LOGIN_MEMORY
    await purge_openid(desk.verifier, desk.clock.now())
    logins = desk.verifier.outside.openid.logins
    assert await logins.purge_logins(desk.clock.now(), desk.clock.now()) == 0


async def test_a_hint_about_the_person_is_kept_nowhere(tmp_path: Path) -> None:
    """``login_hint`` is somebody's address, often: it changes nothing here."""
    async with opened_library(tmp_path) as library, browser_of(library.counter) as browser:
        person, relying = Person(library.counter, browser), await library.client()
        page = await person.begin(asking(relying, login_hint="planted-maya@example.ca"))
        assert "planted-maya" not in (await person.browser.open(page)).text
    kept = b"".join(one.read_bytes() for one in tmp_path.rglob("*") if one.is_file())
    assert b"verifier_openid_login" in kept
    assert b"planted-maya" not in kept


def test_one_address_cannot_fill_up_what_a_client_may_have_open() -> None:
    """Who begins logins needs no credentials, so how many there can be depends on the rate alone."""
    settings = settings_for_tests()
    assert {route_class(path) for path in ("/openid/authorize", "/openid/par")} == {"logins"}
    rate = RATES["logins"]
    at_once = rate.burst + rate.per_second * settings.presentation_lifetime.total_seconds()
    assert at_once < settings.open_presentations / 2
