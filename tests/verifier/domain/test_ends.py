"""5.28: the closed list of ends without a verdict, and what an OpenID client is told of each."""

import pytest

from specs.oauth import AccessDenied, OAuthError, ServerError, TemporarilyUnavailable
from verifier.domain import reasons
from verifier.domain.ends import (
    ALL,
    OTHER_WALLET_ERROR,
    SERVICE_CANCELLED,
    VISITOR_CANCELLED,
    WALLET_ERRORS,
    EndKind,
    end_of,
    end_of_wallet_error,
)
from verifier.domain.openid.refused_login import told_to_client
from verifier.domain.presentation_page import PageState

SECTION_8_5 = (
    *("invalid_request", "invalid_client", "invalid_scope", "access_denied", "wallet_unavailable"),
    *("vp_formats_not_supported", "invalid_request_uri_method", "invalid_transaction_data"),
)


def test_every_code_of_the_standard_is_there() -> None:
    assert set(SECTION_8_5) <= {kind.code for kind in WALLET_ERRORS}


def test_codes_are_unique_also_beside_those_of_verdicts() -> None:
    codes = [kind.code for kind in (*ALL, *reasons.ALL)]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.code)
def test_each_says_why_and_what_next_in_both_languages(kind: EndKind) -> None:
    said = [kind.text, kind.next_step, kind.advice]
    texts = [text for one in said for text in one.by_language.values()]
    assert len(set(texts)) == len(texts)
    assert all(text.strip() == text and text.endswith(".") for text in texts)


@pytest.mark.parametrize(
    "error", ["", "Access_Denied", "<script>x", "visitor_cancelled", "service_cancelled"]
)
def test_whatever_is_not_registered_is_one_kind(error: str) -> None:
    assert end_of_wallet_error(error) is OTHER_WALLET_ERROR


def test_the_reasons_of_a_verdict_are_no_ends() -> None:
    assert end_of(kind.code for kind in reasons.ALL) is None
    assert end_of(()) is None


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("access_denied", AccessDenied),
        ("vp_formats_not_supported", AccessDenied),
        (VISITOR_CANCELLED.code, AccessDenied),
        (SERVICE_CANCELLED.code, AccessDenied),
        ("wallet_unavailable", TemporarilyUnavailable),
        ("temporarily_unavailable", TemporarilyUnavailable),
        ("invalid_request", ServerError),
        ("invalid_client", ServerError),
        ("invalid_scope", ServerError),
        ("invalid_request_uri_method", ServerError),
        ("invalid_transaction_data", ServerError),
        ("server_error", ServerError),
        (OTHER_WALLET_ERROR.code, ServerError),
        # Cancelled without a reason of ours: the service was switched off.
        ("cancelled", AccessDenied),
    ],
)
def test_an_openid_client_can_tell_a_no_from_a_fault(code: str, error: type[OAuthError]) -> None:
    assert type(told_to_client(PageState.CANCELLED, code)) is error


@pytest.mark.parametrize("state", [PageState.REJECTED, PageState.UNDETERMINED, PageState.TIMED_OUT])
def test_other_ends_of_a_login_are_refusals(state: PageState) -> None:
    assert type(told_to_client(state, "revoked")) is AccessDenied
