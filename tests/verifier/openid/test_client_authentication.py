"""Who a client is: by the method it registered and no other, compared in constant time (7.04)."""

import base64
import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from specs.jose import Algorithm, sign_with
from tests.verifier.openid.relying import (
    CALLBACK,
    ISSUER,
    SECRET,
    VERIFIER,
    Library,
    Relying,
    client_key,
    public_key,
)
from tests.verifier.web.counter import is_oauth_error
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.openid.client import Approval, AuthMethod
from verifier.domain.relying_service import PreviousSecret

BASIC = httpx.BasicAuth


def is_refused(answer: httpx.Response) -> bool:
    """401 and no word about what was wrong; who used a header is told the scheme (RFC 6749 section 5.2)."""
    return (
        answer.status_code == 401
        and is_oauth_error(answer, "invalid_client")
        and answer.headers["www-authenticate"].startswith("Basic ")
    )


async def try_with(relying: Relying, *, auth: BASIC | None = None, **changed: str | None) -> httpx.Response:
    return await relying.exchange(await relying.code(), auth=auth, **changed)


@pytest.mark.parametrize("secret", ["", "S" * 43, f"{SECRET}x", SECRET[:-1], "é"])
async def test_7_04_another_secret_is_refused(library: Library, secret: str) -> None:
    basic, post = await library.client(AuthMethod.BASIC), await library.client(AuthMethod.POST)
    assert is_refused(await try_with(basic, auth=BASIC(basic.client_id, secret)))
    if secret:
        assert is_refused(await try_with(post, client_secret=secret))


async def test_7_04_each_method_is_refused_to_clients_of_the_others(library: Library) -> None:
    clients = {method: await library.client(method) for method in AuthMethod}
    for method, relying in clients.items():
        nothing: dict[str, str | None] = dict.fromkeys(
            ("client_id", "client_secret", "client_assertion", "client_assertion_type")
        )
        ways: dict[AuthMethod, dict[str, Any]] = {
            AuthMethod.BASIC: {**nothing, "auth": BASIC(relying.client_id, SECRET)},
            AuthMethod.POST: {**nothing, "client_id": relying.client_id, "client_secret": SECRET},
            AuthMethod.PRIVATE_KEY_JWT: {**nothing, **relying.assertion()},
            AuthMethod.NONE: {**nothing, "client_id": relying.client_id},
        }
        for used, way in ways.items():
            answer = await try_with(relying, **way)
            assert answer.status_code == 200 if used is method else is_refused(answer), (method, used)


async def test_7_04_two_methods_at_once_are_refused(library: Library) -> None:
    relying = await library.client(AuthMethod.BASIC)
    auth = BASIC(relying.client_id, SECRET)
    for more in ({"client_secret": SECRET, "client_id": relying.client_id}, relying.assertion()):
        answer = await try_with(relying, auth=auth, **more)
        assert answer.status_code == 400
        assert is_oauth_error(answer, "invalid_request")


async def test_a_client_may_name_itself_beside_its_header_and_nobody_else(library: Library) -> None:
    relying = await library.client(AuthMethod.BASIC)
    auth = BASIC(relying.client_id, SECRET)
    assert (await try_with(relying, auth=auth, client_id=relying.client_id)).status_code == 200
    assert is_refused(await try_with(relying, auth=auth, client_id="oc-other"))


@pytest.mark.parametrize("approval", [Approval.PENDING, Approval.REFUSED])
async def test_a_client_that_nobody_approved_is_nobody(library: Library, approval: Approval) -> None:
    relying = await library.client(approval=approval)
    assert is_refused(await try_with(relying, auth=BASIC(relying.client_id, SECRET)))


async def test_a_client_that_was_switched_off_is_nobody(library: Library) -> None:
    relying = await library.client(disabled=True)
    assert is_refused(await try_with(relying, auth=BASIC(relying.client_id, SECRET)))


@pytest.mark.parametrize("client_id", ["oc-99", "", "\x00", "é", "x" * 600])
async def test_an_unknown_client_is_told_no_more_than_a_known_one(library: Library, client_id: str) -> None:
    relying = await library.client()
    answer = await try_with(relying, auth=BASIC(client_id, SECRET))
    assert is_refused(answer)
    wrong = await try_with(relying, auth=BASIC(relying.client_id, "wrong"))
    assert answer.json() == wrong.json()


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic !!!", "Basic bm9jb2xvbg==", "Bearer x", "Digest username=x", "Basic x, Basic y"],
)
async def test_a_header_that_is_not_basic_is_refused(library: Library, header: str) -> None:
    relying = await library.client()
    answer = await relying.exchange(await relying.code(), auth=None, headers={"Authorization": header})
    assert is_refused(answer)


async def test_both_spellings_of_basic_are_read(library: Library) -> None:
    """RFC 6749 section 2.3.1 form-encodes first; many clients do not, and our ids need it in neither way."""
    relying = await library.client()
    for client_id in (relying.client_id, relying.client_id.replace("-", "%2D")):
        encoded = base64.b64encode(f"{client_id}:{SECRET}".encode()).decode()
        headers = {"Authorization": f"basic {encoded}"}
        answer = await relying.exchange(await relying.code(), auth=None, headers=headers)
        assert answer.status_code == 200, answer.text


async def test_the_old_secret_is_good_until_its_time_is_over(library: Library) -> None:
    relying = await library.client()
    new = "n" * 43
    until = relying.now + timedelta(hours=1)
    old = PreviousSecret(hashlib.sha256(SECRET.encode()).digest(), until)
    rotated = replace(
        relying.client,
        openid=replace(
            relying.client.openid,
            secret_hash=hashlib.sha256(new.encode()).digest(),
            previous_secret=old,
            version=2,
        ),
        service=replace(relying.client.service, version=2),
    )
    store = library.counter.desk.verifier.outside.openid.clients
    event = Event(
        EventName.RELYING_SERVICE_SECRET_ROTATED, Actor("cli"), relying.now, relying.client.client_id
    )
    assert await store.update(rotated, event)
    for secret in (SECRET, new):
        assert (await try_with(relying, auth=BASIC(relying.client_id, secret))).status_code == 200
    library.counter.desk.clock.advance(hours=1)
    assert is_refused(await try_with(relying, auth=BASIC(relying.client_id, SECRET)))
    assert (await try_with(relying, auth=BASIC(relying.client_id, new))).status_code == 200


@pytest.mark.parametrize("audience", [ISSUER, f"{ISSUER}/token"])
async def test_an_assertion_is_for_our_issuer_or_our_endpoint(library: Library, audience: str) -> None:
    relying = await library.client(AuthMethod.PRIVATE_KEY_JWT)
    answer = await try_with(relying, **relying.assertion(audience=audience))
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "audience",
    ["https://verifier.example", f"{ISSUER}/", f"{ISSUER}/token/", "https://evil.example/token", ""],
)
async def test_an_assertion_for_somebody_else_is_refused(library: Library, audience: str) -> None:
    relying = await library.client(AuthMethod.PRIVATE_KEY_JWT)
    assert is_refused(await try_with(relying, **relying.assertion(audience=audience)))


async def test_an_assertion_counts_once(library: Library) -> None:
    relying = await library.client(AuthMethod.PRIVATE_KEY_JWT)
    assertion = relying.assertion(jti="once")
    assert (await try_with(relying, **assertion)).status_code == 200
    assert is_refused(await try_with(relying, **assertion))
    # Another client may use the same name for one of its own.
    other = await library.client(AuthMethod.PRIVATE_KEY_JWT)
    assert (await try_with(other, **other.assertion(jti="once"))).status_code == 200


@pytest.mark.parametrize(
    ("seconds", "good"), [(-120, False), (-90, True), (0, True), (50, True), (70, False)]
)
async def test_clock_skew_of_a_minute_is_borne(library: Library, seconds: float, good: bool) -> None:
    """``seconds``: from our clock to the client's, whose assertions live a minute."""
    relying = await library.client(AuthMethod.PRIVATE_KEY_JWT)
    issued_at = relying.now + timedelta(seconds=seconds)
    answer = await try_with(relying, **relying.assertion(issued_at=issued_at, jti=f"skew {seconds}"))
    assert answer.status_code == 200 if good else is_refused(answer), answer.text


async def test_an_assertion_that_lives_for_long_is_refused(library: Library) -> None:
    relying = await library.client(AuthMethod.PRIVATE_KEY_JWT)
    expires_at = relying.now + timedelta(hours=2)
    assert is_refused(await try_with(relying, **relying.assertion(expires_at=expires_at)))


async def test_an_assertion_with_another_key_or_about_another_client_is_refused(library: Library) -> None:
    relying, other = [await library.client(AuthMethod.PRIVATE_KEY_JWT) for _ in range(2)]
    assert is_refused(await try_with(relying, **relying.assertion("thief", jti="thief")))
    borrowed = {**other.assertion(jti="borrowed"), "client_id": relying.client_id}
    assert is_refused(await try_with(relying, **borrowed))
    own = await library.client(AuthMethod.PRIVATE_KEY_JWT, jwks=(public_key("its own"),))
    assert is_refused(await try_with(own, **own.assertion(jti="not mine")))


@pytest.mark.parametrize("header", ['{"alg":"none"}', '{"alg":"HS256"}', '{"alg":"ES256","crit":["b64"]}'])
async def test_an_assertion_without_a_signature_of_ours_to_check_is_refused(
    library: Library, header: str
) -> None:
    relying = await library.client(AuthMethod.PRIVATE_KEY_JWT)
    good = relying.assertion(jti="altered")["client_assertion"]
    encoded = base64.urlsafe_b64encode(header.encode()).rstrip(b"=").decode()
    signed = f"{encoded}.{good.split('.')[1]}"
    secret = sign_with(client_key("client"), Algorithm.ES256, signed.encode())
    for signature in ("", base64.urlsafe_b64encode(secret).rstrip(b"=").decode()):
        altered = {**relying.assertion(jti="unused"), "client_assertion": f"{signed}.{signature}"}
        assert is_refused(await try_with(relying, **altered))


async def test_a_public_client_gets_nothing_without_its_verifier(library: Library) -> None:
    relying = await library.client(AuthMethod.NONE)
    code = await relying.code()
    answer = await relying.exchange(code, code_verifier=None)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    fields |= {"client_id": relying.client_id, "code_verifier": VERIFIER}
    assert (await library.counter.http.post(f"{ISSUER}/token", data=fields)).status_code == 200
