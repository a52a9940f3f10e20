"""Signing out in the browser (7.11, interop.md 2.3 line 13), where clients have registered a window."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from specs.encoding import b64url_decode, parse_json_object
from tests.verifier.openid.leaving import BYE, LOGOUT, REMEMBERED, Visitor, somebody
from tests.verifier.openid.relying import Library


@pytest.fixture
async def visitor(library: Library) -> AsyncIterator[Visitor]:
    async with somebody(library) as one:
        yield one


def is_asked(answer: httpx.Response) -> bool:
    return answer.status_code == 200 and "Do you want to sign out?" in answer.text


def is_page(answer: httpx.Response, title: str) -> bool:
    return answer.status_code == 200 and f'<h1 class="ontario-h1">{title}</h1>' in answer.text


def altered(token: str) -> str:
    header, payload, signature = token.split(".")
    return f"{header}.{payload}.{signature[:-4]}{'AAAA' if signature[-4:] != 'AAAA' else 'BBBB'}"


async def test_7_11_with_a_hint_the_session_ends_and_the_browser_goes_back(
    library: Library, visitor: Visitor
) -> None:
    relying = await library.client(**REMEMBERED)
    token = await visitor.id_token(relying)
    assert await visitor.is_remembered(relying)
    answer = await visitor.leave(id_token_hint=token, post_logout_redirect_uri=BYE, state="a b&c")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{BYE}?state=a+b%26c")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert not await visitor.is_remembered(relying)
    # And again: there is nothing left, and nothing is wrong with that.
    again = await visitor.leave(id_token_hint=token, post_logout_redirect_uri=f"{BYE}?x=1")
    assert again.headers["location"] == f"{BYE}?x=1"


async def test_7_11_an_expired_hint_and_a_client_without_sessions(library: Library, visitor: Visitor) -> None:
    relying = await library.client(post_logout_redirect_uris=(BYE,))
    token = await visitor.id_token(relying)
    library.counter.desk.clock.advance(days=2)
    answer = await visitor.leave(id_token_hint=token, post_logout_redirect_uri=BYE)
    assert (answer.status_code, answer.headers["location"]) == (303, BYE)


async def test_7_11_by_a_form_across_sites_which_brings_no_cookies(
    library: Library, visitor: Visitor
) -> None:
    relying = await library.client(**REMEMBERED)
    token = await visitor.id_token(relying)
    async with somebody(library) as without_cookies:
        fields = {"id_token_hint": token, "post_logout_redirect_uri": BYE, "client_id": relying.client_id}
        answer = await without_cookies.browser.http.post(LOGOUT, data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, BYE)
    assert not await visitor.is_remembered(relying)


async def test_7_11_without_an_address_a_page_says_so(library: Library, visitor: Visitor) -> None:
    relying = await library.client(**REMEMBERED)
    answer = await visitor.leave(id_token_hint=await visitor.id_token(relying))
    assert is_page(answer, "You are signed out")
    assert "<li>Library</li>" in answer.text
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("hint", ["absent", "altered", "of-another-provider"])
async def test_7_11_without_a_good_hint_the_person_is_asked(
    library: Library, visitor: Visitor, hint: str
) -> None:
    relying = await library.client(**REMEMBERED)
    token = await visitor.id_token(relying)
    hints = {"absent": {}, "altered": {"id_token_hint": altered(token)}}
    hints["of-another-provider"] = {"id_token_hint": "e30.e30.e30"}
    request = {"client_id": relying.client_id, "post_logout_redirect_uri": BYE, "state": "s"} | hints[hint]
    page = await visitor.leave(**request)
    assert is_asked(page)
    assert "https://library.example" in page.headers["content-security-policy"]
    assert token not in page.text
    assert await visitor.is_remembered(relying)
    answer = await visitor.answer(page)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{BYE}?state=s")
    assert not await visitor.is_remembered(relying)


async def test_7_11_who_stays_stays(library: Library, visitor: Visitor) -> None:
    relying = await library.client(**REMEMBERED)
    await visitor.id_token(relying)
    page = await visitor.leave(client_id=relying.client_id, post_logout_redirect_uri=BYE)
    assert is_page(await visitor.answer(page, "no"), "Nothing has changed")
    assert await visitor.is_remembered(relying)


async def test_7_11_a_link_that_anybody_can_plant_ends_nothing(library: Library, visitor: Visitor) -> None:
    """An ID token of the attacker's own session at the same client."""
    relying = await library.client(**REMEMBERED)
    async with somebody(library) as attacker:
        planted = await attacker.id_token(relying)
    await visitor.id_token(relying)
    page = await visitor.leave(id_token_hint=planted, post_logout_redirect_uri=BYE)
    assert is_asked(page)
    assert await visitor.is_remembered(relying)
    assert (await visitor.answer(page)).headers["location"] == BYE
    assert not await visitor.is_remembered(relying)


async def test_7_11_another_site_cannot_press_the_button(library: Library, visitor: Visitor) -> None:
    relying = await library.client(**REMEMBERED)
    await visitor.id_token(relying)
    fields = {"client_id": relying.client_id, "answer": "yes"}
    for more in ({}, {"form_token": "A" * 43}):
        answer = await visitor.browser.http.post(f"{LOGOUT}/confirm", data=fields | more)
        assert answer.status_code == 403
    page = await visitor.leave(client_id=relying.client_id)
    async with somebody(library) as attacker:
        assert (await attacker.answer(page)).status_code == 403
    assert (await visitor.answer(page, form_token="A" * 43)).status_code == 403
    assert await visitor.is_remembered(relying)


async def test_2_3_addresses_that_are_not_registered_are_never_gone_to(
    library: Library, visitor: Visitor
) -> None:
    relying = await library.client(**REMEMBERED)
    other = await library.client(post_logout_redirect_uris=("https://other.example/bye",))
    token = await visitor.id_token(relying)
    for uri in (
        f"{BYE}/",
        f"{BYE}?y=2",
        f"{BYE}#x",
        "https://library.example.evil.example/bye",
        "https://other.example/bye",
        "https://library.example@evil.example/bye",
        "javascript:alert(1)",
        "//evil.example",
    ):
        for who in ({"id_token_hint": token}, {"client_id": relying.client_id}):
            answer = await visitor.leave(post_logout_redirect_uri=uri, **who)
            assert (answer.status_code, "location" in answer.headers) == (400, False), uri
            assert uri not in answer.text
    # Nobody says whose address it is: the person may sign out, and is sent nowhere.
    for more in ({}, {"id_token_hint": altered(token)}):
        nobody = await visitor.leave(post_logout_redirect_uri=BYE, state="s", **more)
        assert is_asked(nobody)
        assert BYE not in nobody.text
    page = await visitor.leave(client_id=relying.client_id)
    changed = await visitor.answer(page, post_logout_redirect_uri="https://evil.example/")
    assert (changed.status_code, "location" in changed.headers) == (400, False)
    assert await visitor.is_remembered(relying)
    assert other.client_id != relying.client_id


async def test_a_page_for_nobody_known_leads_nowhere(library: Library, visitor: Visitor) -> None:
    relying = await library.client(**REMEMBERED)
    await visitor.id_token(relying)
    page = await visitor.leave(post_logout_redirect_uri=BYE)
    assert is_page(await visitor.answer(page), "You are signed out")
    assert not await visitor.is_remembered(relying)


async def test_what_a_client_sends_is_text_on_the_page(library: Library, visitor: Visitor) -> None:
    relying = await library.client(**REMEMBERED)
    state = '"><script>alert(1)</script>'
    page = await visitor.leave(client_id=relying.client_id, post_logout_redirect_uri=BYE, state=state)
    assert is_asked(page)
    assert "<script>" not in page.text
    answer = await visitor.answer(page)
    assert answer.headers["location"] == f"{BYE}?{urlencode({'state': state})}"


async def test_7_13_a_cookie_counts_under_its_own_name_only(library: Library, visitor: Visitor) -> None:
    """Whoever can write cookies moves nobody's session to another client's name."""
    relying = await library.client(**REMEMBERED)
    await visitor.id_token(relying)
    jar = visitor.browser.http.cookies
    [kept] = [one for one in jar.jar if "signin-" in one.name]
    jar.delete(kept.name)
    jar.set(kept.name[:-4] + "AAAA", kept.value or "", domain=kept.domain, path=kept.path)
    assert is_page(await visitor.leave(), "There is nothing to sign out of")


async def test_two_tabs_may_ask_at_once(library: Library, visitor: Visitor) -> None:
    relying = await library.client(**REMEMBERED)
    first = await visitor.leave(client_id=relying.client_id, post_logout_redirect_uri=BYE, state="1")
    second = await visitor.leave(client_id=relying.client_id, post_logout_redirect_uri=BYE, state="2")
    for page, state in ((first, "1"), (second, "2")):
        assert (await visitor.answer(page)).headers["location"] == f"{BYE}?state={state}"


async def test_7_11_requests_that_contradict_themselves(library: Library, visitor: Visitor) -> None:
    relying, other = await library.client(**REMEMBERED), await library.client(**REMEMBERED)
    token = await visitor.id_token(relying)
    answer = await visitor.leave(id_token_hint=token, client_id=other.client_id)
    assert answer.status_code == 400
    repeated = await visitor.browser.http.get(f"{LOGOUT}?state=a&state=b")
    assert repeated.status_code == 400
    unknown = await visitor.leave(client_id="nobody")
    assert unknown.status_code in {400, 404}
    assert "location" not in unknown.headers
    assert await visitor.is_remembered(relying)


async def test_7_13_a_client_signs_out_of_itself_alone(library: Library, visitor: Visitor) -> None:
    first, second = await library.client(**REMEMBERED), await library.client(**REMEMBERED)
    token = await visitor.id_token(first)
    await visitor.id_token(second)
    await visitor.leave(id_token_hint=token, post_logout_redirect_uri=BYE)
    assert not await visitor.is_remembered(first)
    assert await visitor.is_remembered(second)


async def test_a_person_signs_out_of_everything_at_once(library: Library, visitor: Visitor) -> None:
    first, second = await library.client(**REMEMBERED), await library.client(**REMEMBERED)
    assert is_page(await visitor.leave(), "There is nothing to sign out of")
    await visitor.id_token(first)
    await visitor.id_token(second)
    page = await visitor.leave()
    assert is_asked(page)
    assert page.text.count("<li>Library</li>") == 2
    assert is_page(await visitor.answer(page), "You are signed out")
    assert not await visitor.is_remembered(first)
    assert not await visitor.is_remembered(second)


async def test_the_page_speaks_the_language_that_the_client_asks_for(
    library: Library, visitor: Visitor
) -> None:
    relying = await library.client(**REMEMBERED)
    page = await visitor.leave(client_id=relying.client_id, ui_locales="fr-CA en")
    assert page.headers["content-language"] == "fr-CA"
    assert "Voulez-vous fermer la session?" in page.text.replace("\u202f", "").replace("\u00a0", "")
    assert "<li>Bibliothèque</li>" in page.text


async def test_a_page_that_nobody_looks_at_ends_nothing(library: Library, visitor: Visitor) -> None:
    relying = await library.client(**REMEMBERED)
    token = await visitor.id_token(relying)
    address = f"{LOGOUT}?{urlencode({'id_token_hint': token, 'post_logout_redirect_uri': BYE})}"
    for answer in (
        await visitor.browser.http.head(address),
        await visitor.browser.http.get(address, headers={"Sec-Purpose": "prefetch"}),
    ):
        assert (answer.status_code, answer.text) == (204, "")
    assert await visitor.is_remembered(relying)


async def test_7_21_what_is_remembered_of_it_holds_nothing_of_the_person(
    library: Library, visitor: Visitor
) -> None:
    relying = await library.client(**REMEMBERED)
    token = await visitor.id_token(relying)
    claims = parse_json_object(b64url_decode(token.split(".")[1]), max_bytes=10_000)
    await visitor.leave(id_token_hint=token)
    store: Any = library.counter.desk.store
    [event] = [one for one in await store.latest(99) if one.name == "sign_in_session_ended"]
    assert (event.client_id, event.preset) == (relying.client_id, "sign-in")
    assert claims["sub"] not in str(event)
