"""Signing in again without a presentation: clients with a window, one browser, one preset (7.02, 7.13)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import orjson
import pytest

from tests.verifier.openid.relying import Library, Relying
from tests.verifier.openid.signing_in import WHO, Person, asking, back_at
from tests.verifier.web.page_visitors import browser_of

WINDOW = timedelta(hours=1)


@pytest.fixture
async def person(library: Library) -> AsyncIterator[Person]:
    async with browser_of(library.counter) as browser:
        yield Person(library.counter, browser)


@pytest.fixture
async def relying(library: Library) -> Relying:
    return await library.client(reauthentication_window=WINDOW)


async def read(relying: Relying, code: str) -> dict[str, Any]:
    answer = await relying.exchange(code)
    assert answer.status_code == 200, answer.text
    return await relying.read(answer.json()["id_token"])


async def again(person: Person, relying: Relying, **changed: str) -> str:
    """The code of a login that nobody had to answer, or how it was refused; ``page``: somebody has to."""
    answer = await person.ask(asking(relying, **changed))
    if "/present/" in answer.headers["location"]:
        return "page"
    back = back_at(answer)
    return back.code or back.error


async def is_silent(person: Person, relying: Relying, **changed: str) -> bool:
    return len(await again(person, relying, **changed)) == 43


async def test_7_02_within_the_window_nothing_is_shown(
    library: Library, person: Person, relying: Relying
) -> None:
    """Acceptance list 2.3 line 8: silent, same subject, same time, same session."""
    first = await read(relying, (await person.sign_in(asking(relying))).code)
    library.counter.desk.clock.advance(minutes=30)
    for changed in ({"prompt": "none"}, {}, {"max_age": "10000"}, {"prompt": "none", "max_age": "1801"}):
        second = await read(relying, await again(person, relying, nonce="other", **changed))
        assert second["nonce"] == "other"
        assert {one: second[one] for one in ("sub", "auth_time", "sid", "acr", "preset")} == {
            one: first[one] for one in ("sub", "auth_time", "sid", "acr", "preset")
        }


async def test_a_repeated_login_gives_no_claims(person: Person, relying: Relying) -> None:
    """They were deleted; whoever wants them asks the person."""
    fields = asking(relying, scope="openid identity")
    tokens = (await relying.exchange((await person.sign_in(fields, paths=WHO)).code)).json()
    first = (await relying.userinfo(tokens["access_token"])).json()
    assert "given_name" in first
    code = await again(person, relying, scope="openid identity", prompt="none")
    tokens = (await relying.exchange(code)).json()
    assert (await relying.userinfo(tokens["access_token"])).json() == {"sub": first["sub"]}
    wish = orjson.dumps({"userinfo": {"given_name": {"essential": True}}}).decode()
    assert await again(person, relying, scope="openid identity", claims=wish) == "page"
    assert await is_silent(person, relying, scope="openid identity", claims=wish, prompt="none")


@pytest.mark.parametrize("changed", [{"prompt": "login"}, {"prompt": "consent"}, {"max_age": "0"}])
async def test_7_02_a_client_may_insist_on_a_presentation(
    library: Library, person: Person, relying: Relying, changed: dict[str, str]
) -> None:
    """Line 8 and 9: ``auth_time`` grows, and is told."""
    first = await read(relying, (await person.sign_in(asking(relying))).code)
    library.counter.desk.clock.advance(seconds=2)
    assert await again(person, relying, **changed) == "page"
    second = await read(relying, (await person.sign_in(asking(relying, **changed))).code)
    assert second["auth_time"] > first["auth_time"]
    assert second["sub"] == first["sub"]
    assert second["sid"] != first["sid"]


async def test_an_older_presentation_than_the_client_takes_is_none(
    library: Library, person: Person, relying: Relying
) -> None:
    await person.sign_in(asking(relying))
    library.counter.desk.clock.advance(seconds=61)
    assert await again(person, relying, max_age="60") == "page"
    assert await again(person, relying, max_age="60", prompt="none") == "login_required"
    assert await is_silent(person, relying, max_age="62")


async def test_the_window_ends_an_hour_after_the_presentation_however_often_it_is_used(
    library: Library, person: Person, relying: Relying
) -> None:
    await person.sign_in(asking(relying))
    library.counter.desk.clock.advance(minutes=59)
    assert await is_silent(person, relying)
    library.counter.desk.clock.advance(minutes=1)
    assert await again(person, relying, prompt="none") == "login_required"
    assert await again(person, relying) == "page"


async def test_without_a_window_every_login_is_a_presentation(library: Library, person: Person) -> None:
    relying = await library.client()
    claims = await read(relying, (await person.sign_in(asking(relying))).code)
    assert {"sid", "auth_time"}.isdisjoint(claims)
    assert not any("signin" in name for name in person.browser.http.cookies)
    assert await again(person, relying) == "page"
    assert await again(person, relying, prompt="none") == "login_required"


async def test_a_window_that_was_closed_is_closed_at_once(
    library: Library, person: Person, relying: Relying
) -> None:
    await person.sign_in(asking(relying))
    await library.move(relying, reauthentication_window=timedelta(minutes=5))
    library.counter.desk.clock.advance(minutes=6)
    assert await again(person, relying, prompt="none") == "login_required"


async def test_7_13_a_login_is_for_one_client_one_preset_and_one_browser(
    library: Library, person: Person, relying: Relying
) -> None:
    await person.sign_in(asking(relying))
    other = await library.client(reauthentication_window=WINDOW)
    assert await again(person, other, prompt="none") == "login_required"
    assert await again(person, relying, scope="openid identity", prompt="none") == "login_required"
    async with browser_of(library.counter) as browser:
        assert await again(Person(library.counter, browser), relying, prompt="none") == "login_required"
    assert await is_silent(person, relying, prompt="none")


async def test_7_13_two_clients_cookies_have_nothing_in_common(
    library: Library, person: Person, relying: Relying
) -> None:
    """Nor do what is kept of them: not even the database knows that it was one browser."""
    other = await library.client(reauthentication_window=WINDOW)
    await person.sign_in(asking(relying))
    await person.sign_in(asking(other))
    held = {name: one for name, one in person.browser.http.cookies.items() if "signin" in name}
    assert len(held) == len(set(held.values())) == 2
    assert all(name.startswith("__Host-verifier-signin-") for name in held)


async def test_a_cookie_of_another_preset_or_an_invented_one_is_worth_nothing(
    person: Person, relying: Relying
) -> None:
    """A session says itself which client and preset it is of; the cookie's name is only where it is kept."""
    await person.sign_in(asking(relying))
    await person.sign_in(asking(relying, scope="openid identity"), paths=WHO)
    jar = person.browser.http.cookies
    first, second = [name for name in jar if "signin" in name]
    values = jar[first], jar[second]
    host = next(one.domain for one in jar.jar if one.name == first)
    for swapped in ((values[1], values[0]), ("x" * 43, ""), ("%22;", "x" * 999)):
        for name, value in zip((first, second), swapped, strict=True):
            jar.set(name, value, domain=host, path="/")
        for scope in ("openid sign-in", "openid identity"):
            assert await again(person, relying, scope=scope, prompt="none") == "login_required"


async def test_a_new_login_ends_the_older_one_of_this_browser(
    library: Library, person: Person, relying: Relying
) -> None:
    await person.sign_in(asking(relying))
    older = dict(person.browser.http.cookies)
    await person.sign_in(asking(relying, prompt="login"))
    async with browser_of(library.counter) as browser:
        thief = Person(library.counter, browser)
        for name, value in older.items():
            browser.http.cookies.set(name, value)
        assert await again(thief, relying, prompt="none") == "login_required"
    assert await is_silent(person, relying, prompt="none")


async def test_2_3_a_hint_of_the_same_person_is_silent_and_of_another_is_not(
    library: Library, person: Person, relying: Relying
) -> None:
    first = (await relying.exchange((await person.sign_in(asking(relying))).code)).json()["id_token"]
    library.counter.desk.clock.advance(minutes=20)  # the hint has expired, which does not matter
    assert await is_silent(person, relying, prompt="none", id_token_hint=first)
    async with browser_of(library.counter) as browser:
        someone = Person(library.counter, browser)
        await someone.sign_in(asking(relying), number="Planted-another")
        assert await again(someone, relying, prompt="none", id_token_hint=first) == "login_required"
        assert await again(someone, relying, id_token_hint=first) == "page"


async def test_an_ephemeral_person_is_the_same_within_the_window_only(
    library: Library, person: Person
) -> None:
    relying = await library.client(reauthentication_window=WINDOW)
    fields = asking(relying, scope="openid identity")
    first = await read(relying, (await person.sign_in(fields, paths=WHO)).code)
    second = await read(relying, await again(person, relying, scope="openid identity"))
    assert second["sub"] == first["sub"]
    third = await read(relying, (await person.sign_in({**fields, "prompt": "login"}, paths=WHO)).code)
    assert third["sub"] != first["sub"]


async def test_the_page_says_that_the_browser_is_remembered(person: Person, relying: Relying) -> None:
    page = await person.begin(asking(relying))
    shown = (await person.browser.open(page)).text
    assert "For 60 minutes after you sign in" in shown
    assert "The service can tell when you sign in again." in shown
