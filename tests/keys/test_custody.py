"""The ring in use, over memory and file alike."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from keys import KeyPurpose, KeyRing, KeyState, open_key_ring
from keys.errors import (
    CertificateExpired,
    CertificateNotYetValid,
    KeyNotUsable,
    NoActiveKey,
    UnknownKey,
)
from keys.wrapping import unwrap, wrap, wrapped_version
from specs.jose import parse_x5c, verify_chain, verify_signature
from tests.keys.rings import ALL_WANTED, DAY, ISSUER, NOW, WANTED, file_ring

CREDENTIAL, STATUS_LIST = KeyPurpose.CREDENTIAL, KeyPurpose.STATUS_LIST
URIS: dict[str, Callable[[Path], str]] = {"memory": lambda _: "memory:", "file": lambda path: f"file:{path}"}


@pytest.fixture(params=URIS)
def ring(request: pytest.FixtureRequest, tmp_path: Path) -> KeyRing:
    ring = open_key_ring(URIS[request.param](tmp_path / "ring"), sandbox=True, now=NOW)
    assert ring.ensure(WANTED, NOW) == ()
    return ring


def rotate(ring: KeyRing, purpose: KeyPurpose, *, at: timedelta = DAY) -> None:
    ring.prepare_next(purpose, NOW + at - timedelta(hours=1))
    ring.rotate(purpose, NOW + at, lists_until=NOW + 400 * DAY)


async def test_a_credential_signer_brings_signature_kid_and_chain(ring: KeyRing) -> None:
    """6.08: chain, no anchor, leaf not self-signed; credo: `iss` is a SAN URI, its host a dNSName."""
    signer = ring.signer_for(CREDENTIAL, NOW)

    chain = verify_chain(parse_x5c(list(signer.certificate_chain)), ring.anchors(), now=NOW)
    verify_signature(chain.key, await signer.sign(b"data"), b"data")
    assert signer.key_id == chain.key.thumbprint
    assert (chain.san_dns, chain.san_uris) == (("localhost",), (ISSUER,))
    assert len(signer.certificate_chain) == 1


async def test_a_plain_signer_has_no_chain(ring: KeyRing) -> None:
    signer = ring.signer_for(KeyPurpose.ACCESS_TOKEN, NOW)

    verify_signature(signer.public_jwk, await signer.sign(b"data"), b"data")
    assert signer.certificate_chain == ()


def test_purposes_share_no_key(ring: KeyRing) -> None:
    """7.07: private keys never reused between signing and encryption, nor between purposes."""
    ids = [one.key_id for one in ring.state.entries]

    assert len(set(ids)) == len(ids) == len(WANTED)


def test_all_purposes_can_be_served() -> None:
    ring = open_key_ring("memory:", sandbox=True, now=NOW)

    assert ring.ensure(ALL_WANTED, NOW) == ()
    assert {one.purpose for one in ring.state.entries} == set(KeyPurpose)
    assert all(one.state is KeyState.ACTIVE for one in ring.state.entries)


def test_the_same_signer_is_reused(ring: KeyRing) -> None:
    """performance.md section 1: key objects are reusable; loading one costs more than a signature."""
    assert ring.signer_for(CREDENTIAL, NOW) is ring.signer_for(CREDENTIAL, NOW)
    assert ring.signer_for(STATUS_LIST, NOW) is ring.signer_for(CREDENTIAL, NOW)


def test_signing_never_suspends(ring: KeyRing) -> None:
    """decisions: memory and file keys never suspend."""
    coroutine = ring.signer_for(CREDENTIAL, NOW).sign(b"data")

    with pytest.raises(StopIteration) as stopped:
        coroutine.send(None)
    assert len(stopped.value.value) == 64


def test_nothing_is_signed_under_an_expired_certificate(ring: KeyRing) -> None:
    """Lessons E3, web-issuing #168."""
    (entry,) = ring.signers_publishable(CREDENTIAL, NOW)
    assert entry.chain is not None
    end = entry.chain.not_after
    ring.signer_for(CREDENTIAL, end)

    with pytest.raises(CertificateExpired, match=entry.key_id):
        ring.signer_for(CREDENTIAL, end + timedelta(seconds=1))
    with pytest.raises(CertificateExpired):
        ring.signer_for_list(entry.key_id, end + timedelta(seconds=1))


def test_nor_before_it_begins(ring: KeyRing) -> None:
    ring.signer_for(CREDENTIAL, NOW - 2 * DAY)

    with pytest.raises(CertificateNotYetValid):
        ring.signer_for(CREDENTIAL, NOW - 3 * DAY)


def test_a_certificate_about_to_end_is_reported(ring: KeyRing) -> None:
    assert ring.expiring(NOW, 1094 * DAY) == ()
    assert [one.purpose for one in ring.expiring(NOW, 1095 * DAY)] == [CREDENTIAL]


class TestRotation:
    """Old credentials stay checkable, their lists are still signed, and nothing else is."""

    async def test_a_list_stays_with_the_key_of_its_credentials(self, ring: KeyRing) -> None:
        old = ring.signer_for(CREDENTIAL, NOW)
        rotate(ring, CREDENTIAL)
        new = ring.signer_for(CREDENTIAL, NOW + DAY)

        of_old, of_new = (ring.signer_for_list(one.key_id, NOW + DAY) for one in (old, new))

        assert (of_old.key_id, of_new.key_id) == (old.key_id, new.key_id)
        assert of_old.certificate_chain == old.certificate_chain
        verify_signature(old.public_jwk, await of_old.sign(b"list"), b"list")
        assert ring.signer_for(STATUS_LIST, NOW + DAY) is new
        with pytest.raises(KeyNotUsable):
            ring.signer_for_key(old.key_id, purpose=CREDENTIAL, now=NOW + DAY)

    def test_until_the_last_credential_expires(self, ring: KeyRing) -> None:
        old = ring.signer_for(CREDENTIAL, NOW)
        rotate(ring, CREDENTIAL)

        ring.signer_for_list(old.key_id, NOW + 399 * DAY)
        with pytest.raises(KeyNotUsable):
            ring.signer_for_list(old.key_id, NOW + 400 * DAY)
        ring.ensure(WANTED, NOW + 400 * DAY)
        assert ring.state.entry(old.key_id).state is KeyState.RETIRED

    def test_a_clock_that_goes_back_does_not_revive_a_key_that_was_not_opened(self, tmp_path: Path) -> None:
        first = file_ring(tmp_path / "ring")
        first.ensure(WANTED, NOW)
        old = first.signer_for(CREDENTIAL, NOW)
        rotate(first, CREDENTIAL)
        late = open_key_ring(f"file:{tmp_path / 'ring'}", sandbox=True, now=NOW + 401 * DAY)

        with pytest.raises(KeyNotUsable, match="not open"):
            late.signer_for_list(old.key_id, NOW + DAY)

    def test_another_process_sees_it_by_refreshing(self, tmp_path: Path) -> None:
        """decisions: servers re-read the ring every 5 s."""
        operator, server = (file_ring(tmp_path / "ring") for _ in range(2))
        operator.ensure(WANTED, NOW)
        assert server.refresh(NOW) is True
        before = server.signer_for(CREDENTIAL, NOW)
        kept = server.signer_for(KeyPurpose.ACCESS_TOKEN, NOW)

        rotate(operator, CREDENTIAL)

        assert server.signer_for(CREDENTIAL, NOW) is before
        assert server.refresh(NOW + DAY) is True
        assert server.refresh(NOW + DAY) is False
        after = server.signer_for(CREDENTIAL, NOW + DAY)
        assert after.key_id == operator.signer_for(CREDENTIAL, NOW + DAY).key_id != before.key_id
        assert server.signer_for(KeyPurpose.ACCESS_TOKEN, NOW + DAY) is kept

    def test_the_process_that_changes_the_ring_starts_from_what_is_stored(self, tmp_path: Path) -> None:
        """Two operators: the second must not write back what it read before the first."""
        first, second = (file_ring(tmp_path / "ring") for _ in range(2))
        first.ensure(WANTED, NOW)
        second.refresh(NOW)
        first.prepare_next(CREDENTIAL, NOW)

        second.prepare_next(KeyPurpose.ACCESS_TOKEN, NOW)

        first.refresh(NOW)
        assert len(first.signers_publishable(CREDENTIAL, NOW)) == 2
        assert len(first.signers_publishable(KeyPurpose.ACCESS_TOKEN, NOW)) == 2

    def test_preparing_twice_makes_one_key(self, ring: KeyRing) -> None:
        ring.prepare_next(CREDENTIAL, NOW)
        ring.prepare_next(CREDENTIAL, NOW)

        assert len(ring.signers_publishable(CREDENTIAL, NOW)) == 2

    def test_a_purpose_without_key_has_no_next(self, ring: KeyRing) -> None:
        with pytest.raises(NoActiveKey):
            ring.prepare_next(KeyPurpose.RECEIPT, NOW)

    def test_wrapped_rows_open_after_the_secret_was_replaced(self, ring: KeyRing) -> None:
        wrapped = wrap(ring.secret_for(KeyPurpose.WRAPPING), b"key", b"row")
        rotate(ring, KeyPurpose.WRAPPING)

        assert ring.secret_for(KeyPurpose.WRAPPING).version == 2
        old = ring.secret_for(KeyPurpose.WRAPPING, wrapped_version(wrapped))
        assert unwrap(old, wrapped, b"row") == b"key"
        with pytest.raises(UnknownKey):
            ring.secret_for(KeyPurpose.WRAPPING, 3)

    async def test_a_request_encrypted_before_the_rotation_is_decrypted_after_it(self, ring: KeyRing) -> None:
        old = ring.agreement_for(KeyPurpose.REQUEST_DECRYPTION, NOW)
        epk = ring.signer_for(KeyPurpose.ACCESS_TOKEN, NOW).public_jwk
        shared = await old.agree(epk)
        rotate(ring, KeyPurpose.REQUEST_DECRYPTION)

        assert ring.agreement_for(KeyPurpose.REQUEST_DECRYPTION, NOW + DAY).key_id != old.key_id
        assert await ring.agreement_for_key(old.key_id, NOW + DAY).agree(epk) == shared


def test_a_compromised_key_is_gone_from_signing_and_publication_and_the_next_start_makes_a_new_one(
    ring: KeyRing,
) -> None:
    old = ring.signer_for(CREDENTIAL, NOW).key_id

    ring.retire(old, NOW, compromised=True)

    with pytest.raises(NoActiveKey, match="retired"):
        ring.signer_for(CREDENTIAL, NOW)
    assert ring.signers_publishable(CREDENTIAL, NOW) == ()
    ring.ensure(WANTED, NOW)
    assert ring.signer_for(CREDENTIAL, NOW).key_id != old
