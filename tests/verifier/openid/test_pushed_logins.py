"""Requests that the client pushes before it sends the browser (RFC 9126)."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest

from tests.verifier.openid.relying import ISSUER, SECRET, Library, Relying, public_key
from tests.verifier.openid.signing_in import Person, asking, back_at, page_at
from tests.verifier.web.counter import is_oauth_error
from tests.verifier.web.page_visitors import browser_of
from verifier.domain.openid.client import AuthMethod

PAR = f"{ISSUER}/par"


@pytest.fixture
async def person(library: Library) -> AsyncIterator[Person]:
    async with browser_of(library.counter) as browser:
        yield Person(library.counter, browser)


@pytest.fixture
async def relying(library: Library) -> Relying:
    return await library.client()


async def push(
    relying: Relying, fields: Mapping[str, str], *, headers: Mapping[str, str] | None = None, **changed: str
) -> httpx.Response:
    """As a client that authenticates itself the way it is registered for."""
    secret = changed.pop("secret", SECRET)
    http, sent = relying.counter.http, {**fields, **changed}
    if relying.client.openid.auth_method is not AuthMethod.BASIC:
        return await http.post(PAR, data=sent, headers=headers)
    return await http.post(PAR, data=sent, auth=httpx.BasicAuth(relying.client_id, secret), headers=headers)


async def reference(relying: Relying, **changed: Any) -> dict[str, str]:
    """What the browser takes along."""
    answer = await push(relying, asking(relying, **changed))
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert set(answer.json()) == {"request_uri", "expires_in"}
    assert answer.json()["expires_in"] == 90
    return {"client_id": relying.client_id, "request_uri": answer.json()["request_uri"]}


async def test_a_pushed_request_is_a_login(person: Person, relying: Relying) -> None:
    """What is beside the reference in the browser's address does not count (section 4)."""
    taken = await reference(relying)
    back = await person.sign_in({**taken, "scope": "openid identity", "redirect_uri": "https://evil.example"})
    assert back.parameters["state"] == "af0ifjsldkj"
    claims = await relying.read((await relying.exchange(back.code)).json()["id_token"])
    assert (claims["preset"], claims["nonce"]) == ("sign-in", "n-0S6_WzA2Mj")


@pytest.mark.parametrize("method", [AuthMethod.POST, AuthMethod.PRIVATE_KEY_JWT, AuthMethod.NONE])
async def test_clients_push_as_they_authenticate(
    library: Library, person: Person, method: AuthMethod
) -> None:
    relying = await library.client(method)
    shown: dict[str, str] = {}
    if method is AuthMethod.POST:
        shown = {"client_secret": SECRET}
    elif method is AuthMethod.PRIVATE_KEY_JWT:
        shown = relying.assertion(audience=PAR, jti="par")
    answer = await push(relying, {**asking(relying), **shown})
    assert answer.status_code == 201, answer.text
    taken = {"client_id": relying.client_id, "request_uri": answer.json()["request_uri"]}
    assert page_at(await person.ask(taken))


async def test_a_client_that_names_itself_only_by_its_secret(person: Person, relying: Relying) -> None:
    answer = await push(relying, asking(relying, client_id=None))
    taken = {"client_id": relying.client_id, "request_uri": answer.json()["request_uri"]}
    assert page_at(await person.ask(taken))


async def test_nobody_pushes_without_proof_or_for_another(library: Library, relying: Relying) -> None:
    fields = asking(relying)
    wrong = await push(relying, fields, secret="x" * 43)
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    nobody = await relying.counter.http.post(PAR, data=fields)
    assert (nobody.status_code, nobody.json()["error"]) == (401, "invalid_client")
    other = await library.client()
    for_another = await push(other, fields)
    assert (for_another.status_code, for_another.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"scope": "openid ontario-resident"}, "invalid_scope"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"request": "e30.e30."}, "request_not_supported"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:" + "a" * 43}, "invalid_request"),
        ({"id_token_hint": "x"}, "invalid_request"),
    ],
)
async def test_faults_are_told_at_once(relying: Relying, changed: dict[str, Any], error: str) -> None:
    answer = await push(relying, asking(relying, **changed))
    assert answer.status_code == 400
    assert is_oauth_error(answer, error)


async def test_a_reference_is_good_once_for_its_client_and_for_ninety_seconds(
    library: Library, person: Person, relying: Relying
) -> None:
    other = await library.client()
    taken = await reference(relying)
    for bad in (
        {**taken, "client_id": other.client_id},
        {**taken, "request_uri": taken["request_uri"] + "x"},
        {"client_id": relying.client_id, "request_uri": "urn:ietf:params:oauth:request_uri:" + "a" * 43},
        {"request_uri": taken["request_uri"]},
    ):
        answer = await person.ask(bad)
        assert (answer.status_code, "location" in answer.headers) == (400, False)
        assert answer.headers["content-type"].startswith("text/html")
    answers = await asyncio.gather(*(person.ask(taken) for _ in range(6)))
    assert sorted(one.status_code for one in answers) == [303] + 5 * [400]
    late = await reference(relying)
    library.counter.desk.clock.advance(seconds=90)
    assert (await person.ask(late)).status_code == 400


async def test_prompt_and_ages_count_when_the_browser_comes(person: Person, relying: Relying) -> None:
    assert back_at(await person.ask(await reference(relying, prompt="none"))).error == "login_required"


async def test_an_address_that_was_taken_away_meanwhile_is_not_used(
    library: Library, person: Person, relying: Relying
) -> None:
    taken = await reference(relying)
    await library.move(relying, redirect_uris=("https://library.example/other",))
    answer = await person.ask(taken)
    assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_a_key_that_is_proved_with_the_request_binds_the_code(person: Person, relying: Relying) -> None:
    """RFC 9449 section 10.1."""
    proof = relying.proof(PAR, jti="par-1")
    answer = await push(relying, asking(relying), headers={"DPoP": proof})
    assert answer.status_code == 201, answer.text
    replayed = await push(relying, asking(relying), headers={"DPoP": proof})
    assert replayed.json()["error"] == "invalid_dpop_proof"
    taken = {"client_id": relying.client_id, "request_uri": answer.json()["request_uri"]}
    back = await person.sign_in(taken)
    token_url = f"{ISSUER}/token"
    stolen = await relying.exchange(back.code)
    assert stolen.status_code == 400
    back = await person.sign_in(await reference(relying, dpop_jkt=public_key("dpop").thumbprint))
    good = await relying.exchange(back.code, headers={"DPoP": relying.proof(token_url, jti="token-1")})
    assert good.json()["token_type"] == "DPoP"


async def test_a_key_other_than_the_named_one_is_refused(relying: Relying) -> None:
    proof = relying.proof(PAR, jti="par-2", who="another")
    named = asking(relying, dpop_jkt=public_key("dpop").thumbprint)
    assert is_oauth_error(await push(relying, named, headers={"DPoP": proof}))
