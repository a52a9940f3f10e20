"""The limit: ES256 through `cryptography` and nothing else. No JSON, no base64, no checks."""

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_ES256 = ec.ECDSA(SHA256())
_CURVE = ec.SECP256R1()


def bare_sign(data: bytes) -> Callable[[], object]:
    """Signs these bytes with a key of its own."""
    sign = ec.generate_private_key(_CURVE).sign
    return lambda: sign(data, _ES256)


def bare_verify(data: bytes) -> Callable[[], object]:
    """Verifies a signature over these bytes."""
    key = ec.generate_private_key(_CURVE)
    public, signature = key.public_key(), key.sign(data, _ES256)
    return lambda: public.verify(signature, data, _ES256)


def bare_verify_with_new_key(data: bytes) -> Callable[[], object]:
    """The same with a key that has to be made from its point each time: a holder's."""
    key = ec.generate_private_key(_CURVE)
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    signature, load = key.sign(data, _ES256), ec.EllipticCurvePublicKey.from_encoded_point
    return lambda: load(_CURVE, point).verify(signature, data, _ES256)


def both(first: Callable[[], object], second: Callable[[], object]) -> Callable[[], object]:
    """One after the other."""

    def run() -> None:
        first()
        second()

    return run
