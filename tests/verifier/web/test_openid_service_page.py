"""The page on which a service registers itself: in both languages, without script, linted, secrets once."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.verifier.web.counter import Counter, opened_counter
from verifier.domain.needs import NEEDS
from verifier.domain.relying_service import ClientId
from verifier.web.openid.need_words import NEED_WORDS, need_word

PAGE = "/openid/services/new"
FRENCH = {"Accept-Language": "fr-CA"}
TYPED = {
    "name_en": "Corner shop",
    "name_fr": "Dépanneur",
    "purpose_en": "We sell\r\nwine.",
    "purpose_fr": "Nous vendons du vin.",
    "need": ["age"],
    "preset": ["age-19-or-over"],
    "kind": "server",
    "redirect_uris": "https://shop.example/back\r\nhttps://shop.example/second",
    "post_logout_redirect_uris": "",
    "contact": "desk@shop.example",
}


@pytest.fixture
async def production(tmp_path: Path) -> AsyncIterator[Counter]:
    async with opened_counter(tmp_path, profile="production") as opened:
        yield opened


def token_in(page: httpx.Response) -> str:
    [token] = re.findall(r'name="form_token" value="([^"]+)"', page.text)
    return str(token)


async def send(counter: Counter, headers: dict[str, str] | None = None, **changed: Any) -> httpx.Response:
    page = await counter.http.get(PAGE, headers=headers)
    fields = TYPED | changed | {"form_token": token_in(page)}
    return await counter.http.post(PAGE, data=fields, headers=headers)


def shown(page: httpx.Response, name: str) -> str:
    """A value that is shown once."""
    [value] = re.findall(rf'\({name}\)</span></dt>\s*<dd><code class="site">([^<]+)</code>', page.text)
    return str(value)


async def test_a_service_registers_and_is_told_its_secret_once(counter: Counter) -> None:
    done = await send(counter)
    assert done.status_code == 200
    assert done.headers["cache-control"] == "no-store"
    assert "People can sign in to Corner shop at once." in done.text
    client = await counter.desk.verifier.openid.clients.find(shown(done, "client_id"))
    assert client.has_secret(shown(done, "client_secret"), counter.desk.clock.now())
    assert client.openid.redirect_uris == ("https://shop.example/back", "https://shop.example/second")
    assert dict(client.openid.purposes)["en-CA"] == "We sell wine."
    assert client.openid.contacts == ("desk@shop.example",)
    uri, key = shown(done, "registration_client_uri"), shown(done, "registration_access_token")
    looked = await counter.http.get(uri, headers={"Authorization": f"Bearer {key}"})
    assert looked.json()["client_name#fr-CA"] == "Dépanneur"


async def test_loading_the_page_again_registers_nothing_again(counter: Counter) -> None:
    page = await counter.http.get(PAGE)
    fields = TYPED | {"form_token": token_in(page)}
    assert (await counter.http.post(PAGE, data=fields)).status_code == 200
    again = await counter.http.post(PAGE, data=fields)
    assert again.status_code == 403
    assert len(await counter.desk.verifier.outside.openid.clients.clients()) == 1


async def test_two_tabs_do_not_get_in_each_others_way(counter: Counter) -> None:
    first, second = await counter.http.get(PAGE), await counter.http.get(PAGE)
    assert token_in(first) == token_in(second)


async def test_a_form_from_elsewhere_is_refused(counter: Counter) -> None:
    page = await counter.http.get(PAGE)
    cookies = page.headers["set-cookie"]
    assert "HttpOnly" in cookies
    assert "SameSite=strict" in cookies
    assert "__Host-verifier-service-form" in cookies
    for fields in (TYPED, TYPED | {"form_token": "x"}, TYPED | {"form_token": ["a", "b"]}):
        assert (await counter.http.post(PAGE, data=fields)).status_code == 403
    counter.http.cookies.clear()
    fields = TYPED | {"form_token": token_in(page)}
    assert (await counter.http.post(PAGE, data=fields)).status_code == 403


async def test_in_production_somebody_looks_first(production: Counter) -> None:
    done = await send(production)
    assert "Somebody here looks at Corner shop first." in done.text
    client = await production.desk.verifier.outside.openid.clients.get(ClientId(shown(done, "client_id")))
    assert client is not None
    assert not client.is_usable
    wrong = await send(production, redirect_uris="http://localhost/back")
    assert "must begin with https" in wrong.text


async def test_in_french_everything_is_french(counter: Counter) -> None:
    page = await counter.http.get(PAGE, headers=FRENCH)
    assert "Inscrire un service" in page.text
    assert "Si les personnes ont l’âge voulu" in page.text
    assert "19 ans ou plus" in page.text
    done = await send(counter, FRENCH)
    assert "On peut se connecter tout de suite à Dépanneur." in done.text
    wrong = await send(counter, FRENCH, name_fr="", preset=["identity"])
    assert "Donnez le nom en anglais et en français" in wrong.text
    assert "La fin enregistrée n’exige pas cette donnée." in wrong.text


async def test_everything_that_is_wrong_is_told_beside_what_was_typed(counter: Counter) -> None:
    wrong = await send(
        counter, name_fr="", need=[], preset=[], redirect_uris="https://*.shop.example/", purpose_fr="<b>"
    )
    assert wrong.status_code == 400
    assert "Error: Register a service" in wrong.text
    for field, text in (
        ("name-en", "Give the name in English and in French"),
        ("needs", "Choose what you have to know."),
        ("presets", "Choose at least one way"),
        ("redirect-uris", "there are no wildcards"),
    ):
        assert re.search(rf'<a href="#{field}">[^<]*{text}', wrong.text), field
        assert f'id="{field}"' in wrong.text
    assert 'value="Corner shop"' in wrong.text
    assert "&lt;b&gt;" in wrong.text
    assert await counter.desk.verifier.outside.openid.clients.clients() == []


async def test_over_asking_is_told_with_what_to_ask_instead(counter: Counter) -> None:
    """5.19: what is ticked as a need decides, not what is asked for."""
    wrong = await send(counter, preset=["age-19-or-over", "identity"])
    assert "identity: photo_card.birthdate" in wrong.text
    assert "Ask for age_equal_or_over" in wrong.text
    assert 'id="preset-identity" aria-describedby="about-identity" checked' in wrong.text
    fine = await send(counter, preset=["identity"], need=["name", "birthdate"])
    assert fine.status_code == 200


async def test_an_app_has_no_secret(counter: Counter) -> None:
    done = await send(counter, kind="app", redirect_uris="ca.example.shop:/back")
    assert done.status_code == 200, done.text
    assert "(client_secret)" not in done.text
    assert shown(done, "registration_access_token")


async def test_no_address_at_all_is_told_like_everything_else(counter: Counter) -> None:
    for typed in ("", "not an address", "javascript:alert(1)"):
        wrong = await send(counter, redirect_uris=typed)
        assert wrong.status_code == 400
        assert '<a href="#redirect-uris">' in wrong.text


async def test_hosts_that_differ_are_for_the_api(counter: Counter) -> None:
    wrong = await send(counter, redirect_uris="https://a.example/ https://b.example/")
    assert "All addresses must have the same host." in wrong.text


def test_every_registered_need_has_words_in_both_languages() -> None:
    assert set(NEED_WORDS) == set(NEEDS)
    for word in NEEDS:
        assert need_word(word, french=True) != need_word(word, french=False)
    assert need_word("our-own", french=True) == "our-own"
