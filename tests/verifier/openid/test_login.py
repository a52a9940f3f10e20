"""A login from the client's request to its code, in one browser (7.02, 7.18)."""

from collections.abc import AsyncIterator

import pytest

from tests.verifier.openid.relying import CALLBACK, ISSUER, Library, Relying
from tests.verifier.openid.signing_in import WHO, Person, asking
from tests.verifier.web.page_visitors import browser_of, state_in


@pytest.fixture
async def person(library: Library) -> AsyncIterator[Person]:
    async with browser_of(library.counter) as browser:
        yield Person(library.counter, browser)


@pytest.fixture
async def relying(library: Library) -> Relying:
    return await library.client()


async def test_7_02_a_login_ends_with_a_code_for_the_client(person: Person, relying: Relying) -> None:
    """State comes back as it went, and the answer names who gave it (RFC 9207)."""
    back = await person.sign_in(asking(relying))
    assert back.uri == CALLBACK
    assert back.parameters == {"code": back.code, "state": "af0ifjsldkj", "iss": ISSUER}
    assert len(back.code) == 43
    answer = await relying.exchange(back.code)
    assert answer.status_code == 200, answer.text
    claims = await relying.read(answer.json()["id_token"])
    assert claims["nonce"] == "n-0S6_WzA2Mj"
    assert claims["preset"] == "sign-in"
    assert claims["acr"] == f"{ISSUER}/acr/sign-in"
    assert claims["amr"] == ["pop"]
    told = (await relying.userinfo(answer.json()["access_token"])).json()
    assert told == {"sub": claims["sub"]}


async def test_claims_of_the_preset_are_at_userinfo(person: Person, relying: Relying) -> None:
    back = await person.sign_in(asking(relying, scope="openid identity profile"), paths=WHO)
    tokens = (await relying.exchange(back.code)).json()
    claims = await relying.read(tokens["id_token"])
    assert "given_name" not in claims
    told = (await relying.userinfo(tokens["access_token"])).json()
    assert told.pop("sub") == claims["sub"]
    assert set(told) == {"given_name", "family_name", "name", "birthdate"}


async def test_the_page_says_who_signs_in_to_what(person: Person, relying: Relying) -> None:
    page = await person.begin(asking(relying, ui_locales="fr-CA"))
    shown = await person.browser.open(page)
    assert state_in(shown) == "requested"
    assert "Se connecter au service Bibliothèque" in shown.text
    assert "form-action 'self' https://library.example" in shown.headers["content-security-policy"]
