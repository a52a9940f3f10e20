"""The certificate recipe (requirements 6.08, 3.05; interop.md section 1), checked by three other readers."""

import subprocess
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import PolicyBuilder, Store

from keys.certificates import (
    AUTHORITY_LIFETIME,
    LEAF_LIFETIME,
    RENEW_BEFORE,
    SANDBOX_MARKER,
    SANDBOX_ORGANIZATION,
    CertificateSubject,
    create_authority,
    create_leaf,
    create_request,
    is_sandbox_anchor,
)
from keys.providers.local import HeldKey, generate_private_key, hold_key
from specs.jose import (
    Algorithm,
    AnchorInChain,
    CertificateNotValidNow,
    NotAnAuthority,
    SelfSignedLeaf,
    UntrustedChain,
    create_x5c,
    parse_x5c,
    trust_anchors,
    verify_chain,
)
from tests.keys.rings import DAY, ISSUER, NOW

SUBJECT = CertificateSubject("Trillium credential", ("localhost",), (ISSUER,))


@dataclass(frozen=True)
class Chain:
    authority: x509.Certificate
    leaf: x509.Certificate
    authority_key: HeldKey
    leaf_key: HeldKey


def new_key(algorithm: Algorithm = Algorithm.ES256) -> HeldKey:
    return hold_key(generate_private_key(algorithm), algorithm)


def new_authority(now: datetime = NOW, label: str = "test") -> tuple[x509.Certificate, HeldKey]:
    key = new_key()
    builder = create_authority(key.public_jwk.key, label=label, serial=x509.random_serial_number(), now=now)
    return key.sign_certificate(builder), key


def new_chain(subject: CertificateSubject = SUBJECT, now: datetime = NOW) -> Chain:
    authority, authority_key = new_authority(now)
    key = new_key()
    builder = create_leaf(key.public_jwk.key, subject, authority, serial=x509.random_serial_number(), now=now)
    return Chain(authority, authority_key.sign_certificate(builder), authority_key, key)


@pytest.fixture(scope="module")
def chain() -> Chain:
    return new_chain()


def test_the_leaf_stands_below_the_authority_as_our_own_verifier_sees_it(chain: Chain) -> None:
    """6.08: chain, no anchor, leaf not self-signed. credo: `iss` is a SAN URI or its host a dNSName."""
    verified = verify_chain(parse_x5c(create_x5c([chain.leaf])), trust_anchors([chain.authority]), now=NOW)

    assert verified.key == chain.leaf_key.public_jwk
    assert verified.san_dns == ("localhost",)
    assert verified.san_uris == (ISSUER,)


def test_openssl_accepts_the_chain(chain: Chain, tmp_path: Path) -> None:
    (tmp_path / "authority.pem").write_bytes(chain.authority.public_bytes(Encoding.PEM))
    (tmp_path / "leaf.pem").write_bytes(chain.leaf.public_bytes(Encoding.PEM))
    at = str(int(NOW.timestamp()))
    command = ["openssl", "verify", "-x509_strict", "-verify_hostname", "localhost", "-attime", at]

    done = subprocess.run(
        [*command, "-CAfile", "authority.pem", "leaf.pem"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "leaf.pem: OK\n"), done.stderr


def test_openssl_refuses_the_leaf_under_another_authority(chain: Chain, tmp_path: Path) -> None:
    (tmp_path / "authority.pem").write_bytes(new_authority()[0].public_bytes(Encoding.PEM))
    (tmp_path / "leaf.pem").write_bytes(chain.leaf.public_bytes(Encoding.PEM))

    done = subprocess.run(
        ["openssl", "verify", "-CAfile", "authority.pem", "leaf.pem"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )

    assert done.returncode != 0


def test_the_path_validation_of_python_cryptography_accepts_the_chain(chain: Chain) -> None:
    """openvc-core uses it; it wants basicConstraints and keyUsage of the authority critical, SKI and AKI."""
    builder = PolicyBuilder().store(Store([chain.authority])).time(NOW)

    assert builder.build_server_verifier(x509.DNSName("localhost")).verify(chain.leaf, []) == [
        chain.leaf,
        chain.authority,
    ]
    client = builder.build_client_verifier().verify(chain.leaf, [])
    assert client.chain == [chain.leaf, chain.authority]


def test_the_authority_follows_the_recipe(chain: Chain) -> None:
    extensions = chain.authority.extensions
    constraints = extensions.get_extension_for_class(x509.BasicConstraints)
    usage = extensions.get_extension_for_class(x509.KeyUsage)

    assert (constraints.critical, constraints.value) == (True, x509.BasicConstraints(True, 0))
    assert usage.critical
    assert (usage.value.key_cert_sign, usage.value.crl_sign, usage.value.digital_signature) == (
        True,
        True,
        False,
    )
    extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    assert chain.authority.subject == chain.authority.issuer


def test_the_leaf_follows_the_recipe(chain: Chain) -> None:
    extensions = chain.leaf.extensions
    constraints = extensions.get_extension_for_class(x509.BasicConstraints)
    usage = extensions.get_extension_for_class(x509.KeyUsage)
    identifier = chain.authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value

    assert constraints.value.ca is False
    assert usage.critical
    assert (usage.value.digital_signature, usage.value.key_cert_sign) == (True, False)
    above = extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert above.key_identifier == identifier.digest
    extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    with pytest.raises(x509.ExtensionNotFound):
        extensions.get_extension_for_class(x509.ExtendedKeyUsage)


def test_both_begin_two_days_back_and_the_leaf_ends_first(chain: Chain) -> None:
    """`iat` rounded down to the day would otherwise precede the certificate."""
    for certificate in (chain.authority, chain.leaf):
        assert certificate.not_valid_before_utc == NOW - 2 * DAY
    assert chain.authority.not_valid_after_utc == NOW + AUTHORITY_LIFETIME
    assert chain.leaf.not_valid_after_utc == NOW + LEAF_LIFETIME
    assert DAY * 30 < RENEW_BEFORE < LEAF_LIFETIME < AUTHORITY_LIFETIME


def test_a_leaf_never_outlives_its_authority(chain: Chain) -> None:
    late = NOW + AUTHORITY_LIFETIME - 5 * DAY
    builder = create_leaf(chain.leaf_key.public_jwk.key, SUBJECT, chain.authority, serial=1, now=late)
    leaf = chain.authority_key.sign_certificate(builder)

    assert leaf.not_valid_after_utc == chain.authority.not_valid_after_utc


@pytest.mark.parametrize("at", [NOW - 2 * DAY, NOW, NOW + LEAF_LIFETIME])
def test_the_chain_is_valid_at_both_ends(chain: Chain, at: datetime) -> None:
    verify_chain([chain.leaf], trust_anchors([chain.authority]), now=at)


@pytest.mark.parametrize(
    "at", [NOW - 2 * DAY - timedelta(seconds=1), NOW + LEAF_LIFETIME + timedelta(seconds=1)]
)
def test_and_not_beyond(chain: Chain, at: datetime) -> None:
    with pytest.raises(CertificateNotValidNow):
        verify_chain([chain.leaf], trust_anchors([chain.authority]), now=at)


def test_misuses_of_the_chain_are_refused(chain: Chain) -> None:
    """Lessons D5, 6.11: the anchor in x5c, a self-signed leaf, a leaf under another authority."""
    ours = trust_anchors([chain.authority])
    other, _ = new_authority()
    with pytest.raises(AnchorInChain):
        verify_chain([chain.leaf, chain.authority], ours, now=NOW)
    with pytest.raises(SelfSignedLeaf):
        verify_chain([other], ours, now=NOW)
    with pytest.raises(UntrustedChain):
        verify_chain([chain.leaf], trust_anchors([other]), now=NOW)


class TestMarker:
    """D8: sandbox and production are separate at the root."""

    def test_an_authority_carries_the_organization_and_the_marker(self, chain: Chain) -> None:
        extension = chain.authority.extensions.get_extension_for_oid(SANDBOX_MARKER)
        (organization,) = chain.authority.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)

        assert organization.value == SANDBOX_ORGANIZATION == "Trillium sandbox"
        assert not extension.critical
        assert SANDBOX_MARKER.dotted_string == "2.25.103725176566803265276862409701907743694"

    def test_authority_and_leaf_are_recognized(self, chain: Chain) -> None:
        assert is_sandbox_anchor(chain.authority)
        assert is_sandbox_anchor(chain.leaf)

    def test_either_of_the_two_is_enough(self) -> None:
        named = signed(x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Trillium sandbox"), marker=False)
        marked = signed(x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Province"), marker=True)

        assert is_sandbox_anchor(named)
        assert is_sandbox_anchor(marked)

    @pytest.mark.parametrize("name", ["Province", "Trillium", "not Trillium sandbox"])
    def test_others_are_not(self, name: str) -> None:
        assert not is_sandbox_anchor(
            signed(x509.NameAttribute(NameOID.ORGANIZATION_NAME, name), marker=False)
        )
        assert not is_sandbox_anchor(
            signed(x509.NameAttribute(NameOID.COMMON_NAME, "Trillium sandbox"), marker=False)
        )


def signed(attribute: x509.NameAttribute[str], *, marker: bool) -> x509.Certificate:
    key = new_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([attribute]))
        .issuer_name(x509.Name([attribute]))
        .public_key(key.public_jwk.key)
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + DAY)
    )
    if marker:
        builder = builder.add_extension(
            x509.UnrecognizedExtension(SANDBOX_MARKER, b"\x05\x00"), critical=False
        )
    return key.sign_certificate(builder)


class TestSubject:
    """Names that wallets can compare."""

    @pytest.mark.parametrize("host", ["localhost", "issuer.example.ca", "a-b.example", "1.example", "x"])
    def test_a_host_name(self, host: str) -> None:
        chain = new_chain(CertificateSubject("x", (host,), ()))

        assert verify_chain([chain.leaf], trust_anchors([chain.authority]), now=NOW).san_dns == (host,)

    @pytest.mark.parametrize(
        "host",
        [
            "127.0.0.1",
            "::1",
            "localhost:8000",
            "https://localhost",
            "Localhost",
            "*.example.ca",
            "élan.example",
            "-a.example",
            "a..example",
            ".example",
            "example.",
            "",
            "a" * 64,
            f"{'a.' * 127}aa",
        ],
    )
    def test_not_a_host_name(self, host: str) -> None:
        with pytest.raises(ValueError, match="not a host name"):
            CertificateSubject("x", (host,), ())

    @pytest.mark.parametrize("uri", ["localhost", "", "https://élan.example", "https://a b", ":x"])
    def test_not_a_uri(self, uri: str) -> None:
        with pytest.raises(ValueError, match="not a URI"):
            CertificateSubject("x", ("localhost",), (uri,))

    def test_a_host_is_needed(self) -> None:
        with pytest.raises(ValueError, match="host name"):
            CertificateSubject("x", (), (ISSUER,))

    def test_several_names(self) -> None:
        uris = (ISSUER, "https://b.example/t/1")
        chain = new_chain(CertificateSubject("x", ("localhost", "b.example"), uris))
        verified = verify_chain([chain.leaf], trust_anchors([chain.authority]), now=NOW)

        assert (verified.san_dns, verified.san_uris) == (("localhost", "b.example"), uris)


def test_a_request_asks_for_the_same_recipe_and_not_for_the_sandbox() -> None:
    request = new_key().sign_request(create_request(SUBJECT))
    names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    assert request.is_signature_valid
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == [ISSUER]
    assert request.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
    assert not request.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert not request.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)


def test_openssl_reads_the_request(tmp_path: Path) -> None:
    request = new_key().sign_request(create_request(SUBJECT))
    (tmp_path / "request.pem").write_bytes(request.public_bytes(Encoding.PEM))

    done = subprocess.run(
        ["openssl", "req", "-in", "request.pem", "-verify", "-noout", "-text"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0
    assert f"DNS:localhost, URI:{ISSUER}" in done.stdout


def test_a_leaf_cannot_issue(chain: Chain) -> None:
    """What our leaf's key signs as a certificate is refused."""
    builder = create_leaf(new_key().public_jwk.key, SUBJECT, chain.leaf, serial=9, now=NOW)
    forged = chain.leaf_key.sign_certificate(builder)

    with pytest.raises(NotAnAuthority):
        verify_chain([forged, chain.leaf], trust_anchors([chain.authority]), now=NOW)
