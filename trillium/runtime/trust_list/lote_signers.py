"""Whose signature makes a list of trusted entities one: keys and certificates that the operator was given.

ETSI TS 119 602 clause 6.8: a compact JWS (JAdES baseline B) with the signer's certificate in ``x5c``. What
stands in the header is never believed by itself: either the key is pinned, or an authority above it is.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from specs.encoding import EncodingError
from specs.jose import (
    ALLOWED,
    JoseError,
    PublicJwk,
    TrustAnchors,
    UnverifiedJws,
    Use,
    create_x5c,
    parse_jws,
    parse_x5c,
    trust_anchors,
    verify_chain,
    verify_jws,
)
from specs.jose.certificates import check_authority, extension_of, key_of
from trillium.runtime.trust_list.errors import BadTrustListKeys, MalformedLote, WrongLoteKey
from trillium.runtime.trust_list.lote import MAX_PAYLOAD_BYTES, Lote, parse_lote
from trillium.runtime.trust_list.operator_keys import MAX_BYTES, MAX_KEYS, read_public_keys

MAX_LOTE_BYTES: Final = MAX_PAYLOAD_BYTES // 3 * 4 + 64 * 1024
_CERTIFICATE: Final = b"-----BEGIN CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class LoteSigners:
    """``keys``: of signers. ``authorities``: above signers, who then have to be the list's own operator."""

    keys: tuple[PublicJwk, ...]
    authorities: TrustAnchors


def parse_lote_signers(content: bytes, now: datetime) -> LoteSigners:
    """A JWK Set, public keys in PEM, or certificates in PEM: signers' own, or of authorities above them.

    Raises BadTrustListKeys: nothing of that, too many, private ones, not for this use, or not valid now.
    """
    if len(content) > MAX_BYTES:
        raise BadTrustListKeys("too large")
    if _CERTIFICATE not in content:
        return LoteSigners(read_public_keys(content, ALLOWED[Use.LOTE]), trust_anchors([]))
    if b"PUBLIC KEY-----" in content or b"PRIVATE KEY-----" in content:
        raise BadTrustListKeys("keys beside certificates")
    try:
        certificates = [parse_x5c([text])[0] for text in create_x5c(x509.load_pem_x509_certificates(content))]
        keys = [_pinned_key(one) for one in certificates if not _is_authority(one)]
    except (JoseError, ValueError) as error:
        raise BadTrustListKeys(type(error).__name__) from error
    if len(certificates) > MAX_KEYS:
        raise BadTrustListKeys("too many certificates")
    if not all(one.not_valid_before_utc <= now <= one.not_valid_after_utc for one in certificates):
        raise BadTrustListKeys("a certificate that is not valid now")
    return LoteSigners(tuple(keys), trust_anchors([one for one in certificates if _is_authority(one)]))


def verify_lote(token: bytes, signers: LoteSigners, *, now: datetime) -> Lote:
    """A list that one of the signers signed; whether it has ended: ``Lote.ends``.

    Raises MalformedLote, WrongLoteKey.
    """
    token = token.strip()
    if len(token) > MAX_LOTE_BYTES:
        raise MalformedLote(f"{len(token)} bytes, {MAX_LOTE_BYTES} allowed")
    try:
        jws = parse_jws(token.decode("ascii"), max_bytes=MAX_LOTE_BYTES)
    except (JoseError, EncodingError, UnicodeDecodeError) as error:
        raise MalformedLote(f"not a compact JWS: {type(error).__name__}") from error
    for key in signers.keys:
        try:
            return parse_lote(verify_jws(jws, key, use=Use.LOTE, typ=None).payload)
        except JoseError:
            continue
    if not signers.authorities.certificates:
        raise WrongLoteKey("none of the keys")
    return _verify_below(jws, signers.authorities, now)


def _verify_below(jws: UnverifiedJws, authorities: TrustAnchors, now: datetime) -> Lote:
    """An authority has many below it: only one that is named like the list's operator signs that list."""
    try:
        # Published chains often end with the anchor itself, which says nothing.
        sent = [one for one in parse_x5c(jws.header.get("x5c")) if one not in authorities.certificates]
        chain = verify_chain(sent, authorities, now=now)
        lote = parse_lote(verify_jws(jws, chain.key, use=Use.LOTE, typ=None).payload)
    except JoseError as error:
        raise WrongLoteKey(type(error).__name__) from error
    if _named(chain.leaf, NameOID.ORGANIZATION_NAME).isdisjoint(lote.operators):
        raise WrongLoteKey("the signer's certificate names another organization than the list")
    if lote.territory is not None and lote.territory not in _named(chain.leaf, NameOID.COUNTRY_NAME):
        raise WrongLoteKey("the signer's certificate names another territory than the list")
    return lote


def _named(leaf: x509.Certificate, oid: x509.ObjectIdentifier) -> set[str]:
    return {str(one.value) for one in leaf.subject.get_attributes_for_oid(oid)}


def _is_authority(certificate: x509.Certificate) -> bool:
    constraints = extension_of(certificate, x509.BasicConstraints)
    if constraints is None or not constraints.ca:
        return False
    check_authority(certificate, 0)
    return True


def _pinned_key(certificate: x509.Certificate) -> PublicJwk:
    key = key_of(certificate)
    if key.algorithm not in ALLOWED[Use.LOTE]:
        raise ValueError("an algorithm that is not accepted")
    return key
