"""The deferred credential endpoint and the clerk's decisions (4.35, 4.42; acceptance list 2.1 item 18)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from specs.sd_jwt_vc import parse_credential
from tests.issuer.deferred_types import DEFERRED, types_with
from tests.issuer.wallet import holder_key, request_body
from tests.issuer.web.answers import problem, refusal
from tests.issuer.web.running_issuer import RunningIssuer, running_issuer
from tests.issuer.web.waiting import decide, deferral_of, deferrals, fetch, post, promised

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNKNOWN = (400, "invalid_transaction_id")
DENIED = (400, "credential_request_denied")
MALFORMED = (400, "invalid_credential_request")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningIssuer]:
    """Photo cards wait for a decision; proofs of age do not."""
    folder = tmp_path_factory.mktemp("deferred")
    types = types_with(folder, photo_card=DEFERRED)
    async with running_issuer(folder, credential_types_dir=types, deferred_interval=9) as running:
        yield running


async def test_18_first_202_with_transaction_and_interval_then_the_same_then_the_credentials(
    issuer: RunningIssuer,
) -> None:
    token = await issuer.access_token()
    body = request_body(issuer.prover().proofs(await issuer.nonce(), 3))
    first = await issuer.request(token, body)
    assert (first.status_code, first.headers["content-type"]) == (202, "application/json")
    assert first.headers["cache-control"] == "no-store"
    assert set(first.json()) == {"transaction_id", "interval"}
    assert first.json()["interval"] == 9
    transaction_id = first.json()["transaction_id"]
    assert len(transaction_id) == 43
    for _ in range(2):
        again = await fetch(issuer, token, transaction_id)
        assert (again.status_code, again.json()) == (202, first.json())
        assert again.headers["cache-control"] == "no-store"
    assert (await decide(issuer, transaction_id, "approve")).status_code == 200
    answer = await fetch(issuer, token, transaction_id)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.headers["cache-control"] == "no-store"
    assert set(answer.json()) == {"credentials"}  # with more, credo-ts 0.6.3 refuses it
    payloads = [
        parse_credential(entry["credential"]).sd_jwt.payload for entry in answer.json()["credentials"]
    ]
    assert [one["cnf"]["jwk"] for one in payloads] == [dict(holder_key(n).members) for n in range(3)]
    assert refusal(await fetch(issuer, token, transaction_id)) == UNKNOWN


async def test_a_type_that_nobody_decides_about_is_issued_at_once(issuer: RunningIssuer) -> None:
    assert len(await issuer.issue(2, "proof-of-age")) == 2


async def test_4_42_an_unknown_transaction(issuer: RunningIssuer) -> None:
    token = await issuer.access_token()
    for name in ("x", "A" * 43, "é", "\x00", "../../credential", "A" * 1024):
        assert refusal(await fetch(issuer, token, name)) == UNKNOWN


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"transaction_id": None},
        {"transaction_id": 7},
        {"transaction_id": ["x"]},
        {"transaction_id": ""},
        {"transaction_id": "A" * 1025},
        {"acceptance_token": "x"},
        b"",
        b"[]",
        b"transaction_id=x",
        b'{"transaction_id": "x", "transaction_id": "y"}',
    ],
    ids=lambda body: str(body)[:32],
)
async def test_a_request_of_the_wrong_form(issuer: RunningIssuer, body: Any) -> None:
    token = await issuer.access_token()
    assert refusal(await post(issuer, "/deferred-credential", token, body)) == MALFORMED


async def test_a_request_of_another_media_type(issuer: RunningIssuer) -> None:
    headers = {"Content-Type": "text/plain"}
    answer = await post(
        issuer,
        "/deferred-credential",
        await issuer.access_token(),
        b'{"transaction_id":"x"}',
        headers=headers,
    )
    assert refusal(answer) == MALFORMED


async def test_4_42_a_token_is_needed_and_not_in_the_query(issuer: RunningIssuer) -> None:
    token = await issuer.access_token()
    transaction_id = await promised(issuer, token)
    assert refusal(await fetch(issuer, None, transaction_id))[0] == 401
    assert refusal(await fetch(issuer, "opaque", transaction_id)) == (401, "invalid_token")
    body = {"transaction_id": transaction_id}
    answer = await post(issuer, "/deferred-credential", token, body, params={"access_token": token})
    assert refusal(answer) == (400, "invalid_request")


async def test_4_42_another_persons_token_fetches_nothing(issuer: RunningIssuer) -> None:
    transaction_id = await promised(issuer, await issuer.access_token())
    assert (await decide(issuer, transaction_id, "approve")).status_code == 200
    await issuer.import_residents("ON-1000004,Tran,Minh,1990-01-02,M,1 King St,Toronto,ON,M5V 2K9,CA,en,")
    offer = await issuer.manage(
        "POST",
        "/offers",
        json={
            "subject_ref": await issuer.subject_ref("Tran"),
            "credential_configuration_ids": ["photo-card"],
        },
    )
    other = (await issuer.redeem(offer.json() | {"tx_code": None})).json()["access_token"]
    assert refusal(await fetch(issuer, other, transaction_id)) == UNKNOWN
    # Maya's next token is as good as her first one, which may have expired long ago
    assert (await fetch(issuer, await issuer.access_token(), transaction_id)).status_code == 200


async def test_4_42_a_token_for_something_else_fetches_nothing(issuer: RunningIssuer) -> None:
    transaction_id = await promised(issuer, await issuer.access_token())
    assert (
        refusal(await fetch(issuer, await issuer.access_token(("proof-of-age",)), transaction_id)) == UNKNOWN
    )


async def test_4_42_two_pick_ups_at_once_deliver_once(issuer: RunningIssuer) -> None:
    token = await issuer.access_token()
    transaction_id = await promised(issuer, token)
    assert (await decide(issuer, transaction_id, "approve")).status_code == 200
    answers = await asyncio.gather(*(fetch(issuer, token, transaction_id) for _ in range(12)))
    assert sorted(answer.status_code for answer in answers)[0] == 200
    assert sum(answer.status_code == 200 for answer in answers) == 1
    for answer in answers:
        if answer.status_code == 202:
            assert answer.json()["transaction_id"] == transaction_id
        elif answer.status_code != 200:
            assert refusal(answer) == UNKNOWN


async def test_4_42_a_denial_is_told_and_its_reason_is_not(issuer: RunningIssuer) -> None:
    token = await issuer.access_token()
    transaction_id = await promised(issuer, token)
    answer = await decide(issuer, transaction_id, "deny", reason="documents_missing")
    assert (answer.status_code, answer.json()["state"]) == (200, "denied")
    assert answer.json()["reason"] == "documents_missing"
    for _ in range(2):
        refused = await fetch(issuer, token, transaction_id)
        assert refusal(refused) == DENIED
        assert "documents" not in refused.text


async def test_d4_what_was_not_fetched_in_time_is_denied(issuer: RunningIssuer) -> None:
    transaction_id = await promised(issuer, await issuer.access_token())
    issuer.clock.advance(days=7)
    assert refusal(await fetch(issuer, await issuer.access_token(), transaction_id)) == DENIED


# The clerk.


async def test_the_clerk_sees_who_waits_for_what_and_nothing_that_fetches_it(issuer: RunningIssuer) -> None:
    transaction_id = await promised(issuer, await issuer.access_token(), 4)
    subject_ref, deferral_id = await issuer.subject_ref(), deferral_of(issuer, transaction_id)
    [shown] = [one for one in await deferrals(issuer, subject_ref) if one["deferral_id"] == deferral_id]
    assert shown["subject_ref"] == subject_ref
    assert shown["credential_configuration_id"] == "photo-card"
    assert (shown["state"], shown["copies"], shown["waits_for"]) == ("pending", 4, "registry_review")
    answer = await issuer.manage("GET", f"/deferrals/{deferral_id}")
    assert answer.json() == shown
    assert transaction_id not in answer.text
    assert "jwk" not in answer.text
    assert not await deferrals(issuer, "somebody-else")
    assert shown in await deferrals(issuer)


async def test_a_decision_is_taken_once(issuer: RunningIssuer) -> None:
    transaction_id = await promised(issuer, await issuer.access_token())
    decided = (409, "deferral_decided")
    assert (await decide(issuer, transaction_id, "approve")).json()["state"] == "approved"
    assert problem(await decide(issuer, transaction_id, "approve")) == decided
    assert (await decide(issuer, transaction_id, "deny", reason="fraud")).json()["state"] == "denied"
    assert problem(await decide(issuer, transaction_id, "deny", reason="fraud")) == decided
    assert problem(await decide(issuer, transaction_id, "approve")) == decided


@pytest.mark.parametrize("path", ["", "/approve", "/deny"])
async def test_an_unknown_request(issuer: RunningIssuer, path: str) -> None:
    method, body = (
        ("GET", {}) if not path else ("POST", {"json": {"reason": "error"}} if path == "/deny" else {})
    )
    assert problem(await issuer.manage(method, f"/deferrals/nobodys{path}", **body)) == (
        404,
        "unknown_deferral",
    )


@pytest.mark.parametrize(
    "body", [{}, {"reason": "because"}, {"reason": None}, {"reason": "error", "note": "x"}]
)
async def test_a_denial_has_one_of_the_reasons(issuer: RunningIssuer, body: dict[str, Any]) -> None:
    transaction_id = await promised(issuer, await issuer.access_token())
    path = f"/deferrals/{deferral_of(issuer, transaction_id)}"
    assert problem(await issuer.manage("POST", f"{path}/deny", json=body)) == (400, "invalid_request")
    assert (await issuer.manage("GET", path)).json()["state"] == "pending"
