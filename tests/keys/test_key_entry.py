"""One key: its states, its certificate, how long it is published (lessons E3 #168, requirement 7.07)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from keys.errors import (
    CertificateExpired,
    CertificateMissing,
    CertificateNotYetValid,
    NeverRotated,
    TransitionRefused,
)
from keys.key_entry import ALLOWED_TRANSITIONS, CertificateChain, KeyEntry, KeyState, secret_id
from keys.purposes import KeyPurpose
from specs.jose import Algorithm
from tests.keys.rings import DAY, NOW, entry

ALLOWED = {
    (KeyState.PENDING, KeyState.ACTIVE),
    (KeyState.PENDING, KeyState.RETIRED),
    (KeyState.ACTIVE, KeyState.LIST_ONLY),
    (KeyState.ACTIVE, KeyState.RETIRED),
    (KeyState.LIST_ONLY, KeyState.RETIRED),
    (KeyState.RETIRED, KeyState.DESTROYED),
}


def with_chain(**days: float) -> KeyEntry:
    """A credential key whose chain is valid from `since` to `until` days from now."""
    made = entry(KeyPurpose.CREDENTIAL)
    since, until = (NOW + timedelta(days=days[name]) for name in ("since", "until"))
    chain = CertificateChain(("leaf",), made.key_id, since, until, ("localhost",), ("https://issuer",))
    return replace(made, chain=chain, certificate_required=True)


@pytest.mark.parametrize("before", list(KeyState))
@pytest.mark.parametrize("after", list(KeyState))
def test_only_the_listed_transitions_exist(before: KeyState, after: KeyState) -> None:
    credential = entry(KeyPurpose.CREDENTIAL, before)

    if (before, after) in ALLOWED:
        assert credential.to_state(after).state is after
    else:
        with pytest.raises(TransitionRefused, match=credential.key_id):
            credential.to_state(after)


def test_nothing_comes_back_from_destroyed_and_nothing_becomes_pending() -> None:
    assert not ALLOWED_TRANSITIONS[KeyState.DESTROYED]
    assert all(KeyState.PENDING not in after for after in ALLOWED_TRANSITIONS.values())


@pytest.mark.parametrize("purpose", [KeyPurpose.ACCESS_TOKEN, KeyPurpose.NONCE, KeyPurpose.REQUEST_OBJECT])
def test_only_keys_with_lists_become_list_only(purpose: KeyPurpose) -> None:
    with pytest.raises(TransitionRefused, match="no lists"):
        entry(purpose).to_state(KeyState.LIST_ONLY)


@pytest.mark.parametrize("purpose", [KeyPurpose.PAIRWISE_SUBJECT, KeyPurpose.INDEX_PERMUTATION])
def test_a_secret_that_never_rotates_stays_active(purpose: KeyPurpose) -> None:
    with pytest.raises(NeverRotated):
        entry(purpose).to_state(KeyState.RETIRED)


@pytest.mark.parametrize(("since", "until"), [(-1, 1), (0, 1), (-1, 0)])
def test_both_ends_belong_to_the_validity_of_a_certificate(since: float, until: float) -> None:
    with_chain(since=since, until=until).verify_certificate(NOW)


def test_an_expired_certificate_is_refused() -> None:
    """Lessons #168: credentials went out under an expired signer certificate."""
    with pytest.raises(CertificateExpired, match="2026-11-22"):
        with_chain(since=-9, until=-1e-6).verify_certificate(NOW)


def test_a_certificate_of_tomorrow_is_refused() -> None:
    with pytest.raises(CertificateNotYetValid):
        with_chain(since=1e-6, until=9).verify_certificate(NOW)


def test_a_purpose_with_certificates_refuses_a_key_without_even_if_nobody_asked_for_one() -> None:
    with pytest.raises(CertificateMissing):
        replace(entry(KeyPurpose.CREDENTIAL), certificate_required=False).verify_certificate(NOW)


def test_a_certificate_that_was_asked_for_is_due_for_any_purpose() -> None:
    asked = replace(entry(KeyPurpose.ACCESS_TOKEN), certificate_required=True)

    with pytest.raises(CertificateMissing):
        asked.verify_certificate(NOW)
    entry(KeyPurpose.ACCESS_TOKEN).verify_certificate(NOW)


def test_an_unasked_certificate_that_has_expired_stops_the_key_too() -> None:
    expired = with_chain(since=-9, until=-1).chain
    plain = replace(entry(KeyPurpose.ACCESS_TOKEN), chain=expired)

    with pytest.raises(CertificateExpired):
        plain.verify_certificate(NOW)


@pytest.mark.parametrize(
    ("state", "until", "expected"),
    [
        (KeyState.PENDING, None, False),
        (KeyState.ACTIVE, None, True),
        (KeyState.LIST_ONLY, None, True),
        (KeyState.LIST_ONLY, NOW + DAY, True),
        (KeyState.LIST_ONLY, NOW, False),
        (KeyState.RETIRED, NOW + DAY, False),
        (KeyState.DESTROYED, NOW + DAY, False),
    ],
)
def test_lists_are_signed_until_the_last_credential_expires(
    state: KeyState, until: datetime | None, expected: bool
) -> None:
    key = replace(entry(KeyPurpose.CREDENTIAL, state), lists_until=until)

    assert key.signs_lists_at(NOW) is expected


def test_a_key_of_another_purpose_signs_no_lists() -> None:
    assert not entry(KeyPurpose.ACCESS_TOKEN).signs_lists_at(NOW)


def test_published_from_before_its_use_until_its_retention_has_passed() -> None:
    """7.07"""
    for state in (KeyState.PENDING, KeyState.ACTIVE, KeyState.LIST_ONLY):
        assert entry(KeyPurpose.CREDENTIAL, state).is_published(NOW)
    retired = replace(entry(state=KeyState.RETIRED), published_until=NOW + DAY)

    assert retired.is_published(NOW + DAY - timedelta(microseconds=1))
    assert not retired.is_published(NOW + DAY)
    assert not entry(state=KeyState.RETIRED).is_published(NOW)
    assert not entry(state=KeyState.DESTROYED).is_published(NOW)


def test_a_chain_covers_names_when_it_has_them_all() -> None:
    chain = CertificateChain(("leaf",), "id", NOW, NOW, ("a.example", "b.example"), ("https://a.example",))

    assert chain.covers(("a.example",), ())
    assert chain.covers(("b.example", "a.example"), ("https://a.example",))
    assert not chain.covers(("c.example",), ())
    assert not chain.covers((), ("https://a.example/",))


def test_the_slot_is_purpose_and_algorithm_and_secrets_have_none() -> None:
    rsa = entry(KeyPurpose.ID_TOKEN, algorithm=Algorithm.RS256)

    assert rsa.slot == (KeyPurpose.ID_TOKEN, Algorithm.RS256)
    assert entry(KeyPurpose.NONCE).slot == (KeyPurpose.NONCE, None)
    assert entry(KeyPurpose.REQUEST_DECRYPTION).slot == (KeyPurpose.REQUEST_DECRYPTION, None)
    assert secret_id(KeyPurpose.PAIRWISE_SUBJECT, 3) == "pairwise_subject-3"
