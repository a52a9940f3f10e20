"""Nonces: nothing is kept until one is used, and none is good for longer than it says."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuer.services.issue_nonce import NONCE_LIFETIME, forgettable_at
from specs.openid4vci import NONCE_RANDOM_BYTES
from specs.openid4vci.errors import ExpiredNonce, InvalidNonce, UnknownNonce
from tests.issuer.services.issuer_in_memory import IssuerInMemory
from tests.issuer.surroundings import HandClock


@pytest.fixture(scope="module")
def issuer() -> IssuerInMemory:
    return IssuerInMemory()


def test_4_28_nonces_are_never_the_same_and_carry_enough_randomness(issuer: IssuerInMemory) -> None:
    issue = issuer.issuer.credentials.nonces
    assert len({issue() for _ in range(1000)}) == 1000
    assert NONCE_RANDOM_BYTES * 8 > 96  # what the conformance suite asks for


def test_asking_for_nonces_fills_no_table() -> None:
    issuer = IssuerInMemory()
    before = repr(issuer.store)
    for _ in range(10):
        issuer.issuer.credentials.nonces()
    assert repr(issuer.store) == before


def test_a_nonce_is_good_for_five_minutes_and_not_a_moment_longer() -> None:
    issuer = IssuerInMemory()
    issue = issuer.issuer.credentials.nonces
    made_at, nonce = issuer.clock.moment, issue()
    assert issue.check(nonce).expires_at == made_at + NONCE_LIFETIME
    issuer.clock.moment = made_at + NONCE_LIFETIME - timedelta(milliseconds=1)
    issue.check(nonce)
    issuer.clock.moment = made_at + NONCE_LIFETIME
    with pytest.raises(ExpiredNonce):
        issue.check(nonce)


def test_a_nonce_of_another_issuer_is_none_of_ours(issuer: IssuerInMemory) -> None:
    with pytest.raises(UnknownNonce):
        issuer.issuer.credentials.nonces.check(IssuerInMemory().issuer.credentials.nonces())


@given(
    place=st.integers(0, 53), letter=st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_")
)
def test_no_character_of_a_nonce_can_be_changed(issuer: IssuerInMemory, place: int, letter: str) -> None:
    issue = issuer.issuer.credentials.nonces
    nonce = issue()
    altered = nonce[:place] + letter + nonce[place + 1 :]
    if altered != nonce:
        with pytest.raises(InvalidNonce):
            issue.check(altered)


@given(st.text(max_size=80))
def test_no_other_text_is_a_nonce(issuer: IssuerInMemory, text: str) -> None:
    with pytest.raises(UnknownNonce):
        issuer.issuer.credentials.nonces.check(text)


def test_a_used_nonce_is_remembered_until_no_clock_takes_it_for_valid(issuer: IssuerInMemory) -> None:
    """The memory of used nonces outlives them by more than our clocks differ (lessons.md D4)."""
    nonces = issuer.issuer.credentials.nonces
    used = nonces.check(nonces())
    purging, slow = HandClock(used.expires_at), HandClock(used.expires_at - timedelta(seconds=59))
    assert replace(nonces, clock=slow).check(nonces())  # the slow server would still accept it
    assert forgettable_at(purging.now()) < used.expires_at - timedelta(seconds=60)
    assert forgettable_at(used.expires_at + timedelta(hours=1)) > used.expires_at
