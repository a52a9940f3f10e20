"""Signatures in the form JWS wants (RFC 7518 sections 3.3 to 3.5, RFC 8037 section 3.1).

ECDSA signatures travel as r and s side by side; the crypto library speaks DER. The conversion is written
out here because it sits on the hottest path and because its strictness is ours to prove.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

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
_SHORT_LENGTH: Final = 0x80  # DER: smaller lengths are their own length byte
_LARGEST_FIRST_BYTE: Final = 0x7F  # of a positive integer in DER
_MOST_BYTES: Final = 66  # of r and of s, on P-521
# What stands before the bytes of a positive integer, by how many they are; a zero when the first is large.
_PLAIN: Final = tuple(bytes((_INTEGER, size)) for size in range(_MOST_BYTES + 1))
_PADDED: Final = tuple(bytes((_INTEGER, size + 1, 0)) for size in range(_MOST_BYTES + 1))
# What stands before two of them.
_SEQUENCES: Final = tuple(
    bytes((_SEQUENCE, size) if size < _SHORT_LENGTH else (_SEQUENCE, _ONE_LENGTH_BYTE, size))
    for size in range(2 * (_MOST_BYTES + 3) + 1)
)
_HALF: Final = 32  # bytes of r, and of s, on P-256
# What stands before r and before s of ES256, by their first bits, when neither begins with a zero byte.
_ES256_FRAMES: Final = tuple(
    (_SEQUENCES[len(of_r + of_s) + 2 * _HALF] + of_r, of_s)
    for of_r in (_PLAIN[_HALF], _PADDED[_HALF])
    for of_s in (_PLAIN[_HALF], _PADDED[_HALF])
)
_SHA256: Final = SHA256()
_RSA_PADDING: Final[Mapping[Algorithm, padding.PKCS1v15 | padding.PSS]] = {
    Algorithm.RS256: padding.PKCS1v15(),
    Algorithm.PS256: padding.PSS(mgf=padding.MGF1(_SHA256), salt_length=padding.PSS.DIGEST_LENGTH),
}


class _Ecdsa(NamedTuple):
    size: int  # bytes of r and of s
    zero: bytes  # in `size` bytes
    order: bytes  # of the curve's group, in `size` bytes
    heads: tuple[bytes, ...]  # by the first of `size` bytes, what stands before them; nothing for a zero
    scheme: ec.ECDSA
    curve: str


def _ecdsa(curve: ec.EllipticCurve, scheme: ec.ECDSA) -> _Ecdsa:
    size = (curve.key_size + 7) // 8
    heads = (b"", *[_PLAIN[size]] * _LARGEST_FIRST_BYTE, *[_PADDED[size]] * (_LARGEST_FIRST_BYTE + 1))
    return _Ecdsa(size, bytes(size), curve.group_order.to_bytes(size, "big"), heads, scheme, curve.name)


_ECDSA: Final = {
    Algorithm.ES256: _ecdsa(ec.SECP256R1(), ec.ECDSA(_SHA256)),
    Algorithm.ES384: _ecdsa(ec.SECP384R1(), ec.ECDSA(SHA384())),
    Algorithm.ES512: _ecdsa(ec.SECP521R1(), ec.ECDSA(SHA512())),
}
_ES256: Final = _ECDSA[Algorithm.ES256].scheme


def raw_to_der(signature: bytes, algorithm: Algorithm = Algorithm.ES256) -> bytes:
    """r and s side by side → DER. InvalidSignature for another length, or r or s not in 1 … n - 1."""
    return _to_der(signature, _ECDSA[algorithm])


def _to_der(signature: bytes, rules: _Ecdsa) -> bytes:
    size, zero, order, heads, _, _ = rules
    r, s = signature[:size], signature[size:]
    # Big-endian numbers of one length compare like their bytes.
    if len(s) != size or not (zero < r < order and zero < s < order):
        raise InvalidSignature("length or range of r and s")
    # Looked up and added: to format the same bytes takes twice as long.
    of_r, of_s = heads[r[0]], heads[s[0]]
    der = of_r + r + of_s + s if of_r and of_s else _integer(r) + _integer(s)
    return _SEQUENCES[len(der)] + der


def _integer(number: bytes) -> bytes:
    number = number.lstrip(b"\0")
    return (_PADDED if number[0] > _LARGEST_FIRST_BYTE else _PLAIN)[len(number)] + number


def der_to_raw(signature: bytes, algorithm: Algorithm = Algorithm.ES256) -> bytes:
    """DER → r and s side by side. ValueError when malformed: the bytes come from a signer of our own."""
    size = _ECDSA[algorithm].size
    try:
        # SEQUENCE { INTEGER r, INTEGER s }; every value follows its tag and its length.
        start = 3 if signature[1] == _ONE_LENGTH_BYTE else 2
        end = start + 2 + signature[start + 1]
        framed = (
            signature[0] == _SEQUENCE
            and signature[start - 1] == len(signature) - start
            and signature[start] == _INTEGER == signature[end]
            and signature[end + 1] == len(signature) - end - 2
        )
    except IndexError:
        framed = False
    if framed:
        r, s = signature[start + 2 : end].lstrip(b"\0"), signature[end + 2 :].lstrip(b"\0")
        raw = r.rjust(size, b"\0") + s.rjust(size, b"\0")
        if len(raw) == 2 * size:
            return raw
    raise ValueError("not an ECDSA signature in DER")


def verify_signature(key: PublicJwk, signature: bytes, data: bytes) -> None:
    """Returns when the signature is the key's over `data`, otherwise raises InvalidSignature.

    `signature` in JWS form: r and s side by side for ES*, 64 bytes for EdDSA. The algorithm is the key's.
    """
    public: Any
    algorithm, public, _, _ = key
    try:
        if (
            algorithm is Algorithm.ES256
            and len(signature) == 2 * _HALF
            and (first_of_r := signature[0])
            and (first_of_s := signature[_HALF])
        ):
            # _to_der for nearly every signature there is; r and s beyond the order OpenSSL refuses itself.
            head, middle = _ES256_FRAMES[first_of_r >> 7 << 1 | first_of_s >> 7]
            public.verify(head + signature[:_HALF] + middle + signature[_HALF:], data, _ES256)
            return
        rules = _ECDSA.get(algorithm)
        if rules is not None:
            # A PublicJwk of these algorithms holds an EC key; to ask for its class would cost a microsecond.
            public.verify(_to_der(signature, rules), data, rules.scheme)
        else:
            _verify_other(key, signature, data)
    except SignatureMismatch as error:
        raise InvalidSignature from error


def signing_function(private_key: PrivateKeyTypes, algorithm: Algorithm) -> Callable[[bytes], bytes]:
    """What signs with this key, in JWS form; ValueError when the key is not one for the algorithm.

    For key providers and tests: it draws the crypto library's random numbers, and the rules of a standard do
    not sign, they prepare and attach. The key is checked here, once, and not with every signature.
    """
    rules = _ECDSA.get(algorithm)
    if rules is not None:
        if isinstance(private_key, ec.EllipticCurvePrivateKey) and private_key.curve.name == rules.curve:
            sign, scheme = private_key.sign, rules.scheme
            return lambda data: der_to_raw(sign(data, scheme), algorithm)
    elif isinstance(private_key, ed25519.Ed25519PrivateKey) and algorithm is Algorithm.EDDSA:
        return private_key.sign
    elif isinstance(private_key, rsa.RSAPrivateKey) and algorithm in _RSA_PADDING:
        return partial(private_key.sign, padding=_RSA_PADDING[algorithm], algorithm=_SHA256)
    raise ValueError(f"not a key for {algorithm}")


def sign_with(private_key: PrivateKeyTypes, algorithm: Algorithm, data: bytes) -> bytes:
    """One signature in JWS form; see signing_function."""
    return signing_function(private_key, algorithm)(data)


def _verify_other(key: PublicJwk, signature: bytes, data: bytes) -> None:
    public = key.key
    if isinstance(public, ed25519.Ed25519PublicKey):
        public.verify(signature, data)
    elif isinstance(public, rsa.RSAPublicKey):
        public.verify(signature, data, _RSA_PADDING[key.algorithm], _SHA256)
    else:
        raise TypeError("a key of another type than its algorithm")
