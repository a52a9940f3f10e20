"""Certificates we make: a development authority, leaves below it, and requests to a real authority.

One recipe satisfies every wallet and verifier we met (HAIP 1.0 section 6.1.1, RFC 5280 section 4.2): the
authority stays outside `x5c`; the leaf names its host as SAN dNSName and its `iss` as SAN URI.

The marker. Development authorities carry the subject `O=Trillium sandbox` and a non-critical extension under
an object identifier of our own, 2.25.103725176566803265276862409701907743694 (ITU-T X.667: the arc of UUID
4e08be0a-e423-46ee-9011-7868db7fc3ce, which needs no registration). Its value is NULL. Either of the two is
enough for a production profile to refuse the authority.
"""

import ipaddress
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import NameOID

from specs.jose.algorithms import Algorithm

SANDBOX_ORGANIZATION: Final = "Trillium sandbox"
SANDBOX_MARKER: Final = x509.ObjectIdentifier("2.25.103725176566803265276862409701907743694")
_MARKER_VALUE: Final = b"\x05\x00"  # NULL in DER

# `iat` is rounded down to the day, so the first credentials are older than the certificate they stand under.
BACKDATED: Final = timedelta(days=2)
AUTHORITY_LIFETIME: Final = timedelta(days=3650)
LEAF_LIFETIME: Final = timedelta(days=1095)
# Credentials must not outlive the chain in their header: renewing this early leaves two years for them.
RENEW_BEFORE: Final = timedelta(days=730)

_HOST: Final = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
_URI: Final = re.compile(r"[a-z][a-z0-9+.-]*:[!-~]+")


@dataclass(frozen=True, slots=True)
class CertificateSubject:
    """Who a leaf is for. `name`: shown to people, at most 64 characters. `hosts`: without port, lower case.

    ValueError for an IP address (`localhost` is the development host: wallets want a dNSName), for a port or
    a scheme in a host, for a URI without scheme, and when there is no host.
    """

    name: str
    hosts: tuple[str, ...]
    uris: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.hosts:
            raise ValueError("a certificate needs a host name")
        for host in self.hosts:
            if not _HOST.fullmatch(host) or _is_address(host):
                raise ValueError(f"not a host name: {host}")
        for uri in self.uris:
            if not _URI.fullmatch(uri):
                raise ValueError(f"not a URI: {uri}")


def create_authority(
    public_key: CertificatePublicKeyTypes, *, label: str, serial: int, now: datetime
) -> x509.CertificateBuilder:
    """A development authority, to be signed with its own key. `label` keeps the authorities of apps apart."""
    name = _name(f"Trillium sandbox authority {label}")
    return (
        _certificate(public_key, serial=serial, now=now, lifetime=AUTHORITY_LIFETIME)
        .subject_name(name)
        .issuer_name(name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .add_extension(x509.UnrecognizedExtension(SANDBOX_MARKER, _MARKER_VALUE), critical=False)
    )


def create_leaf(
    public_key: CertificatePublicKeyTypes,
    subject: CertificateSubject,
    authority: x509.Certificate,
    *,
    serial: int,
    now: datetime,
) -> x509.CertificateBuilder:
    """A leaf, to be signed with the authority's key. It never outlives the authority."""
    identifier = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    lifetime = min(LEAF_LIFETIME, authority.not_valid_after_utc - now)
    return (
        _certificate(public_key, serial=serial, now=now, lifetime=lifetime)
        .subject_name(_name(subject.name))
        .issuer_name(authority.subject)
        .add_extension(_alternative_names(subject), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
        )
    )


def create_request(subject: CertificateSubject) -> x509.CertificateSigningRequestBuilder:
    """A certificate request (PKCS #10) for a real authority, to be signed with the key itself.

    It asks for the same recipe; what the authority puts in is its decision and is checked when it comes back.
    """
    return (
        x509.CertificateSigningRequestBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject.name)]))
        .add_extension(_alternative_names(subject), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
    )


def is_sandbox_anchor(certificate: x509.Certificate) -> bool:
    """A development authority, or a certificate below one: by the marker or the organization's name."""
    if _has_marker(certificate):
        return True
    names = (certificate.subject, certificate.issuer)
    organizations = [
        one.value for name in names for one in name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    ]
    return SANDBOX_ORGANIZATION in organizations


def digest_for(algorithm: Algorithm) -> hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | None:
    """The digest a key of this algorithm signs certificates with; EdDSA brings its own."""
    return _DIGESTS.get(algorithm, hashes.SHA256())


_DIGESTS: Final[dict[Algorithm, hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | None]] = {
    Algorithm.ES384: hashes.SHA384(),
    Algorithm.ES512: hashes.SHA512(),
    Algorithm.EDDSA: None,
}


def _certificate(
    public_key: CertificatePublicKeyTypes, *, serial: int, now: datetime, lifetime: timedelta
) -> x509.CertificateBuilder:
    # DER times have whole seconds.
    now = now.replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .public_key(public_key)
        .serial_number(serial)
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, SANDBOX_ORGANIZATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _alternative_names(subject: CertificateSubject) -> x509.SubjectAlternativeName:
    names: list[x509.GeneralName] = [x509.DNSName(host) for host in subject.hosts]
    return x509.SubjectAlternativeName(names + [x509.UniformResourceIdentifier(uri) for uri in subject.uris])


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _has_marker(certificate: x509.Certificate) -> bool:
    try:
        certificate.extensions.get_extension_for_oid(SANDBOX_MARKER)
    except x509.ExtensionNotFound:
        return False
    return True


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
