"""What a start makes and renews: in a sandbox by itself, in production with the operator's certificates."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from keys import KeyPurpose, KeyRing, KeySpec, KeyState, open_key_ring
from keys.certificates import AUTHORITY_LIFETIME, LEAF_LIFETIME, RENEW_BEFORE
from keys.errors import (
    CertificateExpired,
    CertificateMissing,
    CertificateRefused,
    NeverRotated,
    NoActiveKey,
    PublishedTooShortly,
)
from specs.jose import Algorithm, parse_x5c, public_jwk_of, trust_anchors, verify_chain
from tests.keys.rings import ALL_WANTED, CERTIFIED, DAY, ISSUER, NOW, PLAIN, memory_ring
from tests.keys.test_certificate_chains import Authority, new_real_authority, pem

CREDENTIAL = KeyPurpose.CREDENTIAL
RENEWAL = NOW + LEAF_LIFETIME - RENEW_BEFORE


def leaf_of(ring: KeyRing, now: datetime) -> x509.Certificate:
    signer = ring.signer_for(CREDENTIAL, now)
    return verify_chain(parse_x5c(list(signer.certificate_chain)), ring.anchors(), now=now).leaf


class TestSandbox:
    """make run, and no thought for keys."""

    def test_a_second_start_changes_nothing(self) -> None:
        ring = memory_ring()
        before = ring.state

        assert ring.ensure({CREDENTIAL: CERTIFIED}, NOW + DAY) == ()
        assert ring.state is before

    def test_a_new_wish_is_added_beside_the_old_keys(self) -> None:
        ring = memory_ring({CREDENTIAL: CERTIFIED})
        before = ring.state.entries

        ring.ensure({CREDENTIAL: CERTIFIED, KeyPurpose.NONCE: PLAIN}, NOW)

        assert ring.state.entries[:1] == before
        assert len(ring.state.entries) == 2

    def test_a_leaf_is_renewed_for_the_same_key_before_it_ends(self) -> None:
        """decisions: development leaf certificates renewed at start; the key, and so its lists, stays."""
        ring = memory_ring({CREDENTIAL: CERTIFIED})
        old, key_id = leaf_of(ring, NOW), ring.signer_for(CREDENTIAL, NOW).key_id
        ring.ensure({CREDENTIAL: CERTIFIED}, RENEWAL)
        assert leaf_of(ring, NOW) == old

        later = RENEWAL + timedelta(seconds=1)
        ring.ensure({CREDENTIAL: CERTIFIED}, later)

        assert leaf_of(ring, later).not_valid_after_utc == later + LEAF_LIFETIME
        assert ring.signer_for(CREDENTIAL, later).key_id == key_id
        verify_chain([old], ring.anchors(), now=later)

    def test_and_one_that_has_ended_too(self) -> None:
        ring = memory_ring({CREDENTIAL: CERTIFIED})
        late = NOW + LEAF_LIFETIME + DAY
        with pytest.raises(CertificateExpired):
            ring.signer_for(CREDENTIAL, late)

        ring.ensure({CREDENTIAL: CERTIFIED}, late)

        assert leaf_of(ring, late).not_valid_after_utc > late

    def test_pending_and_list_only_keys_are_renewed_with_the_active_one(self) -> None:
        ring = memory_ring({CREDENTIAL: CERTIFIED})
        old = ring.signer_for(CREDENTIAL, NOW).key_id
        ring.prepare_next(CREDENTIAL, NOW)
        ring.rotate(CREDENTIAL, NOW + DAY)
        ring.prepare_next(CREDENTIAL, NOW + DAY)
        late = NOW + LEAF_LIFETIME

        ring.ensure({CREDENTIAL: CERTIFIED}, late)

        assert ring.expiring(late, RENEW_BEFORE) == ()
        assert ring.signer_for_list(old, late).key_id == old

    @pytest.mark.parametrize(
        "moved",
        [
            KeySpec(("issuer.example",), (ISSUER,), certificate=True),
            KeySpec(("localhost",), ("https://issuer.example",), certificate=True),
            KeySpec(("localhost", "issuer.example"), (ISSUER,), certificate=True),
        ],
    )
    def test_new_names_bring_a_new_leaf(self, moved: KeySpec) -> None:
        """Otherwise wallets refuse everything after a change of the public URL."""
        ring = memory_ring({CREDENTIAL: CERTIFIED})

        ring.ensure({CREDENTIAL: moved}, NOW)

        (entry,) = ring.signers_publishable(CREDENTIAL, NOW)
        assert entry.chain is not None
        assert (entry.chain.hosts, entry.chain.uris) == (moved.hosts, moved.uris)
        assert (entry.hosts, entry.uris) == (moved.hosts, moved.uris)

    def test_one_authority_serves_all_keys_until_it_would_end_before_a_leaf(self) -> None:
        ring = memory_ring(dict(ALL_WANTED))
        (first,) = ring.anchors().certificates
        edge = NOW + AUTHORITY_LIFETIME - LEAF_LIFETIME
        ring.ensure({CREDENTIAL: CERTIFIED}, edge)
        assert ring.anchors().certificates == (first,)
        old = leaf_of(ring, edge)

        later = edge + RENEW_BEFORE
        ring.ensure({CREDENTIAL: CERTIFIED}, later)

        assert ring.anchors().certificates[0] == first
        assert len(ring.anchors().certificates) == 2
        assert leaf_of(ring, later).not_valid_after_utc == later + LEAF_LIFETIME
        verify_chain([old], ring.anchors(), now=later)

    def test_authorities_of_two_apps_have_different_names(self) -> None:
        """A trust store that finds authorities by name must not mix them up."""
        names = {memory_ring({CREDENTIAL: CERTIFIED}).anchors().certificates[0].subject for _ in range(5)}

        assert len(names) == 5

    def test_the_authority_signs_nothing_but_certificates(self) -> None:
        ring = memory_ring({CREDENTIAL: CERTIFIED})

        assert ring.state.authority_key_id not in {one.key_id for one in ring.state.entries}
        assert len(ring.jwks([CREDENTIAL], NOW)["keys"]) == 1

    def test_a_prepared_key_takes_over_at_the_next_start_when_the_active_one_was_lost(self) -> None:
        ring = memory_ring({CREDENTIAL: CERTIFIED})
        ring.prepare_next(CREDENTIAL, NOW)
        old, prepared = (one.key_id for one in ring.signers_publishable(CREDENTIAL, NOW))
        ring.retire(old, NOW, compromised=True)

        ring.ensure({CREDENTIAL: CERTIFIED}, NOW)

        assert ring.signer_for(CREDENTIAL, NOW).key_id == prepared

    def test_a_secret_that_never_rotates_gets_no_next(self) -> None:
        ring = memory_ring({KeyPurpose.PAIRWISE_SUBJECT: PLAIN})
        before = ring.secret_for(KeyPurpose.PAIRWISE_SUBJECT).mac(b"person")

        with pytest.raises(NeverRotated):
            ring.prepare_next(KeyPurpose.PAIRWISE_SUBJECT, NOW)
        with pytest.raises(NeverRotated):
            ring.retire("pairwise_subject-1", NOW)
        assert ring.secret_for(KeyPurpose.PAIRWISE_SUBJECT, 1).mac(b"person") == before


@pytest.mark.parametrize(
    ("purpose", "spec", "why"),
    [
        (CREDENTIAL, PLAIN, "under a certificate only"),
        (KeyPurpose.REQUEST_OBJECT, KeySpec(("localhost",)), "under a certificate only"),
        (KeyPurpose.NONCE, CERTIFIED, "has no certificate"),
        (KeyPurpose.REQUEST_DECRYPTION, CERTIFIED, "has no certificate"),
        (CREDENTIAL, KeySpec(("127.0.0.1",), certificate=True), "not a host name"),
        (CREDENTIAL, KeySpec((), (ISSUER,), certificate=True), "host name"),
    ],
)
def test_a_wish_the_purpose_forbids_is_our_mistake(purpose: KeyPurpose, spec: KeySpec, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        memory_ring({purpose: spec})


def test_a_purpose_without_need_may_have_a_certificate_all_the_same() -> None:
    spec = KeySpec(("localhost",), (ISSUER,), certificate=True, algorithms=(Algorithm.ES384,))
    ring = memory_ring({KeyPurpose.TRUST_LIST: spec})
    signer = ring.signer_for(KeyPurpose.TRUST_LIST, NOW)

    verified = verify_chain(parse_x5c(list(signer.certificate_chain)), ring.anchors(), now=NOW)

    assert verified.key == signer.public_jwk
    assert signer.algorithm is Algorithm.ES384


class TestProduction:
    """The operator carries a request to the authority and brings the chain back."""

    @pytest.fixture
    def authority(self) -> Authority:
        return new_real_authority()

    @pytest.fixture
    def ring(self, tmp_path: Path) -> KeyRing:
        ring = open_key_ring(f"file:{tmp_path / 'ring'}", sandbox=False, now=NOW)
        assert ring.ensure({CREDENTIAL: CERTIFIED, KeyPurpose.NONCE: PLAIN}, NOW) == (CREDENTIAL,)
        return ring

    @staticmethod
    def install(
        ring: KeyRing,
        authority: Authority,
        key_id: str,
        since: datetime = NOW - DAY,
        until: datetime = NOW + 365 * DAY,
    ) -> None:
        leaf = authority.issue(ring.state.entry(key_id), since=since, until=until)
        chain = pem(leaf, authority.intermediate)
        ring.install_certificate(key_id, chain, trust_anchors([authority.root]), NOW)

    def test_no_development_authority_is_made(self, ring: KeyRing) -> None:
        assert ring.state.anchors == ()
        assert ring.state.authority_key_id is None
        (entry,) = ring.signers_publishable(CREDENTIAL, NOW)
        assert (entry.state, entry.chain) == (KeyState.PENDING, None)

    def test_before_the_certificate_nothing_is_signed_and_the_error_says_why(self, ring: KeyRing) -> None:
        with pytest.raises(NoActiveKey, match="waits for a certificate"):
            ring.signer_for(CREDENTIAL, NOW)
        with pytest.raises(CertificateMissing):
            ring.rotate(CREDENTIAL, NOW)
        assert ring.secret_for(KeyPurpose.NONCE).version == 1

    def test_the_request_names_the_key_and_its_hosts(self, ring: KeyRing) -> None:
        (entry,) = ring.signers_publishable(CREDENTIAL, NOW)

        request = x509.load_pem_x509_csr(ring.certificate_request(entry.key_id))

        assert request.is_signature_valid
        assert public_jwk_of(request.public_key()) == entry.public_jwk
        names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert names.get_values_for_type(x509.DNSName) == ["localhost"]

    def test_a_key_without_certificate_has_no_request(self, ring: KeyRing) -> None:
        with pytest.raises(ValueError, match="needs no certificate"):
            ring.certificate_request("nonce-1")

    @pytest.mark.parametrize("by", ["rotate", "start"])
    def test_with_the_certificate_the_first_key_becomes_active(
        self, ring: KeyRing, authority: Authority, by: str
    ) -> None:
        (entry,) = ring.signers_publishable(CREDENTIAL, NOW)
        self.install(ring, authority, entry.key_id)

        if by == "rotate":
            ring.rotate(CREDENTIAL, NOW)
        else:
            assert ring.ensure({CREDENTIAL: CERTIFIED}, NOW) == ()

        signer = ring.signer_for(CREDENTIAL, NOW)
        root = trust_anchors([authority.root])
        assert verify_chain(parse_x5c(list(signer.certificate_chain)), root, now=NOW).key == signer.public_jwk
        assert len(signer.certificate_chain) == 2
        assert ring.anchors().certificates == (authority.root,)

    def test_the_next_key_waits_for_its_certificate_and_its_publication(
        self, ring: KeyRing, authority: Authority
    ) -> None:
        (first,) = ring.signers_publishable(CREDENTIAL, NOW)
        self.install(ring, authority, first.key_id)
        ring.rotate(CREDENTIAL, NOW)
        ring.prepare_next(CREDENTIAL, NOW)
        _, second = ring.signers_publishable(CREDENTIAL, NOW)
        with pytest.raises(PublishedTooShortly):
            ring.rotate(CREDENTIAL, NOW)
        with pytest.raises(CertificateMissing):
            ring.rotate(CREDENTIAL, NOW + DAY)
        assert ring.signer_for(CREDENTIAL, NOW).key_id == first.key_id

        self.install(ring, authority, second.key_id)
        ring.rotate(CREDENTIAL, NOW + DAY)

        assert ring.signer_for(CREDENTIAL, NOW + DAY).key_id == second.key_id
        assert ring.signer_for_list(first.key_id, NOW + DAY).key_id == first.key_id

    def test_a_new_chain_for_the_active_key_is_used_at_once(
        self, ring: KeyRing, authority: Authority
    ) -> None:
        """Renewal in place: lists and credentials of the key go on."""
        (entry,) = ring.signers_publishable(CREDENTIAL, NOW)
        self.install(ring, authority, entry.key_id, until=NOW + 9 * DAY)
        ring.rotate(CREDENTIAL, NOW)
        assert len(ring.expiring(NOW, 30 * DAY)) == 1

        self.install(ring, authority, entry.key_id)

        assert ring.expiring(NOW, 30 * DAY) == ()
        assert ring.signer_for(CREDENTIAL, NOW + 10 * DAY).key_id == entry.key_id
        assert ring.anchors().certificates == (authority.root,)

    def test_a_refused_chain_leaves_the_ring_as_it_was(self, ring: KeyRing, authority: Authority) -> None:
        (entry,) = ring.signers_publishable(CREDENTIAL, NOW)
        before = ring.state

        with pytest.raises(CertificateExpired):
            self.install(ring, authority, entry.key_id, since=NOW - 9 * DAY, until=NOW - DAY)
        assert ring.state is before

    def test_a_start_with_names_the_certificate_lacks_is_refused(
        self, ring: KeyRing, authority: Authority
    ) -> None:
        (entry,) = ring.signers_publishable(CREDENTIAL, NOW)
        self.install(ring, authority, entry.key_id)
        ring.rotate(CREDENTIAL, NOW)
        moved = KeySpec(("moved.example",), (ISSUER,), certificate=True)

        with pytest.raises(CertificateRefused, match=r"credential must name moved\.example"):
            ring.ensure({CREDENTIAL: moved}, NOW)

    def test_while_the_request_is_out_its_names_can_change(self, ring: KeyRing) -> None:
        moved = KeySpec(("moved.example",), (ISSUER,), certificate=True)

        assert ring.ensure({CREDENTIAL: moved}, NOW) == (CREDENTIAL,)

        (entry,) = ring.signers_publishable(CREDENTIAL, NOW)
        assert entry.hosts == ("moved.example",)
        request = x509.load_pem_x509_csr(ring.certificate_request(entry.key_id))
        assert b"moved.example" in request.tbs_certrequest_bytes

    def test_an_expiring_certificate_is_not_renewed_behind_the_operators_back(
        self, ring: KeyRing, authority: Authority
    ) -> None:
        (entry,) = ring.signers_publishable(CREDENTIAL, NOW)
        self.install(ring, authority, entry.key_id, until=NOW + DAY)
        ring.rotate(CREDENTIAL, NOW)

        ring.ensure({CREDENTIAL: CERTIFIED}, NOW + 2 * DAY)

        with pytest.raises(CertificateExpired):
            ring.signer_for(CREDENTIAL, NOW + 2 * DAY)
