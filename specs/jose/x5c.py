"""Certificate chains in a header (RFC 7515 section 4.1.6, RFC 5280 section 6, HAIP 1.0 section 6.1.1).

The chain is sent leaf first and without the trust anchor. Anchors are configured; no header brings one.
"""

import binascii
import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

import pybase64
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID

from specs.encoding import b64url_encode
from specs.jose.errors import (
    AnchorInChain,
    BrokenChain,
    CertificateNotValidNow,
    ChainTooLong,
    InvalidCertificateChain,
    InvalidJwk,
    LeafIsAuthority,
    NotAnAuthority,
    PathLengthExceeded,
    SelfSignedLeaf,
    UnknownCriticalExtension,
    UntrustedChain,
    WeakCertificate,
    WrongKeyUsage,
)
from specs.jose.jwk import PublicJwk, public_jwk_of

MAX_CERTIFICATES: Final = 4
MAX_CERTIFICATE_BYTES: Final = 8192

_E = TypeVar("_E", bound=x509.ExtensionType)
_HASHES: Final = (SHA256, SHA384, SHA512)
# What the steps below look at. Any other critical extension is a restriction that we would overlook.
_KNOWN_EXTENSIONS: Final = frozenset(
    {ExtensionOID.BASIC_CONSTRAINTS, ExtensionOID.KEY_USAGE, ExtensionOID.SUBJECT_ALTERNATIVE_NAME}
)


@dataclass(frozen=True)
class TrustAnchors:
    """The authorities trusted for one purpose. `version` changes with them, and caches are keyed by it."""

    certificates: tuple[x509.Certificate, ...]
    version: str


@dataclass(frozen=True)
class VerifiedChain:
    """A leaf below a trust anchor. From `not_before` to `not_after` every certificate of the path is valid.

    `leaf_hash`: SHA-256 of the leaf in DER, base64url (the `x509_hash` of OpenID4VP 1.0 section 5.9.3).
    """

    leaf: x509.Certificate
    key: PublicJwk
    anchor: x509.Certificate
    not_before: datetime
    not_after: datetime
    leaf_hash: str
    san_dns: tuple[str, ...]
    san_uris: tuple[str, ...]


def trust_anchors(certificates: Sequence[x509.Certificate]) -> TrustAnchors:
    """Anchors whose version is a digest of them, whatever their order."""
    digest = hashlib.sha256(b"".join(sorted(one.fingerprint(SHA256()) for one in certificates)))
    return TrustAnchors(tuple(certificates), b64url_encode(digest.digest()))


def parse_x5c(value: object) -> list[x509.Certificate]:
    """The certificates of an `x5c` header, leaf first. Nothing about them is known to be true.

    Raises ChainTooLong for more than 4 or one larger than 8 kB, InvalidCertificateChain for anything but an
    array of canonical base64 strings (with padding, not base64url) of DER certificates of version 3.
    """
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise InvalidCertificateChain("not an array of certificates")
    if len(value) > MAX_CERTIFICATES:
        raise ChainTooLong(f"{len(value)} certificates")
    return [_parse_certificate(element) for element in value]


def create_x5c(certificates: Sequence[x509.Certificate]) -> list[str]:
    """The `x5c` header of a chain, leaf first, without the anchor."""
    return [pybase64.b64encode_as_string(one.public_bytes(Encoding.DER)) for one in certificates]


def verify_chain(
    certificates: Sequence[x509.Certificate], anchors: TrustAnchors, *, now: datetime
) -> VerifiedChain:
    """The leaf, known to stand below one of the anchors at `now` (aware). One error class per defect."""
    # 1. The chain is short, and nothing in it vouches for itself (HAIP 1.0 section 6.1.1).
    if not certificates:
        raise InvalidCertificateChain("empty")
    if len(certificates) > MAX_CERTIFICATES:
        raise ChainTooLong(f"{len(certificates)} certificates")
    _refuse_self_signed(certificates, anchors)
    # 2. Each certificate was issued by the next, the last by an anchor (RFC 5280 section 6.1.3 (a)(1), (4)).
    for subject, issuer in itertools.pairwise(certificates):
        if not _issued_by(subject, issuer):
            raise BrokenChain
    anchor = _anchor_of(certificates[-1], anchors)
    path = [*certificates, anchor]
    # 3. All of them, the anchor too, are valid now (RFC 5280 section 6.1.3 (a)(2)); both ends belong to it.
    not_before = max(one.not_valid_before_utc for one in path)
    not_after = min(one.not_valid_after_utc for one in path)
    if not not_before <= now <= not_after:
        raise CertificateNotValidNow
    # 4. No restriction is overlooked (RFC 5280 section 4.2), and no algorithm is weak.
    for one in path:
        _check_extensions(one)
        _check_strength(one)
    # 5. The leaf signs messages and nothing else (RFC 5280 sections 4.2.1.3, 4.2.1.9).
    leaf = certificates[0]
    _check_leaf(leaf)
    # 6. Those above it may issue certificates, and so many below them (RFC 5280 section 6.1.4 (k) to (n)).
    for below, authority in enumerate(path[1:]):
        _check_authority(authority, below)
    names = _extension(leaf, x509.SubjectAlternativeName)
    return VerifiedChain(
        leaf=leaf,
        key=_key_of(leaf),
        anchor=anchor,
        not_before=not_before,
        not_after=not_after,
        leaf_hash=b64url_encode(leaf.fingerprint(SHA256())),
        san_dns=tuple(names.get_values_for_type(x509.DNSName)) if names else (),
        san_uris=tuple(names.get_values_for_type(x509.UniformResourceIdentifier)) if names else (),
    )


def _parse_certificate(value: object) -> x509.Certificate:
    if not isinstance(value, str):
        raise InvalidCertificateChain("not a string")
    if len(value) > MAX_CERTIFICATE_BYTES:
        raise ChainTooLong(f"a certificate of {len(value)} characters")
    try:
        der = pybase64.b64decode(value, validate=True)
        certificate = x509.load_der_x509_certificate(der)
        certificate.extensions  # noqa: B018 (read lazily: here is where a malformed or doubled one must show)
        version = certificate.version
    except (
        binascii.Error,
        ValueError,
        x509.DuplicateExtension,
        x509.InvalidVersion,
        x509.UnsupportedGeneralNameType,
    ) as error:
        raise InvalidCertificateChain("not a certificate in base64") from error
    if pybase64.b64encode_as_string(der) != value or version is not x509.Version.v3:
        raise InvalidCertificateChain("not canonical base64 or not version 3")
    return certificate


def _refuse_self_signed(certificates: Sequence[x509.Certificate], anchors: TrustAnchors) -> None:
    if _issued_by(certificates[0], certificates[0]):
        raise SelfSignedLeaf
    if any(one in anchors.certificates or _issued_by(one, one) for one in certificates):
        raise AnchorInChain


def _issued_by(subject: x509.Certificate, issuer: x509.Certificate) -> bool:
    """Names match and the signature is the issuer's."""
    if subject.issuer != issuer.subject:
        return False
    try:
        subject.verify_directly_issued_by(issuer)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def _anchor_of(last: x509.Certificate, anchors: TrustAnchors) -> x509.Certificate:
    for anchor in anchors.certificates:
        if _issued_by(last, anchor):
            return anchor
    raise UntrustedChain


def _check_extensions(certificate: x509.Certificate) -> None:
    for extension in certificate.extensions:
        # Name constraints restrict even when an authority forgot to mark them critical.
        unknown = extension.critical and extension.oid not in _KNOWN_EXTENSIONS
        if unknown or extension.oid == ExtensionOID.NAME_CONSTRAINTS:
            raise UnknownCriticalExtension(extension.oid.dotted_string)


def _check_strength(certificate: x509.Certificate) -> None:
    try:
        public_jwk_of(certificate.public_key())
        digest = certificate.signature_hash_algorithm
    except (InvalidJwk, UnsupportedAlgorithm, ValueError) as error:
        raise WeakCertificate("key") from error
    # None belongs to EdDSA, which brings its own digest.
    if digest is not None and not isinstance(digest, _HASHES):
        raise WeakCertificate(digest.name)


def _check_leaf(leaf: x509.Certificate) -> None:
    constraints = _extension(leaf, x509.BasicConstraints)
    usage = _extension(leaf, x509.KeyUsage)
    if constraints is not None and constraints.ca:
        raise LeafIsAuthority
    if usage is None or not usage.digital_signature or usage.key_cert_sign:
        raise WrongKeyUsage("leaf")


def _check_authority(authority: x509.Certificate, below: int) -> None:
    """`below`: the number of authorities between this one and the leaf."""
    constraints = _extension(authority, x509.BasicConstraints)
    if constraints is None or not constraints.ca:
        raise NotAnAuthority
    usage = _extension(authority, x509.KeyUsage)
    if usage is None or not usage.key_cert_sign:
        raise WrongKeyUsage("authority")
    if constraints.path_length is not None and below > constraints.path_length:
        raise PathLengthExceeded


def _extension(certificate: x509.Certificate, kind: type[_E]) -> _E | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _key_of(leaf: x509.Certificate) -> PublicJwk:
    # _check_strength has seen that there is one.
    return public_jwk_of(leaf.public_key())
