"""Chains that a real authority issued, before they are taken into the ring (6.08, 3.05, lessons D8)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from keys import KeyEntry, KeyPurpose
from keys.certificate_chains import anchors_pem, load_anchors, read_chain, verify_brought_chain
from keys.certificates import CertificateSubject, create_leaf
from keys.errors import (
    CertificateExpired,
    CertificateNotYetValid,
    CertificateRefused,
    WrongEnvironment,
)
from keys.providers.local import HeldKey, generate_private_key, hold_key
from specs.jose import Algorithm, create_x5c, trust_anchors
from tests.keys.rings import DAY, ISSUER, NOW, entry
from tests.keys.test_certificates import new_authority, new_chain


def usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(not authority, False, False, False, False, authority, authority, False, False)


@dataclass(frozen=True)
class Authority:
    """A real authority: root and intermediate."""

    root: x509.Certificate
    intermediate: x509.Certificate
    key: HeldKey

    def issue(
        self,
        entry: KeyEntry,
        *,
        since: datetime = NOW - DAY,
        until: datetime = NOW + 365 * DAY,
        names: Sequence[x509.GeneralName] = (
            x509.DNSName("localhost"),
            x509.UniformResourceIdentifier(ISSUER),
        ),
    ) -> x509.Certificate:
        assert entry.public_jwk is not None
        builder = certificate("Issuer", self.intermediate.subject, entry.public_jwk.key, since, until)
        builder = builder.add_extension(usage(authority=False), critical=True)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return self.key.sign_certificate(builder)


def new_key() -> HeldKey:
    return hold_key(generate_private_key(Algorithm.ES256), Algorithm.ES256)


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, text)])


def certificate(
    subject: str, issuer: x509.Name, key: object, since: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(issuer)
        .public_key(key)  # type: ignore[arg-type]
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
    )


def new_real_authority() -> Authority:
    root_key, key = new_key(), new_key()
    span = (NOW - 99 * DAY, NOW + 999 * DAY)
    found = []
    for subject, public in (("Root", root_key), ("Intermediate", key)):
        builder = certificate(subject, name("Root"), public.public_jwk.key, *span)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        found.append(root_key.sign_certificate(builder.add_extension(usage(authority=True), critical=True)))
    return Authority(found[0], found[1], key)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return new_real_authority()


@pytest.fixture
def key() -> KeyEntry:
    return replace(
        entry(KeyPurpose.CREDENTIAL), hosts=("localhost",), uris=(ISSUER,), certificate_required=True
    )


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificates)


def test_a_chain_is_taken_without_its_anchor(authority: Authority, key: KeyEntry) -> None:
    leaf = authority.issue(key)

    for brought in (pem(leaf, authority.intermediate), pem(leaf, authority.intermediate, authority.root)):
        chain, anchor = verify_brought_chain(
            brought, trust_anchors([authority.root]), key, sandbox=False, now=NOW
        )
        assert chain.x5c == tuple(create_x5c([leaf, authority.intermediate]))
        assert anchor == create_x5c([authority.root])[0]
        assert (chain.hosts, chain.uris) == (("localhost",), (ISSUER,))
        assert (chain.not_before, chain.not_after) == (NOW - DAY, NOW + 365 * DAY)


def test_a_chain_ends_when_its_first_certificate_ends(authority: Authority, key: KeyEntry) -> None:
    leaf = authority.issue(key, until=NOW + 5000 * DAY)

    chain = read_chain(create_x5c([leaf, authority.intermediate]))

    assert chain.not_after == NOW + 999 * DAY


@pytest.mark.parametrize(
    ("since", "until", "error"),
    [
        (NOW - 9 * DAY, NOW - DAY, CertificateExpired),
        (NOW + DAY, NOW + 9 * DAY, CertificateNotYetValid),
    ],
)
def test_a_chain_that_is_not_valid_now_is_refused(
    authority: Authority, key: KeyEntry, since: datetime, until: datetime, error: type[Exception]
) -> None:
    """Lessons #168."""
    leaf = authority.issue(key, since=since, until=until)

    with pytest.raises(error):
        take(pem(leaf, authority.intermediate), authority, key)


def test_a_chain_for_another_key_is_refused(authority: Authority, key: KeyEntry) -> None:
    leaf = authority.issue(entry(KeyPurpose.CREDENTIAL))

    with pytest.raises(CertificateRefused, match=f"not for {key.key_id}"):
        take(pem(leaf, authority.intermediate), authority, key)


@pytest.mark.parametrize(
    "names",
    [
        [x509.DNSName("localhost")],
        [x509.UniformResourceIdentifier(ISSUER)],
        [x509.DNSName("other"), x509.UniformResourceIdentifier(ISSUER)],
    ],
)
def test_a_chain_without_the_wanted_names_is_refused(
    authority: Authority, key: KeyEntry, names: list[x509.GeneralName]
) -> None:
    leaf = authority.issue(key, names=names)

    with pytest.raises(CertificateRefused, match=f"must name localhost, {ISSUER}"):
        take(pem(leaf, authority.intermediate), authority, key)


def test_a_leaf_without_any_names_is_refused(authority: Authority, key: KeyEntry) -> None:
    with pytest.raises(CertificateRefused, match="cannot be read"):
        take(pem(authority.issue(key, names=()), authority.intermediate), authority, key)


def test_a_gap_a_wrong_order_or_another_root_is_refused(authority: Authority, key: KeyEntry) -> None:
    leaf = authority.issue(key)
    with pytest.raises(CertificateRefused, match="UntrustedChain"):
        take(pem(leaf), authority, key)
    with pytest.raises(CertificateRefused):
        take(pem(authority.intermediate, leaf), authority, key)
    with pytest.raises(CertificateRefused, match="UntrustedChain"):
        take(pem(leaf, authority.intermediate), new_real_authority(), key)


@pytest.mark.parametrize("text", [b"", b"not a certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_what_is_not_a_certificate_is_refused(authority: Authority, key: KeyEntry, text: bytes) -> None:
    with pytest.raises(CertificateRefused):
        take(text, authority, key)
    with pytest.raises(CertificateRefused):
        load_anchors(text)


def test_only_the_anchor_is_no_chain(authority: Authority, key: KeyEntry) -> None:
    with pytest.raises(CertificateRefused):
        take(pem(authority.root), authority, key)


def test_a_chain_of_a_development_authority_is_refused_in_production(key: KeyEntry) -> None:
    """D8, product.md: development roots are never trusted by production settings."""
    root, root_key = new_authority()
    assert key.public_jwk is not None
    subject = CertificateSubject("x", key.hosts, key.uris)
    builder = create_leaf(key.public_jwk.key, subject, root, serial=1, now=NOW)
    leaf = root_key.sign_certificate(builder)
    anchors = trust_anchors([root])

    with pytest.raises(WrongEnvironment):
        verify_brought_chain(pem(leaf), anchors, key, sandbox=False, now=NOW)
    assert verify_brought_chain(pem(leaf), anchors, key, sandbox=True, now=NOW)[0].key_id == key.key_id


def test_a_development_authority_among_the_anchors_is_refused_in_production(
    authority: Authority, key: KeyEntry
) -> None:
    anchors = trust_anchors([authority.root, new_authority()[0]])

    with pytest.raises(WrongEnvironment):
        verify_brought_chain(
            pem(authority.issue(key), authority.intermediate), anchors, key, sandbox=False, now=NOW
        )


def test_anchors_travel_as_pem_with_a_line_that_names_each() -> None:
    first, second = new_chain().authority, new_chain().authority

    text = anchors_pem(create_x5c([first, second]))

    assert load_anchors(text).certificates == (first, second)
    assert load_anchors(text).version == trust_anchors([second, first]).version
    assert text.startswith(b"# CN=Trillium sandbox authority test,O=Trillium sandbox, until 2036-")
    assert anchors_pem([]) == b""


@pytest.mark.parametrize("line", ["\n", "\r", "\u2028", " "])
def test_a_certificate_in_the_name_of_another_is_not_trusted(line: str) -> None:
    smuggled = pem(new_chain().authority).decode().strip()
    span, key = (NOW - DAY, NOW + DAY), new_key()
    builder = certificate(f"Root{line}{smuggled}{line}", name("Root"), key.public_jwk.key, *span)
    root = key.sign_certificate(builder.add_extension(usage(authority=True), critical=True))

    assert load_anchors(anchors_pem(create_x5c([root]))).certificates == (root,)


def test_a_damaged_anchor_is_refused() -> None:
    for value in ("AAAA", "*", ""):
        with pytest.raises(CertificateRefused):
            anchors_pem([value])


def take(text: bytes, authority: Authority, key: KeyEntry) -> None:
    verify_brought_chain(text, trust_anchors([authority.root]), key, sandbox=False, now=NOW)
