"""The limit: ES256 through `cryptography` and nothing else. No JSON, no base64, no checks."""

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from specs.encoding import b64url_decode
from specs.jose import PublicJwk, parse_jws
from specs.jose.signatures import raw_to_der

_ES256 = ec.ECDSA(SHA256())
_CURVE = ec.SECP256R1()


def bare_sign(data: bytes) -> Callable[[], object]:
    """Signs these bytes with a key of its own."""
    sign = ec.generate_private_key(_CURVE).sign
    return lambda: sign(data, _ES256)


def bare_verify(compact: str, key: PublicJwk) -> Callable[[], object]:
    """Verifies the signature of a compact JWS, taken apart beforehand."""
    public, signature, data = _parts(compact, key)
    return lambda: public.verify(signature, data, _ES256)


def bare_verify_with_new_key(compact: str, key: PublicJwk) -> Callable[[], object]:
    """The same with a key that has to be made from its point each time: a holder's."""
    _, signature, data = _parts(compact, key)
    point = b"\x04" + b64url_decode(key.members["x"]) + b64url_decode(key.members["y"])
    load = ec.EllipticCurvePublicKey.from_encoded_point
    return lambda: load(_CURVE, point).verify(signature, data, _ES256)


def both(first: Callable[[], object], second: Callable[[], object]) -> Callable[[], object]:
    """One after the other."""

    def run() -> None:
        first()
        second()

    return run


def _parts(compact: str, key: PublicJwk) -> tuple[ec.EllipticCurvePublicKey, bytes, bytes]:
    jws = parse_jws(compact, max_bytes=len(compact))
    assert isinstance(key.key, ec.EllipticCurvePublicKey)
    return key.key, raw_to_der(jws.signature), jws.signing_input
