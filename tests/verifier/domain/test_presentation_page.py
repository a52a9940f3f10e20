"""What a page says, and what it takes for a result to be released (5.29)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.issuing import NOW
from verifier.domain.presentation import (
    ClientIdPrefix,
    CrossDevice,
    Presentation,
    PresentationState,
    Release,
    RequestId,
)
from verifier.domain.presentation_page import (
    CODE_LIFETIME,
    RETURN_LIFETIME,
    PageState,
    PresentationPage,
    Refusal,
    ReleaseWay,
    is_open_release,
    needs_release,
    needs_return_code,
    state_of_page,
)
from verifier.domain.relying_service import ClientId

END = NOW + timedelta(minutes=5)
MOMENT = timedelta(microseconds=1)
PAGE = PresentationPage(RequestId("request"), b"page", NOW, END, session_hash=b"session")
VERDICTS = (PresentationState.ACCEPTED, PresentationState.REJECTED, PresentationState.UNDETERMINED)


def presentation(state: PresentationState = PresentationState.ACCEPTED, **changed: Any) -> Presentation:
    members: dict[str, Any] = {
        "request_id": RequestId("request"),
        "transaction_hash": b"transaction",
        "client_id": ClientId("shop"),
        "preset": "identity",
        "prefix": ClientIdPrefix.X509_HASH,
        "nonce": "nonce",
        "state_value": "state",
        "locale": "en-CA",
        "created_at": NOW,
        "expires_at": END,
        "state": state,
        "concluded_at": None if state.is_open else NOW,
        "release": Release.BROWSER,
        "reasons": ("expired",) if state is PresentationState.REJECTED else (),
    }
    return Presentation(**members | changed)


@pytest.mark.parametrize("state", VERDICTS)
def test_a_verdict_waits_for_its_browser(state: PresentationState) -> None:
    ended = presentation(state)
    assert needs_release(ended)
    assert state_of_page(PAGE, ended, NOW) is PageState.ANSWERED
    released = replace(PAGE, released_at=NOW, way=ReleaseWay.SAME_DEVICE)
    assert state_of_page(released, ended, NOW + timedelta(hours=1)) == state.value


@pytest.mark.parametrize("state", VERDICTS)
def test_what_a_service_started_itself_waits_for_nobody(state: PresentationState) -> None:
    assert not needs_release(presentation(state, release=Release.DIRECT))


@pytest.mark.parametrize("state", [PresentationState.CANCELLED, PresentationState.TIMED_OUT])
def test_an_end_that_says_nothing_waits_for_nobody(state: PresentationState) -> None:
    assert not needs_release(presentation(state))
    assert state_of_page(PAGE, presentation(state), NOW) == state.value


@pytest.mark.parametrize(
    ("reasons", "waits"),
    [
        (("bad_signature",), False),
        (("expired", "bad_signature"), False),
        (("expired",), True),
        (("status_unknown",), True),
        (("a code of another version",), True),
        ((), True),
    ],
)
def test_only_what_is_not_genuine_waits_for_nobody(reasons: tuple[str, ...], waits: bool) -> None:
    """Its wallet was told no response code; anything that is not known for sure stays protected."""
    assert needs_release(presentation(PresentationState.REJECTED, reasons=reasons)) is waits


def test_coming_back_has_its_time() -> None:
    ended = presentation()
    assert state_of_page(PAGE, ended, NOW + RETURN_LIFETIME - MOMENT) is PageState.ANSWERED
    assert state_of_page(PAGE, ended, NOW + RETURN_LIFETIME) is PageState.TIMED_OUT


def test_typing_has_its_time_and_its_tries() -> None:
    shown = replace(PAGE, code_shown_at=NOW)
    assert state_of_page(shown, presentation(), NOW + CODE_LIFETIME - MOMENT) is PageState.CODE
    assert state_of_page(shown, presentation(), NOW + CODE_LIFETIME) is PageState.TIMED_OUT
    assert not replace(shown, attempts_left=0).is_code_open(NOW)
    refused = replace(shown, refusal=Refusal.GUESSED)
    assert not refused.is_code_open(NOW)
    assert state_of_page(refused, presentation(), NOW) is PageState.REFUSED


@pytest.mark.parametrize("cross_device", list(CrossDevice))
@pytest.mark.parametrize("session", [None, b"session"])
def test_open_needs_a_browser_that_waits(cross_device: CrossDevice, session: bytes | None) -> None:
    page = replace(PAGE, session_hash=session)
    wanted = cross_device is CrossDevice.OPEN and session is not None
    assert is_open_release(page, presentation(cross_device=cross_device)) is wanted
    refused = replace(page, refusal=Refusal.OTHER_BROWSER)
    assert not is_open_release(refused, presentation(cross_device=cross_device))
    assert not is_open_release(page, presentation(PresentationState.RETRIEVED, cross_device=cross_device))


@pytest.mark.parametrize("return_url", [None, "https://shop.example/done"])
def test_a_return_address_wants_its_code(return_url: str | None) -> None:
    assert needs_return_code(presentation(return_url=return_url)) is (return_url is not None)
    direct = presentation(return_url=return_url, release=Release.DIRECT)
    assert not needs_return_code(direct)
    assert not needs_return_code(presentation(PresentationState.CANCELLED, return_url=return_url))


@given(
    state=st.sampled_from(VERDICTS),
    shown=st.none() | st.integers(0, 600),
    tries=st.integers(0, 3),
    refusal=st.none() | st.sampled_from(Refusal),
    session=st.none() | st.just(b"session"),
    later=st.integers(0, 3600),
)
def test_no_verdict_shows_on_a_page_before_its_release(
    *,
    state: PresentationState,
    shown: int | None,
    tries: int,
    refusal: Refusal | None,
    session: bytes | None,
    later: int,
) -> None:
    page = replace(
        PAGE,
        session_hash=session,
        code_shown_at=None if shown is None else NOW + timedelta(seconds=shown),
        attempts_left=tries,
        refusal=refusal,
    )
    told = state_of_page(page, presentation(state), NOW + timedelta(seconds=later))
    assert told in (PageState.ANSWERED, PageState.CODE, PageState.TIMED_OUT, PageState.REFUSED)
