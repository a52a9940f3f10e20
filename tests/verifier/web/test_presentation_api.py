"""The presentation API for relying services: what can be asked for, limits, calling off, pages."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.verifier.issuing import NOW
from tests.verifier.surroundings import claims_of
from tests.verifier.web.counter import Counter, is_problem, opened_counter

BACK = "https://shop.example/back"


async def shop(counter: Counter, **changed: Any) -> httpx.BasicAuth:
    body = {
        "name_en": "Shop",
        "name_fr": "Boutique",
        "presets": ["age-19-or-over", "identity"],
        "return_urls": [BACK],
        **changed,
    }
    answer = await counter.http.post("/management/clients", json=body, headers=counter.management)
    assert answer.status_code == 201, answer.text
    return httpx.BasicAuth(answer.json()["client_id"], answer.json()["client_secret"])


async def ask(counter: Counter, service: httpx.BasicAuth, **wanted: Any) -> httpx.Response:
    return await counter.http.post("/presentations", json={"preset": "identity", **wanted}, auth=service)


async def test_answers_are_encrypted_unless_asked_otherwise(counter: Counter) -> None:
    """6.11: direct_post.jwt is the default."""
    service = await shop(counter)
    for wanted, mode in (({}, "direct_post.jwt"), ({"response_mode": "direct_post"}, "direct_post")):
        started = (await ask(counter, service, **wanted)).json()
        request = claims_of((await counter.http.get(started["request_uri"])).text)
        assert request["response_mode"] == mode


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"preset": "nobody"}, "unknown_preset"),
        ({"preset": "../identity"}, "invalid_request"),
        ({"flow": "popup"}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"response_mode": "dc_api.jwt"}, "invalid_request"),
        ({"request_uri_method": "PUT"}, "invalid_request"),
        ({"client_id_prefix": "did"}, "invalid_request"),
        ({"client_id_prefix": "pre_registered"}, "prefix_not_available"),
        ({"cross_device": "none"}, "invalid_request"),
        ({"return_url": BACK + "/"}, "return_url_not_registered"),
        ({"return_url": "https://evil.example/"}, "return_url_not_registered"),
        ({"reference": "a" * 65}, "invalid_request"),
        ({"reference": "é"}, "bad_reference"),
        ({"reference": "a\nb"}, "bad_reference"),
        ({"lifetime_seconds": 29}, "invalid_request"),
        ({"lifetime_seconds": 3600}, "bad_lifetime"),
        ({"lifetime_seconds": "60"}, "invalid_request"),
        ({"lifetime_seconds": 60.0}, "invalid_request"),
        ({"lifetime_seconds": True}, "invalid_request"),
        ({"by_value": "true"}, "invalid_request"),
        ({"by_value": 1}, "invalid_request"),
        ({"transaction_data": [{"type": "payment"}]}, "invalid_transaction_data"),
        ({"nonce": "mine"}, "invalid_request"),
        ({"dcql_query": {}}, "invalid_request"),
    ],
)
async def test_what_cannot_be_asked_for(counter: Counter, wanted: dict[str, Any], code: str) -> None:
    answer = await ask(counter, await shop(counter), **wanted)
    assert answer.status_code == 400
    assert is_problem(answer, code)


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"[]", b"{", b"null", b'"identity"', b"\xff", b'{"preset": 1}'),
        b'{"preset": "identity", "preset": "age-19-or-over"}',
        b'{"preset": "identity", "pres\\u0065t": "identity"}',
        b'{"preset": "identity", "transaction_data": [{"type": "a", "type": "b"}]}',
        b'{"preset": "identity", "lifetime_seconds": NaN}',
        b'{"preset": "identity", "transaction_data": ' + b"[" * 99 + b"]" * 99 + b"}",
    ],
)
async def test_what_is_no_request(counter: Counter, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    service = await shop(counter)
    answer = await counter.http.post("/presentations", content=body, headers=headers, auth=service)
    assert answer.status_code == 400
    form = await counter.http.post("/presentations", data={"preset": "identity"}, auth=service)
    assert is_problem(form, "invalid_request")


async def test_a_shorter_life_may_be_asked_for(counter: Counter) -> None:
    answer = await ask(counter, await shop(counter), lifetime_seconds=60)
    assert datetime.fromisoformat(answer.json()["expires_at"]) == NOW + timedelta(minutes=1)


async def test_a_request_by_value_has_no_address(counter: Counter) -> None:
    started = (await ask(counter, await shop(counter), by_value=True)).json()
    assert started["request_uri"] is None
    assert "request=" in started["authorization_request"]


async def test_with_a_page_the_request_is_the_page_s_alone(counter: Counter) -> None:
    """5.29: a service that had the link could show it to anybody."""
    answer = await ask(counter, await shop(counter), flow="page", return_url=BACK)
    started = answer.json()
    assert started["page_url"].startswith(f"{counter.desk.settings.public_url}/present/")
    for name in ("authorization_request", "request_uri", "qr_svg"):
        assert started[name] is None
    assert started["transaction_id"] not in started["page_url"]


async def test_without_a_page_there_is_none(counter: Counter) -> None:
    started = (await ask(counter, await shop(counter))).json()
    assert started["page_url"] is None


# Calling off


async def test_a_presentation_is_called_off(counter: Counter) -> None:
    visit = await counter.start()
    assert (await off(visit.started, visit.service, counter)).status_code == 204
    assert await visit.state() == "cancelled"
    again = await off(visit.started, visit.service, counter)
    assert again.status_code == 204
    assert (await counter.http.get(visit.started["request_uri"])).status_code == 400
    assert (await visit.show(visit.card())).status_code == 400
    result = (await visit.fetch()).json()
    assert (result["outcome"], result["claims"]) == ("cancelled", {})
    assert (await visit.fetch()).status_code == 410


async def off(started: dict[str, Any], service: httpx.BasicAuth, counter: Counter) -> httpx.Response:
    return await counter.http.delete(started["status_url"], auth=service)


async def test_one_with_a_page_can_be_called_off_too(counter: Counter) -> None:
    service = await shop(counter)
    started = (await ask(counter, service, flow="page")).json()
    assert (await off(started, service, counter)).status_code == 204
    answer = await counter.http.get(started["status_url"], auth=service)
    assert answer.json() == {"state": "cancelled", "reason": "service_cancelled"}


async def test_what_has_ended_cannot_be_called_off(counter: Counter) -> None:
    answered, late = await counter.start(), await counter.start()
    await answered.show(answered.card())
    counter.desk.clock.advance(minutes=5)
    for visit, state in ((answered, "accepted"), (late, "timed_out")):
        refused = await off(visit.started, visit.service, counter)
        assert refused.status_code == 409
        assert is_problem(refused, "presentation_over")
        assert await visit.state() == state
    assert (await answered.fetch()).json()["outcome"] == "accepted"


async def test_nobody_else_calls_it_off(counter: Counter) -> None:
    visit, other = await counter.start(), await shop(counter)
    assert (await off(visit.started, other, counter)).status_code == 404
    assert (await counter.http.delete(visit.started["status_url"])).status_code == 401
    assert await visit.state() == "retrieved"


async def test_an_answer_and_a_call_off_at_once_have_one_end(counter: Counter) -> None:
    for _ in range(5):
        visit = await counter.start()
        shown, called = await asyncio.gather(
            visit.show(visit.card()), off(visit.started, visit.service, counter)
        )
        result = (await visit.fetch()).json()
        ends = {(200, 409): "accepted", (400, 204): "cancelled"}
        assert ends[shown.status_code, called.status_code] == result["outcome"] == await visit.state()


# Limits


async def test_open_presentations_are_limited_for_each_service(tmp_path: Path) -> None:
    async with opened_counter(tmp_path, open_presentations=2) as counter:
        service, other = await shop(counter), await shop(counter)
        first, second = (await ask(counter, service)).json(), (await ask(counter, service)).json()
        refused = await ask(counter, service)
        assert refused.status_code == 429
        assert is_problem(refused, "too_many_presentations")
        assert int(refused.headers["retry-after"]) > 0
        assert (await ask(counter, other)).status_code == 201
        await off(first, service, counter)
        assert (await ask(counter, service)).status_code == 201
        assert (await ask(counter, service)).status_code == 429
        counter.desk.clock.advance(minutes=5)
        assert (await ask(counter, service)).status_code == 201
        assert second["transaction_id"] != first["transaction_id"]


async def test_what_is_refused_leaves_nothing_behind(tmp_path: Path) -> None:
    async with opened_counter(tmp_path, open_presentations=1) as counter:
        service = await shop(counter, webhook_url="https://hook.example/")
        assert (await ask(counter, service, return_url="https://evil.example/")).status_code == 400
        assert (await ask(counter, service)).status_code == 201


# Fetching once


async def test_of_many_fetches_one_gets_the_result(counter: Counter) -> None:
    visit = await counter.start()
    await visit.show(visit.card())
    answers = await asyncio.gather(*(visit.fetch() for _ in range(12)))
    assert sorted(one.status_code for one in answers) == [200] + [410] * 11


async def test_a_fetch_and_the_clearing_away_at_once(counter: Counter) -> None:
    for _ in range(5):
        visit = await counter.start()
        await visit.show(visit.card())
        late = counter.desk.clock.now() + timedelta(seconds=1)
        answer, purged = await asyncio.gather(visit.fetch(), counter.desk.store.purge_results(late))
        assert (answer.status_code, purged) in ((200, 0), (410, 1))
        assert (await visit.fetch()).status_code == 410


# Messages


async def test_a_webhook_is_called_after_the_end(counter: Counter) -> None:
    service = await shop(counter, webhook_url="https://hook.example/in")
    visit = await counter.start(service, reference="4711")
    webhooks, receiver = counter.desk.verifier.webhooks, counter.desk.receiver
    assert not await webhooks.deliver_some()
    await visit.show(visit.card())
    assert await webhooks.wake_ended() == 1
    assert await webhooks.deliver_some()
    assert [url for url, _ in receiver.got] == ["https://hook.example/in"]
    assert not await webhooks.deliver_some()


async def test_the_api_describes_what_it_takes(counter: Counter) -> None:
    document = (await counter.http.get("/openapi.json")).json()
    operation = document["paths"]["/presentations"]["post"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert {"preset", "flow", "return_url", "reference", "transaction_data"} <= set(schema["properties"])
    assert schema["additionalProperties"] is False
    assert "#/$defs" not in str(document)
    assert "text/event-stream" in str(document["paths"]["/presentations/{transaction_id}/events"])
