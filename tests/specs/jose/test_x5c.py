"""Certificate chains: every defect is refused with its own error (2.12, 6.08, 6.11; HAIP 1.0, 6.1.1)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA224, SHA384
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from specs.jose import (
    Algorithm,
    AnchorInChain,
    BrokenChain,
    CertificateNotValidNow,
    ChainTooLong,
    InvalidCertificateChain,
    LeafIsAuthority,
    NotAnAuthority,
    PathLengthExceeded,
    SelfSignedLeaf,
    TrustAnchors,
    UnknownCriticalExtension,
    UntrustedChain,
    VerifiedChain,
    WeakCertificate,
    WrongKeyUsage,
    trust_anchors,
    verify_chain,
)
from tests.specs.jose.certificates import CA, DAY, HOST, LEAF, NOW, URI, Issued, Wish, self_signed, usage

ROOT = self_signed(CA)
SIGNER = ROOT.issue(LEAF)
MIDDLE = ROOT.issue(CA.but(name="Intermediate"))
BELOW = MIDDLE.issue(LEAF)
ANCHORS = trust_anchors([ROOT.certificate])
SECOND = timedelta(seconds=1)
AUTHORITY_KEYS: list[Any] = [ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate()]
AUTHORITY_KEYS += [rsa.generate_private_key(65537, 2048)]


def verify(*chain: Issued, anchors: TrustAnchors = ANCHORS, now: datetime = NOW) -> VerifiedChain:
    return verify_chain([one.certificate for one in chain], anchors, now=now)


def constraints(*, ca: bool, path_length: int | None = None) -> x509.BasicConstraints:
    return x509.BasicConstraints(ca=ca, path_length=path_length)


class TestAccepted:
    def test_leaf_below_the_anchor(self) -> None:
        chain = verify(SIGNER)
        assert (chain.leaf, chain.anchor) == (SIGNER.certificate, ROOT.certificate)
        assert chain.key.key == SIGNER.key.public_key()
        assert chain.key.algorithm is Algorithm.ES256
        assert (chain.san_dns, chain.san_uris) == ((HOST,), (URI,))
        assert (chain.not_before, chain.not_after) == (NOW - DAY, NOW + DAY)

    def test_leaf_below_an_intermediate(self) -> None:
        assert verify(BELOW, MIDDLE).leaf == BELOW.certificate

    def test_leaf_below_an_intermediate_that_is_the_anchor(self) -> None:
        anchors = trust_anchors([MIDDLE.certificate])
        assert verify(BELOW, anchors=anchors).anchor == MIDDLE.certificate
        with pytest.raises(AnchorInChain):
            verify(BELOW, MIDDLE, anchors=anchors)

    def test_leaf_with_basic_constraints_that_say_no(self) -> None:
        assert verify(ROOT.issue(LEAF.but(constraints=constraints(ca=False))))

    def test_leaf_without_alternative_names(self) -> None:
        chain = verify(ROOT.issue(LEAF.but(alternative_names=None)))
        assert (chain.san_dns, chain.san_uris) == ((), ())

    def test_extensions_that_restrict_nothing(self) -> None:
        marker = x509.UnrecognizedExtension(ObjectIdentifier("2.25.1"), b"\x05\x00")
        server = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        identifier = x509.SubjectKeyIdentifier.from_public_key(ROOT.key.public_key())
        assert verify(ROOT.issue(LEAF.but(more=((marker, False), (server, False), (identifier, False)))))

    @pytest.mark.parametrize("ca", AUTHORITY_KEYS)
    def test_authorities_with_other_keys(self, ca: Any) -> None:
        digest = None if isinstance(ca, ed25519.Ed25519PrivateKey) else SHA384()
        root = self_signed(CA.but(key=ca, digest=digest))
        assert verify(root.issue(LEAF.but(digest=digest)), anchors=trust_anchors([root.certificate]))

    def test_anchor_is_found_by_its_signature_among_equal_names(self) -> None:
        """Two generations of one authority have the same name: the key decides."""
        older = self_signed(CA)
        for order in ([older, ROOT], [ROOT, older]):
            anchors = trust_anchors([one.certificate for one in order])
            assert verify(SIGNER, anchors=anchors).anchor == ROOT.certificate

    def test_leaf_hash_is_the_x509_hash_of_openid4vp(self) -> None:
        """5.08: base64url(SHA-256(DER))."""
        assert len(verify(SIGNER).leaf_hash) == 43
        assert verify(SIGNER).leaf_hash != verify(BELOW, MIDDLE).leaf_hash


class TestSelfSigned:
    def test_leaf(self) -> None:
        """6.08, 6.11: keycloak 52517."""
        alone = self_signed(LEAF)
        with pytest.raises(SelfSignedLeaf):
            verify(alone)

    def test_leaf_is_refused_even_as_anchor(self) -> None:
        alone = self_signed(LEAF)
        with pytest.raises(SelfSignedLeaf):
            verify(alone, anchors=trust_anchors([alone.certificate]))

    def test_anchor_in_the_chain(self) -> None:
        """6.08: keycloak 48528."""
        with pytest.raises(AnchorInChain):
            verify(SIGNER, ROOT)
        with pytest.raises(AnchorInChain):
            verify(BELOW, MIDDLE, ROOT)

    def test_another_root_in_the_chain(self) -> None:
        """The sender's own root is no anchor, wherever it stands."""
        own = self_signed(CA.but(name="Own"))
        with pytest.raises(AnchorInChain):
            verify(own.issue(LEAF), own)

    def test_anchor_as_leaf(self) -> None:
        with pytest.raises(SelfSignedLeaf):
            verify(ROOT)


class TestPath:
    def test_empty(self) -> None:
        with pytest.raises(InvalidCertificateChain):
            verify()

    def test_no_anchors(self) -> None:
        with pytest.raises(UntrustedChain):
            verify(SIGNER, anchors=trust_anchors([]))

    def test_another_authority(self) -> None:
        with pytest.raises(UntrustedChain):
            verify(self_signed(CA.but(name="Other")).issue(LEAF))

    def test_another_authority_of_the_same_name(self) -> None:
        """A name proves nothing: the signature must be the anchor's."""
        with pytest.raises(UntrustedChain):
            verify(self_signed(CA).issue(LEAF))

    def test_intermediate_left_out(self) -> None:
        with pytest.raises(UntrustedChain):
            verify(BELOW)

    def test_wrong_order(self) -> None:
        with pytest.raises(BrokenChain):
            verify(MIDDLE, BELOW)

    def test_certificate_that_does_not_belong(self) -> None:
        with pytest.raises(BrokenChain):
            verify(SIGNER, MIDDLE)

    def test_issuer_of_the_right_name_with_another_key(self) -> None:
        impostor = ROOT.issue(CA.but(name="Intermediate"))
        with pytest.raises(BrokenChain):
            verify(BELOW, impostor)

    def test_certificate_twice(self) -> None:
        with pytest.raises(BrokenChain):
            verify(BELOW, MIDDLE, MIDDLE)

    def test_too_many(self) -> None:
        last = ROOT
        chain = []
        for number in range(4):
            last = last.issue(CA.but(name=f"CA {number}"))
            chain.append(last)
        chain.append(last.issue(LEAF))
        with pytest.raises(ChainTooLong):
            verify(*reversed(chain))
        assert verify(chain[2].issue(LEAF), *reversed(chain[:3]))


class TestTime:
    def test_both_ends_belong_to_the_validity(self) -> None:
        for now in (NOW - DAY, NOW + DAY):
            assert verify(SIGNER, now=now)

    def test_one_second_outside_is_refused(self) -> None:
        for now in (NOW - DAY - SECOND, NOW + DAY + SECOND):
            with pytest.raises(CertificateNotValidNow):
                verify(SIGNER, now=now)

    @pytest.mark.parametrize("place", ["leaf", "intermediate", "anchor"])
    @pytest.mark.parametrize("when", ["expired", "not yet valid"])
    def test_any_certificate_of_the_path(self, place: str, when: str) -> None:
        """web-issuing 168: an expired signer. The anchor's time counts like the others'."""
        out = {"not_before": NOW - 3 * DAY, "not_after": NOW - SECOND}
        if when == "not yet valid":
            out = {"not_before": NOW + SECOND, "not_after": NOW + 3 * DAY}

        def changes(here: str) -> dict[str, datetime]:
            return out if here == place else {}

        root = self_signed(CA.but(**changes("anchor")))
        middle = root.issue(CA.but(name="Intermediate", **changes("intermediate")))
        leaf = middle.issue(LEAF.but(**changes("leaf")))
        with pytest.raises(CertificateNotValidNow):
            verify(leaf, middle, anchors=trust_anchors([root.certificate]))

    def test_validity_of_the_chain_is_that_of_all(self) -> None:
        middle = ROOT.issue(CA.but(name="Intermediate", not_after=NOW + SECOND, not_before=NOW - SECOND))
        chain = verify(middle.issue(LEAF), middle)
        assert (chain.not_before, chain.not_after) == (NOW - SECOND, NOW + SECOND)

    def test_moment_without_time_zone_is_a_mistake_of_ours(self) -> None:
        with pytest.raises(TypeError):
            verify(SIGNER, now=NOW.replace(tzinfo=None))


BAD_LEAVES: dict[str, tuple[Wish, type[InvalidCertificateChain]]] = {
    "authority": (LEAF.but(constraints=constraints(ca=True)), LeafIsAuthority),
    "no key usage": (LEAF.but(key_usage=None), WrongKeyUsage),
    "key usage without digitalSignature": (LEAF.but(key_usage=usage()), WrongKeyUsage),
    "key usage with keyCertSign": (LEAF.but(key_usage=usage(sign=True, issue=True)), WrongKeyUsage),
    "digest that is not ours": (LEAF.but(digest=SHA224()), WeakCertificate),
    "weak key": (LEAF.but(key=rsa.generate_private_key(65537, 1024)), WeakCertificate),  # noqa: S505 (the case)
    "curve that has no JWK here": (LEAF.but(key=ec.generate_private_key(ec.SECP256K1())), WeakCertificate),
}
RESTRICTIONS: dict[str, tuple[x509.ExtensionType, bool]] = {
    "unknown": (x509.UnrecognizedExtension(ObjectIdentifier("2.25.1"), b"\x05\x00"), True),
    "extended key usage": (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), True),
    "policies": (x509.CertificatePolicies([x509.PolicyInformation(ObjectIdentifier("2.25.1"), None)]), True),
    "name constraints": (x509.NameConstraints([x509.DNSName("other.example")], None), True),
    "name constraints not marked critical": (
        x509.NameConstraints([x509.DNSName("other.example")], None),
        False,
    ),
}


class TestRules:
    @pytest.mark.parametrize("defect", sorted(BAD_LEAVES))
    def test_leaf(self, defect: str) -> None:
        wish, error = BAD_LEAVES[defect]
        with pytest.raises(error) as refused:
            verify(ROOT.issue(wish))
        assert type(refused.value) is error

    @pytest.mark.parametrize("restriction", sorted(RESTRICTIONS))
    @pytest.mark.parametrize("place", ["leaf", "intermediate", "anchor"])
    def test_critical_extension_that_nobody_checks(self, restriction: str, place: str) -> None:
        more = (RESTRICTIONS[restriction],)
        root = self_signed(CA.but(more=more if place == "anchor" else ()))
        middle = root.issue(CA.but(name="Intermediate", more=more if place == "intermediate" else ()))
        leaf = middle.issue(LEAF.but(more=more if place == "leaf" else ()))
        with pytest.raises(UnknownCriticalExtension):
            verify(leaf, middle, anchors=trust_anchors([root.certificate]))

    def test_issued_by_a_leaf(self) -> None:
        """The oldest mistake: a customer's certificate that issues another one."""
        customer = ROOT.issue(LEAF.but(name="Customer"))
        with pytest.raises(NotAnAuthority):
            verify(customer.issue(LEAF), customer)

    def test_issued_by_one_without_basic_constraints(self) -> None:
        odd = ROOT.issue(CA.but(name="Odd", constraints=None))
        with pytest.raises(NotAnAuthority):
            verify(odd.issue(LEAF), odd)

    @pytest.mark.parametrize("key_usage", [None, usage(sign=True)])
    def test_authority_that_may_not_issue(self, key_usage: x509.KeyUsage | None) -> None:
        odd = ROOT.issue(CA.but(name="Odd", key_usage=key_usage))
        with pytest.raises(WrongKeyUsage):
            verify(odd.issue(LEAF), odd)

    def test_anchor_that_is_no_authority(self) -> None:
        root = self_signed(CA.but(constraints=None))
        with pytest.raises(NotAnAuthority):
            verify(root.issue(LEAF), anchors=trust_anchors([root.certificate]))

    def test_anchor_with_a_weak_key(self) -> None:
        root = self_signed(CA.but(key=rsa.generate_private_key(65537, 1024)))  # noqa: S505 (that is the case)
        with pytest.raises(WeakCertificate):
            verify(root.issue(LEAF), anchors=trust_anchors([root.certificate]))

    def test_path_length(self) -> None:
        """RFC 5280 section 4.2.1.9: the number of authorities that may follow."""
        for allowed, refused in ((0, True), (1, False)):
            root = self_signed(CA.but(constraints=constraints(ca=True, path_length=allowed)))
            anchors = trust_anchors([root.certificate])
            middle = root.issue(CA.but(name="Intermediate"))
            assert verify(root.issue(LEAF), anchors=anchors)
            if refused:
                with pytest.raises(PathLengthExceeded):
                    verify(middle.issue(LEAF), middle, anchors=anchors)
            else:
                assert verify(middle.issue(LEAF), middle, anchors=anchors)

    def test_path_length_of_an_intermediate(self) -> None:
        first = ROOT.issue(CA.but(name="First", constraints=constraints(ca=True, path_length=0)))
        second = first.issue(CA.but(name="Second"))
        assert verify(first.issue(LEAF), first)
        with pytest.raises(PathLengthExceeded):
            verify(second.issue(LEAF), second, first)
