"""Asking again, and saying what became of it (4.35, 4.42, 4.43)."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import create_json
from specs.openid4vci import (
    DeferredCredentialRequest,
    DeferredCredentialResponse,
    NotificationEvent,
    NotificationRequest,
    create_deferred_request,
    create_deferred_response,
    create_notification_request,
    parse_credential_response,
    parse_deferred_request,
    parse_notification_request,
    verify_deferred_request,
)
from specs.openid4vci.errors import (
    CredentialRequestError,
    InvalidCredentialRequest,
    InvalidEncryptionParameters,
    InvalidNotificationId,
    InvalidNotificationRequest,
    InvalidTransactionId,
    NotificationError,
)
from tests.specs.oauth.strategies import bodies_with
from tests.specs.openid4vci.encrypting import ASKED, MEMBER, offered
from tests.specs.openid4vci.material import load, metadata

CODES = load("error_codes.json")
BROKEN = [b"", b"\xff", b"[]", b"null", b'"a"', b"{", b'{"x":1,"x":1}', b"{" + b" " * 20_000 + b"}"]
GOOD = {"notification_id": "n", "event": "credential_accepted"}


def test_a_wallet_asks_again_with_what_it_was_given_4_42() -> None:
    assert parse_deferred_request(create_json(create_deferred_request("t-1"))) == DeferredCredentialRequest(
        "t-1"
    )
    body = create_json(create_deferred_request("t-1", response_encryption=ASKED))
    assert parse_deferred_request(body, encrypted=True) == DeferredCredentialRequest("t-1", ASKED, True)
    assert parse_deferred_request(b'{"transaction_id":"t","x":1}').transaction_id == "t"


@pytest.mark.parametrize("body", BROKEN, ids=lambda body: body[:20])
def test_a_deferred_request_that_is_no_strict_json_object_is_refused_4_42(body: bytes) -> None:
    with pytest.raises(InvalidCredentialRequest):
        parse_deferred_request(body)


@pytest.mark.parametrize("value", [None, "", 5, ["t"], "t" * 1025])
def test_a_deferred_request_without_a_transaction_is_refused_4_42(value: Any) -> None:
    with pytest.raises(InvalidCredentialRequest):
        parse_deferred_request(create_json({"transaction_id": value}))
    with pytest.raises(InvalidCredentialRequest):
        parse_deferred_request(b"{}")


@pytest.mark.parametrize("member", [None, {}, MEMBER | {"enc": "A192GCM"}, MEMBER | {"zip": "DEF"}])
def test_encryption_that_we_do_not_have_refuses_a_deferred_request_4_40(member: Any) -> None:
    with pytest.raises(InvalidEncryptionParameters):
        parse_deferred_request(
            create_json({"transaction_id": "t", "credential_response_encryption": member}), encrypted=True
        )


def test_the_encryption_of_a_deferred_request_counts_and_not_an_earlier_one_4_42() -> None:
    asking = DeferredCredentialRequest("t", ASKED, True)
    verify_deferred_request(asking, offered(requests=True, responses=True))
    verify_deferred_request(DeferredCredentialRequest("t"), offered())
    for request, found in (
        (DeferredCredentialRequest("t", ASKED, False), offered()),
        (DeferredCredentialRequest("t", None, True), offered(responses=True)),
        (DeferredCredentialRequest("t"), offered(requests=True)),
        (asking, metadata()),
    ):
        with pytest.raises(InvalidEncryptionParameters):
            verify_deferred_request(request, found)


def test_not_yet_has_the_same_transaction_and_an_interval_4_35() -> None:
    body = create_deferred_response("t-1", interval=5)
    assert body == {"transaction_id": "t-1", "interval": 5}
    assert parse_credential_response(create_json(body), number_of_keys=1) == DeferredCredentialResponse(
        "t-1", 5
    )
    for interval in (0, -1):
        with pytest.raises(ValueError, match="interval"):
            create_deferred_response("t-1", interval=interval)


def test_the_codes_are_the_registered_ones_4_42() -> None:
    assert [InvalidTransactionId.code] == CODES["deferred_400"]
    assert {InvalidNotificationId.code, InvalidNotificationRequest.code} == set(CODES["notification_400"])


@pytest.mark.parametrize("event", CODES["notification_events"])
def test_every_event_is_read_4_43(event: str) -> None:
    found = parse_notification_request(create_json(GOOD | {"event": event, "x_future": 1}))
    assert found == NotificationRequest("n", NotificationEvent(event))


def test_there_are_no_other_events_4_43() -> None:
    assert sorted(NotificationEvent) == sorted(CODES["notification_events"])


@pytest.mark.parametrize("body", BROKEN, ids=lambda body: body[:20])
def test_a_notification_that_is_no_strict_json_object_is_refused_4_43(body: bytes) -> None:
    with pytest.raises(InvalidNotificationRequest) as raised:
        parse_notification_request(body)
    assert raised.value.code == "invalid_notification_request"


@pytest.mark.parametrize(
    "change",
    [
        {"notification_id": None},
        {"notification_id": ""},
        {"notification_id": 5},
        {"notification_id": "n" * 1025},
        {"event": None},
        {"event": ""},
        {"event": "Credential_Accepted"},
        {"event": "credential_revoked"},
        {"event": ["credential_accepted"]},
        {"event_description": 5},
        {"event_description": 'a "quoted" word'},
        {"event_description": "back\\slash"},
        {"event_description": "é"},
        {"event_description": "two\nlines"},
        {"event_description": "a\x7f"},
        {"event_description": "a" * 1025},
    ],
    ids=str,
)
def test_a_notification_with_a_bad_member_is_refused_4_43(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidNotificationRequest):
        parse_notification_request(create_json(GOOD | change))


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters='"\\'), max_size=80))
def test_what_a_wallet_notifies_an_issuer_reads_4_43(description: str) -> None:
    request = NotificationRequest("n-1", NotificationEvent.CREDENTIAL_FAILURE, description)
    assert parse_notification_request(create_json(create_notification_request(request))) == request


def test_a_description_that_may_not_be_sent_is_not_sent_4_43() -> None:
    with pytest.raises(ValueError, match="event_description"):
        create_notification_request(NotificationRequest("n", NotificationEvent.CREDENTIAL_DELETED, "é"))


def test_a_strangers_words_do_not_show_in_a_log_line() -> None:
    request = parse_notification_request(create_json(GOOD | {"event_description": "do not log me"}))
    assert "do not log me" not in repr(request)


@given(bodies_with("transaction_id", "credential_response_encryption", "notification_id", "event"))
def test_nothing_but_a_refusal_is_raised(body: bytes) -> None:
    with contextlib.suppress(CredentialRequestError):
        parse_deferred_request(body)
    with contextlib.suppress(NotificationError):
        parse_notification_request(body)
