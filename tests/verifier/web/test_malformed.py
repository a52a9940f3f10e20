"""Whatever is sent, the answer is one of ours: never a 500, and never the end of somebody's presentation."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.verifier.web.counter import FORM, Counter, Visit, is_oauth_error, is_problem, opened_counter

UNKNOWN_IDS = ("A" * 22, "short", "A" * 5000, "%00", "%ff", "..", "é", "A" * 21 + "%0a")


async def raw(visit: Visit, body: bytes | str, content_type: str | None = FORM) -> Any:
    headers = {} if content_type is None else {"content-type": content_type}
    content = body.encode() if isinstance(body, str) else body
    return await visit.counter.http.post(visit.response_uri, content=content, headers=headers)


def bodies(visit: Visit) -> dict[str, str | bytes]:
    state, card = visit.request["state"], visit.card()
    token = json.dumps({"photo_card": [card]})
    good = urlencode({"vp_token": token, "state": state})

    def form(vp_token: object, **more: str) -> str:
        text = vp_token if isinstance(vp_token, str) else json.dumps(vp_token)
        return urlencode({"vp_token": text, "state": state, **more})

    return {
        "empty": "",
        "no-fields": "rubbish",
        "not-utf-8": b"vp_token=\xff\xfe&state=" + state.encode(),
        "percent-not-utf-8": f"vp_token=%ff&state={state}",
        "nothing-to-show": urlencode({"state": state}),
        "no-state": urlencode({"vp_token": token}),
        "empty-state": urlencode({"vp_token": token, "state": ""}),
        "wrong-state": urlencode({"vp_token": token, "state": "A" * 22}),
        "state-not-ascii": urlencode({"vp_token": token, "state": "é"}),
        "state-twice": f"{good}&state={state}",
        "token-twice": f"{good}&{urlencode({'vp_token': token})}",
        "unknown-field-twice": f"{good}&a=1&a=2",
        "token-and-error": f"{good}&error=access_denied",
        "encrypted": urlencode({"response": "a.b.c.d.e", "state": state}),
        "many-fields": "&".join(f"f{number}=1" for number in range(65)),
        "long-name": f"{good}&{'a' * 200}=1",
        "not-json": form("{"),
        "an-array": form([card]),
        "a-text": form(json.dumps(card)),
        "a-number": form("7"),
        "null": form("null"),
        "empty-object": form({}),
        "draft-form": form({"photo_card": card}),
        "bare-presentation": form(card),
        "empty-array": form({"photo_card": []}),
        "number-in-array": form({"photo_card": [7]}),
        "object-in-array": form({"photo_card": [{"jwt": card}]}),
        "empty-text": form({"photo_card": [""]}),
        "null-in-array": form({"photo_card": [None]}),
        "two-presentations": form({"photo_card": [card, card]}),
        "unknown-query": form({"driving_licence": [card]}),
        "empty-query-id": form({"": [card]}),
        "extra-query": form({"photo_card": [card], "driving_licence": [card]}),
        "repeated-member": form('{"photo_card": ["x"], "photo_card": ["y"]}'),
        "too-deep": form("[" * 40 + "]" * 40),
        "nan": form('{"photo_card": [NaN]}'),
        "many-entries": form({f"q{number}": [card] for number in range(33)}),
        "many-presentations": form({"photo_card": ["x"] * 65}),
        "surrogate": form('{"photo_card": ["\\ud800"]}'),
        "nul": form({"photo_card": ["\x00"]}),
        "not-a-card": form({"photo_card": ["rubbish"]}),
        "error-not-ascii": urlencode({"error": "é", "state": state}),
        "error-empty": urlencode({"error": "", "state": state}),
        "error-wrong-state": urlencode({"error": "access_denied", "state": "A" * 22}),
        "error-no-state": urlencode({"error": "access_denied"}),
    }


async def test_malformed_forms_are_refused_and_leave_the_presentation_open(counter: Counter) -> None:
    visit = await counter.start()
    for defect, body in bodies(visit).items():
        answer = await raw(visit, body)
        assert answer.status_code == 400, (defect, answer.status_code, answer.text)
        assert is_oauth_error(answer), defect
        assert await visit.state() == "retrieved", defect
    assert (await visit.show(visit.card())).status_code == 200
    assert await visit.state() == "accepted"


async def test_oversized_bodies_are_not_read(counter: Counter) -> None:
    visit = await counter.start()
    assert (await raw(visit, b"a=" + b"A" * 2 * 1024 * 1024)).status_code == 413
    in_form = await visit.post({"vp_token": "A" * (1024 * 1024 + 1)})
    assert in_form.status_code == 400
    fetch = counter.http.post(visit.started["request_uri"], data={"wallet_metadata": "A" * 200_000})
    assert (await fetch).status_code == 413
    assert await visit.state() == "retrieved"


@pytest.mark.parametrize("content_type", [None, "application/json", "multipart/form-data", "text/plain", ""])
async def test_other_media_types_are_refused(counter: Counter, content_type: str | None) -> None:
    visit = await counter.start()
    for url in (visit.response_uri, visit.started["request_uri"]):
        headers = {} if content_type is None else {"content-type": content_type}
        answer = await counter.http.post(url, content=b"{}", headers=headers)
        assert answer.status_code in (400, 415)
        assert is_oauth_error(answer)
    assert await visit.state() == "retrieved"


async def test_compressed_bodies_are_refused(counter: Counter) -> None:
    visit = await counter.start()
    headers = {"content-type": FORM, "content-encoding": "gzip"}
    answer = await counter.http.post(visit.response_uri, content=b"\x1f\x8b", headers=headers)
    assert answer.status_code == 415


async def test_a_charset_beside_the_media_type_is_understood(counter: Counter) -> None:
    visit = await counter.start()
    form = urlencode(
        {"vp_token": json.dumps({"photo_card": [visit.card()]}), "state": visit.request["state"]}
    )
    assert (await raw(visit, form, f"{FORM}; charset=UTF-8")).status_code == 200


@pytest.mark.parametrize("request_id", UNKNOWN_IDS)
async def test_unknown_requests_are_gone_and_no_more_is_told(counter: Counter, request_id: str) -> None:
    http = counter.http
    form = {"vp_token": '{"photo_card": ["x"]}', "state": "A" * 22}
    answers = [
        await http.get(f"/request-objects/{request_id}"),
        await http.post(f"/request-objects/{request_id}", data={"wallet_nonce": "n"}),
        await http.post(f"/responses/{request_id}", data=form),
    ]
    for answer in answers:
        assert answer.status_code in (400, 404, 405), request_id
    if ".." not in request_id:
        assert {answer.text for answer in answers} == {answers[0].text}
        assert is_oauth_error(answers[0])


@pytest.mark.parametrize(
    "form",
    [
        {"wallet_nonce": "é"},
        {"wallet_nonce": "a\nb"},
        {"wallet_nonce": "A" * 513},
        {"wallet_metadata": "{"},
        {"wallet_metadata": "[]"},
        {"wallet_metadata": '{"a":1,"a":2}'},
    ],
    ids=["not-ascii", "line-end", "long", "cut-short", "array", "repeated-member"],
)
async def test_a_request_for_the_object_that_is_malformed(counter: Counter, form: dict[str, str]) -> None:
    visit = await counter.start()
    answer = await counter.http.post(visit.started["request_uri"], data=form)
    assert answer.status_code == 400
    assert is_oauth_error(answer)


async def test_an_empty_post_is_as_good_as_a_get(counter: Counter) -> None:
    visit = await counter.start()
    answer = await counter.http.post(
        visit.started["request_uri"], content=b"", headers={"content-type": FORM}
    )
    assert answer.status_code == 200


BODIES: dict[str, bytes] = {
    "empty": b"",
    "not-json": b"{",
    "array": b"[]",
    "text": b'"identity"',
    "not-utf-8": b'{"preset": "\xff"}',
    "no-preset": b"{}",
    "preset-a-number": b'{"preset": 7}',
    "preset-too-long": b'{"preset": "' + b"a" * 65 + b'"}',
    "preset-with-a-path": b'{"preset": "../identity"}',
    "unknown-member": b'{"preset": "identity", "claims": ["birthdate"]}',
    "own-query": b'{"preset": "identity", "dcql_query": {}}',
    "unknown-prefix": b'{"preset": "identity", "client_id_prefix": "openid_federation"}',
    "unknown-method": b'{"preset": "identity", "request_uri_method": "PUT"}',
    "unknown-locale": b'{"preset": "identity", "locale": "de-DE"}',
    "surrogate": b'{"preset": "\\ud800"}',
    "too-deep": b"[" * 10_000,
}


@pytest.mark.parametrize("defect", BODIES)
async def test_a_relying_service_that_asks_wrongly(counter: Counter, defect: str) -> None:
    service = await counter.register()
    headers = {"content-type": "application/json"}
    answer = await counter.http.post("/presentations", content=BODIES[defect], headers=headers, auth=service)
    assert answer.status_code == 400
    assert is_problem(answer, "invalid_request")


async def test_a_relying_service_that_sends_a_form(counter: Counter) -> None:
    service = await counter.register()
    answer = await counter.http.post("/presentations", data={"preset": "identity"}, auth=service)
    assert answer.status_code == 415


async def test_paths_and_methods_that_do_not_exist(counter: Counter) -> None:
    visit = await counter.start()
    for method, path, status in (
        ("GET", "/", 404),
        ("GET", "/responses", 405),
        ("GET", visit.response_uri, 405),
        ("PUT", visit.response_uri, 405),
        ("DELETE", visit.started["request_uri"], 405),
        ("GET", f"{visit.response_uri}/", 404),
        ("GET", "/presentations", 405),
        ("DELETE", visit.started["status_url"], 401),
    ):
        answer = await counter.http.request(method, path)
        assert answer.status_code == status, (method, path)


fields = st.lists(
    st.tuples(st.sampled_from(["vp_token", "state", "error", "response", "x"]), st.text(max_size=40)),
    max_size=4,
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(fields, json_values, st.booleans())
async def test_no_form_makes_the_server_fail(
    counter: Counter, pairs: list[tuple[str, str]], value: object, with_state: bool
) -> None:
    visit = _VISITS.get(id(counter)) or _VISITS.setdefault(id(counter), await counter.start())
    extra = [("vp_token", json.dumps(value))] + ([("state", visit.request["state"])] if with_state else [])
    body = urlencode(pairs + extra, errors="surrogatepass")
    answer = await raw(visit, body)
    assert answer.status_code == 400
    assert is_oauth_error(answer)


_VISITS: dict[int, Visit] = {}


async def test_odd_ids_on_postgresql(postgresql_url: str, tmp_path: Path) -> None:
    """A text for one database is none for the other: what is never one of ours does not get that far."""
    async with opened_counter(tmp_path, database_url=postgresql_url) as counter:
        service = await counter.register()
        for odd in UNKNOWN_IDS:
            nobody = httpx.BasicAuth(odd, "secret")
            for path, auth, expected in (
                (f"/request-objects/{odd}", None, (400, 404)),
                (f"/presentations/{odd}", nobody, (401, 404)),
                (f"/presentations/{odd}", service, (404,)),
            ):
                answer = await counter.http.get(path, auth=auth or httpx.USE_CLIENT_DEFAULT)
                assert answer.status_code in expected, odd
