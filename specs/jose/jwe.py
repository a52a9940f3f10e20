"""Encrypted messages in compact form (RFC 7516 section 7.1): ECDH-ES on P-256 with AES-GCM.

Nothing else can be expressed: no key wrapping, no RSA, no passwords, no compression (RFC 7518 section 4.6 in
its direct mode, RFC 8725 sections 3.1 and 3.2). Reading takes three steps, so that nothing here holds a
private key: parse (trust nothing), agree on the secret with the key's owner, decrypt.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from specs.jose.jwk import PublicJwk


class Encryption(StrEnum):
    """`enc` of RFC 7518 section 5.3."""

    A128GCM = "A128GCM"
    A256GCM = "A256GCM"


@dataclass(frozen=True, slots=True)
class UnverifiedJwe:
    """An encrypted message as it came.

    `epk`: the sender's ephemeral key, a point on the curve. `kid`: which of our keys it is for, as the sender
    says. `header`: all of it, of which nothing is known to be true.
    """

    header: Mapping[str, Any]
    encryption: Encryption
    epk: PublicJwk
    kid: str | None
    apu: bytes
    apv: bytes
    iv: bytes = field(repr=False)
    ciphertext: bytes = field(repr=False)
    tag: bytes = field(repr=False)
    additional_data: bytes = field(repr=False)


def create_jwe(
    payload: bytes,
    *,
    recipient: PublicJwk,
    encryption: Encryption,
    ephemeral: ec.EllipticCurvePrivateKey,
    iv: bytes,
    header: Mapping[str, Any] | None = None,
    apu: bytes = b"",
    apv: bytes = b"",
) -> str:
    """The compact JWE. `kid` is the recipient's when it has one.

    `ephemeral`: a fresh key on P-256; `iv`: 12 fresh bytes. Both are for this one message. `header`: further
    members. ValueError for other curves and lengths, and for members that are not the caller's to set.
    """
    raise NotImplementedError


def parse_jwe(compact: str, *, max_bytes: int) -> UnverifiedJwe:
    """A compact JWE, taken apart. Raises TooLarge, or a subclass of JweError.

    Refused: other than five parts with the second one empty, another spelling of base64url than the
    canonical, `alg` other than ECDH-ES, `enc` other than A128GCM and A256GCM, `zip`, `crit`, `b64`, and an
    `epk` that is not a public point on P-256.
    """
    raise NotImplementedError


def decrypt_jwe(jwe: UnverifiedJwe, shared_secret: bytes, *, encryptions: Collection[Encryption]) -> bytes:
    """The payload.

    `shared_secret`: what the key's owner agreed on with `jwe.epk` (`await KeyAgreement.agree(jwe.epk)`), 32
    bytes. Raises EncryptionNotAllowed when `enc` is none of `encryptions`, DecryptionFailed when the message
    is for another key or was changed.
    """
    raise NotImplementedError
