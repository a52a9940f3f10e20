"""The acceptance list's variants over HTTP: each client identifier, by value, by reference, in both modes."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from specs.dcql import parse_dcql_query
from specs.openid4vp import create_transaction_data_claims, parse_transaction_data
from tests.verifier.surroundings import PUBLIC_URL, claims_of, header_of, query_of
from tests.verifier.web.counter import (
    Counter,
    Visit,
    is_oauth_error,
    is_problem,
    is_sent_back,
    opened_counter,
)
from verifier.domain.transaction_types import CONSENT, TYPES

PREFIXES = ["x509_hash", "x509_san_dns", "redirect_uri", "pre_registered"]
MODES = ["direct_post", "direct_post.jwt"]
CONSENTS = [{"type": CONSENT, "text": {"en-CA": "Call me.", "fr-CA": "Appelez-moi."}}]


@pytest.fixture
async def counter(tmp_path: Path) -> AsyncIterator[Counter]:
    async with opened_counter(tmp_path, client_id="ontario-desk") as opened:
        yield opened


@pytest.mark.parametrize("by_value", [False, True], ids=["by-reference", "by-value"])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("prefix", PREFIXES)
async def test_happy_flow(counter: Counter, prefix: str, mode: str, by_value: bool) -> None:
    visit = await counter.start(client_id_prefix=prefix, response_mode=mode, by_value=by_value)
    assert is_sent_back(await visit.show(visit.card()))
    result = await visit.fetch()
    assert result.json()["claims"] == {"photo_card": {"age_equal_or_over": {"19": True}}}


@pytest.mark.parametrize("prefix", PREFIXES)
async def test_5_25_forgeries_are_refused_under_every_name(counter: Counter, prefix: str) -> None:
    for defect in ({"key": "thief"}, {"audience": "redirect_uri:https://evil.example"}):
        visit = await counter.start(client_id_prefix=prefix, response_mode="direct_post.jwt")
        answer = await visit.show(visit.card(**defect))
        assert answer.status_code == 400
        assert is_oauth_error(answer)
        assert await visit.state() == "rejected"


async def test_2_2_an_unsigned_request_as_a_wallet_gets_it(counter: Counter) -> None:
    visit = await counter.start(client_id_prefix="redirect_uri", response_mode="direct_post.jwt")
    assert visit.started["request_uri"] is None
    request = visit.request
    assert request["client_id"] == f"redirect_uri:{request['response_uri']}"
    assert request["response_uri"].startswith(f"{PUBLIC_URL}/responses/")
    assert set(request) == {
        *("client_id", "response_type", "response_mode", "response_uri", "nonce", "state"),
        *("dcql_query", "client_metadata"),
    }
    assert 16 <= len(request["nonce"]) <= 43
    assert parse_dcql_query(request["dcql_query"])
    request_id = request["response_uri"].rpartition("/")[2]
    signed = await counter.http.get(f"/request-objects/{request_id}")
    assert signed.status_code == 400
    assert is_oauth_error(signed)


async def test_2_2_a_signed_request_by_value(counter: Counter) -> None:
    visit = await counter.start(by_value=True, response_mode="direct_post.jwt")
    link = query_of(visit.started["authorization_request"])
    assert set(link) == {"client_id", "request"}
    assert claims_of(link["request"])["client_id"] == link["client_id"]
    assert header_of(link["request"])["typ"] == "oauth-authz-req+jwt"


async def test_2_2_encryption_as_haip_wants_it(counter: Counter) -> None:
    keys = []
    for _ in range(3):
        visit = await counter.start(response_mode="direct_post.jwt")
        metadata = visit.request["client_metadata"]
        assert set(metadata) == {
            *("jwks", "encrypted_response_enc_values_supported", "vp_formats_supported"),
        }
        assert metadata["encrypted_response_enc_values_supported"] == ["A128GCM", "A256GCM"]
        [key] = metadata["jwks"]["keys"]
        assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("EC", "P-256", "ECDH-ES", "enc")
        assert key["kid"].strip()
        keys.append(key)
    assert len({key["x"] for key in keys}) == len({key["kid"] for key in keys}) == 3


async def test_5_10_the_request_says_who_asks_and_what_becomes_of_it(counter: Counter) -> None:
    visit = await counter.start()
    [info] = visit.request["verifier_info"]
    assert set(info) == {"format", "data"}
    assert info["format"] == "jwt"
    assert header_of(info["data"])["typ"] == "trillium-verifier-registration+jwt"
    claims = claims_of(info["data"])
    assert claims["iss"] == PUBLIC_URL
    assert claims["service"]["names"] == {"en-CA": "Shop", "fr-CA": "Boutique"}
    assert claims["preset"] == "age-19-or-over"
    assert set(claims["purposes"]) == {"en-CA", "fr-CA"}
    assert claims["retention"]["days"] == 0
    assert "evidence" not in claims
    assert (claims["iat"], claims["exp"]) == (visit.request["iat"], visit.request["exp"])


def agreed(visit: Visit, **changed: Any) -> dict[str, Any]:
    """What an honest wallet puts into its proof."""
    ids = {one["id"] for one in visit.request["dcql_query"]["credentials"]}
    items = parse_transaction_data(visit.request["transaction_data"], known=TYPES, credential_query_ids=ids)
    return create_transaction_data_claims(items) | changed


@pytest.mark.parametrize("mode", MODES)
async def test_5_09_transaction_data_is_agreed_to(counter: Counter, mode: str) -> None:
    visit = await counter.start(transaction_data=CONSENTS, response_mode=mode)
    assert is_sent_back(await visit.show(visit.card(claims=agreed(visit))))
    assert await visit.state() == "accepted"


@pytest.mark.parametrize("defect", ["none", "another", "without algorithm", "sha-512", "one too many"])
async def test_5_09_what_was_not_agreed_to_is_not_accepted(counter: Counter, defect: str) -> None:
    visit = await counter.start(transaction_data=CONSENTS)
    good = agreed(visit)
    claims: dict[str, Any] = {
        "none": None,
        "another": {**good, "transaction_data_hashes": ["A" * 43]},
        "without algorithm": {**good, "transaction_data_hashes_alg": None},
        "sha-512": {**good, "transaction_data_hashes_alg": "sha-512"},
        "one too many": {**good, "transaction_data_hashes": [*good["transaction_data_hashes"], "A" * 43]},
    }[defect]
    await visit.show(visit.card(claims=claims))
    assert await visit.state() == "rejected"


async def test_5_09_nothing_else_is_agreed_to_on_the_side(counter: Counter) -> None:
    visit, other = await counter.start(), await counter.start(transaction_data=CONSENTS)
    await visit.show(visit.card(claims=agreed(other)))
    assert await visit.state() == "rejected"


BAD_WISHES: dict[str, tuple[dict[str, Any], str]] = {
    "a prefix nobody has": ({"client_id_prefix": "decentralized_identifier"}, "invalid_request"),
    "a mode of the browser": ({"response_mode": "dc_api.jwt"}, "invalid_request"),
    "a fragment": ({"response_mode": "fragment"}, "invalid_request"),
    "too short": ({"lifetime_seconds": 29}, "invalid_request"),
    "longer than allowed": ({"lifetime_seconds": 301}, "bad_lifetime"),
    "not a registered return": ({"return_url": "https://evil.example/"}, "return_url_not_registered"),
    "a long reference": ({"reference": "a" * 65}, "invalid_request"),
    "an odd reference": ({"reference": "\u202e"}, "bad_reference"),
    "less protection": ({"cross_device": "open"}, "cross_device_not_allowed"),
    "an unknown type": ({"transaction_data": [{"type": "payment"}]}, "invalid_transaction_data"),
    "words in one language": (
        {"transaction_data": [{"type": CONSENT, "text": {"en-CA": "Yes"}}]},
        "invalid_transaction_data",
    ),
    "too many things": ({"transaction_data": CONSENTS * 5}, "invalid_request"),
    "the same twice": ({"transaction_data": CONSENTS * 2}, "invalid_transaction_data"),
    "no object": ({"transaction_data": ["eyJ0eXBlIjoieCJ9"]}, "invalid_request"),
}


@pytest.mark.parametrize("wish", BAD_WISHES)
async def test_what_cannot_be_asked_is_not_started(counter: Counter, wish: str) -> None:
    body, code = BAD_WISHES[wish]
    service = await counter.register()
    answer = await counter.http.post("/presentations", json={"preset": "identity", **body}, auth=service)
    assert answer.status_code == 400
    assert is_problem(answer, code)


async def test_a_verifier_that_no_wallet_knows_beforehand(tmp_path: Path) -> None:
    async with opened_counter(tmp_path / "other") as counter:
        service = await counter.register()
        wish = {"preset": "identity", "client_id_prefix": "pre_registered"}
        answer = await counter.http.post("/presentations", json=wish, auth=service)
        assert is_problem(answer, "prefix_not_available")


@pytest.mark.parametrize("mode", MODES)
async def test_5_08_one_address_for_all_that_know_us_beforehand(counter: Counter, mode: str) -> None:
    """What is posted there says itself whose answer it is; what does not say so rightly, ends nothing."""
    visits = [
        await counter.start(client_id_prefix="pre_registered", response_mode=mode, by_value=by_value)
        for by_value in (False, True, False)
    ]
    assert {visit.response_uri for visit in visits} == {f"{PUBLIC_URL}/responses"}
    for visit in visits:
        assert len(visit.request["state"]) >= 43
    first, second, third = visits
    assert is_sent_back(await second.show(second.card()))
    assert is_sent_back(await first.post({"error": "access_denied"}))
    for state in (None, "", "A" * 22, f"{'A' * 22}.{'A' * 22}", third.request["state"][:22], "..", "é"):
        answer = await third.post({"error": "access_denied"}, state=state)
        assert answer.status_code == 400
        assert is_oauth_error(answer)
    crossed = await third.show(third.card(), state=first.request["state"])
    assert crossed.status_code == 400
    assert [await visit.state() for visit in visits] == ["cancelled", "accepted", "retrieved"]
    assert is_sent_back(await third.show(third.card()))


async def test_5_31_answers_at_once_on_postgresql(postgresql_url: str, tmp_path: Path) -> None:
    async with opened_counter(tmp_path / "other", database_url=postgresql_url) as counter:
        visit = await counter.start(response_mode="direct_post.jwt")
        answers = await asyncio.gather(*(visit.show(visit.card()) for _ in range(16)))
        assert sorted(answer.status_code for answer in answers) == [200] + [400] * 15
        reads = await asyncio.gather(*(visit.fetch() for _ in range(8)))
        assert sorted(read.status_code for read in reads) == [200] + [410] * 7
