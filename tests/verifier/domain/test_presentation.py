"""States of a presentation, and that what is written about it has no values in it."""

from datetime import timedelta

import pytest

from tests.verifier.issuing import NOW
from verifier.domain.event import Event
from verifier.domain.presentation import ClientIdPrefix, Presentation, PresentationState, RequestId
from verifier.domain.relying_service import ClientId, RelyingService

END = NOW + timedelta(minutes=5)
MOMENT = timedelta(microseconds=1)
OPEN = (PresentationState.REQUESTED, PresentationState.RETRIEVED)


def presentation(state: PresentationState) -> Presentation:
    return Presentation(
        request_id=RequestId("request"),
        transaction_hash=b"transaction",
        client_id=ClientId("shop"),
        preset="identity",
        prefix=ClientIdPrefix.X509_HASH,
        nonce="nonce",
        state_value="state",
        locale="en-CA",
        created_at=NOW,
        expires_at=END,
        state=state,
    )


def test_two_states_are_open_and_five_are_ends() -> None:
    assert [state for state in PresentationState if state.is_open] == list(OPEN)
    assert len(PresentationState) == 7


@pytest.mark.parametrize("state", OPEN)
def test_an_open_presentation_times_out_at_its_end(state: PresentationState) -> None:
    assert presentation(state).state_at(END - MOMENT) is state
    assert presentation(state).is_open_at(END - MOMENT)
    assert presentation(state).state_at(END) is PresentationState.TIMED_OUT
    assert not presentation(state).is_open_at(END)


@pytest.mark.parametrize("state", [state for state in PresentationState if not state.is_open])
def test_an_end_stays_what_it_is(state: PresentationState) -> None:
    assert presentation(state).state_at(END + timedelta(days=1)) is state
    assert not presentation(state).is_open_at(NOW)


def test_a_relying_service_has_a_name_in_every_language() -> None:
    names = (("en-CA", "Shop"), ("fr-CA", "Boutique"))
    service = RelyingService(ClientId("shop"), b"hash", names, ("identity",), NOW)
    assert service.name_in("fr-CA") == "Boutique"
    assert service.name_in("de") == "Shop"


def test_an_event_has_no_place_for_a_claim_or_a_key() -> None:
    assert Event._fields == ("name", "actor", "at", "client_id", "preset", "reason")


def test_a_presentation_does_not_show_its_key_or_what_was_asked() -> None:
    shown = presentation(PresentationState.RETRIEVED)._replace(
        nonce="planted nonce",
        state_value="planted state",
        response_key=b"planted key",
        request_object="planted request",
        transaction_data=("planted data",),
    )
    assert "planted" not in f"{shown} {shown!r} {[shown]}"
    assert "request" in repr(shown)
