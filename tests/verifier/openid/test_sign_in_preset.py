"""The preset that recognizes people: for signing in, and for nothing else (5.33, 7.09)."""

from collections.abc import AsyncIterator

import orjson
import pytest

from tests.verifier.openid.relying import PRESETS, Library
from tests.verifier.openid.signing_in import NUMBER, Person, asking
from tests.verifier.web.counter import is_problem
from tests.verifier.web.page_visitors import browser_of, form_token


@pytest.fixture
async def person(library: Library) -> AsyncIterator[Person]:
    async with browser_of(library.counter) as browser:
        yield Person(library.counter, browser)


async def test_7_09_the_presentation_api_does_not_have_it(library: Library) -> None:
    """Its result would hold the number itself; registering for the preset does not change that."""
    service = await library.counter.register(*PRESETS)
    for wishes in ({}, {"flow": "page"}, {"reference": "x"}):
        body = {"preset": "sign-in", **wishes}
        answer = await library.counter.http.post("/presentations", json=body, auth=service)
        assert is_problem(answer, "preset_for_sign_in_only"), answer.text
    french = {"Accept-Language": "fr-CA"}
    answer = await library.counter.http.post(
        "/presentations", json={"preset": "sign-in"}, auth=service, headers=french
    )
    assert is_problem(answer, "preset_for_sign_in_only")
    assert "se connecter avec OpenID Connect" in answer.text


async def test_5_33_a_client_gets_a_subject_and_never_the_number(library: Library, person: Person) -> None:
    relying = await library.client()
    page = await person.begin(asking(relying, claims='{"id_token":{"personal_administrative_number":null}}'))
    accepted = await person.present(page)
    receipt = await person.browser.http.post(f"{page}/receipt", data={"form_token": form_token(accepted)})
    answer = await person.go_on(page)
    code = answer.headers["location"].partition("code=")[2].partition("&")[0]
    tokens = (await relying.exchange(code)).json()
    claims = await relying.read(tokens["id_token"])
    told = (await relying.userinfo(tokens["access_token"])).json()
    assert told == {"sub": claims["sub"]}
    assert "personal_administrative_number" not in claims
    everything = [receipt.text, answer.text, answer.headers["location"], orjson.dumps(claims).decode()]
    assert not [text for text in everything if NUMBER in text]
