"""How keys replace each other: rules, and any sequence of them (requirement 7.07, decisions: Keys)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.errors import (
    CertificateMissing,
    CustodyError,
    NeverRotated,
    NoPendingKey,
    PublishedTooShortly,
    StillPublished,
    TransitionRefused,
)
from keys.key_entry import CertificateChain, KeyEntry, KeyState
from keys.key_ring import RingState, destroy, retire, rotate
from keys.purposes import JWKS_LEAD, RING_LEAD, RULES, KeyPurpose
from specs.jose import Algorithm
from tests.keys.rings import DAY, NOW, entry, ring_of

PURPOSES = [KeyPurpose.CREDENTIAL, KeyPurpose.ACCESS_TOKEN, KeyPurpose.NONCE, KeyPurpose.REQUEST_DECRYPTION]


def next_key(purpose: KeyPurpose, version: int = 2) -> KeyEntry:
    made = entry(purpose, KeyState.PENDING, version)
    if not RULES[purpose].certificate:
        return made
    return replace(made, chain=CertificateChain(("leaf",), made.key_id, NOW - DAY, NOW + 999 * DAY, (), ()))


def states(ring: RingState) -> list[KeyState]:
    return [one.state for one in ring.entries]


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_pending_key_becomes_active_and_the_old_one_steps_back(purpose: KeyPurpose) -> None:
    ring = ring_of(entry(purpose), next_key(purpose))
    later = NOW + DAY

    old, new = rotate(ring, purpose, later).entries

    assert (new.state, new.activated_at) == (KeyState.ACTIVE, later)
    assert old.replaced_at == later
    if purpose is KeyPurpose.CREDENTIAL:
        assert (old.state, old.lists_until) == (KeyState.LIST_ONLY, None)
    else:
        assert (old.state, old.published_until) == (KeyState.RETIRED, later + RULES[purpose].retention)


def test_a_replaced_credential_key_keeps_its_lists_until_the_day_that_is_given() -> None:
    ring = ring_of(entry(KeyPurpose.CREDENTIAL), next_key(KeyPurpose.CREDENTIAL))

    old, _ = rotate(ring, KeyPurpose.CREDENTIAL, NOW + DAY, lists_until=NOW + 90 * DAY).entries

    assert old.lists_until == NOW + 90 * DAY
    assert old.signs_lists_at(NOW + 89 * DAY)
    assert not old.signs_lists_at(NOW + 90 * DAY)


@pytest.mark.parametrize(
    ("purpose", "lead"), [(KeyPurpose.ACCESS_TOKEN, JWKS_LEAD), (KeyPurpose.NONCE, RING_LEAD)]
)
def test_a_key_nobody_could_have_seen_yet_is_not_used(purpose: KeyPurpose, lead: timedelta) -> None:
    """7.07: new key published before first use."""
    ring = ring_of(entry(purpose), next_key(purpose))

    with pytest.raises(PublishedTooShortly, match="wait until 2026"):
        rotate(ring, purpose, NOW + lead - timedelta(microseconds=1))
    assert states(rotate(ring, purpose, NOW + lead)) == [KeyState.RETIRED, KeyState.ACTIVE]
    hurried = rotate(ring, purpose, NOW, without_publication_lead=True)
    assert states(hurried) == [KeyState.RETIRED, KeyState.ACTIVE]


def test_the_first_key_need_not_wait() -> None:
    assert states(rotate(ring_of(next_key(KeyPurpose.NONCE)), KeyPurpose.NONCE, NOW)) == [KeyState.ACTIVE]


def test_without_a_prepared_key_there_is_nothing_to_rotate_to() -> None:
    with pytest.raises(NoPendingKey, match="nonce"):
        rotate(ring_of(entry(KeyPurpose.NONCE)), KeyPurpose.NONCE, NOW + DAY)


def test_a_key_that_waits_for_its_certificate_is_not_rotated_to() -> None:
    waiting = replace(next_key(KeyPurpose.CREDENTIAL), chain=None)

    with pytest.raises(CertificateMissing):
        rotate(ring_of(entry(KeyPurpose.CREDENTIAL), waiting), KeyPurpose.CREDENTIAL, NOW + DAY)


@pytest.mark.parametrize("purpose", [KeyPurpose.PAIRWISE_SUBJECT, KeyPurpose.INDEX_PERMUTATION])
def test_some_secrets_never_rotate(purpose: KeyPurpose) -> None:
    with pytest.raises(NeverRotated, match=purpose):
        rotate(ring_of(entry(purpose), entry(purpose, KeyState.PENDING, 2)), purpose, NOW + DAY)


def test_the_algorithms_of_a_purpose_rotate_together_each_in_its_slot() -> None:
    old = [entry(KeyPurpose.ID_TOKEN), entry(KeyPurpose.ID_TOKEN, algorithm=Algorithm.RS256)]
    new = [
        entry(KeyPurpose.ID_TOKEN, KeyState.PENDING, 2, algorithm)
        for algorithm in (Algorithm.RS256, Algorithm.ES256)
    ]

    ring = rotate(ring_of(*old, *new), KeyPurpose.ID_TOKEN, NOW + DAY)

    assert ring.active(KeyPurpose.ID_TOKEN, Algorithm.RS256).key_id == new[0].key_id
    assert ring.active(KeyPurpose.ID_TOKEN).key_id == new[1].key_id
    assert states(ring)[:2] == [KeyState.RETIRED] * 2


def test_a_retired_key_stays_published_for_its_retention_and_a_compromised_one_does_not() -> None:
    """7.07: old key kept for the longest token lifetime plus cache time."""
    key = entry()

    kept = retire(ring_of(key), key.key_id, NOW).entry(key.key_id)
    dropped = retire(ring_of(key), key.key_id, NOW, compromised=True).entry(key.key_id)

    assert kept.is_published(NOW + DAY - timedelta(seconds=1))
    assert not dropped.is_published(NOW)


def test_a_compromised_credential_key_signs_no_more_lists_either() -> None:
    key = entry(KeyPurpose.CREDENTIAL)

    assert not retire(ring_of(key), key.key_id, NOW, compromised=True).entry(key.key_id).signs_lists_at(NOW)


def test_a_key_is_destroyed_only_when_nobody_needs_it() -> None:
    key = entry()
    ring = retire(ring_of(key), key.key_id, NOW)

    with pytest.raises(StillPublished):
        destroy(ring, key.key_id, NOW)
    with pytest.raises(TransitionRefused):
        destroy(ring_of(key), key.key_id, NOW)
    assert states(destroy(ring, key.key_id, NOW + DAY)) == [KeyState.DESTROYED]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["prepare", "rotate", "rotate", "retire", "destroy"]),
        st.sampled_from(PURPOSES),
        st.integers(0, 40),
    ),
    max_size=20,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_after_any_steps_one_key_at_most_signs_and_every_old_token_can_still_be_checked(
    steps: list[tuple[str, KeyPurpose, int]],
) -> None:
    """7.07 as an invariant: whatever signed within the retention is still published."""
    ring, now = ring_of(), NOW
    signed_at: dict[str, datetime] = {}
    for number, (step, purpose, hours) in enumerate(steps, 1):
        now += timedelta(hours=hours)
        try:
            ring = take(ring, step, purpose, number, now)
        except CustodyError:
            continue
        for one in ring.entries:
            if one.state is KeyState.ACTIVE:
                signed_at[one.key_id] = now
        for key_id, last in signed_at.items():
            one = ring.entry(key_id)
            retention = one.rules.retention
            assert one.is_published(now) or now - last >= retention, "a token of this key may still be about"
        for some in PURPOSES:
            active = [one for one in ring.of_purpose(some) if one.state is KeyState.ACTIVE]
            assert len(active) <= 1


def take(ring: RingState, step: str, purpose: KeyPurpose, number: int, now: datetime) -> RingState:
    mine = ring.of_purpose(purpose)
    match step:
        case "prepare" if not any(one.state is KeyState.PENDING for one in mine):
            return ring.with_entries(replace(next_key(purpose, number), created_at=now))
        case "rotate":
            return rotate(ring, purpose, now)
        case "retire" if mine:
            return retire(ring, mine[-1].key_id, now)
        case "destroy" if mine:
            return destroy(ring, mine[0].key_id, now)
    return ring
