"""A login from the client's request to its code, in one browser (7.02, 7.18)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.verifier.holder import NINETEEN
from tests.verifier.openid.relying import CALLBACK, ISSUER, Library, Relying, opened_library
from tests.verifier.openid.signing_in import WHO, Person, asking, back_at
from tests.verifier.web.page_visitors import browser_of, form_token, state_in
from verifier.domain.preset import SubjectMode


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
    assert claims["amr"] == ["pop"]  # 7.19
    told = (await relying.userinfo(answer.json()["access_token"])).json()
    assert told == {"sub": claims["sub"]}


async def test_claims_of_the_preset_are_at_userinfo(person: Person, relying: Relying) -> None:
    """And not in the ID token, whatever scopes are named (acceptance list 2.3 line 7)."""
    back = await person.sign_in(asking(relying, scope="openid identity profile"), paths=WHO)
    tokens = (await relying.exchange(back.code)).json()
    claims = await relying.read(tokens["id_token"])
    assert "given_name" not in claims
    told = (await relying.userinfo(tokens["access_token"])).json()
    assert told.pop("sub") == claims["sub"]
    assert set(told) == {"given_name", "family_name", "name", "birthdate"}


async def test_an_age_check_says_yes_and_recognises_nobody(person: Person, relying: Relying) -> None:
    """7.09: whatever the client is registered for."""
    fields = asking(relying, scope="openid age-19-or-over")
    subjects = []
    for _ in range(2):
        tokens = (await relying.exchange((await person.sign_in(fields, paths=(NINETEEN,))).code)).json()
        told = (await relying.userinfo(tokens["access_token"])).json()
        subjects.append(told.pop("sub"))
        assert told == {"age_19_or_over": True}
    assert len(set(subjects)) == 2


async def test_a_person_is_the_same_when_they_come_again_and_another_is_not(
    person: Person, relying: Relying
) -> None:
    subjects = []
    for number in ("Planted-1", "Planted-1", "Planted-2"):
        back = await person.sign_in(asking(relying), number=number)
        subjects.append((await relying.read((await relying.exchange(back.code)).json()["id_token"]))["sub"])
    assert subjects[0] == subjects[1] != subjects[2]


@pytest.mark.parametrize(
    ("language", "title", "knows"),
    [
        ("fr-CA", "Se connecter au service Bibliothèque", "Le service peut vous reconnaître"),
        ("en", "Sign in to Library", "The service can tell when you sign in again."),
    ],
)
async def test_the_page_says_who_signs_in_to_what_and_whether_they_are_known_again(
    person: Person, relying: Relying, language: str, title: str, knows: str
) -> None:
    """In the language of ``ui_locales``; forms of the page end here or at the client."""
    shown = await person.browser.open(await person.begin(asking(relying, ui_locales=language)))
    assert state_in(shown) == "requested"
    assert title in shown.text
    assert knows in shown.text
    assert "form-action 'self' https://library.example;" in shown.headers["content-security-policy"] + ";"


@pytest.mark.parametrize(
    ("mode", "scope", "knows"),
    [
        (SubjectMode.STABLE, "openid identity", "cannot tell from this whether you have signed in before"),
        (SubjectMode.EPHEMERAL, "openid sign-in", "cannot tell from this whether you have signed in before"),
        (SubjectMode.PER_PRESET, "openid sign-in", "when you sign in again in this same way"),
    ],
)
async def test_7_09_the_page_does_not_promise_less_than_the_client_learns(
    library: Library, person: Person, mode: SubjectMode, scope: str, knows: str
) -> None:
    relying = await library.client(subject_mode=mode)
    assert knows in (await person.browser.open(await person.begin(asking(relying, scope=scope)))).text


async def test_a_custom_scheme_is_gone_back_to(library: Library, person: Person) -> None:
    """RFC 8252 section 7.1: an app's own scheme, named in the policy of the page."""
    uri = "ca.example.library:/signed-in"
    relying = await library.client(redirect_uris=(uri,))
    page = await person.begin(asking(relying, redirect_uri=uri))
    shown = await person.present(page)
    assert "form-action 'self' ca.example.library:" in shown.headers["content-security-policy"]
    back = back_at(await person.go_on(page))
    assert (back.uri, bool(back.code)) == (uri, True)


async def test_on_postgresql_too_a_code_is_given_once(tmp_path: Path, postgresql_url: str) -> None:
    async with opened_library(tmp_path, database_url=postgresql_url) as library:
        relying = await library.client()
        async with browser_of(library.counter) as browser:
            person = Person(library.counter, browser)
            page = await person.begin(asking(relying))
            assert state_in(await person.present(page)) == "accepted"
            data = {"form_token": form_token(await browser.open(page))}
            answers = await asyncio.gather(
                *(browser.http.post(f"{page}/continue", data=data) for _ in range(6))
            )
            assert sorted(one.status_code for one in answers) == [303] + 5 * [409]
            [code] = [back_at(one).code for one in answers if one.status_code == 303]
        assert (await relying.exchange(code)).status_code == 200
