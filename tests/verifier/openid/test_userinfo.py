"""The UserInfo endpoint: claims for who has the token, for as long as it is good (7.06)."""

import httpx
import pytest

from tests.verifier.openid.relying import CLAIMS, ISSUER, Library
from tests.verifier.surroundings import MANAGEMENT
from tests.verifier.web.counter import is_oauth_error
from verifier.app.openid.tasks import purge_openid
from verifier.services.page_secrets import hash_secret

URL = f"{ISSUER}/userinfo"


async def test_7_06_by_get_and_by_post_with_header_and_by_post_with_form(library: Library) -> None:
    relying = await library.client()
    tokens = await relying.tokens()
    sub = (await relying.read(tokens["id_token"]))["sub"]
    http, header = library.counter.http, {"Authorization": f"Bearer {tokens['access_token']}"}
    answers = [
        await http.get(URL, headers=header),
        await http.post(URL, headers=header),
        await http.post(URL, headers=header, data={}),
        await http.post(URL, data={"access_token": tokens["access_token"]}),
    ]
    for answer in answers:
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json() == {"sub": sub, **CLAIMS}


async def test_7_06_without_claims_there_is_still_a_subject(library: Library) -> None:
    relying = await library.client()
    tokens = await relying.tokens(claims={})
    answer = await relying.userinfo(tokens["access_token"])
    assert list(answer.json()) == ["sub"]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic b2M6cw==", "Bearer a b", "bearer"])
async def test_7_06_without_a_token_there_is_a_challenge(library: Library, header: str) -> None:
    for method in ("GET", "POST"):
        headers = {"Authorization": header} if header else {}
        answer = await library.counter.http.request(method, URL, headers=headers)
        assert answer.status_code in (400, 401)
        if answer.status_code == 401:
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert "error" not in answer.headers["www-authenticate"]  # RFC 6750 section 3.1
        assert answer.headers["cache-control"] == "no-store"


def is_invalid_token(answer: httpx.Response) -> bool:
    challenge = answer.headers.get("www-authenticate", "")
    return (
        answer.status_code == 401
        and is_oauth_error(answer, "invalid_token")
        and challenge.startswith('Bearer error="invalid_token"')
    )


@pytest.mark.parametrize("change", ["first", "last", "shorter", "longer", "case"])
async def test_7_06_an_altered_token_is_refused(library: Library, change: str) -> None:
    relying = await library.client()
    token = (await relying.tokens())["access_token"]
    altered = {
        "first": f"{'B' if token[0] != 'B' else 'C'}{token[1:]}",
        "last": f"{token[:-1]}{'A' if token[-1] != 'A' else 'E'}",
        "shorter": token[:-1],
        "longer": f"{token}A",
        "case": token.swapcase(),
    }[change]
    assert is_invalid_token(await relying.userinfo(altered))
    assert (await relying.userinfo(token)).status_code == 200


async def test_7_06_a_code_and_an_id_token_are_no_access_tokens(library: Library) -> None:
    relying = await library.client()
    code = await relying.code()
    assert is_invalid_token(await relying.userinfo(code))
    id_token = (await relying.exchange(code)).json()["id_token"]
    assert is_invalid_token(await relying.userinfo(id_token))


async def test_7_06_claims_until_the_token_ends_then_they_are_deleted(library: Library) -> None:
    relying = await library.client()
    token = (await relying.tokens())["access_token"]
    desk = library.counter.desk
    desk.clock.advance(minutes=4, seconds=59)
    assert (await relying.userinfo(token)).json()["birthdate"] == CLAIMS["birthdate"]
    desk.clock.advance(seconds=1)
    # Nobody has deleted it yet, and it is over all the same.
    assert is_invalid_token(await relying.userinfo(token))
    grants = desk.verifier.outside.openid.grants
    assert await grants.find_token(hash_secret(token)) is not None
    await purge_openid(desk.verifier, desk.clock.now())
    assert await grants.find_token(hash_secret(token)) is None
    assert is_invalid_token(await relying.userinfo(token))


async def test_7_06_claims_of_a_code_that_nobody_used_are_deleted(library: Library) -> None:
    relying = await library.client()
    code, desk = await relying.code(), library.counter.desk
    await purge_openid(desk.verifier, desk.clock.now())
    assert await desk.verifier.outside.openid.grants.find_grant(hash_secret(code)) is not None
    desk.clock.advance(seconds=60)
    await purge_openid(desk.verifier, desk.clock.now())
    assert await desk.verifier.outside.openid.grants.find_grant(hash_secret(code)) is None


async def test_7_06_a_token_ends_with_its_client(library: Library) -> None:
    relying = await library.client()
    token = (await relying.tokens())["access_token"]
    desk = library.counter.desk
    service = await desk.verifier.clients.disable(relying.client_id, actor=MANAGEMENT)
    assert not service.is_enabled
    assert is_invalid_token(await relying.userinfo(token))


async def test_a_token_in_the_address_is_refused_before_it_is_looked_at(library: Library) -> None:
    relying = await library.client()
    token = (await relying.tokens())["access_token"]
    for method in ("GET", "POST"):
        answer = await library.counter.http.request(method, f"{URL}?access_token={token}")
        assert answer.status_code == 400
        assert is_oauth_error(answer)


async def test_two_tokens_at_once_are_refused(library: Library) -> None:
    relying = await library.client()
    token = (await relying.tokens())["access_token"]
    http, header = library.counter.http, {"Authorization": f"Bearer {token}"}
    both = await http.post(URL, headers=header, data={"access_token": token})
    twice = await http.post(URL, data={"access_token": [token, token]})
    address = await http.post(f"{URL}?access_token={token}", data={"access_token": token})
    for answer in (both, twice, address):
        assert answer.status_code == 400
        assert is_oauth_error(answer)
