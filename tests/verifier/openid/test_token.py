"""The token endpoint: codes for tokens, and every way in which they are not given (7.03, 7.04, 7.05)."""

import asyncio
import base64
import hashlib

import httpx
import jwt
import pytest

from specs.jose import Algorithm
from tests.verifier.openid.relying import CALLBACK, CLAIMS, ISSUER, SECRET, VERIFIER, Library, Relying
from tests.verifier.web.counter import is_oauth_error
from verifier.domain.openid.client import AuthMethod

OTHER_VERIFIER = "w" * 43


async def refusal(relying: Relying, code: str, /, **changed: str | None) -> str:
    """The error of a token request."""
    answer = await relying.exchange(code, **changed)
    assert answer.status_code == 400, answer.text
    assert is_oauth_error(answer, answer.json()["error"])
    return str(answer.json()["error"])


@pytest.mark.parametrize("method", AuthMethod, ids=lambda one: one.value)
async def test_7_04_a_code_gives_tokens_to_the_client_that_shows_who_it_is(
    library: Library, method: AuthMethod
) -> None:
    relying = await library.client(method)
    answer = await relying.exchange(await relying.code())
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/json"
    tokens = answer.json()
    assert set(tokens) == {"access_token", "token_type", "expires_in", "scope", "id_token"}
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 300, "openid identity")
    assert len(tokens["access_token"]) == 43


async def test_7_05_the_id_token_says_who_when_how_and_by_which_preset(library: Library) -> None:
    relying = await library.client()
    tokens = await relying.tokens()
    header = jwt.get_unverified_header(tokens["id_token"])
    assert header["alg"] == "RS256"  # OpenID Connect Core section 15.1: what every client can read
    claims = await relying.read(tokens["id_token"])
    digest = hashlib.sha256(tokens["access_token"].encode()).digest()
    at_hash = base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()
    assert claims == {
        "iss": ISSUER,
        "sub": claims["sub"],
        "aud": relying.client_id,
        "iat": int(relying.now.timestamp()),
        "exp": int(relying.now.timestamp()) + 300,
        "nonce": "n-0S6_WzA2Mj",
        "acr": f"{ISSUER}/acr/identity",
        "amr": ["pop"],
        "preset": "identity",
        "at_hash": at_hash,
    }
    assert len(claims["sub"]) <= 255
    assert claims["sub"].isascii()


async def test_7_05_es256_for_a_client_that_registered_it(library: Library) -> None:
    relying = await library.client(id_token_alg=Algorithm.ES256)
    tokens = await relying.tokens()
    assert jwt.get_unverified_header(tokens["id_token"])["alg"] == "ES256"
    assert (await relying.read(tokens["id_token"]))["sub"]


async def test_7_05_what_was_not_sent_or_asked_for_is_not_there(library: Library) -> None:
    relying = await library.client()
    bare = await relying.read((await relying.tokens(nonce=None))["id_token"])
    assert {"nonce", "auth_time", "sid", *CLAIMS}.isdisjoint(bare)
    full = await relying.tokens(
        wants_auth_time=True, sid="session-1", id_token_claims=frozenset({"given_name", "email"})
    )
    claims = await relying.read(full["id_token"])
    assert claims["auth_time"] == int(relying.now.timestamp()) - 20
    assert claims["sid"] == "session-1"
    assert claims["given_name"] == CLAIMS["given_name"]
    assert {"family_name", "birthdate", "email"}.isdisjoint(claims)


async def test_7_04_a_used_code_is_refused_and_revokes_what_it_gave(library: Library) -> None:
    relying = await library.client()
    code = await relying.code()
    tokens = (await relying.exchange(code)).json()
    assert (await relying.userinfo(tokens["access_token"])).status_code == 200
    library.counter.desk.clock.advance(seconds=30)
    assert await refusal(relying, code) == "invalid_grant"
    assert (await relying.userinfo(tokens["access_token"])).status_code == 401
    assert await refusal(relying, code) == "invalid_grant"


async def test_7_04_a_code_is_good_for_a_minute(library: Library) -> None:
    relying = await library.client()
    early, late = await relying.code(), await relying.code()
    library.counter.desk.clock.advance(seconds=59.9)
    assert (await relying.exchange(early)).status_code == 200
    library.counter.desk.clock.advance(seconds=0.1)
    assert await refusal(relying, late) == "invalid_grant"


async def test_7_04_of_many_at_once_one_gets_tokens_and_even_those_are_revoked(library: Library) -> None:
    relying = await library.client()
    code = await relying.code()
    answers = await asyncio.gather(*(relying.exchange(code) for _ in range(12)))
    good = [one for one in answers if one.status_code == 200]
    assert len(good) == 1
    assert {one.json()["error"] for one in answers if one is not good[0]} == {"invalid_grant"}
    assert (await relying.userinfo(good[0].json()["access_token"])).status_code == 401


async def test_7_04_a_code_of_another_client_is_refused_and_stays_good_for_its_own(library: Library) -> None:
    mine, other = await library.client(), await library.client(AuthMethod.NONE)
    code = await mine.code()
    assert await refusal(other, code) == "invalid_grant"
    assert (await mine.exchange(code)).status_code == 200


@pytest.mark.parametrize(
    ("redirect_uri", "error"),
    [
        (f"{CALLBACK}/", "invalid_grant"),
        (f"{CALLBACK}?a=b", "invalid_grant"),
        ("https://library.example:443/signed-in", "invalid_grant"),
        ("https://evil.example/signed-in", "invalid_grant"),
        ("", "invalid_request"),
        (None, "invalid_request"),
    ],
)
async def test_7_04_the_redirect_uri_has_to_be_the_same_to_the_letter(
    library: Library, redirect_uri: str | None, error: str
) -> None:
    relying = await library.client()
    code = await relying.code()
    assert await refusal(relying, code, redirect_uri=redirect_uri) == error
    assert (await relying.exchange(code)).status_code == 200


@pytest.mark.parametrize("verifier", [OTHER_VERIFIER, None, "v" * 42, "v" * 129, "é" * 43])
async def test_7_03_a_challenge_needs_its_verifier(library: Library, verifier: str | None) -> None:
    relying = await library.client(require_pkce=False)
    assert await refusal(relying, await relying.code(), code_verifier=verifier) in (
        "invalid_grant",
        "invalid_request",
    )


async def test_7_03_a_verifier_without_a_challenge_is_a_downgrade(library: Library) -> None:
    relying = await library.client(require_pkce=False)
    code = await relying.code(code_challenge=None)
    assert await refusal(relying, code, code_verifier=VERIFIER) == "invalid_grant"
    assert (await relying.exchange(code, code_verifier=None)).status_code == 200


async def test_7_03_a_code_without_a_challenge_is_none_for_who_has_to_send_one(library: Library) -> None:
    for method in (AuthMethod.BASIC, AuthMethod.NONE):
        relying = await library.client(method)
        code = await relying.code(code_challenge=None)
        assert await refusal(relying, code, code_verifier=None) == "invalid_grant"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"grant_type": None}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        (
            {
                "grant_type": "urn:ietf:params:oauth:grant-type:pre-authorized_code",
                "pre-authorized_code": "x",
            },
            "unsupported_grant_type",
        ),
        ({"code": None}, "invalid_request"),
        ({"code": "x" * 43}, "invalid_grant"),
        ({"code": "\u2028"}, "invalid_request"),
        ({"code": "x" * 5000}, "invalid_request"),
    ],
)
async def test_7_04_other_requests_get_their_registered_errors(
    library: Library, changed: dict[str, str | None], error: str
) -> None:
    relying = await library.client()
    assert await refusal(relying, await relying.code(), **changed) == error


async def test_unknown_parameters_are_ignored_and_repeated_ones_are_not(library: Library) -> None:
    relying = await library.client()
    assert (await relying.exchange(await relying.code(), colour="red")).status_code == 200
    twice = f"grant_type=authorization_code&code={await relying.code()}&code=again"
    answer = await library.counter.http.post(
        f"{ISSUER}/token",
        content=twice,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        auth=httpx.BasicAuth(relying.client_id, SECRET),
    )
    assert answer.status_code == 400
    assert is_oauth_error(answer)


@pytest.mark.parametrize("media_type", ["application/json", "multipart/form-data; boundary=x", ""])
async def test_the_token_endpoint_takes_forms_only(library: Library, media_type: str) -> None:
    relying = await library.client()
    answer = await library.counter.http.post(
        f"{ISSUER}/token",
        content=b"{}",
        headers={"Content-Type": media_type},
        auth=httpx.BasicAuth(relying.client_id, SECRET),
    )
    assert answer.status_code == 400
    assert is_oauth_error(answer)


async def test_the_token_endpoint_takes_post_only(library: Library) -> None:
    assert (await library.counter.http.get(f"{ISSUER}/token")).status_code == 405
