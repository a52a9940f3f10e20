"""What one certificate of a chain must be: RFC 5280 sections 4.2 and 6.1, as far as HAIP 1.0 needs it."""

from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.x509.oid import ExtensionOID

from specs.jose.errors import (
    InvalidJwk,
    LeafIsAuthority,
    NotAnAuthority,
    PathLengthExceeded,
    UnknownCriticalExtension,
    WeakCertificate,
    WrongKeyUsage,
)
from specs.jose.jwk import PublicJwk, public_jwk_of

_E = TypeVar("_E", bound=x509.ExtensionType)
_HASHES: Final = (SHA256, SHA384, SHA512)
# What we look at. Any other critical extension, extended key usage too, is a restriction we would overlook.
_KNOWN_EXTENSIONS: Final = frozenset(
    {ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE, ExtensionOID.SUBJECT_ALTERNATIVE_NAME}
)


def is_issued_by(subject: x509.Certificate, issuer: x509.Certificate) -> bool:
    """The issuer's name stands in it, and the signature is its key's (section 6.1.3 (a)(1), (4))."""
    try:
        subject.verify_directly_issued_by(issuer)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def key_of(certificate: x509.Certificate) -> PublicJwk:
    """The certified key. WeakCertificate for keys that we would not accept as JWK either."""
    try:
        return public_jwk_of(certificate.public_key())
    except (InvalidJwk, UnsupportedAlgorithm, ValueError) as error:
        raise WeakCertificate("key") from error


def check_digest(certificate: x509.Certificate) -> None:
    """Signed over a digest that stands (RFC 8725 section 3.2)."""
    try:
        digest = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm as error:
        raise WeakCertificate("digest") from error
    # None belongs to EdDSA, which brings its own digest.
    if digest is not None and not isinstance(digest, _HASHES):
        raise WeakCertificate(digest.name)


def check_extensions(certificate: x509.Certificate) -> None:
    """No restriction is overlooked (section 4.2)."""
    for extension in certificate.extensions:
        # Name constraints restrict even where an authority forgot to mark them critical.
        unknown = extension.critical and extension.oid not in _KNOWN_EXTENSIONS
        if unknown or extension.oid == ExtensionOID.NAME_CONSTRAINTS:
            raise UnknownCriticalExtension(extension.oid.dotted_string)


def check_leaf(leaf: x509.Certificate) -> None:
    """Signs messages, and no certificates (sections 4.2.1.3 and 4.2.1.9)."""
    constraints = extension_of(leaf, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        raise LeafIsAuthority
    usage = extension_of(leaf, x509.KeyUsage)
    if usage is None or not usage.digital_signature or usage.key_cert_sign:
        raise WrongKeyUsage("leaf")


def check_authority(authority: x509.Certificate, below: int) -> None:
    """May issue certificates, with `below` authorities between it and the leaf (section 6.1.4 (k) to (n))."""
    constraints = extension_of(authority, x509.BasicConstraints)
    if constraints is None or not constraints.ca:
        raise NotAnAuthority
    usage = extension_of(authority, x509.KeyUsage)
    if usage is None or not usage.key_cert_sign:
        raise WrongKeyUsage("authority")
    if constraints.path_length is not None and below > constraints.path_length:
        raise PathLengthExceeded


def extension_of(certificate: x509.Certificate, kind: type[_E]) -> _E | None:
    """The extension of this kind, if there is one."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
