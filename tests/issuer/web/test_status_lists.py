"""Status lists over HTTP (3.16–3.20), and how soon a change shows in them."""

import gzip
from datetime import timedelta
from typing import Any

import httpx
import pytest

from issuer.app.application import PUBLISH_EVERY
from issuer.services.sign_status_list import TOKEN_TTL
from specs.jose import parse_x5c, public_jwk_of
from specs.sd_jwt_vc import parse_credential
from specs.token_status_list import (
    MEDIA_TYPE,
    StatusReference,
    parse_status_list_token,
    parse_status_reference,
    verify_status_list_token,
)
from tests.issuer.web.answers import problem
from tests.issuer.web.running_issuer import ISSUER, RunningIssuer
from tests.patience import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLAIN = {"Accept-Encoding": "identity"}


async def issued_status(issuer: RunningIssuer) -> StatusReference:
    payload = parse_credential((await issuer.issue())[0]).sd_jwt.payload
    return parse_status_reference(payload["status"])


def status_in(answer: httpx.Response, status: StatusReference, issuer: RunningIssuer) -> int:
    token = parse_status_list_token(answer.content)
    key = public_jwk_of(parse_x5c(token.header["x5c"])[0].public_key())  # type: ignore[arg-type]  # EC
    checked = verify_status_list_token(
        token, uri=status.uri, key=key, now=issuer.clock.now(), leeway=timedelta(0)
    )
    return checked.status_at(status.index)


async def test_3_16_a_list_is_a_token_and_nothing_else(issuer: RunningIssuer) -> None:
    status = await issued_status(issuer)
    answer = await issuer.client.get(status.uri, headers=PLAIN)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.headers["cache-control"] == f"public, max-age={int(TOKEN_TTL.total_seconds())}"  # 3.19
    assert answer.headers["access-control-allow-origin"] == "*"  # 3.18
    assert "content-encoding" not in answer.headers
    assert answer.content.count(b".") == 2
    assert status_in(answer, status, issuer) == 0


async def test_3_05_a_list_is_signed_by_a_chain_without_anchor(issuer: RunningIssuer) -> None:
    status = await issued_status(issuer)
    header = parse_status_list_token((await issuer.client.get(status.uri)).content).header
    assert header["typ"] == "statuslist+jwt"
    [leaf] = parse_x5c(header["x5c"])
    assert leaf.issuer != leaf.subject


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (MEDIA_TYPE, 200),
        (MEDIA_TYPE.upper(), 200),
        ("*/*", 200),
        ("application/*", 200),
        ("text/html, application/statuslist+jwt;q=0.1", 200),
        ("application/statuslist+cwt, */*;q=0.5", 200),
        ("application/statuslist+jwt; profile=x", 200),
        ("application/statuslist+cwt", 406),
        ("application/json", 406),
        ("text/html", 406),
        ("*/*;q=0", 406),
        ("application/statuslist+jwt;q=0, */*", 406),
        ("application/*;q=0, */*", 406),
        ("application/statuslist+jwt;q=none", 406),
    ],
)
async def test_3_17_what_the_client_accepts_counts(issuer: RunningIssuer, accept: str, status: int) -> None:
    uri = (await issued_status(issuer)).uri
    answer = await issuer.client.get(uri, headers={"Accept": accept})
    assert answer.status_code == status
    if status == 406:
        assert problem(answer) == (406, "not_acceptable")


async def test_3_17_a_client_that_says_nothing_accepts_everything(issuer: RunningIssuer) -> None:
    request = issuer.client.build_request("GET", (await issued_status(issuer)).uri)
    del request.headers["Accept"]
    assert (await issuer.client.send(request)).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [
        *(("gzip", True), ("br, GZIP;q=0.2", True), ("*", True)),
        *(("gzip;q=0", False), ("br", False), ("", False), ("*;q=0", False), ("gzip;q=0, *", False)),
    ],
)
async def test_3_18_a_list_is_compressed_for_who_can_read_it(
    issuer: RunningIssuer, accepted: str, compressed: bool
) -> None:
    uri = (await issued_status(issuer)).uri
    plain = await issuer.client.get(uri, headers=PLAIN)
    request = issuer.client.build_request("GET", uri, headers={"Accept-Encoding": accepted})
    answer = await issuer.client.send(request, stream=True)
    raw = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert (answer.headers.get("content-encoding") == "gzip") is compressed
    assert (gzip.decompress(raw) if compressed else raw) == plain.content
    assert (answer.headers["etag"] == plain.headers["etag"]) is not compressed
    assert {part.strip() for part in answer.headers["vary"].split(",")} >= {"Accept-Encoding", "Accept"}


async def test_who_has_the_list_is_told_so_until_it_changes(issuer: RunningIssuer) -> None:
    status = await issued_status(issuer)
    for coding in ("gzip", "identity"):
        first = await issuer.client.get(status.uri, headers={"Accept-Encoding": coding})
        etag = first.headers["etag"]
        for value in (etag, f'W/{etag}, "x"', "*", f' "x" ,{etag} '):
            again = await issuer.client.get(
                status.uri, headers={"Accept-Encoding": coding, "If-None-Match": value}
            )
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == etag
            assert "max-age" in again.headers["cache-control"]
        for value in ('"x"', etag.strip('"'), "", etag[:-2] + '"'):
            other = await issuer.client.get(
                status.uri, headers={"Accept-Encoding": coding, "If-None-Match": value}
            )
            assert other.status_code == 200


async def test_3_20_earlier_states_are_not_offered(issuer: RunningIssuer) -> None:
    status = await issued_status(issuer)
    for value in ("1700000000", "", "now"):
        answer = await issuer.client.get(status.uri, params={"time": value})
        assert problem(answer) == (501, "not_implemented")


@pytest.mark.parametrize("name", ["A" * 22, "0", "%00", "..%2Fjwks", "a" * 3000, "%ff", "ä", "*"])
async def test_an_unknown_list_is_not_found(issuer: RunningIssuer, name: str) -> None:
    answer = await issuer.client.get(f"{ISSUER}/status-lists/{name}")
    assert problem(answer)[0] == 404


async def test_lists_are_neither_listed_nor_written(issuer: RunningIssuer) -> None:
    uri = (await issued_status(issuer)).uri
    assert (await issuer.client.get(f"{ISSUER}/status-lists")).status_code == 404
    assert (await issuer.client.get(f"{ISSUER}/status-lists/")).status_code == 404
    for method in ("POST", "PUT", "DELETE"):
        assert problem(await issuer.client.request(method, uri))[0] == 405


async def change(issuer: RunningIssuer, verb: str, **members: Any) -> None:
    request = {"subject_ref": await issuer.subject_ref(), "change": verb, "reason": "lost", **members}
    answer = await issuer.manage("POST", "/status-changes", json=request)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(("verb", "value"), [("suspend", 2), ("reinstate", 0), ("revoke", 1)])
async def test_3_15_a_change_shows_by_itself(issuer: RunningIssuer, verb: str, value: int) -> None:
    status = await issued_status(issuer)
    before = await issuer.client.get(status.uri)
    if verb == "reinstate":
        await change(issuer, "suspend")
    await change(issuer, verb)

    async def shows() -> bool:
        answer = await issuer.client.get(status.uri, headers={"If-None-Match": before.headers["etag"]})
        return answer.status_code == 200 and status_in(answer, status, issuer) == value

    await until(shows)


async def test_3_15_a_change_is_looked_for_so_often_that_it_shows_within_two_seconds() -> None:
    """One look publishes it, and one of every other process finds what was published."""
    assert 2 * PUBLISH_EVERY <= 1
