"""Management of relying services over HTTP."""

import base64
import json
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from specs.jose import public_jwk_of
from specs.jose.encryption_jwk import create_encryption_jwk
from tests.verifier.web.counter import Counter, is_problem

PRIVATE = ec.generate_private_key(ec.SECP256R1())
KEY = create_encryption_jwk(public_jwk_of(PRIVATE.public_key(), kid="ours"))
FULL: dict[str, Any] = {
    "name_en": "Shop",
    "name_fr": "Boutique",
    "presets": ["identity"],
    "site": "https://shop.example",
    "return_urls": ["https://shop.example/back"],
    "webhook_url": "https://hook.example/in",
    "evidence_key": KEY,
}


async def manage(counter: Counter, method: str, path: str = "", body: Any = None) -> httpx.Response:
    url = f"/management/clients{path}"
    return await counter.http.request(method, url, json=body, headers=counter.management)


async def added(counter: Counter, **changed: Any) -> dict[str, str]:
    answer = await manage(counter, "POST", body={**FULL, **changed})
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    found: dict[str, str] = answer.json()
    return found


async def may_call(counter: Counter, client_id: str, secret: str) -> bool:
    auth = httpx.BasicAuth(client_id, secret)
    answer = await counter.http.get("/presentations/unknown", auth=auth)
    return answer.status_code == 404


async def test_everything_that_is_registered_is_shown(counter: Counter) -> None:
    client_id = (await added(counter))["client_id"]
    shown = (await manage(counter, "GET", f"/{client_id}")).json()
    for name in ("presets", "site", "return_urls", "webhook_url", "evidence_key"):
        assert shown[name] == FULL[name]
    assert shown["names"] == {"en-CA": "Shop", "fr-CA": "Boutique"}
    assert (shown["disabled_at"], shown["old_secret_until"]) == (None, None)
    assert (await manage(counter, "GET")).json() == {"clients": [shown]}


@pytest.mark.parametrize("name", ["presets", "webhook_url", "evidence_key", "name_en"])
async def test_a_member_that_is_there_twice_registers_nothing(counter: Counter, name: str) -> None:
    """Which of the two counts is for each parser to say, so that what was approved is not what is used."""
    twice = json.dumps(FULL)[:-1] + f', "{name}": {json.dumps(FULL[name])}}}'
    headers = counter.management | {"Content-Type": "application/json"}
    answer = await counter.http.post("/management/clients", content=twice, headers=headers)
    assert answer.status_code == 400
    assert is_problem(answer, "invalid_request")
    assert (await manage(counter, "GET")).json() == {"clients": []}


BAD_KEYS: dict[str, Any] = {
    "private": {**KEY, "d": "AA"},
    "symmetric": {"kty": "oct", "k": "AAAA"},
    "another-curve": {**KEY, "crv": "P-384"},
    "no-algorithm": {name: value for name, value in KEY.items() if name != "alg"},
    "for-signatures": {**KEY, "alg": "ES256"},
    "off-the-curve": {**KEY, "y": KEY["x"]},
    "empty": {},
}


@pytest.mark.parametrize("defect", BAD_KEYS)
async def test_only_keys_that_evidence_can_be_encrypted_to(counter: Counter, defect: str) -> None:
    answer = await manage(counter, "POST", body={**FULL, "evidence_key": BAD_KEYS[defect]})
    assert answer.status_code == 400
    assert is_problem(answer, "bad_evidence_key")
    assert (await manage(counter, "GET")).json() == {"clients": []}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"site": "https://shop.example/"}, "bad_site"),
        ({"return_urls": ["https://evil.example/"]}, "bad_return_url"),
        ({"return_urls": ["javascript:alert(1)"]}, "bad_return_url"),
        ({"webhook_url": "http://hook.example/"}, "bad_webhook_url"),
        ({"webhook_url": "http://169.254.169.254/latest"}, "bad_webhook_url"),
        ({"webhook_url": "https://169.254.169.254/latest"}, "bad_webhook_url"),
        ({"webhook_url": "https://localhost/"}, "bad_webhook_url"),
        ({"webhook_url": "https://2130706433/"}, "bad_webhook_url"),
        ({"webhook_url": ""}, "invalid_request"),
        ({"return_urls": ["https://shop.example/a"] * 33}, "invalid_request"),
        ({"webhook": "https://hook.example/"}, "invalid_request"),
        ({"secret_hash": "mine"}, "invalid_request"),
    ],
)
async def test_what_cannot_be_registered_cannot_be_changed_to(
    counter: Counter, changed: dict[str, Any], code: str
) -> None:
    refused = await manage(counter, "POST", body={**FULL, **changed})
    assert (refused.status_code, refused.json()["code"]) == (400, code)
    client_id = (await added(counter))["client_id"]
    before = (await manage(counter, "GET", f"/{client_id}")).json()
    answer = await manage(counter, "PATCH", f"/{client_id}", changed)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert (await manage(counter, "GET", f"/{client_id}")).json() == before


async def test_what_is_left_out_stays_and_null_removes(counter: Counter) -> None:
    client_id = (await added(counter))["client_id"]
    changed = (await manage(counter, "PATCH", f"/{client_id}", {"name_fr": "Dépanneur"})).json()
    assert changed["names"] == {"en-CA": "Shop", "fr-CA": "Dépanneur"}
    assert changed["webhook_url"] == FULL["webhook_url"]
    gone = {"webhook_url": None, "evidence_key": None, "return_urls": None, "site": None}
    changed = (await manage(counter, "PATCH", f"/{client_id}", gone)).json()
    assert (changed["webhook_url"], changed["evidence_key"]) == (None, None)
    assert (changed["return_urls"], changed["site"]) == ([], None)
    assert changed["presets"] == ["identity"]


@pytest.mark.parametrize("name", ["name_en", "name_fr", "presets"])
async def test_names_and_presets_cannot_be_removed(counter: Counter, name: str) -> None:
    client_id = (await added(counter))["client_id"]
    answer = await manage(counter, "PATCH", f"/{client_id}", {name: None})
    assert answer.status_code == 400


async def test_a_preset_that_is_taken_away_cannot_be_used(counter: Counter) -> None:
    one = await added(counter, presets=["identity", "age-19-or-over"])
    await manage(counter, "PATCH", f"/{one['client_id']}", {"presets": ["age-19-or-over"]})
    auth = httpx.BasicAuth(one["client_id"], one["client_secret"])
    answer = await counter.http.post("/presentations", json={"preset": "identity"}, auth=auth)
    assert is_problem(answer, "unknown_preset")


async def test_a_new_secret_is_shown_once_and_the_old_one_ends(counter: Counter) -> None:
    one = await added(counter)
    client_id, old = one["client_id"], one["client_secret"]
    answer = await manage(counter, "POST", f"/{client_id}/secret", {"old_secret_hours": 1})
    assert answer.headers["cache-control"] == "no-store"
    new = answer.json()["client_secret"]
    assert await may_call(counter, client_id, old)
    assert await may_call(counter, client_id, new)
    shown = await manage(counter, "GET", f"/{client_id}")
    assert shown.json()["old_secret_until"] is not None
    assert new not in shown.text
    counter.desk.clock.advance(hours=1)
    assert not await may_call(counter, client_id, old)
    newest = (await manage(counter, "POST", f"/{client_id}/secret", {})).json()["client_secret"]
    assert not await may_call(counter, client_id, new)
    assert await may_call(counter, client_id, newest)


@pytest.mark.parametrize("hours", [-1, 169, "a", 1.5, None, "1", True])
async def test_overlaps_of_secrets_are_bounded(counter: Counter, hours: object) -> None:
    one = await added(counter)
    path = f"/{one['client_id']}/secret"
    assert (await manage(counter, "POST", path, {"old_secret_hours": hours})).status_code == 400
    assert await may_call(counter, one["client_id"], one["client_secret"])


async def test_a_disabled_service_is_a_stranger_until_it_is_enabled(counter: Counter) -> None:
    one = await added(counter)
    client_id, secret = one["client_id"], one["client_secret"]
    disabled = (await manage(counter, "POST", f"/{client_id}/disable")).json()
    assert disabled["disabled_at"] is not None
    assert not await may_call(counter, client_id, secret)
    enabled = (await manage(counter, "POST", f"/{client_id}/enable")).json()
    assert enabled["disabled_at"] is None
    assert await may_call(counter, client_id, secret)


CALLS = [
    ("GET", "", None),
    ("PATCH", "", {"name_en": "a"}),
    ("POST", "/secret", {}),
    ("POST", "/disable", None),
    ("POST", "/enable", None),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS, ids=[f"{m} {p}" for m, p, _ in CALLS])
async def test_who_may_and_whom(counter: Counter, method: str, path: str, body: Any) -> None:
    one = await added(counter)
    service = base64.b64encode(f"{one['client_id']}:{one['client_secret']}".encode()).decode()
    url = f"/management/clients/{one['client_id']}{path}"
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {service}"}):
        answer = await counter.http.request(method, url, json=body, headers=headers)
        assert answer.status_code == 401
    for nobody in ("rs-nobody", "%00", "A" * 3000):
        answer = await manage(counter, method, f"/{nobody}{path}", body)
        assert answer.status_code == 404
        assert is_problem(answer, "unknown_client")
