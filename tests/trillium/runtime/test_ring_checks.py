"""Keys that cannot be used, and certificates that end before long, at the very second that counts."""

from datetime import datetime, timedelta

import pytest

from keys import KeyPurpose, KeySpec
from keys.key_ring import RingState
from tests.keys.rings import DAY, NOW, memory_ring
from trillium.runtime.readiness import Level
from trillium.runtime.ring_checks import check_ring

CREDENTIAL = KeyPurpose.CREDENTIAL
REQUIRED = (CREDENTIAL, KeyPurpose.ACCESS_TOKEN, KeyPurpose.WRAPPING, KeyPurpose.REQUEST_DECRYPTION)
SECOND = timedelta(seconds=1)


@pytest.fixture
def state() -> RingState:
    return memory_ring().state


def end_of(state: RingState) -> datetime:
    chain = state.active(CREDENTIAL).chain
    assert chain is not None
    return chain.not_after


def told(state: RingState, now: datetime) -> list[tuple[str, str, Level, str]]:
    return [(one.check, one.code, one.level, one.about) for one in check_ring(state, REQUIRED, now)]


def test_a_fresh_ring_has_nothing_to_tell(state: RingState) -> None:
    assert told(state, NOW) == []


def test_sixty_days_before_the_end_somebody_is_warned(state: RingState) -> None:
    warned = [("certificates", "certificate_expires_soon", Level.WARNING, "credential")]
    end = end_of(state)
    assert told(state, end - 60 * DAY - SECOND) == []
    assert told(state, end - 60 * DAY) == warned
    assert told(state, end) == warned
    [finding] = check_ring(state, REQUIRED, end - 5 * DAY)
    assert "in 5 days" in finding.text
    assert end.date().isoformat() in finding.text


def test_after_the_end_the_key_has_failed(state: RingState) -> None:
    assert told(state, end_of(state) + SECOND) == [
        ("certificates", "certificate_expired", Level.FAILED, "credential")
    ]


def test_before_the_beginning_too(state: RingState) -> None:
    chain = state.active(CREDENTIAL).chain
    assert chain is not None
    assert told(state, chain.not_before) == []
    assert told(state, chain.not_before - SECOND) == [
        ("certificates", "certificate_not_yet_valid", Level.FAILED, "credential")
    ]


def test_a_key_that_waits_for_its_certificate_is_told_from_one_that_was_never_made() -> None:
    certified = KeySpec(("issuer.example",), ("https://issuer.example",), certificate=True)
    ring = memory_ring({CREDENTIAL: certified}, sandbox=False)
    assert told(ring.state, NOW)[:2] == [
        ("certificates", "certificate_missing", Level.FAILED, "credential"),
        ("keys", "no_active_key", Level.FAILED, "access_token"),
    ]


def test_a_list_only_key_whose_certificate_ended_keeps_nobody_from_issuing(state: RingState) -> None:
    ring = memory_ring()
    ring.prepare_next(CREDENTIAL, NOW)
    ring.rotate(CREDENTIAL, NOW, without_publication_lead=True)
    [old] = [one for one in ring.state.of_purpose(CREDENTIAL) if one.state.value == "list-only"]
    assert old.chain is not None
    found = told(ring.state, old.chain.not_after + SECOND)
    assert ("certificates", "list_certificate_expired", Level.WARNING, "credential") in found
