"""Management of OpenID clients over HTTP: registered, approved, refused, given new secrets."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.verifier.openid.registering import members
from tests.verifier.web.counter import Counter, is_problem, opened_counter
from verifier.domain.event import Actor, Event, EventName
from verifier.domain.openid.client import Approval, RegisteredClient
from verifier.domain.openid.registered import next_version
from verifier.domain.relying_service import ClientId
from verifier.errors import UnknownClient

CLIENTS = "/management/openid-clients"
BOTH = {"presets": ["age-19-or-over", "ontario-resident"], "needs": ["age", "residence"]}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Counter]:
    """An installation in production, where somebody decides."""
    async with opened_counter(tmp_path, profile="production") as opened:
        yield opened


async def ask(office: Counter, **changed: Any) -> str:
    answer = await office.http.post("/openid/register", json=members(**changed))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["client_id"])


async def manage(office: Counter, method: str, path: str, body: Any = None) -> httpx.Response:
    return await office.http.request(method, f"{CLIENTS}{path}", json=body, headers=office.management)


async def kept(office: Counter, client_id: str) -> RegisteredClient:
    found = await office.desk.verifier.outside.openid.clients.get(ClientId(client_id))
    assert found is not None
    return found


async def is_usable(office: Counter, client_id: str) -> bool:
    try:
        await office.desk.verifier.openid.clients.find(client_id)
    except UnknownClient:
        return False
    return True


async def test_everything_is_closed_without_the_management_token(office: Counter) -> None:
    client_id = await ask(office)
    for method, path in (
        ("GET", ""),
        ("POST", ""),
        ("GET", f"/{client_id}"),
        ("DELETE", f"/{client_id}"),
        ("POST", f"/{client_id}/approve"),
        ("POST", f"/{client_id}/refuse"),
        ("POST", f"/{client_id}/secret"),
        ("PUT", f"/{client_id}/window"),
    ):
        answer = await office.http.request(method, f"{CLIENTS}{path}", json={})
        assert answer.status_code == 401, (method, path)
    assert not await is_usable(office, client_id)


async def test_those_that_wait_are_listed_first_with_what_there_is_to_decide(office: Counter) -> None:
    done, waiting = await ask(office), await ask(office)
    await manage(office, "POST", f"/{done}/approve", {"version": 1})
    listed = (await manage(office, "GET", "")).json()["clients"]
    assert [one["client_id"] for one in listed] == [waiting, done]
    first = listed[0]
    assert first["approval"] == "pending"
    assert first["purposes"]["fr-CA"] == "Nous vendons du vin."
    assert first["metadata"]["redirect_uris"] == ["https://shop.example/back"]
    assert first["needs"] == ["age"]
    only = (await manage(office, "GET", "?approval=pending")).json()["clients"]
    assert [one["client_id"] for one in only] == [waiting]


async def test_an_approved_client_is_usable_and_the_event_says_who_decided(office: Counter) -> None:
    client_id = await ask(office)
    answer = await manage(office, "POST", f"/{client_id}/approve", {"version": 1})
    assert answer.json()["approval"] == "approved"
    assert await is_usable(office, client_id)
    [event] = await office.desk.verifier.outside.store.latest(1)  # type: ignore[attr-defined]
    assert (event.name, event.actor) == (EventName.OPENID_CLIENT_APPROVED, "management")
    again = await manage(office, "POST", f"/{client_id}/approve", {"version": 2})
    assert again.status_code == 409
    assert is_problem(again, "not_reviewable")


async def test_what_changes_after_it_was_looked_at_is_not_approved(office: Counter) -> None:
    """A client that waits for the moment before the decision gets another one."""
    registered = (await office.http.post("/openid/register", json=members())).json()
    client_id = registered["client_id"]
    looked_at = (await manage(office, "GET", f"/{client_id}")).json()["version"]
    headers = {"Authorization": f"Bearer {registered['registration_access_token']}"}
    body = members(redirect_uris=["https://evil.example/"]) | {"client_id": client_id}
    changed = await office.http.put(registered["registration_client_uri"], json=body, headers=headers)
    assert changed.status_code == 200
    answer = await manage(office, "POST", f"/{client_id}/approve", {"version": looked_at})
    assert is_problem(answer, "changed_meanwhile")
    assert not await is_usable(office, client_id)


async def test_in_production_nothing_is_used_that_a_sandbox_let_in(office: Counter) -> None:
    """A database may have been a sandbox's before."""
    client_id = await ask(office)
    stores = office.desk.verifier.outside.openid
    client = await kept(office, client_id)
    event = Event(EventName.OPENID_CLIENT_CHANGED, Actor("system"), office.desk.clock.now(), client_id)
    assert await stores.clients.update(next_version(client, approval=Approval.APPROVED), event)
    assert not await is_usable(office, client_id)
    await manage(office, "POST", f"/{client_id}/approve", {"version": 2})
    assert await is_usable(office, client_id)


async def test_some_of_the_presets_may_be_approved_and_never_others(office: Counter) -> None:
    client_id = await ask(office, **BOTH)
    for wrong in (["identity"], ["age-19-or-over", "identity"]):
        answer = await manage(office, "POST", f"/{client_id}/approve", {"version": 1, "presets": wrong})
        assert is_problem(answer, "unknown_preset")
    answer = await manage(
        office, "POST", f"/{client_id}/approve", {"version": 1, "presets": ["ontario-resident"]}
    )
    assert answer.json()["presets"] == ["ontario-resident"]
    assert answer.json()["default_preset"] == "ontario-resident"


async def test_a_refused_client_is_told_why_and_opens_nothing(office: Counter) -> None:
    answer = await office.http.post("/openid/register", json=members())
    registered = answer.json()
    client_id = registered["client_id"]
    refused = await manage(office, "POST", f"/{client_id}/refuse", {"reason": "Nobody knows you."})
    assert refused.json()["approval"] == "refused"
    assert not await is_usable(office, client_id)
    headers = {"Authorization": f"Bearer {registered['registration_access_token']}"}
    told = await office.http.get(registered["registration_client_uri"], headers=headers)
    assert told.json()["refusal"] == "Nobody knows you."
    assert (await manage(office, "POST", f"/{client_id}/refuse", {})).status_code == 400


async def test_a_refusal_ends_what_a_client_has_begun(tmp_path: Path) -> None:
    """In the sandbox, where a client has begun without waiting."""
    async with opened_counter(tmp_path) as sandbox:
        client_id = await ask(sandbox)
        client = await kept(sandbox, client_id)
        started = await sandbox.desk.ask(service=client.service)
        await manage(sandbox, "POST", f"/{client_id}/refuse", {"reason": "Complaints."})
        assert not await is_usable(sandbox, client_id)
        store = sandbox.desk.verifier.outside.store
        ended = await store.find_by_request(started.started.presentation.request_id)
        assert ended is not None
        assert ended.state.value == "cancelled"


@pytest.mark.parametrize("by", ["itself", "management"])
async def test_a_client_that_goes_takes_what_it_has_begun_with_it(tmp_path: Path, by: str) -> None:
    async with opened_counter(tmp_path) as sandbox:
        registered = (await sandbox.http.post("/openid/register", json=members())).json()
        client = await kept(sandbox, registered["client_id"])
        started = await sandbox.desk.ask(service=client.service)
        if by == "itself":
            headers = {"Authorization": f"Bearer {registered['registration_access_token']}"}
            gone = await sandbox.http.delete(registered["registration_client_uri"], headers=headers)
        else:
            gone = await manage(sandbox, "DELETE", f"/{client.client_id}")
        assert gone.status_code == 204
        store = sandbox.desk.verifier.outside.store
        ended = await store.find_by_request(started.started.presentation.request_id)
        assert ended is not None
        assert ended.state.value == "cancelled"
        events = await store.latest(2)  # type: ignore[attr-defined]
        assert {one.actor for one in events} == {"relying-service" if by == "itself" else "management"}


async def test_an_operator_registers_a_client_that_is_approved_with_that(office: Counter) -> None:
    """What the presets say themselves need not be said again."""
    body = {name: value for name, value in members().items() if not name.startswith(("purpose", "needs"))}
    answer = await manage(office, "POST", "", body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    made = answer.json()
    assert made["client"]["approval"] == "approved"
    assert made["client"]["needs"] == ["age"]
    client = await kept(office, made["client"]["client_id"])
    assert client.has_secret(made["client_secret"], office.desk.clock.now())
    assert client.openid.reviewed_at is not None
    wrong = await manage(office, "POST", "", body | {"redirect_uris": ["http://shop.example/"]})
    assert is_problem(wrong, "invalid_redirect_uri")


async def test_the_window_of_reauthentication_is_an_operators_word(office: Counter) -> None:
    client_id = await ask(office)
    assert (await kept(office, client_id)).openid.reauthentication_window.total_seconds() == 0
    answer = await manage(office, "PUT", f"/{client_id}/window", {"minutes": 30})
    assert answer.json()["reauthentication_minutes"] == 30
    for minutes in (-1, 721):
        assert (await manage(office, "PUT", f"/{client_id}/window", {"minutes": minutes})).status_code == 400


async def test_a_new_secret_is_in_one_answer_only(office: Counter) -> None:
    client_id = await ask(office)
    answer = await manage(office, "POST", f"/{client_id}/secret", {"old_secret_hours": 1})
    assert answer.headers["cache-control"] == "no-store"
    assert (await kept(office, client_id)).has_secret(answer.json()["client_secret"], office.desk.clock.now())
    shown = await manage(office, "GET", f"/{client_id}")
    assert answer.json()["client_secret"] not in shown.text
    assert shown.json()["old_secret_until"] is not None
    public = await ask(office, token_endpoint_auth_method="none")
    assert is_problem(await manage(office, "POST", f"/{public}/secret", {}), "client_without_secret")


async def test_a_forgotten_client_is_gone(office: Counter) -> None:
    client_id = await ask(office)
    assert (await manage(office, "DELETE", f"/{client_id}")).status_code == 204
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/approve")):
        answer = await manage(office, method, f"/{client_id}{path}", {"version": 1})
        assert is_problem(answer, "unknown_client"), method


async def test_one_that_was_given_back_is_approved_anew(office: Counter) -> None:
    """After a refusal it may ask again; nothing happens by itself."""
    answer = await office.http.post("/openid/register", json=members())
    registered = answer.json()
    client_id = registered["client_id"]
    await manage(office, "POST", f"/{client_id}/refuse", {"reason": "The name is misleading."})
    headers = {"Authorization": f"Bearer {registered['registration_access_token']}"}
    body = members(**{"client_name#en-CA": "Wine shop"}) | {"client_id": client_id}
    changed = await office.http.put(registered["registration_client_uri"], json=body, headers=headers)
    assert changed.json()["approval"] == "pending"
    assert "refusal" not in changed.json()
    await manage(office, "POST", f"/{client_id}/approve", {"version": 3})
    assert await is_usable(office, client_id)


async def test_a_refused_client_does_not_get_in_by_asking_for_less(office: Counter) -> None:
    answer = await office.http.post("/openid/register", json=members(**BOTH))
    registered = answer.json()
    await manage(office, "POST", f"/{registered['client_id']}/refuse", {"reason": "No."})
    headers = {"Authorization": f"Bearer {registered['registration_access_token']}"}
    body = members() | {"client_id": registered["client_id"]}
    changed = await office.http.put(registered["registration_client_uri"], json=body, headers=headers)
    assert changed.json()["approval"] == "refused"
    assert not await is_usable(office, registered["client_id"])


async def test_the_other_apis_open_with_a_secret_that_management_makes_and_no_other(tmp_path: Path) -> None:
    """A client has no rights there unless an operator gives it the secret of the relying service."""
    async with opened_counter(tmp_path) as sandbox:
        registered = (await sandbox.http.post("/openid/register", json=members())).json()
        client_id = registered["client_id"]
        body = {"preset": "age-19-or-over"}
        own = httpx.BasicAuth(client_id, registered["client_secret"])
        assert (await sandbox.http.post("/presentations", json=body, auth=own)).status_code == 401
        made = await sandbox.http.post(
            f"/management/clients/{client_id}/secret", json={}, headers=sandbox.management
        )
        given = httpx.BasicAuth(client_id, made.json()["client_secret"])
        assert (await sandbox.http.post("/presentations", json=body, auth=given)).status_code == 201
        client, now = await kept(sandbox, client_id), sandbox.desk.clock.now()
        assert client.has_secret(registered["client_secret"], now)
        assert not client.has_secret(made.json()["client_secret"], now)


async def test_a_relying_service_that_is_switched_off_is_no_client(tmp_path: Path) -> None:
    async with opened_counter(tmp_path) as sandbox:
        registered = (await sandbox.http.post("/openid/register", json=members())).json()
        client_id = registered["client_id"]
        off = f"/management/clients/{client_id}"
        await sandbox.http.post(f"{off}/disable", headers=sandbox.management)
        assert not await is_usable(sandbox, client_id)
        headers = {"Authorization": f"Bearer {registered['registration_access_token']}"}
        looked = await sandbox.http.get(registered["registration_client_uri"], headers=headers)
        assert looked.status_code == 401
        await sandbox.http.post(f"{off}/enable", headers=sandbox.management)
        assert await is_usable(sandbox, client_id)
