"""The limit: ES256 and ECDH-ES through `cryptography` and nothing else. No JSON, no base64, no checks."""

import hashlib
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_ES256 = ec.ECDSA(SHA256())
_CURVE = ec.SECP256R1()
_IV, _HEADER, _FIELDS = bytes(12), bytes(250), bytes(27)  # as long as those of a message


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


def bare_encrypt(payload: bytes, key_bytes: int) -> Callable[[], object]:
    """Makes a key, agrees, derives, encrypts: all that ECDH-ES with AES-GCM is, for a key of its own."""
    theirs = ec.generate_private_key(_CURVE).public_key()

    def run() -> tuple[bytes, bytes]:
        ephemeral = ec.generate_private_key(_CURVE)
        point = ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return point, _agreed(ephemeral, theirs, key_bytes).encrypt(_IV, payload, _HEADER)

    return run


def bare_decrypt(payload: bytes, key_bytes: int) -> Callable[[], object]:
    """The way back, with the sender's key made from its point: it is another one each time."""
    recipient, ephemeral = ec.generate_private_key(_CURVE), ec.generate_private_key(_CURVE)
    point = ephemeral.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    sealed = _agreed(ephemeral, recipient.public_key(), key_bytes).encrypt(_IV, payload, _HEADER)
    load = ec.EllipticCurvePublicKey.from_encoded_point
    return lambda: _agreed(recipient, load(_CURVE, point), key_bytes).decrypt(_IV, sealed, _HEADER)


def _agreed(ours: ec.EllipticCurvePrivateKey, theirs: ec.EllipticCurvePublicKey, key_bytes: int) -> AESGCM:
    return AESGCM(hashlib.sha256(_FIELDS + ours.exchange(ec.ECDH(), theirs)).digest()[:key_bytes])


def both(first: Callable[[], object], second: Callable[[], object]) -> Callable[[], object]:
    """One after the other."""

    def run() -> None:
        first()
        second()

    return run
