"""Certificate chains we hold: read for what they say, and checked before they are taken into the ring."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import pybase64
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from keys.certificates import is_sandbox_anchor
from keys.errors import CertificateExpired, CertificateNotYetValid, CertificateRefused, WrongEnvironment
from keys.key_entry import CertificateChain, KeyEntry
from specs.jose.errors import InvalidCertificateChain, JoseError
from specs.jose.jwk import public_jwk_of
from specs.jose.x5c import TrustAnchors, create_x5c, parse_x5c, trust_anchors, verify_chain

MAX_PEM_BYTES: Final = 64 * 1024


def read_chain(x5c: Sequence[str]) -> CertificateChain:
    """What a chain says about itself; nothing is verified. CertificateRefused when it cannot be read."""
    try:
        certificates = parse_x5c(x5c)
        key_id = public_jwk_of(certificates[0].public_key()).thumbprint
        names = certificates[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (JoseError, x509.ExtensionNotFound) as error:
        raise CertificateRefused(f"It cannot be read: {error}") from error
    return CertificateChain(
        x5c=tuple(x5c),
        key_id=key_id,
        not_before=max(one.not_valid_before_utc for one in certificates),
        not_after=min(one.not_valid_after_utc for one in certificates),
        hosts=tuple(names.get_values_for_type(x509.DNSName)),
        uris=tuple(names.get_values_for_type(x509.UniformResourceIdentifier)),
    )


def verify_brought_chain(
    pem: bytes, anchors: TrustAnchors, entry: KeyEntry, *, sandbox: bool, now: datetime
) -> tuple[CertificateChain, str]:
    """A chain that an authority issued for a key of ours, leaf first, and its anchor (base64 DER).

    Verified as others will verify it (6.08, 3.05); trust anchors that came along are left out. Raises
    CertificateRefused for another key, missing names or a broken chain, CertificateExpired,
    CertificateNotYetValid, and WrongEnvironment for a development authority in production.
    """
    certificates = parse_pem(pem)
    if not sandbox and any(is_sandbox_anchor(one) for one in (*certificates, *anchors.certificates)):
        raise WrongEnvironment("The certificate was issued by a development authority.")
    chain = read_chain(create_x5c([one for one in certificates if one not in anchors.certificates]))
    if chain.key_id != entry.key_id:
        raise CertificateRefused(f"It is for key {chain.key_id}, not for {entry.key_id}.")
    if now > chain.not_after:
        raise CertificateExpired(f"It ended {chain.not_after.isoformat()}.")
    if now < chain.not_before:
        raise CertificateNotYetValid(f"It begins {chain.not_before.isoformat()}.")
    try:
        verified = verify_chain(parse_x5c(chain.x5c), anchors, now=now)
    except InvalidCertificateChain as error:
        raise CertificateRefused(f"{type(error).__name__}: {error}") from error
    if not chain.covers(entry.hosts, entry.uris):
        raise CertificateRefused(f"It must name {', '.join(entry.hosts + entry.uris)}.")
    return chain, create_x5c([verified.anchor])[0]


def parse_pem(pem: bytes) -> list[x509.Certificate]:
    """The certificates of a PEM text; CertificateRefused when there is none."""
    if len(pem) > MAX_PEM_BYTES:
        raise CertificateRefused("The PEM file is too large.")
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise CertificateRefused("It is not a certificate in PEM.") from error


def anchors_pem(anchors: Sequence[str]) -> bytes:
    """Authorities (base64 DER) as one PEM text, each under a line that names it."""
    return b"".join(_titled_pem(one) for one in decode_anchors(anchors))


def load_anchors(pem: bytes) -> TrustAnchors:
    """Another app's `anchors.pem`, or any PEM file of authorities, for its trust settings."""
    return trust_anchors(parse_pem(pem))


def decode_anchors(anchors: Sequence[str]) -> list[x509.Certificate]:
    """Certificates from base64 DER. CertificateRefused."""
    try:
        return [x509.load_der_x509_certificate(pybase64.b64decode(one, validate=True)) for one in anchors]
    except ValueError as error:
        raise CertificateRefused("An anchor cannot be read.") from error


def _titled_pem(certificate: x509.Certificate) -> bytes:
    # Whoever named the certificate may have put another one into the name, on lines of its own.
    name = "".join(one if one.isprintable() else "?" for one in certificate.subject.rfc4514_string())
    title = f"# {name.replace('-----', '?')}, until {certificate.not_valid_after_utc.date()}\n"
    return title.encode("utf-8") + certificate.public_bytes(Encoding.PEM)
