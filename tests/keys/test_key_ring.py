"""Which key signs now, and which are still published (decisions: Keys; requirement 7.07)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from keys.errors import KeyNotUsable, ManifestInvalid, NoActiveKey, UnknownKey
from keys.key_entry import CertificateChain, KeyEntry, KeyState
from keys.key_ring import RingState, retire_due
from keys.purposes import KeyPurpose
from specs.jose import Algorithm
from tests.keys.rings import DAY, NOW, entry, ring_of

CREDENTIAL, STATUS_LIST = KeyPurpose.CREDENTIAL, KeyPurpose.STATUS_LIST


def certified(
    state: KeyState = KeyState.ACTIVE, version: int = 1, purpose: KeyPurpose = CREDENTIAL, until: int = 99
) -> KeyEntry:
    made = entry(purpose, state, version)
    chain = CertificateChain(("leaf",), made.key_id, NOW - DAY, NOW + until * DAY, (), ())
    return replace(made, chain=chain)


def test_the_active_key_signs() -> None:
    pending, active, old = (
        certified(state, version)
        for version, state in enumerate((KeyState.PENDING, KeyState.ACTIVE, KeyState.LIST_ONLY), 1)
    )

    assert ring_of(pending, active, old).signing_entry(CREDENTIAL, NOW) is active


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ([], "never had a key"),
        ([entry(state=KeyState.PENDING)], "still pending"),
        ([replace(entry(state=KeyState.PENDING), certificate_required=True)], "waits for a certificate"),
        ([entry(state=KeyState.RETIRED)], "retired"),
    ],
)
def test_without_an_active_key_the_error_says_why(entries: list[KeyEntry], why: str) -> None:
    with pytest.raises(NoActiveKey, match=f"access_token: .*{why}"):
        ring_of(*entries).signing_entry(KeyPurpose.ACCESS_TOKEN, NOW)


def test_a_key_of_another_purpose_never_stands_in() -> None:
    """7.07: one key, one purpose."""
    ring = ring_of(certified())

    with pytest.raises(NoActiveKey):
        ring.signing_entry(KeyPurpose.REQUEST_OBJECT, NOW)
    with pytest.raises(KeyNotUsable):
        ring.signing_entry_of_key(ring.entries[0].key_id, KeyPurpose.REQUEST_OBJECT, NOW)


def test_asking_for_the_wrong_kind_is_our_own_mistake() -> None:
    ring = ring_of(entry(KeyPurpose.NONCE), certified(), entry(KeyPurpose.REQUEST_DECRYPTION))

    with pytest.raises(ValueError, match="not a signing key"):
        ring.signing_entry(KeyPurpose.NONCE, NOW)
    with pytest.raises(ValueError, match="not a secret key"):
        ring.secret_entry(CREDENTIAL)
    with pytest.raises(ValueError, match="not a agreement key"):
        ring.agreement_entry(ring.entries[1].key_id, NOW)
    with pytest.raises(ValueError, match="is a secret"):
        ring.published(KeyPurpose.NONCE, NOW)


def test_of_several_algorithms_es256_is_the_usual_one() -> None:
    """7.01: an OpenID provider signs with RS256 for clients that know nothing else."""
    rsa = entry(KeyPurpose.ID_TOKEN, algorithm=Algorithm.RS256)
    elliptic = entry(KeyPurpose.ID_TOKEN)

    for ring in (ring_of(rsa, elliptic), ring_of(elliptic, rsa)):
        assert ring.signing_entry(KeyPurpose.ID_TOKEN, NOW) is elliptic
        assert ring.signing_entry(KeyPurpose.ID_TOKEN, NOW, Algorithm.RS256) is rsa
        with pytest.raises(NoActiveKey):
            ring.signing_entry(KeyPurpose.ID_TOKEN, NOW, Algorithm.ES384)
    assert ring_of(rsa).signing_entry(KeyPurpose.ID_TOKEN, NOW) is rsa


class TestStatusLists:
    """A list belongs to one key; the credential key signs until a key of its own is set."""

    def test_the_credential_key_stands_in(self) -> None:
        key = certified()

        assert ring_of(key).signing_entry(STATUS_LIST, NOW) is key

    def test_a_key_of_its_own_takes_over_once_it_is_active_and_not_before(self) -> None:
        key = certified()
        own = certified(purpose=STATUS_LIST)
        pending = certified(KeyState.PENDING, purpose=STATUS_LIST)

        assert ring_of(key, own).signing_entry(STATUS_LIST, NOW) is own
        assert ring_of(key, own).signing_entry(CREDENTIAL, NOW) is key
        assert ring_of(key, pending).signing_entry(STATUS_LIST, NOW) is key

    def test_when_its_own_key_is_gone_the_credential_key_does_not_silently_return(self) -> None:
        retired = certified(KeyState.RETIRED, purpose=STATUS_LIST)

        with pytest.raises(NoActiveKey):
            ring_of(certified(), retired).signing_entry(STATUS_LIST, NOW)

    @pytest.mark.parametrize("purpose", [CREDENTIAL, STATUS_LIST])
    def test_a_list_only_key_signs_its_lists_and_nothing_else(self, purpose: KeyPurpose) -> None:
        old = certified(KeyState.LIST_ONLY, purpose=purpose)
        ring = ring_of(old)

        assert ring.signing_entry_of_key(old.key_id, STATUS_LIST, NOW) is old
        with pytest.raises(KeyNotUsable, match="list-only"):
            ring.signing_entry_of_key(old.key_id, CREDENTIAL, NOW)
        with pytest.raises(NoActiveKey):
            ring.signing_entry(CREDENTIAL, NOW)

    def test_until_the_last_credential_has_expired(self) -> None:
        old = replace(certified(KeyState.LIST_ONLY), lists_until=NOW + DAY)
        ring = ring_of(old)

        assert ring.signing_entry_of_key(old.key_id, STATUS_LIST, NOW + DAY - timedelta(seconds=1)) is old
        with pytest.raises(KeyNotUsable):
            ring.signing_entry_of_key(old.key_id, STATUS_LIST, NOW + DAY)

    def test_lists_of_credentials_stay_with_their_key_after_a_key_of_its_own_is_set(self) -> None:
        key, own = certified(), certified(purpose=STATUS_LIST)

        assert ring_of(key, own).signing_entry_of_key(key.key_id, STATUS_LIST, NOW) is key

    @pytest.mark.parametrize("state", [KeyState.PENDING, KeyState.RETIRED, KeyState.DESTROYED])
    def test_other_states_sign_no_lists(self, state: KeyState) -> None:
        key = certified(state)

        with pytest.raises(KeyNotUsable):
            ring_of(key).signing_entry_of_key(key.key_id, STATUS_LIST, NOW)

    def test_both_keys_are_published_for_lists(self) -> None:
        key, own = certified(), certified(KeyState.PENDING, purpose=STATUS_LIST)

        assert ring_of(key, own).published(STATUS_LIST, NOW) == (key, own)
        assert ring_of(key, own).published(CREDENTIAL, NOW) == (key,)

    def test_a_list_only_key_retires_when_it_is_due(self) -> None:
        due = replace(certified(KeyState.LIST_ONLY), lists_until=NOW)
        later = replace(certified(KeyState.LIST_ONLY, 2), lists_until=NOW + DAY)
        unknown = certified(KeyState.LIST_ONLY, 3)

        after = retire_due(ring_of(due, later, unknown), NOW)

        assert [one.state for one in after.entries] == [
            KeyState.RETIRED,
            KeyState.LIST_ONLY,
            KeyState.LIST_ONLY,
        ]
        assert retire_due(after, NOW) is after


def test_secrets_are_found_by_version_also_when_retired() -> None:
    old, new, gone = (
        entry(KeyPurpose.WRAPPING, state, version)
        for version, state in enumerate((KeyState.RETIRED, KeyState.ACTIVE, KeyState.DESTROYED), 1)
    )
    ring = ring_of(old, new, gone)

    assert ring.secret_entry(KeyPurpose.WRAPPING) is new
    assert ring.secret_entry(KeyPurpose.WRAPPING, 1) is old
    for version in (0, 3, 4):
        with pytest.raises(UnknownKey, match=f"wrapping version {version}"):
            ring.secret_entry(KeyPurpose.WRAPPING, version)


def test_a_replaced_agreement_key_still_decrypts_while_it_is_published() -> None:
    old = replace(entry(KeyPurpose.REQUEST_DECRYPTION, KeyState.RETIRED), published_until=NOW + DAY)
    ring = ring_of(old)

    assert ring.agreement_entry(old.key_id, NOW) is old
    with pytest.raises(KeyNotUsable):
        ring.agreement_entry(old.key_id, NOW + DAY)
    with pytest.raises(UnknownKey):
        ring.agreement_entry("unknown", NOW)


def test_expiring_keys_are_listed_most_urgent_first() -> None:
    """Lessons D5: alarm on days to expiry."""
    month, week, year = (
        certified(until=30),
        certified(KeyState.LIST_ONLY, 2, until=7),
        certified(KeyState.PENDING, 3, until=365),
    )
    expired = certified(purpose=KeyPurpose.REQUEST_OBJECT, until=-1)
    retired = certified(KeyState.RETIRED, 4, until=1)
    ring = ring_of(month, week, year, expired, retired, entry())

    assert ring.expiring(NOW, timedelta(days=31)) == (expired, week, month)
    assert ring.expiring(NOW, timedelta(days=7)) == (expired, week)


def test_two_active_keys_of_one_purpose_are_no_ring() -> None:
    with pytest.raises(ManifestInvalid, match="active"):
        ring_of(entry(version=1), entry(version=2))
    with pytest.raises(ManifestInvalid, match="pending"):
        ring_of(entry(state=KeyState.PENDING, version=1), entry(state=KeyState.PENDING, version=2))


def test_an_id_or_a_version_that_comes_twice_is_no_ring() -> None:
    key = entry()
    with pytest.raises(ManifestInvalid, match="one id"):
        ring_of(key, replace(key, state=KeyState.RETIRED))
    with pytest.raises(ManifestInvalid, match="version"):
        ring_of(key, entry(state=KeyState.RETIRED))


def test_versions_are_counted_per_slot() -> None:
    ring = ring_of(entry(version=4), entry(KeyPurpose.NONCE))

    assert ring.next_version((KeyPurpose.ACCESS_TOKEN, Algorithm.ES256)) == 5
    assert ring.next_version((KeyPurpose.NONCE, None)) == 2
    assert RingState(sandbox=True).next_version((KeyPurpose.NONCE, None)) == 1


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(UnknownKey, match="abc"):
        ring_of().signing_entry_of_key("abc", STATUS_LIST, NOW)
