"""The conformance suite's list for verifiers (oid4vp-1final-verifier-…), each with its exact answer."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from specs.encoding import b64url_decode, b64url_encode
from specs.openid4vp import parse_client_id, parse_request_object, verify_request_object
from tests.verifier.issuing import NOW, private_key, public_key
from tests.verifier.surroundings import PUBLIC_URL, claims_of, header_of
from tests.verifier.web.counter import Counter, Visit, is_oauth_error, is_sent_back, opened_counter

YEAR = timedelta(days=365)


@pytest.fixture(params=["direct_post", "direct_post.jwt"])
async def counter(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Counter]:
    """Every test of this list in the clear and encrypted."""
    async with opened_counter(tmp_path) as opened:
        opened.wishes["response_mode"] = request.param
        yield opened


def question_in(request: dict[str, Any]) -> dict[str, Any]:
    """A request without what is signed anew each time."""
    return {name: value for name, value in request.items() if name != "verifier_info"}


def question_of(request_object: str) -> dict[str, Any]:
    return question_in(claims_of(request_object))


async def accepted(visit: Visit, answer: httpx.Response) -> None:
    assert is_sent_back(answer)
    assert await visit.state() == "accepted"


async def refused(visit: Visit, answer: httpx.Response, *codes: str) -> None:
    """Recorded as rejected, and the wallet is told."""
    assert answer.status_code == 400
    assert is_oauth_error(answer)
    assert await visit.state() == "rejected"
    assert await visit.codes() == list(codes)


@pytest.mark.parametrize("prefix", ["x509_hash", "x509_san_dns"])
@pytest.mark.parametrize("method", ["get", "post"])
async def test_happy_flow(counter: Counter, prefix: str, method: str) -> None:
    visit = await counter.start(client_id_prefix=prefix, request_uri_method=method)
    await accepted(visit, await visit.show(visit.card()))
    result = await visit.fetch()
    assert result.status_code == 200
    assert result.json()["claims"] == {"photo_card": {"age_equal_or_over": {"19": True}}}


async def test_invalid_credential_signature(counter: Counter) -> None:
    visit = await counter.start()
    credential = counter.issuer.draft().signed_by(private_key("thief"))
    await refused(visit, await visit.show(visit.card(credential=credential)), "bad_signature")


async def test_a_turned_bit_in_the_credential_signature(counter: Counter) -> None:
    visit = await counter.start()
    jwt, _, rest = counter.issuer.issue().partition("~")
    data, _, signature = jwt.rpartition(".")
    turned = bytearray(b64url_decode(signature))
    turned[-1] ^= 1
    credential = f"{data}.{b64url_encode(bytes(turned))}~{rest}"
    await refused(visit, await visit.show(visit.card(credential=credential)), "bad_signature")


async def test_invalid_kb_jwt_signature(counter: Counter) -> None:
    visit = await counter.start()
    await refused(visit, await visit.show(visit.card(key="thief")), "bad_holder_binding")


async def test_invalid_sd_hash(counter: Counter) -> None:
    visit = await counter.start()
    await refused(visit, await visit.show(visit.card(claims={"sd_hash": "A" * 43})), "bad_holder_binding")


async def test_invalid_kb_jwt_nonce(counter: Counter) -> None:
    """Another nonce is an answer to another request: it must not end this one."""
    visit = await counter.start()
    answer = await visit.show(visit.card(nonce="n-0S6_WzA2Mj-0S6_WzA2M"))
    assert answer.status_code == 400
    assert is_oauth_error(answer)
    assert await visit.state() == "retrieved"
    await accepted(visit, await visit.show(visit.card()))


@pytest.mark.parametrize("audience", ["https://verifier.example", "x509_san_dns:verifier.example", "bare"])
async def test_invalid_kb_jwt_aud(counter: Counter, audience: str) -> None:
    visit = await counter.start()
    if audience == "bare":
        audience = visit.request["client_id"].partition(":")[2]
    await refused(visit, await visit.show(visit.card(audience=audience)), "wrong_audience")


@pytest.mark.parametrize("issued_at", [NOW - YEAR, NOW + YEAR], ids=["in-past", "in-future"])
async def test_kb_jwt_iat(counter: Counter, issued_at: Any) -> None:
    visit = await counter.start()
    await refused(visit, await visit.show(visit.card(issued_at=issued_at)), "wrong_time")


async def test_minimal_cnf_jwk(counter: Counter) -> None:
    visit = await counter.start()
    jwk = {name: public_key("holder").members[name] for name in ("kty", "crv", "x", "y")}
    credential = counter.issuer.sign(counter.issuer.draft().but(cnf={"jwk": jwk}))
    await accepted(visit, await visit.show(visit.card(credential=credential)))


async def test_request_uri_fetched_twice(counter: Counter) -> None:
    visit = await counter.start()
    again = [await counter.http.get(visit.started["request_uri"]) for _ in range(2)]
    assert [answer.status_code for answer in again] == [200, 200]
    assert [question_of(answer.text) for answer in again] == [question_in(visit.request)] * 2
    await accepted(visit, await visit.show(visit.card()))
    gone = await counter.http.get(visit.started["request_uri"])
    assert gone.status_code == 400
    assert is_oauth_error(gone)


async def test_request_uri_method_post(counter: Counter) -> None:
    visit = await counter.start()
    form = {"wallet_nonce": "wallet-nonce", "wallet_metadata": '{"vp_formats_supported":{}}', "new": "x"}
    headers = {"Accept": "application/oauth-authz-req+jwt"}
    answer = await counter.http.post(visit.started["request_uri"], data=form, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/oauth-authz-req+jwt"
    assert question_of(answer.text) == {**question_in(visit.request), "wallet_nonce": "wallet-nonce"}
    await accepted(visit, await visit.show(visit.card()))


@pytest.mark.parametrize("prefix", ["x509_hash", "x509_san_dns"])
async def test_2_2_the_request_as_a_wallet_gets_it(counter: Counter, prefix: str) -> None:
    visit = await counter.start(client_id_prefix=prefix)
    answer = await counter.http.get(visit.started["request_uri"])
    assert answer.headers["content-type"] == "application/oauth-authz-req+jwt"
    assert answer.headers["cache-control"] == "no-store"
    assert set(visit.link) == {"client_id", "request_uri", "request_uri_method"}
    assert "#" not in visit.link["request_uri"]
    assert visit.link["request_uri"].startswith(f"{PUBLIC_URL}/request-objects/")
    verified = verify_request_object(
        parse_request_object(answer.content),
        client_id=parse_client_id(visit.link["client_id"]),
        anchors=counter.desk.verifier.ring.anchors(),
        now=NOW,
        leeway=timedelta(0),
        wallet_nonce=None,
    )
    assert verified.client_id.prefix == prefix
    assert verified.client_id.value in (verified.signer.chain.leaf_hash, "verifier.example")
    assert len(header_of(answer.text)["x5c"]) == 1
    assert 16 <= len(visit.request["nonce"]) <= 43
    assert set(visit.request) == {
        *("aud", "iat", "exp", "client_id", "response_type", "response_mode", "response_uri"),
        *("nonce", "state", "dcql_query", "client_metadata", "verifier_info"),
    }
    assert None not in visit.request.values()


@pytest.mark.parametrize(
    "error",
    [
        "invalid_request",
        "invalid_client",
        "access_denied",
        "vp_formats_not_supported",
        "invalid_request_uri_method",
        "invalid_transaction_data",
        "wallet_unavailable",
    ],
)
async def test_5_28_every_error_of_a_wallet_ends_the_session(counter: Counter, error: str) -> None:
    visit = await counter.start()
    answer = await visit.post({"error": error, "error_description": "Something about Planted-Maya"})
    assert is_sent_back(answer)
    assert await visit.state() == "cancelled"
    result = (await visit.fetch()).json()
    assert (result["outcome"], result["clerk_outcome"], result["claims"]) == ("cancelled", None, {})
    assert "Planted" not in str(result)
    late = await visit.show(visit.card())
    assert late.status_code == 400


@pytest.mark.parametrize(
    ("preset", "query_id"), [("identity", "photo_card"), ("ontario-resident", "photo_card")]
)
async def test_the_other_presets(counter: Counter, preset: str, query_id: str) -> None:
    visit = await counter.start(preset=preset)
    paths: dict[str, Any] = {
        "identity": [("given_name",), ("family_name",), ("birthdate",)],
        "ontario-resident": [("address", "region"), ("address", "locality")],
    }
    await accepted(visit, await visit.show(visit.card(*paths[preset]), query_id=query_id))


async def test_a_policy_outcome_is_200_to_the_wallet(counter: Counter) -> None:
    visit = await counter.start()
    minor = counter.issuer.issue({"age_equal_or_over": {"19": False}})
    answer = await visit.show(visit.card(credential=minor))
    assert is_sent_back(answer)
    assert await visit.state() == "rejected"
    result = (await visit.fetch()).json()
    assert result["clerk_outcome"] == "does_not_meet_the_requirement"
    [reason] = result["reasons"]
    assert reason["text"]["fr-CA"].endswith(".")


async def test_the_card_of_another_visit(counter: Counter) -> None:
    first, second = await counter.start(), await counter.start()
    card = first.card()
    assert (await second.show(card)).status_code == 400
    assert await second.state() == "retrieved"
    assert (await second.show(card, state=first.request["state"])).status_code == 400
    await accepted(first, await first.show(card))
    assert (await first.show(card)).status_code == 400
