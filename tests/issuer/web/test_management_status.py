"""Cards of a person and changes of their status over the management API."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from issuer.web.management_messages import StatusReason
from tests.issuer.web.answers import problem
from tests.issuer.web.running_issuer import RunningIssuer

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def cards(issuer: RunningIssuer) -> list[dict[str, Any]]:
    answer = await issuer.manage("GET", "/credentials", params={"subject_ref": await issuer.subject_ref()})
    assert answer.status_code == 200
    return list(answer.json()["credentials"])


async def new_card(issuer: RunningIssuer, copies: int = 1) -> dict[str, Any]:
    known = await cards(issuer)
    await issuer.issue(copies)
    [card] = [card for card in await cards(issuer) if card not in known]
    return card


async def change(issuer: RunningIssuer, **members: Any) -> Any:
    return await issuer.manage("POST", "/status-changes", json={"reason": "lost", **members})


async def test_a_card_is_shown_with_its_copies_and_times_and_no_claim(issuer: RunningIssuer) -> None:
    card = await new_card(issuer, 3)
    expires_at = datetime.fromisoformat(card["expires_at"])
    assert set(card) == {
        *("issuance_id", "credential_configuration_id", "copies", "status", "issued_at", "expires_at")
    }
    assert (card["credential_configuration_id"], card["copies"], card["status"]) == ("photo-card", 3, "valid")
    assert datetime.fromisoformat(card["issued_at"]) == issuer.clock.now()
    assert expires_at > issuer.clock.now() + timedelta(days=180)
    assert expires_at == expires_at.astimezone(UTC).replace(hour=0, minute=0)


async def test_a_card_is_changed_by_its_id_and_follows_its_rules(issuer: RunningIssuer) -> None:
    card = (await new_card(issuer, 4))["issuance_id"]
    told = []
    for verb in ("suspend", "suspend", "reinstate", "reinstate", "revoke", "reinstate", "suspend", "revoke"):
        answer = await change(issuer, issuance_id=card, change=verb)
        state = next(one["status"] for one in await cards(issuer) if one["issuance_id"] == card)
        if answer.status_code == 200:
            assert answer.json() == {"issuance_ids": [card], "changed_copies": 4, "published": False}
            told.append(state)
        else:
            assert problem(answer) == (409, "status_change_refused")
            told.append("")
    assert told == ["suspended", "", "valid", "", "revoked", "", "", ""]


async def test_all_cards_of_a_person_are_changed_at_once(issuer: RunningIssuer) -> None:
    await issuer.issue(2)
    await issuer.issue(3, "proof-of-age")
    subject_ref = await issuer.subject_ref()
    open_cards = [card["issuance_id"] for card in await cards(issuer) if card["status"] == "valid"]
    answer = await change(issuer, subject_ref=subject_ref, change="revoke", reason="stolen_phone")
    assert set(answer.json()["issuance_ids"]) == set(open_cards)
    assert {card["status"] for card in await cards(issuer)} == {"revoked"}
    again = await change(issuer, subject_ref=subject_ref, change="revoke")
    assert problem(again) == (409, "status_change_refused")


async def test_what_a_person_holds_is_changed_with_what_is_theirs(issuer: RunningIssuer) -> None:
    card = await new_card(issuer, 2)
    subject_ref = await issuer.subject_ref()
    answer = await change(issuer, subject_ref=subject_ref, change="suspend", held=True)
    assert answer.status_code == 200
    assert card["issuance_id"] in answer.json()["issuance_ids"]
    unheard = await change(issuer, issuance_id=card["issuance_id"], change="revoke", held=True)
    assert problem(unheard) == (400, "invalid_request")


@pytest.mark.parametrize("reason", list(StatusReason))
async def test_every_reason_is_taken_and_only_these(issuer: RunningIssuer, reason: str) -> None:
    card = (await new_card(issuer))["issuance_id"]
    assert (await change(issuer, issuance_id=card, change="revoke", reason=reason)).status_code == 200


async def test_revocations_at_once_are_counted_once(issuer: RunningIssuer) -> None:
    card = (await new_card(issuer, 2))["issuance_id"]
    before = issuer.rows()
    answers = await asyncio.gather(*(change(issuer, issuance_id=card, change="revoke") for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
    after = issuer.rows()
    events = [row for row in after["issuer_event"] if row not in before["issuer_event"]]
    assert [row[1] for row in events] == ["credential_revoked"]
    assert len(after["issuer_credential"]) == len(before["issuer_credential"]) + 2  # two decoys


REQUESTS: dict[str, dict[str, Any]] = {
    "neither": {"change": "revoke"},
    "both": {"change": "revoke", "subject_ref": "a", "issuance_id": "b"},
    "unknown-change": {"change": "delete", "subject_ref": "a"},
    "no-change": {"subject_ref": "a"},
    "no-reason": {"change": "revoke", "subject_ref": "a", "reason": None},
    "free-text-as-reason": {"change": "revoke", "subject_ref": "a", "reason": "she told me"},
    "unknown-member": {"change": "revoke", "subject_ref": "a", "until": "tomorrow"},
    "number": {"change": "revoke", "subject_ref": 7},
    "zero-byte": {"change": "revoke", "subject_ref": "a\x00"},
    "empty": {"change": "revoke", "issuance_id": ""},
}


@pytest.mark.parametrize("defect", REQUESTS)
async def test_a_change_that_makes_no_sense(issuer: RunningIssuer, defect: str) -> None:
    before = issuer.rows()
    answer = await change(issuer, **REQUESTS[defect])
    assert problem(answer) == (400, "invalid_request")
    assert "she told me" not in answer.text
    assert issuer.rows() == before


@pytest.mark.parametrize("who", [{"subject_ref": "nobody"}, {"issuance_id": "A" * 22}])
async def test_nobody_and_nothing(issuer: RunningIssuer, who: dict[str, str]) -> None:
    assert problem(await change(issuer, change="revoke", **who)) == (404, "unknown_credential")


@pytest.mark.parametrize("subject_ref", ["", "a" * 65, "\x00", "é", "a b"])
async def test_a_person_who_cannot_be_one(issuer: RunningIssuer, subject_ref: str) -> None:
    answer = await issuer.manage("GET", "/credentials", params={"subject_ref": subject_ref})
    assert problem(answer) == (400, "invalid_request")
    assert problem(await issuer.manage("GET", "/credentials")) == (400, "invalid_request")


async def test_somebody_without_cards_has_none(issuer: RunningIssuer) -> None:
    answer = await issuer.manage("GET", "/credentials", params={"subject_ref": "nobody"})
    assert answer.json() == {"credentials": []}


@pytest.mark.parametrize(
    "more",
    ['"change": "suspend"', '"subject_ref": "everybody"', '"held": "true"', '"held": 1'],
)
async def test_a_change_with_two_meanings_changes_nothing(issuer: RunningIssuer, more: str) -> None:
    card = await new_card(issuer)
    person = await issuer.subject_ref()
    body = f'{{"change": "revoke", "reason": "lost", "subject_ref": "{person}", {more}}}'
    headers = {"Content-Type": "application/json"}
    answer = await issuer.manage("POST", "/status-changes", content=body.encode(), headers=headers)
    assert problem(answer) == (400, "invalid_request")
    assert card in await cards(issuer)
