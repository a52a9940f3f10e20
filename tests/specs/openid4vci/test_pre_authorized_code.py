"""The decision about a pre-authorized code (4.12, 4.14, 4.18)."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from specs.errors import ProtocolError
from specs.oauth import PreAuthorizedCodeRequest
from specs.openid4vci import RememberedCode, verify_pre_authorized_code
from specs.openid4vci.errors import (
    AnonymousAccessNotAllowed,
    ExpiredPreAuthorizedCode,
    MissingTxCode,
    RedeemedPreAuthorizedCode,
    UnexpectedTxCode,
    UnknownPreAuthorizedCode,
    WrongTxCode,
)
from tests.specs.openid4vci.material import NOW


def digest(tx_code: str) -> bytes:
    return hashlib.sha256(b"key" + tx_code.encode()).digest()


REQUEST = PreAuthorizedCodeRequest("code")
PLAIN = RememberedCode(expires_at=NOW + timedelta(minutes=1), redeemed=False, tx_code_digest=None)
WITH_CODE = replace(PLAIN, tx_code_digest=digest("493536"))


def decide(
    request: PreAuthorizedCodeRequest, remembered: RememberedCode | None, *, anonymous: bool = True
) -> None:
    verify_pre_authorized_code(
        request, remembered, now=NOW, anonymous_access=anonymous, tx_code_digest=digest
    )


def test_a_good_code_is_accepted_4_18() -> None:
    decide(REQUEST, PLAIN)


def test_a_good_code_with_its_transaction_code_is_accepted_4_18() -> None:
    decide(replace(REQUEST, tx_code="493536"), WITH_CODE)


def test_a_named_client_is_accepted_where_anonymous_ones_are_not_4_18() -> None:
    decide(replace(REQUEST, client_id="wallet"), PLAIN, anonymous=False)


@pytest.mark.parametrize(
    ("request_", "remembered", "error", "code"),
    [
        (REQUEST, None, UnknownPreAuthorizedCode, "invalid_grant"),
        (REQUEST, replace(PLAIN, expires_at=NOW), ExpiredPreAuthorizedCode, "invalid_grant"),
        (REQUEST, replace(PLAIN, redeemed=True), RedeemedPreAuthorizedCode, "invalid_grant"),
        (REQUEST, WITH_CODE, MissingTxCode, "invalid_request"),
        (replace(REQUEST, tx_code="493536"), PLAIN, UnexpectedTxCode, "invalid_request"),
        (replace(REQUEST, tx_code="493537"), WITH_CODE, WrongTxCode, "invalid_grant"),
        (replace(REQUEST, tx_code="４９３５３６"), WITH_CODE, WrongTxCode, "invalid_grant"),
        (replace(REQUEST, tx_code="493536"), None, UnknownPreAuthorizedCode, "invalid_grant"),
    ],
    ids=[
        "unknown-or-attempts-used-up",
        "expired",
        "redeemed",
        "transaction-code-missing",
        "transaction-code-not-expected",
        "transaction-code-wrong",
        "transaction-code-in-other-digits",
        "unknown-with-transaction-code",
    ],
)
def test_refused_with_the_registered_code_4_18(
    request_: PreAuthorizedCodeRequest,
    remembered: RememberedCode | None,
    error: type[ProtocolError],
    code: str,
) -> None:
    with pytest.raises(error) as raised:
        decide(request_, remembered)
    assert type(raised.value) is error
    assert raised.value.code == code


def test_an_anonymous_client_is_refused_before_anything_is_said_about_the_code_4_18() -> None:
    for remembered in (PLAIN, WITH_CODE, None):
        with pytest.raises(AnonymousAccessNotAllowed) as raised:
            decide(REQUEST, remembered, anonymous=False)
        assert raised.value.code == "invalid_client"


def test_nothing_is_said_about_the_transaction_code_of_a_dead_offer_4_14() -> None:
    for dead in (replace(WITH_CODE, redeemed=True), replace(WITH_CODE, expires_at=NOW)):
        with pytest.raises((RedeemedPreAuthorizedCode, ExpiredPreAuthorizedCode)):
            decide(replace(REQUEST, tx_code="0"), dead)
