"""The notification endpoint over HTTP (4.43; acceptance list 2.1, 18)."""

import asyncio
from typing import Any

import pytest

from specs.encoding import b64url_decode, b64url_encode
from tests.issuer.wallet import request_body
from tests.issuer.web.answers import refusal
from tests.issuer.web.running_issuer import RunningIssuer
from tests.issuer.web.waiting import post

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNKNOWN = (400, "invalid_notification_id")
MALFORMED = (400, "invalid_notification_request")
ACCEPTED = "credential_accepted"


async def issued(issuer: RunningIssuer, token: str, configuration_id: str = "photo-card") -> str:
    """The notification_id of a batch of two."""
    body = request_body(issuer.prover().proofs(await issuer.nonce(), 2), configuration_id)
    answer = await issuer.request(token, body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["notification_id"])


async def tell(issuer: RunningIssuer, token: str | None, notification_id: Any, event: Any = ACCEPTED) -> Any:
    body = {"notification_id": notification_id, "event": event}
    return await post(issuer, "/notification", token, body)


@pytest.mark.parametrize("event", ["credential_accepted", "credential_failure", "credential_deleted"])
async def test_18_each_event_is_answered_204_and_kept_once(issuer: RunningIssuer, event: str) -> None:
    token = await issuer.access_token()
    notification_id = await issued(issuer, token)
    first = await tell(issuer, token, notification_id, event)
    assert (first.status_code, first.content) == (204, b"")
    assert first.headers["cache-control"] == "no-store"
    before = issuer.rows()
    assert (await tell(issuer, token, notification_id, event)).status_code == 204
    assert issuer.rows() == before


async def test_4_43_the_same_word_many_times_at_once_counts_once(issuer: RunningIssuer) -> None:
    token = await issuer.access_token()
    notification_id, before = await issued(issuer, token), len(issuer.rows()["issuer_notification"])
    answers = await asyncio.gather(*(tell(issuer, token, notification_id) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {204}
    assert len(issuer.rows()["issuer_notification"]) == before + 1


async def test_4_43_not_telling_is_harmless_and_a_card_is_revoked_as_ever(issuer: RunningIssuer) -> None:
    await issued(issuer, await issuer.access_token())
    request = {"subject_ref": await issuer.subject_ref(), "change": "suspend", "reason": "lost"}
    assert (await issuer.manage("POST", "/status-changes", json=request)).status_code == 200


async def test_4_43_the_description_is_read_and_not_kept(issuer: RunningIssuer) -> None:
    token = await issuer.access_token()
    body = {
        "notification_id": await issued(issuer, token),
        "event": "credential_failure",
        "event_description": "Could not store the card of Quintessa",
        "unknown": {"member": 1},
    }
    assert (await post(issuer, "/notification", token, body)).status_code == 204
    assert "Quintessa" not in repr(issuer.rows())


async def test_the_identifier_names_no_card_to_the_wallet_and_two_share_nothing(
    issuer: RunningIssuer,
) -> None:
    token = await issuer.access_token()
    first, second = await issued(issuer, token), await issued(issuer, token)
    cards = {row[2] for row in issuer.rows()["issuer_credential"]}
    for one in (first, second):
        assert not any(card in one or card.encode() in b64url_decode(one) for card in cards)
    assert first[12:] != second[12:]


@pytest.mark.parametrize("name", ["x", "A" * 60, "é", "\x00", "A" * 1024])
async def test_4_43_an_unknown_identifier(issuer: RunningIssuer, name: str) -> None:
    assert refusal(await tell(issuer, await issuer.access_token(), name)) == UNKNOWN


async def test_4_43_an_altered_identifier(issuer: RunningIssuer) -> None:
    token = await issuer.access_token()
    sealed = b64url_decode(await issued(issuer, token))
    for place in range(0, len(sealed), 5):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        assert refusal(await tell(issuer, token, b64url_encode(changed))) == UNKNOWN


async def test_4_43_somebody_elses_card(issuer: RunningIssuer) -> None:
    notification_id = await issued(issuer, await issuer.access_token())
    await issuer.import_residents("ON-1000004,Tran,Minh,1990-01-02,M,1 King St,Toronto,ON,M5V 2K9,CA,en,")
    request = {
        "subject_ref": await issuer.subject_ref("Tran"),
        "credential_configuration_ids": ["photo-card"],
    }
    offer = await issuer.manage("POST", "/offers", json=request)
    other = (await issuer.redeem(offer.json() | {"tx_code": None})).json()["access_token"]
    assert refusal(await tell(issuer, other, notification_id)) == UNKNOWN


async def test_4_43_a_token_for_another_type(issuer: RunningIssuer) -> None:
    notification_id = await issued(issuer, await issuer.access_token())
    other = await issuer.access_token(("proof-of-age",))
    assert refusal(await tell(issuer, other, notification_id)) == UNKNOWN


async def test_4_43_a_token_is_needed(issuer: RunningIssuer) -> None:
    notification_id = await issued(issuer, await issuer.access_token())
    assert refusal(await tell(issuer, None, notification_id))[0] == 401
    assert refusal(await tell(issuer, "opaque", notification_id)) == (401, "invalid_token")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"event": ACCEPTED},
        {"notification_id": "x"},
        {"notification_id": "x", "event": "credential_lost"},
        {"notification_id": "x", "event": None},
        {"notification_id": 1, "event": ACCEPTED},
        {"notification_id": "", "event": ACCEPTED},
        {"notification_id": "A" * 1025, "event": ACCEPTED},
        {"notification_id": "x", "event": ACCEPTED, "event_description": 'say "x"'},
        {"notification_id": "x", "event": ACCEPTED, "event_description": "é"},
        b"",
        b"[]",
        b"notification_id=x",
        b'{"notification_id": "x", "event": "credential_accepted", "event": "credential_deleted"}',
    ],
    ids=lambda body: str(body)[:48],
)
async def test_4_43_a_request_of_the_wrong_form(issuer: RunningIssuer, body: Any) -> None:
    answer = await post(issuer, "/notification", await issuer.access_token(), body)
    assert refusal(answer) == MALFORMED


async def test_4_43_a_request_of_another_media_type(issuer: RunningIssuer) -> None:
    headers = {"Content-Type": "application/jwt"}
    answer = await post(issuer, "/notification", await issuer.access_token(), b"{}", headers=headers)
    assert refusal(answer) == MALFORMED
