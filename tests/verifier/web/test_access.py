"""Who may call what: relying services see their own presentations, management needs its token."""

import base64
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.verifier.issuing import NOW
from tests.verifier.web.counter import Counter, is_problem, opened_counter
from trillium.runtime.management import open_management_guard
from trillium.runtime.settings import Profile
from verifier.app import assemble
from verifier.domain.presentation import RESULT_LIFETIME

WRONG_BASIC = {
    "nothing": None,
    "bearer": "Bearer abc",
    "empty": "Basic ",
    "not-base64": "Basic %%%",
    "no-colon": "Basic " + base64.b64encode(b"nobody").decode(),
    "nobody": "Basic " + base64.b64encode(b"nobody:secret").decode(),
    "nul": "Basic " + base64.b64encode(b"rs-%00:secret").decode(),
    "not-utf-8": "Basic " + base64.b64encode(b"rs-%ff:secret").decode(),
    "too-long": "Basic " + "A" * 9000,
}


@pytest.mark.parametrize("defect", WRONG_BASIC)
async def test_without_the_secret_of_a_relying_service_nothing_is_told(counter: Counter, defect: str) -> None:
    visit = await counter.start()
    await visit.show(visit.card())
    header = WRONG_BASIC[defect]
    headers = {} if header is None else {"Authorization": header}
    calls = [
        ("POST", "/presentations"),
        ("GET", visit.started["status_url"]),
        ("GET", visit.started["result_url"]),
        ("GET", "/presentations/unknown"),
    ]
    for method, url in calls:
        answer = await counter.http.request(method, url, headers=headers)
        assert answer.status_code == 401
        assert is_problem(answer, "invalid_client")
        assert answer.headers["www-authenticate"].startswith("Basic ")
    assert (await visit.fetch()).status_code == 200


async def test_the_management_token_opens_no_presentation(counter: Counter) -> None:
    visit = await counter.start()
    answer = await counter.http.get(visit.started["status_url"], headers=counter.management)
    assert answer.status_code == 401


async def test_another_relying_service_sees_nothing(counter: Counter) -> None:
    visit, other = await counter.start(), await counter.register()
    for url in (visit.started["status_url"], visit.started["result_url"]):
        answer = await counter.http.get(url, auth=other)
        assert answer.status_code == 404
        assert is_problem(answer, "unknown_presentation")
    await visit.show(visit.card())
    assert (await visit.fetch(other)).status_code == 404
    assert (await visit.fetch()).status_code == 200


@pytest.mark.parametrize("transaction_id", ["unknown", "A" * 22, "%00", "%ff", "A" * 5000])
async def test_unknown_transactions(counter: Counter, transaction_id: str) -> None:
    service = await counter.register()
    for path in (f"/presentations/{transaction_id}", f"/presentations/{transaction_id}/result"):
        answer = await counter.http.get(path, auth=service)
        assert answer.status_code == 404
        assert is_problem(answer, "unknown_presentation")


async def test_5_30_what_the_wallet_knows_opens_no_result(counter: Counter) -> None:
    visit = await counter.start()
    await visit.show(visit.card())
    known = (visit.request["nonce"], visit.request["state"], visit.response_uri.rpartition("/")[2])
    for one in known:
        assert (await counter.http.get(f"/presentations/{one}/result", auth=visit.service)).status_code == 404


async def test_a_preset_of_somebody_else(counter: Counter) -> None:
    service = await counter.register("age-19-or-over")
    for preset in ("identity", "sign-in"):
        answer = await counter.http.post("/presentations", json={"preset": preset}, auth=service)
        assert answer.status_code == 400
        assert is_problem(answer, "unknown_preset")


async def test_starting_gives_all_that_a_relying_service_needs(counter: Counter) -> None:
    service = await counter.register()
    answer = await counter.http.post("/presentations", json={"preset": "identity"}, auth=service)
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert set(body) == {
        *("transaction_id", "authorization_request", "request_uri", "expires_at"),
        *("status_url", "events_url", "result_url", "page_url", "qr_svg"),
    }
    assert body["status_url"].endswith(f"/presentations/{body['transaction_id']}")
    assert body["result_url"] == f"{body['status_url']}/result"
    assert datetime.fromisoformat(body["expires_at"]) == NOW + timedelta(minutes=5)
    assert body["qr_svg"].startswith("<svg")
    assert body["transaction_id"] not in body["authorization_request"] + body["request_uri"]


async def test_the_states_of_a_presentation(counter: Counter) -> None:
    service = await counter.register()
    started = (await counter.http.post("/presentations", json={"preset": "identity"}, auth=service)).json()
    seen = await counter.http.get(started["status_url"], auth=service)
    assert seen.json() == {"state": "requested"}
    assert int(seen.headers["retry-after"]) > 0
    assert seen.headers["cache-control"] == "no-store"
    visit = await counter.start(service)
    assert (await visit.look()).json() == {"state": "retrieved"}
    early = await visit.fetch()
    assert early.status_code == 409
    assert is_problem(early, "presentation_open")
    await visit.show(visit.card())
    ended = await visit.look()
    assert ended.json() == {"state": "accepted"}
    assert "retry-after" not in ended.headers


async def test_a_result_is_fetched_once(counter: Counter) -> None:
    visit = await counter.start()
    await visit.show(visit.card())
    first = await visit.fetch()
    assert first.status_code == 200
    assert first.headers["cache-control"] == "no-store"
    assert set(first.json()) == {
        *("outcome", "clerk_outcome", "advice", "claims", "reasons", "preset", "verified_at"),
    }
    again = await visit.fetch()
    assert again.status_code == 410
    assert is_problem(again, "result_gone")
    assert await visit.state() == "accepted"


async def test_a_result_is_not_kept_for_long(counter: Counter) -> None:
    visit = await counter.start()
    await visit.show(visit.card())
    counter.desk.clock.moment += RESULT_LIFETIME + timedelta(seconds=1)
    assert (await visit.fetch()).status_code == 410


async def test_a_presentation_that_nobody_answers(counter: Counter) -> None:
    visit = await counter.start()
    counter.desk.clock.advance(minutes=5)
    assert await visit.state() == "timed_out"
    assert (await visit.fetch()).json()["outcome"] == "timed_out"
    assert (await visit.show(visit.card())).status_code == 400


MANAGEMENT: list[tuple[str, str, Any]] = [
    ("GET", "/management/clients", None),
    ("POST", "/management/clients", {"name_en": "a", "name_fr": "b", "presets": ["identity"]}),
    ("GET", "/management/presets", None),
    ("POST", "/management/drills/status-lists", {"unreachable_seconds": 10}),
]


@pytest.mark.parametrize(("method", "path", "body"), MANAGEMENT, ids=[f"{m} {p}" for m, p, _ in MANAGEMENT])
async def test_management_needs_its_token(counter: Counter, method: str, path: str, body: Any) -> None:
    service = await counter.register()
    wrong: list[dict[str, Any]] = [
        {},
        {"headers": {"Authorization": "Bearer wrong"}},
        {"headers": {"Authorization": counter.management["Authorization"][:-1]}},
        {"headers": {"Authorization": counter.management["Authorization"].replace("Bearer", "Basic")}},
        {"auth": service},
    ]
    for credentials in wrong:
        answer = await counter.http.request(method, path, json=body, **credentials)
        assert answer.status_code == 401
        assert is_problem(answer, "not_authenticated")
    answer = await counter.http.request(method, path, json=body, headers=counter.management)
    assert answer.status_code in (200, 201, 204)


async def test_the_secret_of_a_relying_service_is_shown_once(counter: Counter) -> None:
    service = await counter.register("identity")
    answer = await counter.http.get("/management/clients", headers=counter.management)
    [entry] = answer.json()["clients"]
    assert entry["names"] == {"en-CA": "Shop", "fr-CA": "Boutique"}
    assert entry["presets"] == ["identity"]
    assert not any("secret_hash" in name for name in entry)
    secret = base64.b64decode(service._auth_header.split()[1]).decode().partition(":")[2]
    assert secret not in answer.text


async def test_registering_is_checked(counter: Counter) -> None:
    good = {"name_en": "a", "name_fr": "b", "presets": ["identity"]}
    for changed, code in (
        ({"presets": []}, "invalid_request"),
        ({"presets": ["nobody"]}, "unknown_preset"),
        ({"presets": "identity"}, "invalid_request"),
        ({"name_fr": ""}, "invalid_request"),
        ({"name_en": "a" * 201}, "invalid_request"),
        ({"client_id": "mine"}, "invalid_request"),
    ):
        body = {**good, **changed}
        answer = await counter.http.post("/management/clients", json=body, headers=counter.management)
        assert answer.status_code == 400, changed
        assert is_problem(answer, code)
    answer = await counter.http.get("/management/clients", headers=counter.management)
    assert answer.json() == {"clients": []}


async def test_presets_say_what_they_ask_for(counter: Counter) -> None:
    answer = await counter.http.get("/management/presets", headers=counter.management)
    presets = {one["id"]: one for one in answer.json()["presets"]}
    assert set(presets) == {"age-19-or-over", "identity", "ontario-resident", "sign-in"}
    assert presets["age-19-or-over"]["claims"] == [["age_equal_or_over", "19"]]
    assert set(presets["identity"]["purposes"]) == {"en-CA", "fr-CA"}


async def drill(counter: Counter, seconds: object) -> httpx.Response:
    body = {"unreachable_seconds": seconds}
    return await counter.http.post("/management/drills/status-lists", json=body, headers=counter.management)


async def test_a_drill_makes_verdicts_undetermined_for_a_while(counter: Counter) -> None:
    assert (await drill(counter, 10)).status_code == 204
    visit = await counter.start()
    assert (await visit.show(visit.card())).status_code == 200
    assert await visit.state() == "undetermined"
    result = (await visit.fetch()).json()
    assert (result["outcome"], result["clerk_outcome"], result["claims"]) == (
        "undetermined",
        "cannot_tell",
        {},
    )
    assert [reason["code"] for reason in result["reasons"]] == ["status_unknown"]
    counter.desk.clock.advance(seconds=10)
    again = await counter.start(visit.service)
    await again.show(again.card())
    assert await again.state() == "accepted"


@pytest.mark.parametrize("seconds", [-1, 301, "ten", 1.5, None])
async def test_drills_are_bounded(counter: Counter, seconds: object) -> None:
    assert (await drill(counter, seconds)).status_code == 400


async def test_production_has_no_drills(tmp_path: Path) -> None:
    async with opened_counter(tmp_path) as counter:
        settings = counter.desk.settings.model_copy(update={"profile": Profile.PRODUCTION})
        production = replace(counter.desk.verifier, settings=settings)
        guard = open_management_guard(counter.var_dir)
        app = assemble(production, guard, lambda _app: nullcontext())
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="https://v") as http:
            body = {"unreachable_seconds": 10}
            answer = await http.post("/management/drills/status-lists", json=body, headers=counter.management)
        assert answer.status_code == 403
        assert is_problem(answer, "drills_refused")
        assert counter.desk.statuses.out_of_reach_until is None


async def test_health_is_open(counter: Counter) -> None:
    assert (await counter.http.get("/health")).status_code == 200
