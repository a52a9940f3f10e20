"""Registration of OpenID clients over HTTP (RFC 7591, RFC 7592), in the sandbox and in production."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from tests.verifier.openid.others import OthersByHand
from tests.verifier.openid.registering import BACK, members
from tests.verifier.surroundings import PUBLIC_URL
from tests.verifier.web.counter import Counter, opened_counter
from trillium.runtime.http_client import OutgoingClient
from verifier.domain.openid.client import RegisteredClient
from verifier.domain.relying_service import ClientId
from verifier.errors import UnknownClient

REGISTER = "/openid/register"


@pytest.fixture
def others() -> OthersByHand:
    return OthersByHand()


@pytest.fixture
async def sandbox(tmp_path: Path, others: OthersByHand) -> AsyncIterator[Counter]:
    async with opened_counter(tmp_path, others=cast(OutgoingClient, others)) as opened:
        yield opened


@pytest.fixture
async def production(tmp_path: Path, others: OthersByHand) -> AsyncIterator[Counter]:
    async with opened_counter(
        tmp_path, others=cast(OutgoingClient, others), profile="production", unreviewed_clients=3
    ) as opened:
        yield opened


async def register(counter: Counter, **changed: Any) -> dict[str, Any]:
    answer = await counter.http.post(REGISTER, json=members(**changed))
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def token(registered: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {registered['registration_access_token']}"}


async def kept(counter: Counter, registered: dict[str, Any]) -> RegisteredClient:
    found = await counter.desk.verifier.outside.openid.clients.get(ClientId(registered["client_id"]))
    assert found is not None
    return found


async def is_usable(counter: Counter, registered: dict[str, Any]) -> bool:
    try:
        await counter.desk.verifier.openid.clients.find(registered["client_id"])
    except UnknownClient:
        return False
    return True


async def test_a_sandbox_client_is_usable_at_once_and_told_its_secret_once(sandbox: Counter) -> None:
    answer = await sandbox.http.post(REGISTER, json=members())
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["approval"] == "approved"
    assert len(body["client_secret"]) == 43
    assert body["client_secret_expires_at"] == 0
    assert body["client_name#fr-CA"] == "Dépanneur"
    assert body["token_endpoint_auth_method"] == "client_secret_basic"
    assert body["id_token_signed_response_alg"] == "RS256"
    assert body["subject_type"] == "pairwise"
    assert body["default_preset"] == "age-19-or-over"
    assert body["registration_client_uri"] == f"{PUBLIC_URL}/openid/register/{body['client_id']}"
    assert await is_usable(sandbox, body)
    again = await sandbox.http.get(body["registration_client_uri"], headers=token(body))
    assert again.status_code == 200
    assert "client_secret" not in again.json()
    assert "registration_access_token" not in again.json()


async def test_secrets_are_kept_as_hashes_and_open_no_other_api(sandbox: Counter, tmp_path: Path) -> None:
    body = await register(sandbox)
    at_rest = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert body["client_secret"].encode() not in at_rest
    assert body["registration_access_token"].encode() not in at_rest
    client = await kept(sandbox, body)
    assert client.has_secret(body["client_secret"], sandbox.desk.clock.now())
    answer = await sandbox.http.post(
        "/presentations",
        json={"preset": "age-19-or-over"},
        auth=httpx.BasicAuth(body["client_id"], body["client_secret"]),
    )
    assert answer.status_code == 401


async def test_in_production_a_client_waits_for_an_administrator(production: Counter) -> None:
    body = await register(production)
    assert body["approval"] == "pending"
    assert not await is_usable(production, body)
    looked = await production.http.get(body["registration_client_uri"], headers=token(body))
    assert looked.json()["approval"] == "pending"


async def test_no_more_may_wait_than_somebody_can_look_at(production: Counter) -> None:
    for _ in range(3):
        await register(production)
    answer = await production.http.post(REGISTER, json=members())
    assert answer.status_code == 429
    assert "retry-after" in answer.headers
    assert answer.json()["error"] == "temporarily_unavailable"


async def test_every_problem_is_told_at_once_with_what_to_do(sandbox: Counter) -> None:
    answer = await sandbox.http.post(
        REGISTER,
        json=members(**{"client_name#fr-CA": None, "needs": ["name"], "subject_type": "public"}),
    )
    assert answer.status_code == 400
    body = answer.json()
    assert body["error"] == "invalid_client_metadata"
    for said in ("client_name", "subject_type", "age-19-or-over", "pairwise", "registered purpose"):
        assert said in body["error_description"], said


async def test_ones_own_machine_is_for_the_sandbox_only(sandbox: Counter) -> None:
    assert await register(sandbox, redirect_uris=["http://localhost:3000/back"])


async def test_in_production_nobody_is_sent_to_their_own_machine(production: Counter) -> None:
    answer = await production.http.post(REGISTER, json=members(redirect_uris=["http://localhost:3000/back"]))
    assert answer.json()["error"] == "invalid_redirect_uri"


async def test_an_app_without_secret_may_have_a_scheme_of_its_own(sandbox: Counter) -> None:
    body = await register(
        sandbox,
        redirect_uris=["ca.example.shop:/back"],
        application_type="native",
        token_endpoint_auth_method="none",
    )
    assert "client_secret" not in body
    assert body["application_type"] == "native"
    client = await kept(sandbox, body)
    assert client.openid.require_pkce
    assert client.service.site is None


async def test_over_asking_is_refused_with_what_to_ask_instead(sandbox: Counter) -> None:
    """5.19: a name and a date of birth for somebody who only has to know an age."""
    answer = await sandbox.http.post(REGISTER, json=members(presets=["identity"], needs=["age"]))
    said = answer.json()["error_description"]
    assert "identity: photo_card.birthdate" in said
    assert "Ask for age_equal_or_over" in said


async def test_rule_9_who_says_19_or_over_is_not_given_the_date_of_birth(sandbox: Counter) -> None:
    """The client's own words say what it is for, whatever the preset's say."""
    wanted = {"presets": ["identity"], "needs": ["name", "birthdate"]}
    said = {"purpose#en-CA": "To check that you are 19 or over.", "purpose#fr-CA": "Voir."}
    refused = await sandbox.http.post(REGISTER, json=members(**wanted, **said))
    assert refused.status_code == 400
    assert "birthdate" in refused.json()["error_description"]
    assert "age_equal_or_over" in refused.json()["error_description"]
    said["purpose#en-CA"] = "To know who you are."
    assert (await sandbox.http.post(REGISTER, json=members(**wanted, **said))).status_code == 201


async def test_signing_in_is_for_those_who_say_that_they_recognize_people(sandbox: Counter) -> None:
    """7.09: ephemeral unless the service says otherwise."""
    body = await register(sandbox, presets=["sign-in"], needs=["recognition"])
    assert body["subject_mode"] == "stable"
    body = await register(sandbox, presets=["sign-in"], needs=None, subject_mode="per-preset")
    assert (body["subject_mode"], body["needs"]) == ("per-preset", ["recognition"])
    both = {"presets": ["sign-in", "age-19-or-over"], "needs": ["age"]}
    answer = await sandbox.http.post(REGISTER, json=members(**both))
    assert answer.status_code == 400
    assert "sign-in" in answer.json()["error_description"]


async def test_presets_may_be_named_by_scope_and_acr(sandbox: Counter) -> None:
    acr = f"{PUBLIC_URL}/openid/acr/ontario-resident"
    body = await register(
        sandbox,
        presets=None,
        scope="openid age-19-or-over ontario-resident",
        default_acr_values=[acr],
        needs=["age", "residence"],
    )
    assert body["presets"] == ["age-19-or-over", "ontario-resident"]
    assert body["default_preset"] == "ontario-resident"


async def test_a_sector_is_believed_only_when_its_owner_lists_every_redirect_uri(
    sandbox: Counter, others: OthersByHand
) -> None:
    """7.08: otherwise anybody could put themselves into somebody else's sector."""
    uri, other = "https://sector.example/all.json", "https://other.example/back"
    wanted = {"redirect_uris": [BACK, other], "sector_identifier_uri": uri}
    for document in (None, [BACK], {"uris": [BACK, other]}, b"[", [[BACK, other]]):
        if document is not None:
            others.documents[uri] = document
        answer = await sandbox.http.post(REGISTER, json=members(**wanted))
        assert answer.status_code == 400, document
        assert "sector_identifier_uri" in answer.json()["error_description"]
    others.documents[uri] = [BACK, other, "https://third.example/"]
    body = await register(sandbox, **wanted)
    assert (await kept(sandbox, body)).openid.sector == "sector.example"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_registration_opens_for_its_own_token_only(sandbox: Counter, method: str) -> None:
    body, other = await register(sandbox), await register(sandbox)
    uri = body["registration_client_uri"]
    for headers in ({}, token(other), {"Authorization": f"Bearer {body['client_secret']}"}):
        answer = await sandbox.http.request(method, uri, headers=headers)
        assert answer.status_code == 401, headers
        assert answer.headers["www-authenticate"].startswith("Bearer")
    nobody = f"{PUBLIC_URL}/openid/register/oc-nobody"
    assert (await sandbox.http.request(method, nobody, headers=token(body))).status_code == 401
    assert await is_usable(sandbox, body)


async def change(counter: Counter, registered: dict[str, Any], **changed: Any) -> httpx.Response:
    body = members(**changed) | {"client_id": registered["client_id"]}
    return await counter.http.put(registered["registration_client_uri"], json=body, headers=token(registered))


async def test_a_change_replaces_everything(sandbox: Counter) -> None:
    body = await register(sandbox, contacts=["desk@shop.example"])
    changed = await change(sandbox, body, redirect_uris=["https://shop.example/new"])
    assert changed.status_code == 200, changed.text
    assert changed.json()["redirect_uris"] == ["https://shop.example/new"]
    assert "contacts" not in changed.json()
    client = await kept(sandbox, body)
    assert client.has_secret(body["client_secret"], sandbox.desk.clock.now())
    assert client.openid.version == 2


async def test_a_client_does_not_choose_what_the_server_gives(sandbox: Counter) -> None:
    body = await register(sandbox)
    for wrong in (
        {"client_secret": "mine"},
        {"registration_access_token": "mine"},
        {"client_id": "oc-other"},
    ):
        answer = await sandbox.http.put(
            body["registration_client_uri"],
            json=members() | {"client_id": body["client_id"]} | wrong,
            headers=token(body),
        )
        assert answer.status_code == 400, wrong
    same = await change(sandbox, body, client_secret=body["client_secret"])
    assert same.status_code == 200


async def test_a_secret_comes_and_goes_with_the_method(sandbox: Counter) -> None:
    body = await register(sandbox)
    public = await change(sandbox, body, token_endpoint_auth_method="none")
    assert "client_secret" not in public.json()
    assert not (await kept(sandbox, body)).has_secret(body["client_secret"], sandbox.desk.clock.now())
    secret = (await change(sandbox, body)).json()["client_secret"]
    assert secret != body["client_secret"]
    assert (await kept(sandbox, body)).has_secret(secret, sandbox.desk.clock.now())


async def approved(counter: Counter, **changed: Any) -> dict[str, Any]:
    body = await register(counter, **changed)
    answer = await counter.http.post(
        f"/management/openid-clients/{body['client_id']}/approve",
        json={"version": 1},
        headers=counter.management,
    )
    assert answer.status_code == 200, answer.text
    return body


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uris": [BACK, "https://shop.example/second"]},
        {"client_name#en-CA": "Bank of Ontario"},
        {"presets": ["age-19-or-over", "ontario-resident"], "needs": ["age", "residence"]},
        {"require_pkce": False},
        {"token_endpoint_auth_method": "none"},
        {"purpose#en-CA": "Something else."},
        {"backchannel_logout_uri": "https://shop.example/out"},
    ],
)
async def test_a_change_that_gives_more_waits_again(production: Counter, changed: dict[str, Any]) -> None:
    body = await approved(production)
    answer = await change(production, body, **changed)
    assert answer.json()["approval"] == "pending", answer.text
    assert not await is_usable(production, body)


async def test_a_change_that_gives_less_does_not_wait(production: Counter) -> None:
    body = await approved(
        production,
        redirect_uris=[BACK, "https://shop.example/second"],
        presets=["age-19-or-over", "ontario-resident"],
        needs=["age", "residence"],
    )
    answer = await change(production, body, contacts=["new@shop.example"])
    assert answer.json()["approval"] == "approved", answer.text
    assert await is_usable(production, body)


async def test_a_new_secret_and_how_long_the_old_one_stays(sandbox: Counter) -> None:
    body = await register(sandbox)
    uri, now = f"{body['registration_client_uri']}/secret", sandbox.desk.clock.now()
    assert (await sandbox.http.post(uri, json={})).status_code == 401
    answer = await sandbox.http.post(uri, json={"old_secret_hours": 2}, headers=token(body))
    assert answer.status_code == 200, answer.text
    client = await kept(sandbox, body)
    assert client.has_secret(answer.json()["client_secret"], now)
    assert client.has_secret(body["client_secret"], now)
    assert not client.has_secret(body["client_secret"], now + timedelta(hours=2))
    for hours in (-1, 169, "2", True, 10**30):
        refused = await sandbox.http.post(uri, json={"old_secret_hours": hours}, headers=token(body))
        assert refused.status_code == 400, hours
    await sandbox.http.post(uri, json={}, headers=token(body))
    client = await kept(sandbox, body)
    assert not client.has_secret(answer.json()["client_secret"], now)
    assert not client.has_secret(body["client_secret"], now)


async def test_a_client_without_secret_has_none_to_rotate(sandbox: Counter) -> None:
    body = await register(sandbox, token_endpoint_auth_method="none")
    uri = f"{body['registration_client_uri']}/secret"
    answer = await sandbox.http.post(uri, json={}, headers=token(body))
    assert (answer.status_code, answer.json()["error"]) == (409, "invalid_request")


async def test_a_registration_that_is_given_up_is_over(sandbox: Counter) -> None:
    body = await register(sandbox)
    answer = await sandbox.http.delete(body["registration_client_uri"], headers=token(body))
    assert (answer.status_code, answer.content) == (204, b"")
    assert not await is_usable(sandbox, body)
    again = await sandbox.http.get(body["registration_client_uri"], headers=token(body))
    assert again.status_code == 401


async def test_of_changes_at_once_one_is_made_and_the_others_are_told(sandbox: Counter) -> None:
    body = await register(sandbox)
    answers = await asyncio.gather(
        *(change(sandbox, body, redirect_uris=[f"https://shop.example/{one}"]) for one in range(3))
    )
    made = [one for one in answers if one.status_code == 200]
    assert [one.json()["error"] for one in answers if one not in made] == ["invalid_request"] * (
        3 - len(made)
    )
    assert made
    client = await kept(sandbox, body)
    assert client.openid.version == 1 + len(made)
    assert list(client.openid.redirect_uris) in [one.json()["redirect_uris"] for one in made]


async def test_a_body_that_is_no_registration(sandbox: Counter) -> None:
    for content, status in ((b"[]", 400), (b"{", 400), (b'{"redirect_uris": 1}', 400)):
        headers = {"Content-Type": "application/json"}
        answer = await sandbox.http.post(REGISTER, content=content, headers=headers)
        assert answer.status_code == status
    assert (await sandbox.http.post(REGISTER, data={"a": "b"})).status_code == 415
    statement = await sandbox.http.post(REGISTER, json=members(software_statement="x.y.z"))
    assert statement.json()["error"] == "unapproved_software_statement"
