"""The provider for demonstrations against the standards, read with a library of somebody else's (joserfc)."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from specs.oauth import create_code_challenge
from tests.issuer.surroundings import HandClock, RepeatableRandomness
from trillium.demonstration_sign_in import Person, create_demonstration_sign_in
from trillium.demonstration_sign_in.provider import DemonstrationProvider
from trillium.runtime.mounting import Part, mount

ISSUER = "http://localhost:8000/demonstration-sign-in"
BACK = "http://localhost:8000/issuer/sign-in/return"
VERIFIER = "v" * 43
REQUEST = {
    "response_type": "code",
    "client_id": "trillium-issuer",
    "redirect_uri": BACK,
    "scope": "openid",
    "state": "the-state",
    "nonce": "the-nonce",
    "code_challenge": create_code_challenge(VERIFIER),
    "code_challenge_method": "S256",
}
MAYA = Person("ON-1000003", "Maya Tremblay", date(1994, 6, 14))


class FewPeople:
    """``People``."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = people

    async def search(self, text: str, *, limit: int) -> Sequence[Person]:
        found = [one for one in self.people if text.lower() in one.name.lower()]
        return found[:limit]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def people() -> FewPeople:
    return FewPeople([MAYA])


@pytest.fixture
async def browser(clock: HandClock, people: FewPeople) -> AsyncIterator[httpx.AsyncClient]:
    provider = DemonstrationProvider(ISSUER, "trillium-issuer", BACK, clock, RepeatableRandomness())
    app = mount([Part(ISSUER, create_demonstration_sign_in(provider, people))])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ISSUER) as opened:
        yield opened


def address(**changes: Any) -> str:
    kept = {name: value for name, value in {**REQUEST, **changes}.items() if value is not None}
    return f"{ISSUER}/authorize?{urlencode(kept)}"


async def choose(browser: httpx.AsyncClient, **changes: Any) -> dict[str, str]:
    answer = await browser.post(address(**changes), data={"person": MAYA.register_number})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{BACK}?")
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query, strict_parsing=True))


async def redeem(browser: httpx.AsyncClient, code: str, **changes: str) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "client_id": "trillium-issuer",
        "redirect_uri": BACK,
        "code": code,
        "code_verifier": VERIFIER,
        **changes,
    }
    return await browser.post(f"{ISSUER}/token", data=form)


async def test_somebody_is_chosen_and_the_issuer_is_told_who(
    browser: httpx.AsyncClient, clock: HandClock
) -> None:
    """OpenID Connect Core sections 2 and 3.1.3.3; RFC 9207."""
    page = await browser.get(address())
    assert page.status_code == 200
    assert "Sign in as Maya Tremblay" in page.text
    assert "for demonstrations" in page.text
    given = await choose(browser)
    assert (given["state"], given["iss"]) == ("the-state", ISSUER)
    answer = await redeem(browser, given["code"])
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    assert tokens["token_type"] == "Bearer"
    keys = KeySet.import_key_set((await browser.get(f"{ISSUER}/jwks")).json())
    token = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"])
    now = int(clock.now().timestamp())
    assert token.claims == {
        "iss": ISSUER,
        "sub": MAYA.register_number,
        "aud": "trillium-issuer",
        "iat": now,
        "exp": now + 300,
        "auth_time": now,
        "nonce": "the-nonce",
        "register_number": MAYA.register_number,
    }


async def test_discovery_tells_the_truth(browser: httpx.AsyncClient) -> None:
    """OpenID Connect Discovery section 3: the required members, and RS256 among the algorithms."""
    metadata = (await browser.get(f"{ISSUER}/.well-known/openid-configuration")).json()
    assert metadata["issuer"] == ISSUER
    assert {"response_types_supported", "subject_types_supported"} <= metadata.keys()
    assert "RS256" in metadata["id_token_signing_alg_values_supported"]
    [key] = (await browser.get(metadata["jwks_uri"])).json()["keys"]
    assert key.keys() == {"kty", "n", "e", "kid", "use", "alg"}, "no private member"


async def test_a_code_is_good_once_for_a_minute_and_with_its_verifier(
    browser: httpx.AsyncClient, clock: HandClock
) -> None:
    code = (await choose(browser))["code"]
    assert (await redeem(browser, code)).status_code == 200
    again = await redeem(browser, code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    for wrong in ({"code_verifier": "w" * 43}, {"redirect_uri": "http://localhost:8000/x"}):
        refused = await redeem(browser, (await choose(browser))["code"], **wrong)
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    code = (await choose(browser))["code"]
    clock.advance(seconds=60)
    assert (await redeem(browser, code)).json()["error"] == "invalid_grant"


async def test_only_the_issuer_redeems(browser: httpx.AsyncClient) -> None:
    code = (await choose(browser))["code"]
    refused = await redeem(browser, code, client_id="somebody-else")
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    refused = await redeem(browser, code, grant_type="password")
    assert refused.json()["error"] == "unsupported_grant_type"
    assert (await redeem(browser, code)).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [{"client_id": "other"}, {"redirect_uri": f"{BACK}/x"}, {"redirect_uri": None}, {"client_id": None}],
)
async def test_nobody_else_is_sent_anywhere(browser: httpx.AsyncClient, changes: dict[str, Any]) -> None:
    """RFC 6749 section 4.1.2.1: not an open redirector."""
    for answer in (await browser.get(address(**changes)), await browser.post(address(**changes))):
        assert answer.status_code == 400
        assert "location" not in answer.headers
        assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"request": "a.b.c"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
async def test_a_wrong_request_goes_back_with_its_error(
    browser: httpx.AsyncClient, changes: dict[str, Any], error: str
) -> None:
    answer = await browser.get(address(**changes))
    told = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert (told["error"], told["state"], told["iss"]) == (error, "the-state", ISSUER)


async def test_a_parameter_twice_goes_back_too(browser: httpx.AsyncClient) -> None:
    answer = await browser.get(f"{address()}&scope=openid")
    assert "error=invalid_request" in answer.headers["location"]


async def test_nobody_signs_in(browser: httpx.AsyncClient) -> None:
    answer = await browser.post(address(), data={"cancel": "1"})
    assert "error=access_denied" in answer.headers["location"]


async def test_people_are_searched_for_without_a_name_in_the_address(
    browser: httpx.AsyncClient, people: FewPeople
) -> None:
    people.people = [Person(f"ON-{n:07d}", f"Person Number {n}", date(1990, 1, 1)) for n in range(20)]
    page = await browser.get(address())
    assert page.text.count('name="person"') == 8
    assert "There are more." in page.text
    found = await browser.post(address(), data={"text": "number 13"})
    assert found.text.count('name="person"') == 1
    assert 'value="number 13"' in found.text
    nothing = await browser.post(address(), data={"text": '"><script>'})
    assert "Nobody in the register" in nothing.text
    assert "<script>" not in nothing.text


async def test_an_empty_register_says_how_to_fill_it(browser: httpx.AsyncClient, people: FewPeople) -> None:
    people.people = []
    assert "residents import" in (await browser.get(address())).text
    page = await browser.get(address(ui_locales="fr-CA"))
    assert page.headers["content-language"] == "fr-CA"
    assert "Le registre est vide." in page.text
