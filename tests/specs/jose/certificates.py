"""Certificates for tests: an authority, what it issues, and every defect one at a time."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256, HashAlgorithm
from cryptography.x509.oid import NameOID

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOST, URI = "issuer.example", "https://issuer.example/tenant"


def usage(*, sign: bool = False, issue: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=sign,
        key_cert_sign=issue,
        crl_sign=issue,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def names() -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([x509.DNSName(HOST), x509.UniformResourceIdentifier(URI)])


@dataclass(frozen=True)
class Wish:
    """What a certificate shall say. An extension that is None is left out."""

    name: str
    not_before: datetime = NOW - DAY
    not_after: datetime = NOW + DAY
    constraints: x509.BasicConstraints | None = None
    key_usage: x509.KeyUsage | None = None
    alternative_names: x509.SubjectAlternativeName | None = None
    more: tuple[tuple[x509.ExtensionType, bool], ...] = ()
    digest: HashAlgorithm | None = field(default_factory=SHA256)
    key: Any = None

    def but(self, **changes: Any) -> Self:
        return replace(self, **changes)


CA = Wish(
    "Authority", constraints=x509.BasicConstraints(ca=True, path_length=None), key_usage=usage(issue=True)
)
LEAF = Wish("Signer", key_usage=usage(sign=True), alternative_names=names())


@dataclass(frozen=True)
class Issued:
    """A certificate with its private key, which may issue others."""

    certificate: x509.Certificate
    key: Any

    def issue(self, wish: Wish) -> "Issued":
        return _issue(wish, self.certificate.subject, self.key)


def self_signed(wish: Wish) -> Issued:
    """A root, or a leaf that vouches for itself."""
    key = wish.key or ec.generate_private_key(ec.SECP256R1())
    return _issue(wish.but(key=key), _name(wish.name), key)


def _issue(wish: Wish, issuer: x509.Name, signer: Any) -> Issued:
    key = wish.key or ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(wish.name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(wish.not_before)
        .not_valid_after(wish.not_after)
    )
    extensions: list[tuple[x509.ExtensionType | None, bool]] = [
        (wish.constraints, True),
        (wish.key_usage, True),
        (wish.alternative_names, False),
        *wish.more,
    ]
    for extension, critical in extensions:
        if extension is not None:
            builder = builder.add_extension(extension, critical=critical)
    return Issued(builder.sign(signer, wish.digest), key)  # type: ignore[arg-type]


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
