"""Certificate chains in a header (RFC 7515 section 4.1.6, RFC 5280 section 6, HAIP 1.0 section 6.1.1).

The chain is sent leaf first and without the trust anchor. Anchors are configured; no header brings one.
"""

import binascii
import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pybase64
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.utils import CryptographyDeprecationWarning

from specs.encoding import b64url_encode
from specs.jose.certificates import (
    check_authority,
    check_digest,
    check_extensions,
    check_leaf,
    extension_of,
    is_issued_by,
    key_of,
)
from specs.jose.errors import (
    AnchorInChain,
    BrokenChain,
    CertificateNotValidNow,
    ChainTooLong,
    InvalidCertificateChain,
    SelfSignedLeaf,
    UntrustedChain,
)
from specs.jose.jwk import PublicJwk

MAX_CERTIFICATES: Final = 4
MAX_CERTIFICATE_CHARACTERS: Final = 8192


@dataclass(frozen=True)
class TrustAnchors:
    """The authorities trusted for one purpose. `version` changes with them, and caches are keyed by it."""

    certificates: tuple[x509.Certificate, ...]
    version: str


@dataclass(frozen=True)
class VerifiedChain:
    """A leaf below a trust anchor. From `not_before` to `not_after` every certificate of the path is valid.

    `leaf_hash`: SHA-256 of the leaf in DER, base64url (the `x509_hash` of OpenID4VP 1.0 section 5.9.3).
    `key` is the leaf's; `san_dns` and `san_uris` are its alternative names.
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

    Raises ChainTooLong for more than 4 or one of more than 8192 characters, InvalidCertificateChain for
    anything but an array of canonical base64 strings (with padding, not base64url) of version 3 certificates.
    """
    if not isinstance(value, Sequence) or isinstance(value, str | bytes) or not value:
        raise InvalidCertificateChain("not an array of certificates")
    if len(value) > MAX_CERTIFICATES:
        raise ChainTooLong(f"{len(value)} certificates")
    return [_parse_certificate(element) for element in value]


def create_x5c(certificates: Sequence[x509.Certificate]) -> list[str]:
    """The `x5c` header of a chain: leaf first, without the anchor."""
    return [pybase64.b64encode_as_string(one.public_bytes(Encoding.DER)) for one in certificates]


def verify_chain(
    certificates: Sequence[x509.Certificate], anchors: TrustAnchors, *, now: datetime
) -> VerifiedChain:
    """The leaf, known to stand below one of the anchors at `now` (aware). One error class per defect."""
    # 1. The chain is short, and nothing in it vouches for itself (HAIP 1.0 section 6.1.1).
    _check_shape(certificates, anchors)
    # 2. No key and no digest in it is weak.
    keys = [key_of(one) for one in certificates]
    for one in certificates:
        check_digest(one)
    # 3. Each certificate was issued by the next, the last by an anchor (RFC 5280 section 6.1.3 (a)(1), (4)).
    for subject, issuer in itertools.pairwise(certificates):
        if not is_issued_by(subject, issuer):
            raise BrokenChain
    anchor = _anchor_of(certificates[-1], anchors)
    key_of(anchor)
    path = [*certificates, anchor]
    # 4. All of them, the anchor too, are valid now; both ends belong to the time (section 6.1.3 (a)(2)).
    not_before = max(one.not_valid_before_utc for one in path)
    not_after = min(one.not_valid_after_utc for one in path)
    if not not_before <= now <= not_after:
        raise CertificateNotValidNow
    # 5. No restriction is overlooked (section 4.2).
    for one in path:
        check_extensions(one)
    # 6. The leaf signs messages, and those above it issue certificates, so many below them (section 6.1.4).
    check_leaf(path[0])
    for below, authority in enumerate(path[1:]):
        check_authority(authority, below)
    leaf = path[0]
    names = extension_of(leaf, x509.SubjectAlternativeName)
    return VerifiedChain(
        leaf=leaf,
        key=keys[0],
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
    if len(value) > MAX_CERTIFICATE_CHARACTERS:
        raise ChainTooLong(f"a certificate of {len(value)} characters")
    try:
        der = pybase64.b64decode(value, validate=True)
        certificate = x509.load_der_x509_certificate(der)
        _read_all(certificate)
    except (
        binascii.Error,
        ValueError,
        TypeError,  # a name whose text is a bit string
        x509.DuplicateExtension,
        x509.InvalidVersion,
        x509.UnsupportedGeneralNameType,
        CryptographyDeprecationWarning,  # where warnings are errors: what is malformed, and will be refused
    ) as error:
        raise InvalidCertificateChain("not a certificate in base64") from error
    if pybase64.b64encode_as_string(der) != value:
        raise InvalidCertificateChain("not canonical base64")
    # RFC 5280 sections 4.1.2.1 and 4.1.2.2.
    if certificate.version is not x509.Version.v3 or certificate.serial_number <= 0:
        raise InvalidCertificateChain("version or serial number")
    return certificate


def _read_all(certificate: x509.Certificate) -> None:
    """The library reads lazily; what is malformed must show here and not in the middle of a check."""
    for name in ("subject", "issuer", "extensions", "not_valid_before_utc", "not_valid_after_utc"):
        getattr(certificate, name)


def _check_shape(certificates: Sequence[x509.Certificate], anchors: TrustAnchors) -> None:
    if not certificates:
        raise InvalidCertificateChain("empty")
    if len(certificates) > MAX_CERTIFICATES:
        raise ChainTooLong(f"{len(certificates)} certificates")
    if is_issued_by(certificates[0], certificates[0]):
        raise SelfSignedLeaf
    if any(one in anchors.certificates or is_issued_by(one, one) for one in certificates):
        raise AnchorInChain


def _anchor_of(last: x509.Certificate, anchors: TrustAnchors) -> x509.Certificate:
    for anchor in anchors.certificates:
        if is_issued_by(last, anchor):
            return anchor
    raise UntrustedChain
