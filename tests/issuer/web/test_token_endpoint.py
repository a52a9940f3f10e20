"""The token endpoint (4.12, 4.14, 4.18): forms in, registered errors out, codes good for once."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from issuer.domain.offer import OFFER_LIFETIME
from specs.encoding import b64url_decode
from tests.issuer.web.answers import refusal
from tests.issuer.web.running_issuer import GRANT_TYPE, ISSUER, RunningIssuer

pytestmark = pytest.mark.asyncio(loop_scope="module")

INVALID_REQUEST = (400, "invalid_request")
INVALID_GRANT = (400, "invalid_grant")


def code_of(offer: dict[str, Any]) -> str:
    return str(offer["credential_offer"]["grants"][GRANT_TYPE]["pre-authorized_code"])


def another(tx_code: str) -> str:
    return str((int(tx_code) + 1) % 10**6).zfill(6)


async def post(issuer: RunningIssuer, body: bytes | str, content_type: str | None = None) -> tuple[int, str]:
    """What a form, byte for byte, is told; that no offer was touched is checked as well."""
    headers = {"Content-Type": content_type or "application/x-www-form-urlencoded"}
    before = issuer.rows()
    answer = await issuer.client.post(f"{ISSUER}/token", content=body, headers=headers)
    assert issuer.rows() == before
    return refusal(answer)


async def test_a_token_comes_as_json_that_nobody_keeps(issuer: RunningIssuer) -> None:
    answer = await issuer.redeem(await issuer.offer(tx_code=True))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["token_type"].lower(), body["expires_in"]) == ("bearer", 300)
    assert set(body) == {"access_token", "token_type", "expires_in"}  # no c_nonce, no refresh token
    claims = json.loads(b64url_decode(body["access_token"].split(".")[1]))
    assert len(b64url_decode(claims["jti"])) * 8 >= 128  # more than the suite's 96 bits


@pytest.mark.parametrize(
    ("asked", "sent", "told"),
    [
        (True, "", INVALID_REQUEST),
        (True, "wrong", INVALID_GRANT),
        (False, "123456", INVALID_REQUEST),
    ],
    ids=["missing", "wrong", "not-expected"],
)
async def test_4_18_transaction_codes(
    issuer: RunningIssuer, asked: bool, sent: str, told: tuple[int, str]
) -> None:
    offer = await issuer.offer(tx_code=asked)
    tx_code = another(offer["tx_code"]) if sent == "wrong" else sent
    assert refusal(await issuer.redeem(offer, tx_code=tx_code)) == told
    assert (
        await issuer.redeem(offer)
    ).status_code == 200  # an honest mistake costs an attempt, not the offer


async def test_4_14_guessing_ends_after_five_attempts_also_in_parallel(issuer: RunningIssuer) -> None:
    offer = await issuer.offer(tx_code=True)
    guesses = [str(number).zfill(6) for number in range(12) if str(number).zfill(6) != offer["tx_code"]]
    answers = await asyncio.gather(*(issuer.redeem(offer, tx_code=guess) for guess in guesses))
    assert {refusal(answer) for answer in answers} == {INVALID_GRANT}
    assert refusal(await issuer.redeem(offer)) == INVALID_GRANT
    state = await issuer.manage("GET", f"/offers/{offer['offer_id']}")
    assert state.json()["state"] == "locked"


async def test_4_12_a_code_is_redeemed_once_however_many_try(issuer: RunningIssuer) -> None:
    offer = await issuer.offer()
    answers = await asyncio.gather(*(issuer.redeem(offer) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400, 400]
    assert refusal(await issuer.redeem(offer)) == INVALID_GRANT


async def test_4_12_a_code_ends_with_its_offer(issuer: RunningIssuer) -> None:
    early, late, withdrawn = [await issuer.offer() for _ in range(3)]
    await issuer.manage("DELETE", f"/offers/{withdrawn['offer_id']}")
    assert refusal(await issuer.redeem(withdrawn)) == INVALID_GRANT
    issuer.clock.moment += OFFER_LIFETIME - timedelta(milliseconds=1)
    assert (await issuer.redeem(early)).status_code == 200
    issuer.clock.moment += timedelta(milliseconds=1)
    assert refusal(await issuer.redeem(late)) == INVALID_GRANT


@pytest.mark.parametrize("code", ["unknown", "A" * 43, "A" * 1024, "%", "' OR 1=1 --"])
async def test_a_code_that_was_never_given_out(issuer: RunningIssuer, code: str) -> None:
    before = issuer.rows()
    answer = await issuer.client.post(
        f"{ISSUER}/token", data={"grant_type": GRANT_TYPE, "pre-authorized_code": code}
    )
    assert refusal(answer) == INVALID_GRANT
    assert issuer.rows() == before


@pytest.mark.parametrize("code", ["", "ä", "a\x00b", "a\nb", "A" * 1025])
async def test_a_code_that_cannot_be_one_is_malformed(issuer: RunningIssuer, code: str) -> None:
    before = issuer.rows()
    answer = await issuer.client.post(
        f"{ISSUER}/token", data={"grant_type": GRANT_TYPE, "pre-authorized_code": code}
    )
    assert refusal(answer) == INVALID_REQUEST
    assert issuer.rows() == before


@pytest.mark.parametrize(
    ("grant_type", "told"),
    [
        ("authorization_code", INVALID_REQUEST),  # without its code
        ("refresh_token", INVALID_REQUEST),  # without it
        ("client_credentials", (400, "unsupported_grant_type")),
        (GRANT_TYPE.upper(), (400, "unsupported_grant_type")),
        ("", INVALID_REQUEST),
    ],
)
async def test_other_grants(issuer: RunningIssuer, grant_type: str, told: tuple[int, str]) -> None:
    offer = await issuer.offer()
    assert refusal(await issuer.redeem(offer, grant_type=grant_type)) == told
    assert (await issuer.redeem(offer)).status_code == 200


@pytest.mark.parametrize("field", ["grant_type", "pre-authorized_code", "tx_code", "client_id", "unknown"])
async def test_no_parameter_comes_twice(issuer: RunningIssuer, field: str) -> None:
    """RFC 6749 section 3.2, whether we know it or not: two readers could take different ones."""
    code = code_of(await issuer.offer())
    form = f"grant_type={GRANT_TYPE}&pre-authorized_code={code}&tx_code=&client_id=a&unknown=1"
    first = next(part for part in form.split("&") if part.startswith(field))
    assert await post(issuer, f"{form}&{first}") == INVALID_REQUEST


async def test_parameters_that_nobody_knows_are_ignored_in_any_order(issuer: RunningIssuer) -> None:
    code = code_of(await issuer.offer())
    form = (
        f"user_pin=1&pre-authorized_code={code}&resource=a&resource=b&x=%F0%9F%98%80&grant_type={GRANT_TYPE}"
    )
    answer = await issuer.client.post(
        f"{ISSUER}/token",
        content=form,
        headers={"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"},
    )
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"grant_type", b"=", b"a=%ff", b"\xff=1", b"&".join([b"a=1"] * 70), b"a=1&" * 60],
    ids=["empty", "json", "no-value", "no-name", "not-utf8", "bytes", "too-many-fields", "repeated"],
)
async def test_a_body_that_is_no_form(issuer: RunningIssuer, body: bytes) -> None:
    assert await post(issuer, body) == INVALID_REQUEST


@pytest.mark.parametrize(
    "content_type", ["application/json", "multipart/form-data; boundary=x", "text/plain"]
)
async def test_a_body_of_another_type_is_refused(issuer: RunningIssuer, content_type: str) -> None:
    body = json.dumps({"grant_type": GRANT_TYPE, "pre-authorized_code": code_of(await issuer.offer())})
    assert await post(issuer, body, content_type) == INVALID_REQUEST


async def test_a_form_over_the_limit_is_not_read(issuer: RunningIssuer) -> None:
    assert await post(issuer, b"a=" + b"x" * 20_000) == (413, "invalid_request")


async def test_the_parameters_of_the_query_do_not_count(issuer: RunningIssuer) -> None:
    offer = await issuer.offer()
    query = {"grant_type": GRANT_TYPE, "pre-authorized_code": code_of(offer)}
    answer = await issuer.client.post(f"{ISSUER}/token", params=query, data={"x": "1"})
    assert refusal(answer) == INVALID_REQUEST
    answer = await issuer.client.get(f"{ISSUER}/token", params=query)
    assert refusal(answer) == (405, "invalid_request")
    assert (await issuer.redeem(offer)).status_code == 200


@pytest.mark.parametrize("client_id", ["ä", "a" * 513, "a\nb"])
async def test_a_client_id_that_cannot_be_one(issuer: RunningIssuer, client_id: str) -> None:
    assert refusal(await issuer.redeem(await issuer.offer(), client_id=client_id)) == INVALID_REQUEST
