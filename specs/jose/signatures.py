"""Signatures in the form JWS wants (RFC 7518 sections 3.3 to 3.5, RFC 8037 section 3.1).

ECDSA signatures travel as r and s side by side; the crypto library speaks DER. The conversion is written
out here because it sits on the hottest path and because its strictness is ours to prove.
"""

from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidSignature as SignatureMismatch
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512

from specs.jose.algorithms import Algorithm
from specs.jose.errors import InvalidSignature
from specs.jose.jwk import PublicJwk

_SEQUENCE: Final = 0x30
_INTEGER: Final = 0x02
_ONE_LENGTH_BYTE: Final = 0x81
_SHORT_LENGTH: Final = 0x80  # lengths below are their own length byte
_SHA256: Final = SHA256()
_PKCS1: Final = padding.PKCS1v15()
_PSS: Final = padding.PSS(mgf=padding.MGF1(_SHA256), salt_length=padding.PSS.DIGEST_LENGTH)


@dataclass(frozen=True, slots=True)
class _Ecdsa:
    curve: str
    size: int  # bytes of r and of s
    order: bytes  # of the curve's group, in `size` bytes
    scheme: ec.ECDSA


def _ecdsa(curve: ec.EllipticCurve, scheme: ec.ECDSA) -> _Ecdsa:
    size = (curve.key_size + 7) // 8
    return _Ecdsa(curve.name, size, curve.group_order.to_bytes(size, "big"), scheme)


_ECDSA: Final = {
    Algorithm.ES256: _ecdsa(ec.SECP256R1(), ec.ECDSA(_SHA256)),
    Algorithm.ES384: _ecdsa(ec.SECP384R1(), ec.ECDSA(SHA384())),
    Algorithm.ES512: _ecdsa(ec.SECP521R1(), ec.ECDSA(SHA512())),
}
_ZERO: Final = {size: bytes(size) for size in (32, 48, 66)}


def raw_to_der(signature: bytes, algorithm: Algorithm = Algorithm.ES256) -> bytes:
    """r and s side by side → DER. InvalidSignature for another length or r, s not in 1 … n - 1."""
    rules = _ECDSA[algorithm]
    size = rules.size
    r, s = signature[:size], signature[size:]
    # Big-endian numbers of one length compare like their bytes.
    if len(signature) != 2 * size or not (_ZERO[size] < r < rules.order and _ZERO[size] < s < rules.order):
        raise InvalidSignature("length or range of r and s")
    r, s = r.lstrip(b"\0"), s.lstrip(b"\0")
    if r[0] & 0x80:
        r = b"\0" + r
    if s[0] & 0x80:
        s = b"\0" + s
    length = len(r) + len(s) + 4
    start = (_SEQUENCE, length) if length < _SHORT_LENGTH else (_SEQUENCE, _ONE_LENGTH_BYTE, length)
    return bytes((*start, _INTEGER, len(r))) + r + bytes((_INTEGER, len(s))) + s


def der_to_raw(signature: bytes, algorithm: Algorithm = Algorithm.ES256) -> bytes:
    """DER → r and s side by side. ValueError for anything but the one DER form: it came from our own signer."""
    size = _ECDSA[algorithm].size
    header = 2 if signature[1] < _SHORT_LENGTH else 3
    split = header + 2 + signature[header + 1]
    r, s = signature[header + 2 : split], signature[split + 2 :]
    raw = r.lstrip(b"\0").rjust(size, b"\0") + s.lstrip(b"\0").rjust(size, b"\0")
    # Writing it again is the check of every length, tag and zero.
    try:
        if raw_to_der(raw, algorithm) == signature:
            return raw
    except InvalidSignature as error:
        raise ValueError("not an ECDSA signature in DER") from error
    raise ValueError("not an ECDSA signature in DER")


def verify_signature(key: PublicJwk, signature: bytes, data: bytes) -> None:
    """Returns when the signature is the key's over `data`, otherwise raises InvalidSignature.

    `signature` in JWS form: r and s side by side for ES*, 64 bytes for EdDSA. The algorithm is the key's.
    """
    algorithm, public = key.algorithm, key.key
    try:
        if isinstance(public, ec.EllipticCurvePublicKey):
            public.verify(raw_to_der(signature, algorithm), data, _ECDSA[algorithm].scheme)
        elif isinstance(public, ed25519.Ed25519PublicKey):
            public.verify(signature, data)
        elif algorithm is Algorithm.PS256:
            public.verify(signature, data, _PSS, _SHA256)
        else:
            public.verify(signature, data, _PKCS1, _SHA256)
    except SignatureMismatch as error:
        raise InvalidSignature from error


def sign_with(private_key: PrivateKeyTypes, algorithm: Algorithm, data: bytes) -> bytes:
    """A signature in JWS form, for key providers and tests. ValueError when the key can't make one.

    Uses the crypto library's random numbers, so it is not for the rules of a standard: those prepare and attach.
    """
    if isinstance(private_key, ec.EllipticCurvePrivateKey) and algorithm in _ECDSA:
        rules = _ECDSA[algorithm]
        if private_key.curve.name == rules.curve:
            return der_to_raw(private_key.sign(data, rules.scheme), algorithm)
    if isinstance(private_key, ed25519.Ed25519PrivateKey) and algorithm is Algorithm.EDDSA:
        return private_key.sign(data)
    if isinstance(private_key, rsa.RSAPrivateKey) and algorithm is Algorithm.PS256:
        return private_key.sign(data, _PSS, _SHA256)
    if isinstance(private_key, rsa.RSAPrivateKey) and algorithm is Algorithm.RS256:
        return private_key.sign(data, _PKCS1, _SHA256)
    raise ValueError(f"not a key for {algorithm}")
