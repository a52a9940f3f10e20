"""Small secrets at rest: holder keys, one-time response keys, keys of a transaction.

AES-256-GCM under a key that is derived for each wrapping (half of the 24 random bytes goes into the
derivation, half is the nonce), so that no number of wrappings under one secret is too many::

    format (1 byte, 0x01) | version of the secret (4 bytes, big-endian) | random (24) | ciphertext | tag (16)

The first two are authenticated too. `associated_data` says what is wrapped and for whom, for instance table
and row id: bytes moved to another row do not open there.
"""

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keys.errors import UnwrapFailed
from keys.signer import Secret

NONCE_BYTES: Final = 24
MAX_PLAINTEXT_BYTES: Final = 64 * 1024
_FORMAT: Final = b"\x01"
_VERSION_BYTES: Final = 4
_PREFIX_BYTES: Final = len(_FORMAT) + _VERSION_BYTES
_SEALED_FROM: Final = _PREFIX_BYTES + NONCE_BYTES
_DERIVED_BY: Final = NONCE_BYTES // 2
_TAG_BYTES: Final = 16


def wrap(secret: Secret, plaintext: bytes, associated_data: bytes, *, nonce: bytes | None = None) -> bytes:
    """The wrapped form, 45 bytes longer. `nonce`: 24 bytes never used before, by default from os.urandom.

    ValueError for a nonce of another length and for more than 64 kB.
    """
    nonce = os.urandom(NONCE_BYTES) if nonce is None else nonce
    if len(nonce) != NONCE_BYTES:
        raise ValueError(f"a nonce has {NONCE_BYTES} bytes")
    if len(plaintext) > MAX_PLAINTEXT_BYTES:
        raise ValueError(f"more than {MAX_PLAINTEXT_BYTES} bytes: not a small secret")
    prefix = _FORMAT + secret.version.to_bytes(_VERSION_BYTES, "big")
    sealed = _cipher(secret, nonce).encrypt(nonce[_DERIVED_BY:], plaintext, prefix + associated_data)
    return prefix + nonce + sealed


def unwrap(secret: Secret, wrapped: bytes, associated_data: bytes) -> bytes:
    """What was wrapped. UnwrapFailed for another secret, version or context, and for damaged bytes.

    `secret` is the one of wrapped_version(wrapped).
    """
    version = wrapped_version(wrapped)
    if version != secret.version:
        raise UnwrapFailed(f"It was wrapped with version {version}.")
    nonce, associated_data = wrapped[_PREFIX_BYTES:_SEALED_FROM], wrapped[:_PREFIX_BYTES] + associated_data
    try:
        return _cipher(secret, nonce).decrypt(nonce[_DERIVED_BY:], wrapped[_SEALED_FROM:], associated_data)
    except InvalidTag:
        raise UnwrapFailed from None


def wrapped_version(wrapped: bytes) -> int:
    """Which version of the secret opens it: `ring.secret_for(KeyPurpose.WRAPPING, wrapped_version(row))`."""
    if len(wrapped) < _SEALED_FROM + _TAG_BYTES or not wrapped.startswith(_FORMAT):
        raise UnwrapFailed("It is too short, or of another format.")
    return int.from_bytes(wrapped[len(_FORMAT) : _PREFIX_BYTES], "big")


def _cipher(secret: Secret, nonce: bytes) -> AESGCM:
    return AESGCM(secret.derive(f"trillium wrapping 1:{nonce[:_DERIVED_BY].hex()}"))
